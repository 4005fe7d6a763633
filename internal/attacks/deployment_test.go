package attacks_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/crypto/argon2"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/auth"
	"github.com/rollcall-rpc/rollcall/internal/localpg/pgtest"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

// deployment is the service in production: instances that share a database, a
// file of keys and one with the secret. They believe what the test, as a proxy,
// says of where a request came from.
type deployment struct {
	instances []*instance
	settings  []string // of each instance: its environment
	keysFile  string
	db        *postgres.DB
	sql       *pgxpool.Pool
	secret    auth.Secret
	tokens    *auth.Tokens // issues what the instances accept
	http      *http.Client
}

// deploy starts a number of instances, with flags.
func deploy(t *testing.T, instances int, flags ...string) *deployment {
	t.Helper()
	dir, url := t.TempDir(), pgtest.New(t)
	d := &deployment{keysFile: filepath.Join(dir, "token-keys.pem")}
	keys := must(auth.LoadOrCreateKeys(d.keysFile))(t)
	secretFile := filepath.Join(dir, "secret")
	d.secret = must(auth.LoadOrCreateSecret(secretFile))(t)
	d.tokens = must(auth.NewTokens(auth.TokenConfig{
		Keys: keys, Issuer: "rollcall", Audience: "rollcall", Lifetime: 10 * time.Minute, Cache: 1,
	}))(t)
	d.settings = []string{
		"DATABASE_URL=" + url,
		"ROLLCALL_HOST=127.0.0.1",
		"ROLLCALL_TOKEN_KEYS_FILE=" + d.keysFile,
		"ROLLCALL_SECRET_FILE=" + secretFile,
		"ROLLCALL_ADDR=127.0.0.1:0",
		"ROLLCALL_SHUTDOWN_DELAY=0s",
		"ROLLCALL_TRUSTED_PROXY=127.0.0.1",
		"ROLLCALL_HASH_QUEUE_TIMEOUT=10s", // however slow the machine is
	}
	d.db = must(postgres.Open(t.Context(), postgres.Config{URL: url}))(t)
	t.Cleanup(d.db.Close)
	d.sql = must(pgxpool.New(t.Context(), url))(t)
	t.Cleanup(d.sql.Close)
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	t.Cleanup(transport.CloseIdleConnections)
	d.http = &http.Client{Transport: transport}
	for range instances {
		d.instances = append(d.instances, start(t, d.settings, flags...))
	}
	for _, i := range d.instances {
		i.await(t)
	}
	return d
}

// at is a client of an instance, any number being that of one, without a token.
func (d *deployment) at(i int) *rollcall.Client {
	return rollcall.NewClient(d.instances[i%len(d.instances)].url, jsonrpc.WithHTTPClient(d.http))
}

// with is a client of an instance that shows a token.
func (d *deployment) with(i int, token string) *rollcall.Client {
	c := d.at(i)
	c.SetToken(token)
	return c
}

// password is that of every account that a test does not create by a call.
const password = "correct horse battery"

// passwordHash is made once: a hash takes long, on purpose.
var passwordHash = sync.OnceValues(func() (string, error) {
	return auth.NewPasswords(1).Hash(context.Background(), password)
})

// account makes an account without a call.
func (d *deployment) account(t *testing.T, username string, role rollcall.Role) db.User {
	t.Helper()
	return must(d.db.CreateUser(t.Context(), db.CreateUserParams{
		Username:     username,
		Email:        username + "@example.com",
		PasswordHash: must(passwordHash())(t),
		Role:         string(role),
	}))(t)
}

// somebody makes an account of any name.
func (d *deployment) somebody(t *testing.T, role rollcall.Role) db.User {
	t.Helper()
	return d.account(t, strings.ToLower(rand.Text()), role)
}

// rehash gives an account a hash of its password that is made with other params:
// memory in KiB, passes, threads.
func (d *deployment) rehash(t *testing.T, user db.User, memory, passes uint32, threads uint8) {
	t.Helper()
	salt, encode := []byte("sixteen bytes .."), base64.RawStdEncoding.EncodeToString
	key := argon2.IDKey([]byte(password), salt, passes, memory, threads, 32)
	phc := fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", memory, passes, threads, encode(salt), encode(key))
	d.run(t, `UPDATE users SET password_hash = $1 WHERE id = $2`, phc, user.ID)
}

// session is a login.
type session struct {
	id, token, refresh string
	user               db.User
}

// session begins a session of user, without a call.
func (d *deployment) session(t *testing.T, user db.User) session {
	t.Helper()
	row := must(d.db.OpenSession(t.Context(), db.OpenSessionParams{
		ID: rand.Text(), UserID: user.ID, UsernameCanonical: user.UsernameCanonical, PasswordHash: user.PasswordHash,
		ExpiresAt: time.Now().Add(24 * time.Hour),
	}))(t)
	token, _, err := d.tokens.Issue(auth.Claims{
		UserID: user.ID, Username: user.Username, SessionID: row.ID, ExpiresAt: row.ExpiresAt,
	})
	check(t, err)
	return session{row.ID, token, auth.RefreshToken{SessionID: row.ID}.Sign(d.secret), user}
}

// admin begins a session of a new administrator.
func (d *deployment) admin(t *testing.T) session {
	t.Helper()
	return d.session(t, d.somebody(t, rollcall.RoleAdmin))
}

// scan is the one value that a query finds.
func scan[T any](t *testing.T, d *deployment, sql string, args ...any) (value T) {
	t.Helper()
	if err := d.sql.QueryRow(t.Context(), sql, args...).Scan(&value); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return value
}

// run changes the database as no call could.
func (d *deployment) run(t *testing.T, sql string, args ...any) {
	t.Helper()
	must(d.sql.Exec(t.Context(), sql, args...))(t)
}

// from is a context for calls that come from an address.
func from(ctx context.Context, address string) context.Context {
	return jsonrpc.WithHeader(ctx, "X-Forwarded-For", address)
}

// address is one of 65,536 that have nothing to do with each other.
func address(i int) string { return fmt.Sprintf("10.%d.%d.1", i>>8&0xff, i&0xff) }

// environment is the test's, without what rollcall or libpq would read.
func environment() (env []string) {
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if name != "DATABASE_URL" && !strings.HasPrefix(name, "ROLLCALL_") && !strings.HasPrefix(name, "PG") {
			env = append(env, variable)
		}
	}
	return env
}
