package app

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/localpg/pgtest"
)

// firstAdminFile is one that a link leads to.
func firstAdminFile(t *testing.T, text string) (file, setting string) {
	t.Helper()
	dir := t.TempDir()
	file, link := filepath.Join(dir, "first-admin"), filepath.Join(dir, "link")
	check(t, os.WriteFile(file, []byte(text), 0o600))
	check(t, os.Symlink(file, link))
	return file, "ROLLCALL_FIRST_ADMIN_FILE=" + link
}

func TestFirstAdminFile(t *testing.T) {
	t.Parallel()
	env := production(t, pgtest.New(t))
	const text = "root\nroot@example.com\n difference engine \n"
	file, setting := firstAdminFile(t, text)

	p := start(t, append(env, setting), "serve")
	c := p.ready(t)
	login := rollcall.AuthenticateParams{Username: "root", Password: " difference engine "}
	if me := must(c.Authenticate(t.Context(), login))(t); me.User.Role != rollcall.RoleAdmin || me.User.Email != "root@example.com" {
		t.Errorf("the first administrator is %v", me.User)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("the file is still there (%v)", err)
	}
	p.end(t, syscall.SIGTERM)

	// Without the file: nothing to complain of.
	p = start(t, append(env, setting), "serve")
	p.ready(t)
	p.end(t, syscall.SIGTERM)
	if strings.Contains(p.errors.String(), "WARN") {
		t.Errorf("a later start warns: %s", p.errors)
	}

	// Another file is not even read.
	other, setting := firstAdminFile(t, "nonsense")
	check(t, os.Chmod(other, 0o644))
	p = start(t, append(env, setting), "serve")
	p.ready(t)
	p.end(t, syscall.SIGTERM)
	if !strings.Contains(p.errors.String(), `"level":"WARN","msg":"there is an administrator already, and this file is not for any other: remove it"`) {
		t.Errorf("it does not warn of the file: %s", p.errors)
	}
	if again := string(must(os.ReadFile(other))(t)); again != "nonsense" {
		t.Errorf("the file is now %q", again)
	}
}

// Each of several instances has a file, or all have the same one.
func TestFirstAdminFileOfSeveral(t *testing.T) {
	t.Parallel()
	env := production(t, pgtest.New(t))
	const text = "root\r\nroot@example.com\r\ndifference engine"
	_, own := firstAdminFile(t, text)
	_, shared := firstAdminFile(t, text)
	processes := []*process{start(t, append(env, own), "serve"), start(t, append(env, shared), "serve"), start(t, append(env, shared), "serve")}
	for _, p := range processes {
		must(p.ready(t).Authenticate(t.Context(), rollcall.AuthenticateParams{Username: "root", Password: "difference engine"}))(t)
	}
}

func TestFirstAdminFileRefused(t *testing.T) {
	t.Parallel()
	env := production(t, pgtest.New(t))
	tests := []struct {
		name, text string
		mode       os.FileMode
		want       string
	}{
		{"empty", "", 0o600, "has 1 lines, want 3: username, email, password"},
		{"four lines", "root\nroot@example.com\nCANARY engine\n\n", 0o600, "has 4 lines, want 3: username, email, password"},
		{"a bad name", "two words\nroot@example.com\nCANARY engine", 0o600, "username: want text that matches"},
		{"another order", "root\nCANARY engine\nroot@example.com", 0o600, "email: want text in the format email"},
		{"a short password", "root\nroot@example.com\nCANARY", 0o600, "password: want a password of 8 to 128 characters"},
		{"that of rollcall dev", "admin\nadmin@example.com\nadmin123", 0o600, "password: this is one of the passwords that everybody tries first"},
		{"no UTF-8", "root\nroot@example.com\nCANARY\xff engine", 0o600, "password: want UTF-8"},
		{"for all to read", "root\nroot@example.com\nCANARY engine", 0o644, "has mode 0644, others than its owner may use it: chmod 600"},
	}
	for _, test := range tests {
		file, setting := firstAdminFile(t, test.text)
		check(t, os.Chmod(file, test.mode))
		got := finish(t, append(env, setting), "", "serve")
		if got.code != 1 || !strings.HasPrefix(got.errors, "rollcall: create the first administrator: ") ||
			!strings.Contains(got.errors, test.want) || strings.Contains(got.errors, "CANARY") {
			t.Errorf("%s: code %d, %s; want %s", test.name, got.code, got.errors, test.want)
		}
		if again := string(must(os.ReadFile(file))(t)); again != test.text {
			t.Errorf("%s: the file is now %q", test.name, again)
		}
	}
	got := finish(t, append(env, "ROLLCALL_FIRST_ADMIN_FILE=/nonexistent"), "", "serve")
	if got.code != 1 || !strings.Contains(got.errors, "open /nonexistent: no such file or directory") {
		t.Errorf("no file: %v", got)
	}
}
