package peer

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/rollcall-rpc/rollcall/gen/db"
)

// Account answers get_current_user by hand: it checks the token and reads whom it
// names, on a pool of the same size as the service's. It looks at nothing else of
// what it is sent, and asks for no session.
func Account(ctx context.Context, databaseURL string) (http.Handler, error) {
	config, err := pgxpool.ParseConfig(databaseURL)
	if err != nil {
		return nil, err
	}
	config.MaxConns = 10 // the service's default
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	return &accountServer{
		users:  db.New(pool),
		parser: jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithExpirationRequired()),
	}, nil
}

// AccountToken is what [Account] takes for somebody's token.
func AccountToken(userID int64) (string, error) {
	return jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.RegisteredClaims{
		Subject:   strconv.FormatInt(userID, 10),
		ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Hour)),
	}).SignedString(accountKey)
}

var accountKey = []byte("a key that the whole world may know")

type accountServer struct {
	users  *db.Queries
	parser *jwt.Parser
}

// ServeHTTP implements [http.Handler].
func (s *accountServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "The body could not be read.", http.StatusBadRequest)
		return
	}
	var call struct {
		ID json.RawMessage `json:"id"`
	}
	if err := json.Unmarshal(body, &call); err != nil {
		http.Error(w, "The body is no JSON.", http.StatusBadRequest)
		return
	}
	id, err := s.caller(r)
	if err != nil {
		http.Error(w, "The token is not valid.", http.StatusUnauthorized)
		return
	}
	user, err := s.users.GetUser(r.Context(), id)
	if err != nil {
		http.Error(w, "There is no such account.", http.StatusInternalServerError)
		return
	}
	answer, err := json.Marshal(accountResponse{"2.0", call.ID, account{
		user.ID, user.Username, user.Email, user.Role, user.Active, user.CreatedAt.UTC(),
	}})
	if err != nil {
		http.Error(w, "The answer cannot be encoded.", http.StatusInternalServerError)
		return
	}
	send(w, answer)
}

// caller is whom the token names.
func (s *accountServer) caller(r *http.Request) (id int64, err error) {
	var claims jwt.RegisteredClaims
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if _, err := s.parser.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return accountKey, nil }); err != nil {
		return 0, err
	}
	return strconv.ParseInt(claims.Subject, 10, 64)
}

type accountResponse struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Result  account         `json:"result"`
}

type account struct {
	ID        int64     `json:"id"`
	Username  string    `json:"username"`
	Email     string    `json:"email"`
	Role      string    `json:"role"`
	Active    bool      `json:"active"`
	CreatedAt time.Time `json:"created_at"`
}
