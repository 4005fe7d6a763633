package app

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/localpg"
	"github.com/rollcall-rpc/rollcall/internal/localpg/pgtest"
)

// The life of a data directory: begun, killed, used again, ended.
func TestDev(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "data")
	elsewhere := pgtest.Empty(t)
	env := []string{ // all of it about other databases
		"DATABASE_URL=" + elsewhere, "PGSERVICE=nowhere", "PGHOST=192.0.2.1", "PGDATABASE=nowhere", "PGUSER=nobody",
		"PGOPTIONS=-c nonsense=1", "PGTARGETSESSIONATTRS=read-only", "PGDATA=/nonexistent",
	}
	args := []string{"dev", "--addr", "127.0.0.1:0", "--data-dir", dir}
	admin := rollcall.AuthenticateParams{Username: "admin", Password: "admin123"}
	ada := rollcall.CreateUserParams{Username: "ada", Email: "ada@example.com", Password: "analytical engine"}

	first := start(t, env, args...)
	c := first.ready(t)
	if diff := cmp.Diff(fmt.Sprintf(welcomeGolden, first.addr(t), filepath.Join(dir, "postgres")), first.out.String()); diff != "" {
		t.Errorf("the welcome is not as wanted (-):\n%s", diff)
	}
	must(c.Authenticate(t.Context(), admin))(t)
	must(c.CreateUser(t.Context(), ada))(t)
	must(c.UpdateUser(t.Context(), rollcall.UpdateUserParams{
		UserID: 1, Username: "root", Email: "root@example.com", Password: "no longer admin123", CurrentPassword: "admin123",
	}))(t)
	private := map[string]string{}
	for _, name := range []string{"token-key.pem", "secret"} {
		private[name] = string(must(os.ReadFile(filepath.Join(dir, name)))(t))
		if mode := must(os.Stat(filepath.Join(dir, name)))(t).Mode(); mode != 0o600 {
			t.Errorf("the mode of %s is %v", name, mode)
		}
	}
	if n := len(postgresProcesses(t, dir)); n < 2 {
		t.Fatalf("found %d processes of Postgres: the test looks in the wrong place", n)
	}
	if code := first.end(t, syscall.SIGKILL); code != -1 {
		t.Errorf("killed, it ended with code %d", code)
	}
	eventually(t, "no process of Postgres is left", func() bool { return len(postgresProcesses(t, dir)) == 0 })
	initialised := must(os.Stat(filepath.Join(dir, "postgres", "data", "PG_VERSION")))(t).ModTime()

	second := start(t, env, args...)
	c = second.ready(t)
	if _, err := c.Authenticate(t.Context(), admin); err == nil {
		t.Error("the second start has made the first account again")
	}
	if got := must(c.Authenticate(t.Context(), rollcall.AuthenticateParams{Username: "ada", Password: "analytical engine"}))(t); got.User.ID != 2 {
		t.Errorf("ada is now %v", got.User)
	}
	for name, text := range private {
		if again := string(must(os.ReadFile(filepath.Join(dir, name)))(t)); again != text {
			t.Errorf("the second start made another %s", name)
		}
	}
	if again := must(os.Stat(filepath.Join(dir, "postgres", "data", "PG_VERSION")))(t).ModTime(); again != initialised {
		t.Error("the second start made the database anew, which takes long")
	}
	if got := finish(t, env, "", args...); got.code != 1 || !strings.Contains(got.errors, filepath.Join(dir, "postgres")) {
		t.Errorf("another one in the same folder: code %d, %s%s", got.code, got.out, got.errors)
	}
	if code := second.end(t, syscall.SIGTERM); code != 0 {
		t.Errorf("at SIGTERM it ended with code %d: %s", code, second.errors)
	}
	if left := postgresProcesses(t, dir); len(left) > 0 {
		t.Errorf("processes of Postgres are left: %v", left)
	}

	conn := must(pgx.Connect(t.Context(), elsewhere))(t)
	defer conn.Close(t.Context())
	var tables int
	check(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").Scan(&tables))
	if tables > 0 {
		t.Errorf("dev has made %d tables in the database of DATABASE_URL", tables)
	}
}

const welcomeGolden = `Rollcall is ready: http://%[1]s/jsonrpc
  contract  http://%[1]s/openrpc.json
  account   admin / admin123
  data      %[2]s (Ctrl-C stops the service; the data stays)

Try:
  curl http://%[1]s/jsonrpc -H 'Content-Type: application/json' \
    -d '{"jsonrpc":"2.0","id":1,"method":"ping"}'

`

// postgresProcesses are those that work in the data directory. Postgres writes
// its own id into it; the ids of its children the kernel tells, where it has
// /proc.
func postgresProcesses(t *testing.T, dir string) (processes []string) {
	t.Helper()
	data := filepath.Join(dir, "postgres", "data")
	folders, _ := filepath.Glob("/proc/[0-9]*/cwd")
	for _, link := range folders {
		if cwd, err := os.Readlink(link); err == nil && cwd == data {
			processes = append(processes, link)
		}
	}
	if text, err := os.ReadFile(filepath.Join(data, "postmaster.pid")); err == nil && len(folders) == 0 {
		id, _, _ := strings.Cut(string(text), "\n")
		if pid, err := strconv.Atoi(id); err == nil && !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			processes = append(processes, id, id)
		}
	}
	return processes
}

// Without its database dev is of no use, and ends.
func TestDevWithoutItsDatabase(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	p := start(t, nil, "dev", "--addr", "127.0.0.1:0", "--data-dir", dir)
	p.ready(t)
	text, _, _ := strings.Cut(string(must(os.ReadFile(filepath.Join(dir, "postgres", "data", "postmaster.pid")))(t)), "\n")
	check(t, syscall.Kill(must(strconv.Atoi(text))(t), syscall.SIGQUIT))
	<-p.ended
	if code := p.command.ProcessState.ExitCode(); code != 1 || !strings.Contains(p.errors.String(), "the Postgres server has ended") {
		t.Errorf("ended with code %d: %s", code, p.errors)
	}
}

func TestDevAddress(t *testing.T) {
	t.Parallel()
	taken := must(net.Listen("tcp", "127.0.0.1:0"))(t)
	defer taken.Close()
	const loopback = ": dev has a known password, so it listens on loopback only, like 127.0.0.1:5000; see rollcall serve"
	const form = ": want HOST:PORT, like 127.0.0.1:5000"
	tests := []struct{ addr, want string }{
		{taken.Addr().String(), "cannot listen on " + taken.Addr().String() + ": address already in use; choose another address by --addr HOST:PORT"},
		{"0.0.0.0:0", "--addr 0.0.0.0:0" + loopback},
		{":0", "--addr :0" + loopback},
		{"[::]:0", "--addr [::]:0" + loopback},
		{"192.0.2.1:0", "--addr 192.0.2.1:0" + loopback},
		{"example.com:0", "--addr example.com:0" + loopback},
		{"5000", "--addr 5000" + form},
		{"localhost", "--addr localhost" + form},
	}
	dir := folder(t)
	for _, test := range tests {
		got := finish(t, []string{"ROLLCALL_ADDR=" + test.addr}, "", "dev", "--data-dir", filepath.Join(dir, "data"))
		if want := "rollcall: " + test.want + "\n"; got.code != 1 || got.errors != want || got.out != "" {
			t.Errorf("%s: code %d, %s%s; want %s", test.addr, got.code, got.out, got.errors, want)
		}
	}
	if files := must(os.ReadDir(dir))(t); len(files) > 0 {
		t.Errorf("a start that was refused has left %v", files)
	}
}

// A folder that the user Postgres runs as cannot reach, as root's home is, will
// do: the data goes elsewhere, and the welcome tells where.
func TestDevInAPrivateFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "not", "there")
	t.Cleanup(func() { check(t, os.RemoveAll(must(localpg.DataDir(filepath.Join(dir, "postgres")))(t))) })
	p := start(t, nil, "dev", "--addr", "127.0.0.1:0", "--data-dir", dir)
	if _, err := p.ready(t).Ping(t.Context()); err != nil {
		t.Error(err)
	}
	data := p.out.await(t, `data +(\S+)`, p.ended)
	if code := p.end(t, syscall.SIGTERM); code != 0 {
		t.Errorf("at SIGTERM it ended with code %d: %s", code, p.errors)
	}
	if _, err := os.Stat(filepath.Join(data, "data", "PG_VERSION")); err != nil {
		t.Errorf("the data is not where the welcome says: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "token-key.pem")); err != nil {
		t.Errorf("the key is not in the folder: %v", err)
	}
}
