package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/internal/auth"
	"github.com/rollcall-rpc/rollcall/internal/localpg/pgtest"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

func TestUpdateSetsOnlyWhatIsGiven(t *testing.T) {
	t.Parallel()
	database := open(t, postgres.Config{})
	tests := []struct {
		name   string
		update db.UpdateUserParams
		change func(*db.User)
	}{
		{"nothing", db.UpdateUserParams{}, func(*db.User) {}},
		{"username", db.UpdateUserParams{Username: new("renamed")}, func(u *db.User) { u.Username, u.UsernameCanonical = "renamed", "renamed" }},
		{"email", db.UpdateUserParams{Email: new("new@example.com")}, func(u *db.User) { u.Email, u.EmailCanonical = "new@example.com", "new@example.com" }},
		{"password", db.UpdateUserParams{PasswordHash: new("$new$")}, func(u *db.User) { u.PasswordHash = "$new$" }},
	}
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want := create(t, database, "user"+string(rune('a'+i)))
			test.update.ID = want.ID
			got, err := database.UpdateUser(t.Context(), test.update)
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
	deleted, err := database.DeleteUser(t.Context(), user.ID)
	if err != nil || deleted.DeletedAt == nil {
		t.Fatalf("deleted %+v, error %v", deleted, err)
	}
	_, byID := database.GetUser(t.Context(), user.ID)
	_, update := database.UpdateUser(t.Context(), db.UpdateUserParams{ID: user.ID, Username: new("back")})
	_, again := database.DeleteUser(t.Context(), user.ID)
	for query, err := range map[string]error{"get": byID, "update": update, "delete": again} {
		if !errors.Is(err, postgres.ErrNotFound) {
			t.Errorf("%s: error is %v, want ErrNotFound", query, err)
		}
	}
	listed, err := database.ListUsers(t.Context(), db.ListUsersParams{Limit: 100})
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
		page db.ListUsersParams
		want []string
	}{
		{db.ListUsersParams{Limit: 100}, []string{"four", "three", "two", "one"}},
		{db.ListUsersParams{Limit: 2, Offset: 1}, []string{"three", "two"}},
		{db.ListUsersParams{Limit: 100, Offset: 1 << 62}, nil},
		{db.ListUsersParams{Limit: 2, After: new(int64(4))}, []string{"three", "two"}},
		{db.ListUsersParams{Limit: 2, After: new(int64(4)), Offset: 2}, []string{"one"}},
		{db.ListUsersParams{Limit: 100, After: new(int64(100))}, []string{"four", "three", "two", "one"}},
		{db.ListUsersParams{Limit: 100, After: new(int64(1))}, nil},
	}
	for _, test := range tests {
		users, err := database.ListUsers(t.Context(), test.page)
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

// Neither the users before a page make it dear nor the deleted ones: each is read off the index, its rows and no others, whether
// Postgres plans for the arguments or once for all of them.
func TestEveryPageCostsTheSame(t *testing.T) {
	t.Parallel()
	conn := connect(t, pgtest.New(t))
	for _, sql := range []string{
		`INSERT INTO users (username, email, password_hash)
			SELECT 'user' || n, 'user' || n || '@example.com', '-' FROM generate_series(1, 20000) AS n`,
		`UPDATE users SET deleted_at = now() WHERE id > 15000 OR id BETWEEN 5000 AND 10000`,
		`VACUUM ANALYZE users`,
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	const size = 10
	pages := []struct {
		name  string
		page  db.ListUsersParams
		first int64 // the id that it begins with
	}{
		{"first", db.ListUsersParams{Limit: size}, 15000},
		{"first by a cursor", db.ListUsersParams{Limit: size, After: new(int64(20001))}, 15000},
		{"in the middle", db.ListUsersParams{Limit: size, After: new(int64(12345))}, 12344},
		{"around the deleted", db.ListUsersParams{Limit: size, After: new(int64(10006))}, 10005},
		{"behind the deleted", db.ListUsersParams{Limit: size, After: new(int64(10001))}, 4999},
		{"last", db.ListUsersParams{Limit: size, After: new(int64(size + 1))}, size},
	}
	for _, planned := range []string{"force_custom_plan", "force_generic_plan"} {
		if _, err := conn.Exec(t.Context(), "SET plan_cache_mode = "+planned); err != nil {
			t.Fatal(err)
		}
		for _, test := range pages {
			explained := &pageExplainer{Conn: conn}
			users, err := db.New(explained).ListUsers(t.Context(), test.page)
			if err != nil || len(users) != size || users[0].ID != test.first {
				t.Errorf("%s: %d users (%v), want %d from %d on", test.name, len(users), err, size, test.first)
			}
			want := []planNode{
				{Type: "Limit", Rows: size},
				{Type: "Index Scan", Index: "users_active_id_idx", Direction: "Backward", Rows: size},
			}
			if diff := cmp.Diff(want, explained.nodes); diff != "" {
				t.Errorf("%s, %s: plan (-want +got):\n%s", planned, test.name, diff)
			}
			// The way down the index, and the pages of the table that ten rows may be on.
			if explained.blocks > 8 {
				t.Errorf("%s, %s: %d blocks were read", planned, test.name, explained.blocks)
			}
		}
	}
}

// pageExplainer keeps how the last query for several rows was run, from the top of its plan down.
type pageExplainer struct {
	*pgx.Conn
	nodes  []planNode
	blocks int
}

type planNode struct {
	Type      string  `json:"Node Type"`
	Index     string  `json:"Index Name"`
	Direction string  `json:"Scan Direction"`
	Rows      float64 `json:"Actual Rows"` // a fraction from version 18 on
	Removed   float64 `json:"Rows Removed by Filter"`
}

// Query explains a prepared statement, because only such a one has a plan for any argument.
func (e *pageExplainer) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if _, err := e.Exec(ctx, "PREPARE page AS "+sql); err != nil {
		return nil, err
	}
	literals := make([]string, len(args))
	for i, arg := range args {
		literals[i] = literal(arg)
	}
	var explained []struct{ Plan planTree }
	execute := "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE page"
	if len(args) > 0 {
		execute += " (" + strings.Join(literals, ", ") + ")"
	}
	if err := e.QueryRow(ctx, execute).Scan(&explained); err != nil {
		return nil, err
	}
	if _, err := e.Exec(ctx, "DEALLOCATE page"); err != nil {
		return nil, err
	}
	e.blocks = explained[0].Plan.Hit + explained[0].Plan.Read
	e.nodes = explained[0].Plan.list()
	return e.Conn.Query(ctx, sql, args...)
}

// literal is an integer, or a pointer to one, in SQL.
func literal(arg any) string {
	switch arg := arg.(type) {
	case int64:
		return strconv.FormatInt(arg, 10)
	case *int64:
		if arg != nil {
			return strconv.FormatInt(*arg, 10)
		}
	}
	return "NULL"
}

type planTree struct {
	planNode
	Hit   int        `json:"Shared Hit Blocks"`
	Read  int        `json:"Shared Read Blocks"`
	Plans []planTree `json:"Plans"`
}

func (p planTree) list() []planNode {
	nodes := []planNode{p.planNode}
	for _, below := range p.Plans {
		nodes = append(nodes, below.list()...)
	}
	return nodes
}

// Whoever logs in is found by the canonical form of the name that they have given.
func TestNamesAreFoundByTheirCanonicalForm(t *testing.T) {
	t.Parallel()
	database := open(t, postgres.Config{})
	want := create(t, database, "Ida.Lovelace")
	for _, name := range []string{"Ida.Lovelace", "ida.lovelace", "IDA.LOVELACE", "ｉｄａ.lovelace"} {
		if got, err := database.GetUserByName(t.Context(), auth.CanonicalName(name)); err != nil || got.ID != want.ID {
			t.Errorf("%s: found %d (%v), want %d", name, got.ID, err, want.ID)
		}
	}
	// Neither a pattern, nor a dotless or a dotted I, nor a space matches.
	for _, name := range []string{"", "Ida%", "ıda.lovelace", "İda.lovelace", "Ida.Lovelace "} {
		if got, err := database.GetUserByName(t.Context(), auth.CanonicalName(name)); !errors.Is(err, postgres.ErrNotFound) {
			t.Errorf("%q: found %d (%v), want ErrNotFound", name, got.ID, err)
		}
	}
}

// An index serves only a comparison in its own collation.
func TestNamesAreFoundByTheirIndexes(t *testing.T) {
	t.Parallel()
	conn := connect(t, pgtest.New(t))
	if _, err := conn.Exec(t.Context(), "SET enable_seqscan = off"); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		query   func(*db.Queries) error
		indexes []string
	}{
		{"log in", func(q *db.Queries) error {
			if _, err := q.GetUserByName(t.Context(), "ann"); !errors.Is(err, postgres.ErrNotFound) {
				return fmt.Errorf("want ErrNotFound, got %w", err)
			}
			return nil
		}, []string{"users_username_key"}},
		{"are they taken", func(q *db.Queries) error {
			_, err := q.TakenNames(t.Context(), db.TakenNamesParams{Username: "ann", Email: "ann@example.com"})
			return err
		}, []string{"users_username_key", "users_email_key"}},
	}
	for _, test := range tests {
		explained := &explainer{Conn: conn}
		if err := test.query(db.New(explained)); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		for _, index := range test.indexes {
			if !strings.Contains(explained.plan, `"Index Name": "`+index+`"`) {
				t.Errorf("%s: the plan does not use %s:\n%s", test.name, index, explained.plan)
			}
		}
	}
}

// A page of the audit log is read off an index, in its order: of everybody, of what somebody did, of what was done to somebody, and
// of both.
func TestPagesOfTheAuditLog(t *testing.T) {
	t.Parallel()
	conn := connect(t, pgtest.New(t))
	for _, sql := range []string{
		`INSERT INTO audit_entries (actor_id, target_id, method, outcome, changes, request_id)
			SELECT nullif(n % 500, 0), n % 250, 'authenticate', 'done', '{}', '' FROM generate_series(1, 20000) AS n`,
		`VACUUM ANALYZE audit_entries`,
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	const size = 10
	tests := []struct {
		name  string
		list  func(q *db.Queries, after *int64) ([]db.AuditEntry, error)
		every int64 // of which entries it tells
		index string
	}{
		{"all", func(q *db.Queries, after *int64) ([]db.AuditEntry, error) {
			return q.ListAuditEntries(t.Context(), db.ListAuditEntriesParams{After: after, Limit: size})
		}, 1, "audit_entries_pkey"},
		{"of a target", func(q *db.Queries, after *int64) ([]db.AuditEntry, error) {
			return q.ListAuditEntriesOf(t.Context(), db.ListAuditEntriesOfParams{TargetID: 17, After: after, Limit: size})
		}, 250, "audit_entries_target_id_idx"},
		{"by an actor", func(q *db.Queries, after *int64) ([]db.AuditEntry, error) {
			return q.ListAuditEntriesBy(t.Context(), db.ListAuditEntriesByParams{ActorID: 17, After: after, Limit: size})
		}, 500, "audit_entries_actor_id_idx"},
		{"by an actor, of a target", func(q *db.Queries, after *int64) ([]db.AuditEntry, error) {
			return q.ListAuditEntriesByOf(t.Context(), db.ListAuditEntriesByOfParams{ActorID: 17, TargetID: 17, After: after, Limit: size})
		}, 500, "audit_entries_pair_idx"},
	}
	for _, planned := range []string{"force_custom_plan", "force_generic_plan"} {
		if _, err := conn.Exec(t.Context(), "SET plan_cache_mode = "+planned); err != nil {
			t.Fatal(err)
		}
		for _, test := range tests {
			for after, last := range map[*int64]int64{nil: 20000, new(int64(12345)): 12344} {
				explained := &pageExplainer{Conn: conn}
				entries, err := test.list(db.New(explained), after)
				if err != nil {
					t.Fatal(err)
				}
				var got, want []int64
				for _, entry := range entries {
					got = append(got, entry.ID)
				}
				for id := last; len(want) < size; id-- {
					if (id-17)%test.every == 0 {
						want = append(want, id)
					}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s: entries (-want +got):\n%s", test.name, diff)
				}
				plan := []planNode{
					{Type: "Limit", Rows: size},
					{Type: "Index Scan", Index: test.index, Direction: "Backward", Rows: size},
				}
				if diff := cmp.Diff(plan, explained.nodes); diff != "" {
					t.Errorf("%s, %s: plan (-want +got):\n%s", planned, test.name, diff)
				}
				if explained.blocks > 20 { // the way down the index, and the pages of ten entries
					t.Errorf("%s, %s: %d blocks were read", planned, test.name, explained.blocks)
				}
			}
		}
	}
}

// The kinds of hashes that logins may meet are found without a look at every account.
func TestPasswordParams(t *testing.T) {
	t.Parallel()
	conn := connect(t, pgtest.New(t))
	for _, sql := range []string{
		`INSERT INTO users (username, email, password_hash)
			SELECT 'user' || n, 'user' || n || '@example.com', '$argon2id$v=19$m=' || (n % 3 + 1) * 1024 || ',t=2,p=1$salt$' || n
			FROM generate_series(1, 20000) AS n`,
		`UPDATE users SET password_hash = '$2b$12$' || id WHERE id % 5 = 0`,
		`UPDATE users SET password_hash = '$argon2id$v=19$m=8,t=1,p=1$salt$key', active = false WHERE id = 1`,
		`UPDATE users SET password_hash = '$argon2id$v=19$m=8,t=2,p=1$salt$key', deleted_at = now() WHERE id = 2`,
		`VACUUM ANALYZE users`,
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	explained := &pageExplainer{Conn: conn}
	got, err := db.New(explained).ListPasswordParams(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"m=1024,t=2,p=1", "m=2048,t=2,p=1", "m=3072,t=2,p=1"}, got); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
	for _, node := range explained.nodes {
		ofTable := strings.Contains(node.Type, "Scan") && !slices.Contains([]string{"CTE Scan", "WorkTable Scan", "Subquery Scan"}, node.Type)
		if ofTable && node.Index != "users_password_params_idx" {
			t.Errorf("the plan has a %s by %q", node.Type, node.Index)
		}
	}
	if explained.blocks > 60 { // for each kind, and after the last, the way down the index and a page of the table; and where they are counted
		t.Errorf("%d blocks were read", explained.blocks)
	}

	for _, sql := range []string{
		`UPDATE users SET password_hash = '$argon2id$v=19$m=' || id || ',t=1,p=1$salt$key' WHERE id <= 100`,
		`UPDATE users SET password_hash = '$argon2id$v=19$m=500,t=1,p=1$salt$key' WHERE id BETWEEN 3 AND 8`,
		`UPDATE users SET password_hash = '$argon2id$v=19$m=19456,t=2,p=1,keyid=' || id || '$salt$key' WHERE id BETWEEN 101 AND 200`,
		`UPDATE users SET password_hash = '$argon2id$v=19$m=4194304,t=1,p=1$salt$key' WHERE id BETWEEN 201 AND 400`,
		`VACUUM ANALYZE users`,
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	got, err = db.New(conn).ListPasswordParams(t.Context())
	frequent := []string{"m=1024,t=2,p=1", "m=2048,t=2,p=1", "m=3072,t=2,p=1", "m=500,t=1,p=1"}
	if err != nil || len(got) != 16 || !slices.Equal(got[:4], frequent) {
		t.Errorf("of 100 kinds and 101 that cannot be read, %q are told (%v), want 16: at first %q", got, err, frequent)
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

	user, err := database.GetUserByName(t.Context(), "admin")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := database.DeleteUser(t.Context(), user.ID); err != nil {
		t.Fatal(err)
	}
	exists(false)
}
