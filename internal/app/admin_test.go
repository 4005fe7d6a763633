package app

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rollcall-rpc/rollcall/internal/localpg/pgtest"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

func TestAdminCreate(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t) // it migrates
	const good = "difference engine\n"
	tests := []struct {
		name, username, email, input string
		want                         string // of standard error, or the words of success
	}{
		{"a bad name", "two words", "root@example.com", good, "username: want text that matches ^[A-Za-z0-9._-]+$"},
		{"a bad email", "root", "root", good, "email: want text in the format email\n"},
		{"a short password", "root", "root@example.com", "short\n", "password: want a password of 8 to 128 characters"},
		{"no password", "root", "root@example.com", "", "password: want a password of 8 to 128 characters"},
		{"a common password", "root", "root@example.com", "sunshine\n", "password: this is one of the passwords that everybody tries first"},
		{"their own name", "administrator-1", "root@example.com", "administrator-1!\n", "password: this is the account's own name"},
		{"a password that cannot be kept", "root", "root@example.com", "a zero \x00 byte", "password: want text that matches ^[^\\x00]*$\n"},
		{"both names", "r", "r", good, "username: want at least 3 characters\n          email: want text in the format email\n"},
		{"a name like an option", "-root", "root@example.com", good, "created the administrator -root (user 1)"},
		{"a duplicate", "-ROOT", "other@example.com", good, "Username already exists"},
		{"a duplicate's email", "other", "ROOT@example.com", good, "Email already exists"},
		{"a password with a CR LF", "crlf", "crlf@example.com", "difference engine\r\nand more", "created the administrator crlf (user "},
	}
	for _, test := range tests {
		got := finish(t, []string{"DATABASE_URL=" + url}, test.input, "admin", "create", "--username="+test.username, "--email="+test.email)
		text, code := got.errors, 1
		if strings.HasPrefix(test.want, "created") {
			text, code = "rollcall: "+got.out, 0
		}
		if got.code != code || !strings.HasPrefix(text, "rollcall: "+test.want) {
			t.Errorf("%s: code %d, %s%s; want %s", test.name, got.code, got.out, got.errors, test.want)
		}
	}
	for name, env := range map[string]string{"none": "", "an empty one": "DATABASE_URL="} {
		got := finish(t, []string{env}, good, "admin", "create", "--username=root", "--email=root@example.com")
		if got.code == 0 || !strings.Contains(got.errors, "atabase") {
			t.Errorf("%s of databases: %v", name, got)
		}
	}
	database := must(postgres.Open(t.Context(), postgres.Config{URL: url}))(t)
	defer database.Close()
	if !must(database.AdminExists(t.Context()))(t) {
		t.Error("whoever was created is no administrator")
	}
}

// On a terminal the password is asked for twice.
func TestAdminCreateOnATerminal(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", filepath.Dir(must(binary())(t)))
			env.Setenv("DATABASE_URL", pgtest.New(t))
			return nil
		},
	})
}
