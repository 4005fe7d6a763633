package service_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/gen/rollcall/rollcallserver"
	"github.com/rollcall-rpc/rollcall/internal/auth"
	"github.com/rollcall-rpc/rollcall/internal/localpg/pgtest"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
	"github.com/rollcall-rpc/rollcall/internal/service"
	"github.com/rollcall-rpc/rollcall/internal/throttle"
)

func TestMain(m *testing.M) {
	countSignatureChecks()
	pgtest.Main(m, postgres.Migrate)
}

// fixture is the service over HTTP, on a database of its own. Whatever it
// answers is held against the contract as well.
type fixture struct {
	url    string
	db     *postgres.DB
	secret auth.Secret
	keys   *auth.KeySet
	http   *http.Client
}

func newFixture(t *testing.T, options ...jsonrpc.HandlerOption) *fixture {
	t.Helper()
	return newFixtureOn(t, postgres.Config{URL: pgtest.New(t)}, options...)
}

func newFixtureOn(t *testing.T, config postgres.Config, options ...jsonrpc.HandlerOption) *fixture {
	t.Helper()
	database := must(postgres.Open(t.Context(), config))(t)
	t.Cleanup(database.Close)
	f := &fixture{
		db:     database,
		keys:   must(auth.LoadOrCreateKeys(filepath.Join(t.TempDir(), "key")))(t),
		secret: must(auth.LoadOrCreateSecret(filepath.Join(t.TempDir(), "secret")))(t),
	}
	tokens := f.tokens(t, time.Now)
	handler := rollcallserver.NewHandler(
		service.New(service.Config{
			DB:              database,
			Passwords:       auth.NewPasswords(2),
			Tokens:          tokens,
			Secret:          f.secret,
			Logins:          throttle.NewLogins(throttle.Config{}, database, f.secret), // lets anybody fail
			SessionLifetime: time.Hour,
		}),
		auth.Authenticator{Tokens: tokens, Sessions: database},
		append(options, jsonrpc.WithLogger(slog.New(slog.NewTextHandler(t.Output(), nil))))...,
	)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	f.url = server.URL
	f.http = &http.Client{Transport: &judge{t: t, contract: readContract(t), next: server.Client().Transport}}
	return f
}

// tokens issue and verify what the service takes, at a time of one's own.
func (f *fixture) tokens(t *testing.T, now func() time.Time) *auth.Tokens {
	t.Helper()
	return must(auth.NewTokens(auth.TokenConfig{
		Keys: f.keys, Issuer: "rollcall", Audience: "rollcall", Lifetime: time.Minute, Cache: 100, Now: now,
	}))(t)
}

// password is that of every account that a test does not create itself.
const password = "correct horse"

// passwordHash is made once: a hash takes long, on purpose.
var passwordHash = sync.OnceValues(func() (string, error) {
	return auth.NewPasswords(1).Hash(context.Background(), password)
})

// account makes an account without a call.
func (f *fixture) account(t *testing.T, username string, role rollcall.Role) db.User {
	t.Helper()
	return must(f.db.CreateUser(t.Context(), db.CreateUserParams{
		Username:     username,
		Email:        username + "@example.com",
		PasswordHash: must(passwordHash())(t),
		Role:         string(role),
	}))(t)
}

// deleted makes an account that is no more.
func (f *fixture) deleted(t *testing.T, username string) db.User {
	t.Helper()
	user := f.account(t, username, rollcall.RoleUser)
	return must(f.db.DeleteUser(t.Context(), user.ID))(t)
}

// client is a client whose calls carry token; with "" they carry none.
func (f *fixture) client(token string) *rollcall.Client {
	c := rollcall.NewClient(f.url, jsonrpc.WithHTTPClient(f.http))
	if token != "" {
		c.SetToken(token)
	}
	return c
}

// as is a client that has logged in as user.
func (f *fixture) as(t *testing.T, user db.User) *rollcall.Client {
	t.Helper()
	return f.client(f.token(t, time.Now, user))
}

// session begins a session of user, without a call.
func (f *fixture) session(t *testing.T, user db.User) db.Session {
	t.Helper()
	return must(f.db.OpenSession(t.Context(), db.OpenSessionParams{
		ID: rand.Text(), UserID: user.ID, UsernameCanonical: user.UsernameCanonical, PasswordHash: user.PasswordHash,
		ExpiresAt: time.Now().Add(24 * time.Hour),
	}))(t)
}

// token is one of a new session of user.
func (f *fixture) token(t *testing.T, now func() time.Time, user db.User) string {
	t.Helper()
	return f.issue(t, now, user.ID, f.session(t, user).ID)
}

// issue makes a token, at a time of one's own.
func (f *fixture) issue(t *testing.T, now func() time.Time, userID int64, sessionID string) string {
	t.Helper()
	claims := auth.Claims{UserID: userID, Username: "any", SessionID: sessionID, ExpiresAt: now().Add(time.Hour)}
	token, _, err := f.tokens(t, now).Issue(claims)
	return must(token, err)(t)
}

// refreshToken is one of a new session of user.
func (f *fixture) refreshToken(t *testing.T, user db.User) string {
	t.Helper()
	return auth.RefreshToken{SessionID: f.session(t, user).ID}.Sign(f.secret)
}

// admin is a client that has logged in as an administrator.
func (f *fixture) admin(t *testing.T) *rollcall.Client {
	t.Helper()
	return f.as(t, f.account(t, "admin", rollcall.RoleAdmin))
}

// ask calls a method with params, "" for none, and tells in a line what came
// back: the result, or the error as told does it.
func ask(t *testing.T, c *rollcall.Client, method, params string) string {
	t.Helper()
	result, err := c.Call(t.Context(), method, paramsOf(params))
	if err != nil {
		return told(err)
	}
	return string(result)
}

func paramsOf(text string) jsonrpc.ToJSON {
	if text == "" {
		return nil
	}
	return raw(text)
}

// raw is params as they are sent.
type raw string

func (r raw) EncodeJSON(e *jsonrpc.Encoder) { e.JSON(json.RawMessage(r)) }

// told is an error of the contract in a line: its code and what matters of its
// data, like "-32602 /username minLength".
func told(err error) string {
	if err == nil {
		return "ok"
	}
	if e, ok := errors.AsType[*rollcall.InvalidParamsError](err); ok {
		return strings.TrimSpace("-32602 " + faults(e.Data))
	}
	if e, ok := errors.AsType[*rollcall.UserNotFoundError](err); ok {
		return fmt.Sprintf("-32003 user %d", e.Data.UserID)
	}
	if e, ok := errors.AsType[*jsonrpc.Error](err); ok {
		return fmt.Sprint(e.Code)
	}
	return err.Error()
}

func faults(f *rollcall.ParamsFault) string {
	switch {
	case f.Reason == rollcall.ParamsFaultReasonTaken:
		return f.Field + " is taken"
	case f.Field != "":
		return f.Field + " " + string(f.Reason)
	case len(f.Violations) == 0:
		return f.Message
	}
	var list []string
	for _, v := range f.Violations {
		list = append(list, strings.TrimSpace(v.Pointer+" "+v.Keyword))
	}
	return strings.Join(list, ", ")
}

func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	return string(must(json.Marshal(v))(t))
}
