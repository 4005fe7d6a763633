package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/internal/localpg/pgtest"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

func TestMain(m *testing.M) { pgtest.Main(m, postgres.Migrate) }

// open opens a fresh, migrated database.
func open(t *testing.T, cfg postgres.Config) *postgres.DB {
	t.Helper()
	cfg.URL = pgtest.New(t)
	database, err := postgres.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(database.Close)
	return database
}

// connect opens a connection of the test's own, to look from beside.
func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

func queryRow[T any](t *testing.T, conn *pgx.Conn, sql string, args ...any) T {
	t.Helper()
	var value T
	if err := conn.QueryRow(t.Context(), sql, args...).Scan(&value); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return value
}

func create(t *testing.T, database *postgres.DB, username string) db.User {
	t.Helper()
	user, err := database.CreateUser(t.Context(), newUser(username))
	if err != nil {
		t.Fatal(err)
	}
	return user
}

func newUser(username string) db.CreateUserParams {
	return db.CreateUserParams{
		Username: username, Email: username + "@example.com", PasswordHash: "$hash$" + username, Role: "user",
	}
}

func TestOpenAndMigrateSayWhatToDo(t *testing.T) {
	t.Parallel()
	noDatabase, noUser := parse(t, pgtest.Empty(t)), parse(t, pgtest.Empty(t))
	noDatabase.Path = "/rollcall_no_such_database"
	noUser.User = url.User("rollcall_no_such_user")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := listener.Addr().String()
	listener.Close()

	tests := []struct {
		name, url string
		want      []string
	}{
		{"empty", "", []string{"the database URL is empty", "want postgres://USER:PASSWORD@HOST:PORT/DATABASE"}},
		{"not a URL", "postgres://u:s3cret@localhost:port/x", []string{"the database URL cannot be used", "want postgres://"}},
		{"nobody listens", "postgres://u:s3cret@" + nobody + "/x", []string{
			"cannot connect to Postgres", "refused", "check that Postgres runs there"}},
		{"no such database", noDatabase.String(), []string{
			"cannot connect to Postgres", "create the database with createdb"}},
		{"no such user", noUser.String(), []string{
			"cannot connect to Postgres", "check the user and the password"}},
		{"a PgBouncer", "postgres://u:s3cret@" + fakeBouncer(t) + "/x?sslmode=disable", []string{
			"cannot connect to Postgres", "unsupported startup parameter: statement_timeout", "set them to 0 here"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, openErr := postgres.Open(t.Context(), postgres.Config{URL: test.url})
			migrateErr := postgres.Migrate(t.Context(), test.url)
			for _, err := range []error{openErr, migrateErr} {
				for _, want := range test.want {
					if err == nil || !strings.Contains(err.Error(), want) {
						t.Errorf("error is %v, want %q in it", err, want)
					}
				}
				if err != nil && strings.Contains(err.Error(), "s3cret") {
					t.Errorf("the password is in the error: %v", err)
				}
			}
		})
	}
}

// fakeBouncer answers whoever connects as PgBouncer answers a timeout.
func fakeBouncer(t *testing.T) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			server := pgproto3.NewBackend(conn, conn)
			_, _ = server.ReceiveStartupMessage()
			server.Send(&pgproto3.ErrorResponse{
				Severity: "FATAL", Code: "08P01", Message: "unsupported startup parameter: statement_timeout",
			})
			_ = server.Flush()
			conn.Close()
		}
	}()
	return listener.Addr().String()
}

func parse(t *testing.T, rawURL string) *url.URL {
	t.Helper()
	parsed, err := url.Parse(rawURL)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestPing(t *testing.T) {
	t.Parallel()
	database := open(t, postgres.Config{})
	if err := database.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	database.Close()
	if err := database.Ping(t.Context()); err == nil {
		t.Error("a closed pool answers a ping")
	}
}

func TestInTx(t *testing.T) {
	t.Parallel()
	errStop := errors.New("stop")
	tests := []struct {
		name    string
		fn      func(*db.Queries) error
		want    error
		created bool
	}{
		{"nil commits", func(*db.Queries) error { return nil }, nil, true},
		{"an error rolls back", func(*db.Queries) error { return errStop }, errStop, false},
		{"a failed query rolls back, and its error comes out", func(q *db.Queries) error {
			_, err := q.GetUser(t.Context(), 0)
			return err
		}, postgres.ErrNotFound, false},
		{"a swallowed failure is not a commit", func(q *db.Queries) error {
			_, _ = q.CreateUser(t.Context(), newUser("taken"))
			return nil
		}, pgx.ErrTxCommitRollback, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			database := open(t, postgres.Config{})
			create(t, database, "taken")
			err := database.InTx(t.Context(), func(q *db.Queries) error {
				if _, err := q.CreateUser(t.Context(), newUser("fresh")); err != nil {
					return err
				}
				return test.fn(q)
			})
			if !errors.Is(err, test.want) {
				t.Errorf("error is %v, want %v", err, test.want)
			}
			_, err = database.GetUserByName(t.Context(), "fresh")
			if created := err == nil; created != test.created {
				t.Errorf("created is %v (%v), want %v", created, err, test.created)
			}
		})
	}
}

// In a pool of one connection, whoever loses it stops everybody.
func TestInTxGivesTheConnectionBack(t *testing.T) {
	t.Parallel()
	database := open(t, postgres.Config{MaxConns: 1})
	session := func(ctx context.Context) (pid int) {
		_ = postgres.Pool(database).QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&pid)
		return pid
	}
	before := session(t.Context())

	t.Run("after a panic", func(t *testing.T) {
		defer func() {
			if recover() == nil {
				t.Error("InTx swallowed the panic")
			}
			if after := session(t.Context()); after != before {
				t.Errorf("session %d became %d", before, after)
			}
		}()
		_ = database.InTx(t.Context(), func(*db.Queries) error { panic("in the transaction") })
	})
	t.Run("after its context is done", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		err := database.InTx(ctx, func(q *db.Queries) error {
			cancel()
			_, err := q.CreateUser(ctx, newUser("late"))
			return err
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v, want context.Canceled", err)
		}
		if after := session(t.Context()); after != before {
			t.Errorf("session %d became %d", before, after)
		}
	})
}

func TestContextCancelsTheQueryAndKeepsTheConnection(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	database, err := postgres.Open(t.Context(), postgres.Config{URL: url, MaxConns: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	beside := connect(t, url)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()

	done := make(chan error)
	go func() {
		var slept string
		done <- postgres.Translated(database).QueryRow(ctx, "SELECT pg_sleep(600)::text").Scan(&slept)
	}()
	const sleeper = "SELECT coalesce(max(pid), 0) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
	var pid int
	for pid == 0 {
		pid = queryRow[int](t, beside, sleeper)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want context.Canceled", err)
	}
	if still := queryRow[int](t, beside, sleeper); still != 0 {
		t.Errorf("session %d still sleeps", still)
	}
	var after int
	if err := postgres.Pool(database).QueryRow(t.Context(), "SELECT pg_backend_pid()").Scan(&after); err != nil || after != pid {
		t.Errorf("session %d became %d (%v)", pid, after, err)
	}
}

// What is set goes before what the URL says, but for the one option that every client of Postgres knows.
func TestConfigReachesThePool(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	said := url + "&pool_max_conns=7&pool_min_conns=3&connect_timeout=9&default_query_exec_mode=simple_protocol"
	set := postgres.Config{MaxConns: 2, MinConns: 1, ConnectTimeout: time.Minute, ExecMode: pgx.QueryExecModeExec}
	type pool struct {
		max, min int32
		connect  time.Duration
		mode     pgx.QueryExecMode
	}
	tests := []struct {
		name, url string
		set       postgres.Config
		want      pool
	}{
		{"little is said", url, postgres.Config{MaxConns: 1}, pool{1, 0, 5 * time.Second, pgx.QueryExecModeCacheStatement}},
		{"by the URL", said, postgres.Config{}, pool{7, 3, 9 * time.Second, pgx.QueryExecModeSimpleProtocol}},
		{"by the program", url, set, pool{2, 1, time.Minute, pgx.QueryExecModeExec}},
		{"by both", said, set, pool{2, 1, 9 * time.Second, pgx.QueryExecModeExec}},
	}
	for _, test := range tests {
		test.set.URL = test.url
		database, err := postgres.Open(t.Context(), test.set)
		if err != nil {
			t.Fatal(err)
		}
		config := postgres.Pool(database).Config()
		got := pool{config.MaxConns, config.MinConns, config.ConnConfig.ConnectTimeout, config.ConnConfig.DefaultQueryExecMode}
		if got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
		database.Close()
	}
}

// Every query means the same in every mode, and only one mode leaves something behind on its connection.
func TestExecModes(t *testing.T) {
	t.Parallel()
	modes := map[pgx.QueryExecMode]bool{
		pgx.QueryExecModeCacheStatement: true, pgx.QueryExecModeCacheDescribe: false, pgx.QueryExecModeExec: false,
	}
	for mode, prepares := range modes {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			database := open(t, postgres.Config{MaxConns: 1, ExecMode: mode})
			ann, bob := create(t, database, "ann"), create(t, database, "bob")
			updated, err := database.UpdateUser(t.Context(), db.UpdateUserParams{ID: bob.ID, Email: new("b@example.com")})
			if err != nil || updated.Username != "bob" || updated.Email != "b@example.com" {
				t.Errorf("updated to %+v, error %v", updated, err)
			}
			for _, test := range []struct {
				page db.ListUsersParams
				want []db.User
			}{
				{db.ListUsersParams{Limit: 10}, []db.User{updated, ann}},
				{db.ListUsersParams{Limit: 10, After: &bob.ID}, []db.User{ann}},
			} {
				users, err := database.ListUsers(t.Context(), test.page)
				if diff := cmp.Diff(test.want, users); diff != "" || err != nil {
					t.Errorf("error %v, users (-want +got):\n%s", err, diff)
				}
			}
			if err := database.CheckFree(t.Context(), "eve", "B@example.com"); fault(err).Field != "email" {
				t.Errorf("error is %v, want that the email is taken", err)
			}
			if _, err := database.GetUserByName(t.Context(), "eve"); !errors.Is(err, postgres.ErrNotFound) {
				t.Errorf("error is %v, want ErrNotFound", err)
			}
			var prepared bool
			err = postgres.Pool(database).QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM pg_prepared_statements)").Scan(&prepared)
			if err != nil || prepared != prepares {
				t.Errorf("statements are prepared: %v (%v), want %v", prepared, err, prepares)
			}
		})
	}
}

func TestTimeoutsReachTheServer(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	tests := []struct {
		name            string
		cfg             postgres.Config
		statement, idle string
	}{
		{"none", postgres.Config{URL: url}, "0", "0"},
		{"both", postgres.Config{URL: url, StatementTimeout: 15 * time.Second, IdleInTxTimeout: time.Minute}, "15s", "1min"},
		{"rounded up, for 0 would be none", postgres.Config{URL: url, IdleInTxTimeout: time.Nanosecond}, "0", "1ms"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			database, err := postgres.Open(t.Context(), test.cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer database.Close()
			var got struct{ statement, idle, name string }
			err = postgres.Pool(database).QueryRow(t.Context(), `SELECT current_setting('statement_timeout'),
				current_setting('idle_in_transaction_session_timeout'), current_setting('application_name')`).
				Scan(&got.statement, &got.idle, &got.name)
			if want := (struct{ statement, idle, name string }{test.statement, test.idle, "rollcall"}); got != want || err != nil {
				t.Errorf("got %v (%v), want %v", got, err, want)
			}
		})
	}
}

func TestStatementTimeoutIsNotTheContexts(t *testing.T) {
	t.Parallel()
	database := open(t, postgres.Config{StatementTimeout: 10 * time.Millisecond})
	_, err := postgres.Translated(database).Exec(t.Context(), "SELECT pg_sleep(600)")
	if pgErr, ok := errors.AsType[*pgconn.PgError](err); !ok || pgErr.Code != "57014" {
		t.Errorf("error is %v, want Postgres's query_canceled", err)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the context is blamed: %v", err)
	}
}

func TestTimesAreUTC(t *testing.T) {
	t.Parallel()
	database := open(t, postgres.Config{})
	user := create(t, database, fmt.Sprintf("born.%d", time.Now().Year()))
	for _, at := range []time.Time{user.CreatedAt, user.UpdatedAt} {
		if at.Location() != time.UTC || at.IsZero() {
			t.Errorf("time %v is not in UTC", at)
		}
	}
}
