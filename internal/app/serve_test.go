package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/auth"
	"github.com/rollcall-rpc/rollcall/internal/localpg/pgtest"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

// production is what rollcall serve needs, on the database at url.
func production(t *testing.T, url string) []string {
	t.Helper()
	dir := t.TempDir()
	key, secret := filepath.Join(dir, "token-key.pem"), filepath.Join(dir, "secret")
	must(auth.LoadOrCreateKeys(key))(t)
	must(auth.LoadOrCreateSecret(secret))(t)
	return []string{
		"DATABASE_URL=" + url,
		"ROLLCALL_HOST=accounts.example.com,127.0.0.1:5000",
		"ROLLCALL_TOKEN_KEYS_FILE=" + key,
		"ROLLCALL_SECRET_FILE=" + secret,
		"ROLLCALL_ADDR=127.0.0.1:0",
		"ROLLCALL_SHUTDOWN_DELAY=0s",
	}
}

func TestServe(t *testing.T) {
	t.Parallel()
	env := production(t, pgtest.New(t))
	p := start(t, env, "serve")
	c := p.ready(t)
	p.errors.await(t, `"level":"WARN","msg":"there is no administrator yet: create one by rollcall admin create"`, p.ended)
	if got := finish(t, env, "difference engine\n", "admin", "create", "--username=root", "--email=root@example.com"); got.code != 0 {
		t.Fatalf("admin create: %v", got)
	}
	me := must(c.Authenticate(t.Context(), rollcall.AuthenticateParams{Username: "root", Password: "difference engine"}))(t)
	if me.User.Role != rollcall.RoleAdmin {
		t.Errorf("root is %v", me.User)
	}
	must(c.GetUsers(t.Context(), rollcall.GetUsersParams{}))(t)

	f := &fixture{addr: p.addr(t)}
	for host, want := range map[string]int{
		"accounts.example.com": 200, "ACCOUNTS.example.com:443": 200, "127.0.0.1": 200, "localhost": 403, "example.com": 403,
	} {
		if got := f.send(t, strings.Replace(post(ping), "localhost", host, 1)); got.status != want {
			t.Errorf("called %s it answers %d, want %d", host, got.status, want)
		}
	}
	if code := p.end(t, syscall.SIGTERM); code != 0 {
		t.Errorf("at SIGTERM it ended with code %d: %s", code, p.errors)
	}
}

// Instances that start together on an empty database take turns to migrate it.
func TestServeTogether(t *testing.T) {
	t.Parallel()
	env := production(t, pgtest.Empty(t))
	instances := []*process{start(t, env, "serve"), start(t, env, "serve"), start(t, env, "serve")}
	var clients []*rollcall.Client
	for _, p := range instances {
		clients = append(clients, p.ready(t))
	}
	if got := finish(t, env, "difference engine\n", "admin", "create", "--username=root", "--email=root@example.com"); got.code != 0 {
		t.Fatalf("admin create: %v", got)
	}
	login := rollcall.AuthenticateParams{Username: "root", Password: "difference engine"}
	token := must(clients[0].Authenticate(t.Context(), login))(t).Token
	for _, c := range clients {
		c.SetToken(string(token)) // one instance's is every other's
		must(c.GetCurrentUser(t.Context()))(t)
	}
}

func TestInterruptedStart(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	key, secret := filepath.Join(dir, "key"), filepath.Join(dir, "secret")
	must(auth.LoadOrCreateKeys(key))(t)
	must(auth.LoadOrCreateSecret(secret))(t)
	args := []string{"serve", "--database-url", pgtest.New(t), "--host", "localhost", "--token-keys-file", key, "--secret-file", secret, "--addr", "127.0.0.1:0"}
	out, errs := newOutput(), newOutput()
	code := run(ctx, args, Streams{Out: out, Err: errs})
	if code != 1 || errs.String() != "rollcall: interrupted before it was ready\n" || out.String() != "" {
		t.Errorf("code %d, %s%s", code, out, errs)
	}
}

// Who asks twice to end need not wait for what runs.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	p := start(t, append(production(t, pgtest.New(t)), "ROLLCALL_SHUTDOWN_DELAY=1h"), "serve")
	p.ready(t)
	check(t, p.command.Process.Signal(syscall.SIGTERM))
	p.errors.await(t, `"msg":"shutting down"`, p.ended)
	eventually(t, "the process has ended", func() bool {
		_ = p.command.Process.Signal(syscall.SIGTERM)
		select {
		case <-p.ended:
			return true
		default:
			return false
		}
	})
	if status := p.command.ProcessState.Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGTERM {
		t.Errorf("it ended by %v", p.command.ProcessState)
	}
}

func TestServeRefusesWeakSettings(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	env := production(t, url)
	dir := t.TempDir()
	open, empty := filepath.Join(dir, "open.pem"), filepath.Join(dir, "empty.pem")
	must(auth.LoadOrCreateKeys(open))(t)
	check(t, os.Chmod(open, 0o644))
	check(t, os.WriteFile(empty, nil, 0o600))

	const name = ": want a name or an address, like accounts.example.com"
	tests := []struct {
		name, env string
		code      int
		want      string
	}{
		{"no database", "DATABASE_URL=", 2, "serve: settings are missing: --database-url (DATABASE_URL)"},
		{"no name", "ROLLCALL_HOST=", 2, "serve: settings are missing: --host (ROLLCALL_HOST)"},
		{"no key", "ROLLCALL_TOKEN_KEYS_FILE=", 2, "serve: settings are missing: --token-keys-file (ROLLCALL_TOKEN_KEYS_FILE)"},
		{"two keys", "ROLLCALL_TOKEN_KEYS=x", 2, "--token-keys and --token-keys-file can't be used together"},
		{"no secret", "ROLLCALL_SECRET_FILE=", 2, "serve: settings are missing: --secret-file (ROLLCALL_SECRET_FILE)"},
		{"two secrets", "ROLLCALL_SECRET=x", 2, "--secret and --secret-file can't be used together"},
		{"an empty secret", "ROLLCALL_SECRET_FILE=" + empty, 1,
			"read the secret: " + empty + ": the secret is empty; make one with: openssl rand -base64 32"},
		{"a secret that all can read", "ROLLCALL_SECRET_FILE=" + open, 1,
			"read the secret: " + open + " has mode 0644, others than its owner may use it: chmod 600 " + open},
		{"a URL for a name", "ROLLCALL_HOST=https://example.com", 2, `serve: --host "https://example.com"` + name},
		{"any name", "ROLLCALL_HOST=*", 2, `serve: --host "*"` + name},
		{"an empty name", "ROLLCALL_HOST=example.com,:80", 2, `serve: --host ":80"` + name},
		{"two sizes of the pool", "DATABASE_URL=" + url + "&pool_max_conns=3", 2,
			"serve: the database URL has the option pool_max_conns: take it out, and give --database-max-conns"},
		{"two timeouts", "DATABASE_URL=" + url + "&statement_timeout=1s", 2,
			"serve: the database URL has the option statement_timeout: take it out, and give --database-statement-timeout"},
		{"a negative delay", "ROLLCALL_SHUTDOWN_DELAY=-1s", 2, "serve: --shutdown-delay must not be negative"},
		{"a key that is not there", "ROLLCALL_TOKEN_KEYS_FILE=" + dir + "/none.pem", 1,
			"read the token keys: open " + dir + "/none.pem: no such file or directory"},
		{"a key that all can read", "ROLLCALL_TOKEN_KEYS_FILE=" + open, 1,
			"read the token keys: " + open + " has mode 0644, others than its owner may use it: chmod 600 " + open},
		{"a key that is none", "ROLLCALL_TOKEN_KEYS_FILE=" + empty, 1,
			"read the token keys: " + empty + ": there is no private key, which alone can sign; make keys with: rollcall keys new, or openssl genpkey -algorithm ed25519"},
	}
	for _, test := range tests {
		got := finish(t, append(env, test.env), "", "serve")
		if message, _, _ := strings.Cut(got.errors, "\n"); got.code != test.code || message != "rollcall: "+test.want {
			t.Errorf("%s: code %d, %s\nwant %d, %s", test.name, got.code, got.errors, test.code, test.want)
		}
	}
	all := finish(t, nil, "", "serve")
	want := "rollcall: serve: settings are missing: --database-url (DATABASE_URL), --host (ROLLCALL_HOST), " +
		"--token-keys-file (ROLLCALL_TOKEN_KEYS_FILE), --secret-file (ROLLCALL_SECRET_FILE)\nTry rollcall serve --help.\n"
	if all.code != 2 || all.errors != want {
		t.Errorf("nothing given: code %d, %s\nwant %s", all.code, all.errors, want)
	}
	for _, variable := range []string{"DATABASE_URL", "ROLLCALL_DATABASE_MIGRATION_URL"} {
		got := finish(t, append(env, variable+"=postgres://u:SECRET@127.0.0.1:1/d"), "", "serve")
		if got.code != 1 || !strings.Contains(got.errors, "check that Postgres runs there") || strings.Contains(got.errors, "SECRET") {
			t.Errorf("%s leads nowhere: %v", variable, got)
		}
	}
}

// The password of rollcall dev's account, which everybody knows, does not get
// into production, whoever has it.
func TestServeRefusesTheDevAdmin(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	database := must(postgres.Open(t.Context(), postgres.Config{URL: url}))(t)
	defer database.Close()
	hash := must(auth.NewPasswords(1).Hash(t.Context(), "admin123"))(t)
	env := production(t, url)
	users := map[string]db.User{}
	for name, role := range map[string]string{"Admin": "admin", "renamed": "admin", "gone": "admin", "ada": "user"} {
		users[name] = must(database.CreateUser(t.Context(), db.CreateUserParams{
			Username: name, Email: name + "@example.com", Role: role, PasswordHash: hash,
		}))(t)
	}
	must(database.DeleteUser(t.Context(), users["gone"].ID))(t)
	for _, name := range []string{"Admin", "renamed"} {
		got := finish(t, env, "", "serve")
		if got.code != 1 || !strings.Contains(got.errors, "everybody knows: ") || !strings.Contains(got.errors, name) ||
			strings.Contains(got.errors, "gone") || strings.Contains(got.errors, "ada") || !strings.HasSuffix(got.errors, "; change it or delete the accounts first\n") {
			t.Errorf("code %d, %s; want one that names %s", got.code, got.errors, name)
		}
		must(database.DeleteUser(t.Context(), users[name].ID))(t)
	}
	start(t, env, "serve").ready(t)
}
