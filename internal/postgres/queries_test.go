package postgres_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/internal/localpg/pgtest"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

func TestUpdateSetsOnlyWhatIsGiven(t *testing.T) {
	t.Parallel()
	database := open(t, postgres.Config{})
	tests := []struct {
		name   string
		update db.UpdateActiveUserParams
		change func(*db.User)
	}{
		{"nothing", db.UpdateActiveUserParams{}, func(*db.User) {}},
		{"username", db.UpdateActiveUserParams{Username: new("renamed")}, func(u *db.User) { u.Username = "renamed" }},
		{"email", db.UpdateActiveUserParams{Email: new("new@example.com")}, func(u *db.User) { u.Email = "new@example.com" }},
		{"password", db.UpdateActiveUserParams{PasswordHash: new("$new$")}, func(u *db.User) { u.PasswordHash = "$new$" }},
	}
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want := create(t, database, "user"+string(rune('a'+i)))
			test.update.ID = want.ID
			got, err := database.UpdateActiveUser(t.Context(), test.update)
			if err != nil {
				t.Fatal(err)
			}
			if !got.UpdatedAt.After(want.UpdatedAt) {
				t.Errorf("updated_at went from %v to %v", want.UpdatedAt, got.UpdatedAt)
			}
			test.change(&want)
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(db.User{}, "UpdatedAt")); diff != "" {
				t.Errorf("row (-want +got):\n%s", diff)
			}
		})
	}
}

func TestADeletedUserIsNowhere(t *testing.T) {
	t.Parallel()
	database := open(t, postgres.Config{})
	user := create(t, database, "gone")
	deleted, err := database.DeleteActiveUser(t.Context(), user.ID)
	if err != nil || deleted.DeletedAt == nil {
		t.Fatalf("deleted %+v, error %v", deleted, err)
	}
	_, byID := database.GetActiveUser(t.Context(), user.ID)
	_, byName := database.GetActiveUserByUsername(t.Context(), user.Username)
	_, update := database.UpdateActiveUser(t.Context(), db.UpdateActiveUserParams{ID: user.ID, Username: new("back")})
	_, again := database.DeleteActiveUser(t.Context(), user.ID)
	for query, err := range map[string]error{"get": byID, "log in": byName, "update": update, "delete": again} {
		if !errors.Is(err, postgres.ErrNotFound) {
			t.Errorf("%s: error is %v, want ErrNotFound", query, err)
		}
	}
	listed, err := database.ListActiveUsers(t.Context(), db.ListActiveUsersParams{Limit: 100})
	if err != nil || listed == nil || len(listed) != 0 {
		t.Errorf("listed %#v (%v), want an empty list", listed, err)
	}
}

func TestListIsNewestFirst(t *testing.T) {
	t.Parallel()
	database := open(t, postgres.Config{})
	for _, name := range []string{"one", "two", "three", "four"} {
		create(t, database, name)
	}
	tests := []struct {
		page db.ListActiveUsersParams
		want []string
	}{
		{db.ListActiveUsersParams{Limit: 100}, []string{"four", "three", "two", "one"}},
		{db.ListActiveUsersParams{Limit: 2, Offset: 1}, []string{"three", "two"}},
		{db.ListActiveUsersParams{Limit: 100, Offset: 1 << 62}, nil},
	}
	for _, test := range tests {
		users, err := database.ListActiveUsers(t.Context(), test.page)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, user := range users {
			got = append(got, user.Username)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%+v: listed %q, want %q", test.page, got, test.want)
		}
	}
}

func TestLogInWithoutRegardToCase(t *testing.T) {
	t.Parallel()
	database := open(t, postgres.Config{})
	want := create(t, database, "Ida.Lovelace")
	for _, name := range []string{"Ida.Lovelace", "ida.lovelace", "IDA.LOVELACE"} {
		if got, err := database.GetActiveUserByUsername(t.Context(), name); err != nil || got.ID != want.ID {
			t.Errorf("%s: found %d (%v), want %d", name, got.ID, err, want.ID)
		}
	}
	// Neither a pattern, nor a dotless or a dotted I, nor a space matches.
	for _, name := range []string{"", "Ida%", "ıda.lovelace", "İda.lovelace", "Ida.Lovelace "} {
		if got, err := database.GetActiveUserByUsername(t.Context(), name); !errors.Is(err, postgres.ErrNotFound) {
			t.Errorf("%q: found %d (%v), want ErrNotFound", name, got.ID, err)
		}
	}
}

// An index on lower(username) serves only the same expression in the same collation.
func TestLogInUsesTheIndex(t *testing.T) {
	t.Parallel()
	explained := &explainer{Conn: connect(t, pgtest.New(t))}
	if _, err := explained.Exec(t.Context(), "SET enable_seqscan = off"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.New(explained).GetActiveUserByUsername(t.Context(), "ann"); !errors.Is(err, postgres.ErrNotFound) {
		t.Fatal(err)
	}
	if !strings.Contains(explained.plan, `"Index Name": "users_username_key"`) {
		t.Errorf("the plan does not use users_username_key:\n%s", explained.plan)
	}
}

// explainer keeps the plan of the last query for one row.
type explainer struct {
	*pgx.Conn
	plan string
}

func (e *explainer) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	if err := e.Conn.QueryRow(ctx, "EXPLAIN (FORMAT JSON) "+sql, args...).Scan(&e.plan); err != nil {
		e.plan = err.Error()
	}
	return e.Conn.QueryRow(ctx, sql, args...)
}

func TestAdministrators(t *testing.T) {
	t.Parallel()
	database := open(t, postgres.Config{})
	exists := func(want bool) {
		t.Helper()
		if got, err := database.AdminExists(t.Context()); err != nil || got != want {
			t.Errorf("AdminExists is %v (%v), want %v", got, err, want)
		}
	}
	create(t, database, "somebody")
	exists(false)

	admin := db.CreateUserIfAbsentParams(newUser("Admin"))
	admin.Role = "admin"
	for _, want := range []int64{1, 0} {
		if got, err := database.CreateUserIfAbsent(t.Context(), admin); err != nil || got != want {
			t.Errorf("created %d (%v), want %d", got, err, want)
		}
	}
	exists(true)

	user, err := database.GetActiveUserByUsername(t.Context(), "admin")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := database.DeleteActiveUser(t.Context(), user.ID); err != nil {
		t.Fatal(err)
	}
	exists(false)
}
