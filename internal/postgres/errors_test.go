package postgres_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/localpg/pgtest"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

func TestRefusedParams(t *testing.T) {
	t.Parallel()
	database := open(t, postgres.Config{})
	ann, bob := create(t, database, "Ann"), create(t, database, "bob")
	if _, err := database.DeleteUser(t.Context(), bob.ID); err != nil {
		t.Fatal(err)
	}
	eve := create(t, database, "eve")

	tests := []struct {
		name           string
		change         func(*db.CreateUserParams)
		field, message string
	}{
		{"username", func(p *db.CreateUserParams) { p.Username = ann.Username }, "username", "Username already exists"},
		{"username in another case", func(p *db.CreateUserParams) { p.Username = "aNN" }, "username", "Username already exists"},
		{"a deleted user's name", func(p *db.CreateUserParams) { p.Username = bob.Username }, "username", "Username already exists"},
		{"email in another case", func(p *db.CreateUserParams) { p.Email = strings.ToUpper(ann.Email) }, "email", "Email already exists"},
		{"short username", func(p *db.CreateUserParams) { p.Username = "me" }, "",
			"Username must be 3 to 64 letters, digits, '.', '_' or '-'"},
		{"username and a line feed", func(p *db.CreateUserParams) { p.Username = "eva\n" }, "",
			"Username must be 3 to 64 letters, digits, '.', '_' or '-'"},
		{"username beyond ASCII", func(p *db.CreateUserParams) { p.Username = "Zoë" }, "",
			"Username must be 3 to 64 letters, digits, '.', '_' or '-'"},
		{"long email", func(p *db.CreateUserParams) { p.Email = strings.Repeat("x", 255) }, "",
			"Email must be 1 to 254 characters"},
		{"NUL", func(p *db.CreateUserParams) { p.Email = "a\x00@example.com" }, "",
			"Text must be UTF-8 without NUL characters"},
		{"not UTF-8", func(p *db.CreateUserParams) { p.Username = "a\xff\xfe" }, "",
			"Text must be UTF-8 without NUL characters"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			params := newUser("fresh")
			test.change(&params)
			update := db.UpdateUserParams{ID: eve.ID, Username: &params.Username, Email: &params.Email}
			want := rollcall.ParamsFault{Field: test.field, Message: test.message}
			if test.field != "" {
				want.Reason = rollcall.ParamsFaultReasonTaken
			}

			_, created := database.CreateUser(t.Context(), params)
			_, updated := database.UpdateUser(t.Context(), update)
			inTx := database.InTx(t.Context(), func(q *db.Queries) error {
				_, err := q.CreateUser(t.Context(), params)
				return err
			})
			for by, err := range map[string]error{"create": created, "update": updated, "in a transaction": inTx} {
				if diff := cmp.Diff(want, fault(err)); diff != "" {
					t.Errorf("%s: error is %v (-want +got):\n%s", by, err, diff)
				}
			}
		})
	}
}

// What is told before is what the constraints tell.
func TestCheckFree(t *testing.T) {
	t.Parallel()
	database := open(t, postgres.Config{})
	create(t, database, "Ann")
	if _, err := database.DeleteUser(t.Context(), create(t, database, "bob").ID); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, username, email, taken string }{
		{"both", "aNN", "ANN@example.com", "username"},
		{"the name", "aNN", "eve@example.com", "username"},
		{"a deleted user's name", "Bob", "eve@example.com", "username"},
		{"the email", "eve", "ANN@example.com", "email"},
		{"neither", "eve", "eve@example.com", ""},
		{"a deleted user's email", "eva", "bob@example.com", ""},
	}
	for _, test := range tests {
		before := database.CheckFree(t.Context(), test.username, test.email)
		_, created := database.CreateUser(t.Context(), db.CreateUserParams{Username: test.username, Email: test.email, Role: "user"})
		if fault(before).Field != test.taken || (before == nil) != (test.taken == "") {
			t.Errorf("%s: error is %v, want that it says %q", test.name, before, test.taken)
		}
		if diff := cmp.Diff(fault(created), fault(before)); diff != "" {
			t.Errorf("%s: creating says other than CheckFree (+):\n%s", test.name, diff)
		}
	}
}

// fault is the data of the contract's InvalidParamsError, empty for any other error.
func fault(err error) rollcall.ParamsFault {
	if refused, ok := errors.AsType[*rollcall.InvalidParamsError](err); ok && refused.Data != nil {
		return *refused.Data
	}
	return rollcall.ParamsFault{}
}

// The other two ways in which a query ends, besides a row's Scan: Exec, and rows' Err.
func TestRefusedParamsOfExecAndRows(t *testing.T) {
	t.Parallel()
	database := open(t, postgres.Config{})
	absent := db.CreateUserIfAbsentParams(newUser("nul\x00"))
	_, execErr := database.CreateUserIfAbsent(t.Context(), absent)

	rows, queryErr := postgres.Translated(database).Query(t.Context(), "SELECT $1::text", "nul\x00")
	for rows.Next() {
		t.Error("a row came back")
	}
	for name, err := range map[string]error{"exec": execErr, "rows": errors.Join(queryErr, rows.Err())} {
		if fault(err).Message == "" {
			t.Errorf("%s: error is %v, want InvalidParamsError", name, err)
		}
	}
}

func TestOneOfFiftyCreatesWins(t *testing.T) {
	t.Parallel()
	database := open(t, postgres.Config{MaxConns: 8})
	const parallel = 50
	done := make(chan error)
	for range parallel {
		go func() {
			_, err := database.CreateUser(t.Context(), newUser("wanted"))
			done <- err
		}()
	}
	created, refused := 0, 0
	for range parallel {
		err := <-done
		if err == nil {
			created++
		} else if fault(err).Field == "username" {
			refused++
		} else {
			t.Error(err)
		}
	}
	if created != 1 || refused != parallel-1 {
		t.Errorf("%d created and %d refused, want 1 and %d", created, refused, parallel-1)
	}
}

// Whoever adds a constraint on what a caller sends, or renames one, decides what the caller is told.
func TestEveryConstraintOnParamsIsTranslated(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	rows, err := connect(t, url).Query(t.Context(), `
		SELECT conname::text FROM pg_constraint WHERE conrelid = 'users'::regclass AND contype = 'c'
		UNION ALL
		SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'users'::regclass AND indisunique AND NOT indisprimary
		ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	inSchema, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	// No caller sends a role.
	want := []string{"users_email_check", "users_email_key", "users_role_check", "users_username_check", "users_username_key"}
	if diff := cmp.Diff(want, inSchema); diff != "" {
		t.Errorf("constraints of the schema (-want +got):\n%s", diff)
	}
	for _, name := range inSchema {
		if translated := postgres.Refuses(name); translated == (name == "users_role_check") {
			t.Errorf("%s: translated is %v", name, translated)
		}
	}
}
