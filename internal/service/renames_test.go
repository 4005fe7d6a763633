package service_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/localpg/pgtest"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
	"github.com/rollcall-rpc/rollcall/internal/throttle"
)

// A name that is given up while another call goes on is given up for that call
// too: no device stays known to it, nor to an account whose password has changed.
// The name changes in a transaction that the call has to wait for, so that it has
// always seen the account by its former name.
func TestRenamesMeanwhile(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, hash string
		call       func(t *testing.T, f *fixture, admin *rollcall.Client) string
		want       string
	}{
		{"a login", must(passwordHash())(t), authenticateAda, "-32001"},
		{"a login that replaces the hash", oldHash(), authenticateAda, "-32001"},
		{"a new password", must(passwordHash())(t), func(t *testing.T, _ *fixture, admin *rollcall.Client) string {
			_, err := admin.UpdateUser(t.Context(), rollcall.UpdateUserParams{UserID: 1, Password: "analytical engine"})
			return told(err)
		}, "ok"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			url := pgtest.New(t)
			f := newFixtureOn(t, postgres.Config{URL: url})
			ada := must(f.db.CreateUser(t.Context(), db.CreateUserParams{
				Username: "ada", Email: "ada@example.com", Role: "user", PasswordHash: test.hash,
			}))(t)
			admin, logins := f.admin(t), throttle.NewLogins(throttle.Config{}, f.db, f.secret)
			conn := must(pgx.Connect(t.Context(), url))(t)
			defer conn.Close(t.Context())
			tx := must(conn.Begin(t.Context()))(t)
			must(db.New(tx).UpdateUser(t.Context(), db.UpdateUserParams{ID: ada.ID, Username: new("countess")}))(t)
			must(logins.Remember(t.Context(), db.New(tx), "countess", ""))(t)

			answered := make(chan string)
			go func() { answered <- test.call(t, f, admin) }()
			const waits = `SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))`
			for !scan[bool](t, tx, waits) {
				select {
				case got := <-answered:
					t.Fatalf("it did not wait, and is answered %s", got)
				default:
				}
			}
			if err := tx.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := <-answered; got != test.want {
				t.Errorf("answered %s, want %s", got, test.want)
			}
			devices := scan[int](t, conn, `SELECT count(*) FROM login_attempts WHERE known_until > now()`)
			if want := map[string]int{"-32001": 1, "ok": 0}[test.want]; devices != want {
				t.Errorf("%d devices are known, want %d", devices, want)
			}
		})
	}
}

func authenticateAda(t *testing.T, f *fixture, _ *rollcall.Client) string {
	_, err := f.client("").Authenticate(t.Context(), rollcall.AuthenticateParams{Username: "ada", Password: password})
	return told(err)
}

// scan is the one value that a query finds.
func scan[T any](t *testing.T, from interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}, sql string) (value T) {
	t.Helper()
	if err := from.QueryRow(t.Context(), sql).Scan(&value); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return value
}
