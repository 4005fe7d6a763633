package pgtest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/rollcall-rpc/rollcall/internal/localpg"
)

func TestMain(m *testing.M) { Main(m, migrateBooks) }

var migrations atomic.Int64

func migrateBooks(ctx context.Context, url string) error {
	migrations.Add(1)
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "CREATE TABLE books (title text); INSERT INTO books VALUES ('from the migration')")
	return errors.Join(err, conn.Close(ctx))
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func rows(t *testing.T, conn *pgx.Conn, sql string) []string {
	t.Helper()
	// An error comes back from CollectRows.
	result, _ := conn.Query(t.Context(), sql)
	all, err := pgx.CollectRows(result, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestEveryTestHasItsOwnDatabase(t *testing.T) {
	for _, title := range []string{"Emma", "Persuasion", "Dracula", "Ulysses"} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			conn := connect(t, New(t))
			if _, err := conn.Exec(t.Context(), "INSERT INTO books VALUES ($1)", title); err != nil {
				t.Fatal(err)
			}
			want := []string{"from the migration", title}
			if diff := cmp.Diff(want, rows(t, conn, "SELECT title FROM books")); diff != "" {
				t.Error(diff)
			}
			if got := migrations.Load(); got != 1 {
				t.Errorf("migrated %d times", got)
			}
		})
	}
}

func TestEmpty(t *testing.T) {
	conn := connect(t, Empty(t))
	if tables := rows(t, conn, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"); len(tables) != 0 {
		t.Errorf("tables %v", tables)
	}
}

func TestDatabaseIsDropped(t *testing.T) {
	const databases = "SELECT datname FROM pg_database WHERE datname = $1"
	var name string
	t.Run("with a connection left open", func(t *testing.T) {
		url := New(t)
		conn, err := pgx.Connect(context.Background(), url)
		if err != nil {
			t.Fatal(err)
		}
		name = conn.Config().Database
	})
	var found string
	err := connect(t, current.server.admin).QueryRow(t.Context(), databases, name).Scan(&found)
	if !errors.Is(err, pgx.ErrNoRows) {
		t.Errorf("database %q is still there (%v)", name, err)
	}
}

// TestGivenServer runs the tests above on a server that is given.
func TestGivenServer(t *testing.T) {
	given, err := localpg.Start(t.Context(), localpg.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { given.Stop() })
	before := rows(t, connect(t, given.URL("postgres")), "SELECT datname::text FROM pg_database ORDER BY 1")

	testsPass(t, variable+"="+given.URL("postgres"), "DATABASE_URL=postgres://nobody@127.0.0.1:1/nothing")
	after := rows(t, connect(t, given.URL("postgres")), "SELECT datname::text FROM pg_database ORDER BY 1")
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("databases before and after: %s", diff)
	}
}

// testsPass runs the tests above in a process of their own, with env added to its environment.
func testsPass(t *testing.T, env ...string) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.v", "-test.run=TestEvery|TestEmpty|TestDatabase")
	child.Env = append(os.Environ(), env...)
	out, err := child.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestEveryTestHasItsOwnDatabase/Emma") {
		t.Fatalf("%v\n%s", err, out)
	}
}

// What whoever works on this machine has set for their own database does not reach the private one.
func TestOtherDatabasesAreForgotten(t *testing.T) {
	testsPass(t, variable+"=", "PGSERVICE=nowhere", "PGOPTIONS=-c nonsense=1", "PGTARGETSESSIONATTRS=read-only", "PGPORT=1")
}

func TestGivenServerIsNoURL(t *testing.T) {
	t.Setenv(variable, "host=127.0.0.1 password=secret")
	_, err := newServer()
	const want = variable + ": not a URL of the form postgres://user:password@host:port/database"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestMigrationFails(t *testing.T) {
	broken := errors.New("no such table")
	s := newSuite(func(context.Context, string) error { return broken })
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	for range 2 {
		if _, err := s.copyMaster(); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
	}
}
