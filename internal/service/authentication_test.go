package service_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/auth"
)

func TestAuthenticate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ada := f.account(t, "Ada", rollcall.RoleUser)
	for _, username := range []rollcall.UsernameGuess{"Ada", "ada", "ADA", "ａｄａ"} {
		c := f.client("")
		got := must(c.Authenticate(t.Context(), rollcall.AuthenticateParams{Username: username, Password: password}))(t)
		if got.User.ID != rollcall.UserID(ada.ID) || got.User.Username != "Ada" || got.User.Role != rollcall.RoleUser {
			t.Errorf("%s: logged in as %v", username, got.User)
		}
		if me := must(c.GetCurrentUser(t.Context()))(t); me != got.User {
			t.Errorf("%s: the token is %v's, want %v's", username, me, got.User)
		}
		c.ClearToken()
		if _, err := c.GetCurrentUser(t.Context()); told(err) != "-32001" {
			t.Errorf("%s: without the token: %v", username, err)
		}
	}
	tests := []struct{ params, want string }{
		{``, "-32602 required, required"},
		{`{"username":"ada"}`, "-32602 required"},
		{`["ada"]`, "-32602 required"},
		{`{"username":"ada","password":null}`, "-32602 /password type"},
		{`{"username":1,"password":["correct horse"]}`, "-32602 /password type, /username type"},
	}
	for _, test := range tests {
		if got := ask(t, f.client(""), rollcall.MethodAuthenticate, test.params); got != test.want {
			t.Errorf("%s: answered %s, want %s", test.params, got, test.want)
		}
	}
}

// A device that an account knows keeps its token; others get a new one each time,
// and when the password or the name changes, all are others.
func TestDeviceTokens(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ada := f.account(t, "ada", rollcall.RoleUser)
	f.account(t, "bob", rollcall.RoleUser)
	admin := f.admin(t)
	current := rollcall.PasswordGuess(password)
	logIn := func(username rollcall.UsernameGuess, device rollcall.DeviceToken) rollcall.DeviceToken {
		t.Helper()
		params := rollcall.AuthenticateParams{Username: username, Password: current, DeviceToken: device}
		return must(f.client("").Authenticate(t.Context(), params))(t).DeviceToken
	}
	expect := func(when string, username rollcall.UsernameGuess, device rollcall.DeviceToken, known bool) {
		t.Helper()
		if got := logIn(username, device); (got == device) != known || got == "" {
			t.Errorf("%s: the token that was %q is %q, want the same: %v", when, string(device), string(got), known)
		}
	}
	first := logIn("ada", "")
	expect("again", "ada", first, true)
	expect("in upper case", "ADA", first, true)
	expect("made up", "ada", "device", false)
	expect("bob, with ada's", "bob", first, false)

	changed := must(f.as(t, ada).ChangePassword(t.Context(), rollcall.ChangePasswordParams{
		OldPassword: password, NewPassword: "analytical engine",
	}))(t)
	current = "analytical engine"
	expect("one from before another password", "ada", first, false)
	expect("that of the new password", "ada", changed.DeviceToken, true)

	for _, name := range []rollcall.Username{"countess", "ada"} {
		must(admin.UpdateUser(t.Context(), rollcall.UpdateUserParams{UserID: rollcall.UserID(ada.ID), Username: name}))(t)
		expect("by another name", rollcall.UsernameGuess(name), changed.DeviceToken, false)
	}
	second := logIn("ada", "")
	must(admin.UpdateUser(t.Context(), rollcall.UpdateUserParams{UserID: rollcall.UserID(ada.ID), Password: "difference engine"}))(t)
	current = "difference engine"
	expect("after an administrator has set the password", "ada", second, false)
}

// Wrong guesses cannot be told apart: neither by the bytes of the answer nor by
// the work. What is counted is memory, since every hash takes its 19 MiB anew;
// so that nothing else does, this test runs alone.
func TestWrongGuesses(t *testing.T) {
	f := newFixture(t)
	f.account(t, "ada", rollcall.RoleUser)
	f.deleted(t, "gone")
	disabled := f.account(t, "disabled", rollcall.RoleUser)
	must(f.db.SetUserActive(t.Context(), db.SetUserActiveParams{ID: disabled.ID}))(t)
	for name, hash := range map[string]string{
		"bcrypt":   "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
		"absurd":   "$argon2id$v=19$m=4194304,t=10,p=1$c29tZXNhbHQ$bm8gcGFzc3dvcmQgaGFzIHRoaXM",
		"gigantic": "$argon2id$v=19$m=65536,t=10,p=4$c29tZXNhbHQ$bm8gcGFzc3dvcmQgaGFzIHRoaXM",
	} {
		imported := f.account(t, name, rollcall.RoleUser)
		must(f.db.SetPassword(t.Context(), db.SetPasswordParams{ID: imported.ID, OldHash: imported.PasswordHash, NewHash: hash}))(t)
	}
	large := strings.Repeat("correct horse ", 100<<10/14)
	tests := []struct{ name, username, password string }{
		{"wrong password", "ada", "correct horsf"},
		{"a part of the password", "ada", "correct"},
		{"the password in upper case", "ada", "CORRECT HORSE"},
		{"the password and a NUL", "ada", password + "\x00"},
		{"the password and a space", "ada", password + " "},
		{"no password", "ada", ""},
		{"a password of NUL", "ada", "\x00"},
		{"a password that begins right and is too long", "ada", password + large},
		{"a password of 100 KB", "ada", large},
		{"a password of other scripts", "ada", "正しい馬🐎\u0301\u202e"},
		{"a password that the policy forbids", "ada", "short"},
		{"unknown", "nobody", password},
		{"unknown, no password", "nobody", ""},
		{"unknown, 100 KB", "nobody", large},
		{"deleted", "gone", password},
		{"deleted, wrong password", "gone", "wrong"},
		{"disabled", "disabled", password},
		{"disabled, wrong password", "disabled", "wrong"},
		{"a hash of another kind", "bcrypt", "abc123xyz"},
		{"a hash that asks for gigabytes", "absurd", password},
		{"a hash that asks for much of both", "gigantic", password},
		{"no name", "", password},
		{"neither", "", ""},
		{"a name of NUL", "\x00", password},
		{"a name and a NUL", "ada\x00", password},
		{"a name and a space", "ada ", password},
		{"a name of 100 KB", large, password},
		{"a name of 500 KB", strings.Repeat("ada", 500<<10/3), password},
		{"a name of other scripts", "аdа", password}, // Cyrillic а
		{"a pattern", "%", password},
		{"SQL", "ada' OR '1'='1", password},
	}
	want := `{"jsonrpc":"2.0","id":1,"error":{"code":-32001,"message":"Invalid username or password",` +
		`"data":{"message":"Invalid username or password"}}}`
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			named := fmt.Sprintf(`{"username":%s,"password":%s}`, toJSON(t, test.username), toJSON(t, test.password))
			positional := fmt.Sprintf(`[%s,%s]`, toJSON(t, test.username), toJSON(t, test.password))
			for _, params := range []string{named, positional} {
				got, hashes := f.authenticate(t, params)
				if got != want {
					t.Errorf("answered %s\nwant     %s", got, want)
				}
				if hashes != 1 {
					t.Errorf("took %d hashes, want 1", hashes)
				}
			}
		})
	}
	if got, hashes := f.authenticate(t, `["ada","`+password+`"]`); !strings.Contains(got, `"token":`) || hashes != 1 {
		t.Errorf("the right guess took %d hashes, and is answered %s", hashes, got)
	}
}

// authenticate returns the answer's bytes and how many hashes it took.
func (f *fixture) authenticate(t *testing.T, params string) (body string, hashes uint64) {
	t.Helper()
	request := `{"jsonrpc":"2.0","id":1,"method":"authenticate","params":` + params + `}`
	hashes = hashesOf(func() {
		response := must(f.http.Post(f.url, "application/json", strings.NewReader(request)))(t)
		defer response.Body.Close()
		body = string(must(io.ReadAll(response.Body))(t))
		if response.StatusCode != http.StatusOK {
			t.Fatalf("status %d: %s", response.StatusCode, body)
		}
	})
	return body, hashes
}

// hashesOf returns how many hashes do took.
func hashesOf(do func()) uint64 {
	const hashMemory = 19 << 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return (after.TotalAlloc - before.TotalAlloc) / hashMemory
}

// oldHash is one of password that is made with other params than are used now.
func oldHash() string {
	key := argon2.IDKey([]byte(password), make([]byte, 16), 1, 8192, 1, 32)
	return "$argon2id$v=19$m=8192,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$" + base64.RawStdEncoding.EncodeToString(key)
}

// A hash that was made with other params than are used now is replaced when its
// owner logs in; sessions that they have go on.
func TestRehash(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ada := must(f.db.CreateUser(t.Context(), db.CreateUserParams{
		Username: "ada", Email: "ada@example.com", Role: "user", PasswordHash: oldHash(),
	}))(t)
	before := f.as(t, ada)
	if got := ask(t, f.client(""), rollcall.MethodAuthenticate, `["ada","wrong"]`); got != "-32001" {
		t.Errorf("a wrong guess is answered %s", got)
	}
	if now := must(f.db.GetUser(t.Context(), ada.ID))(t); now.PasswordHash != ada.PasswordHash {
		t.Error("a wrong guess replaces the hash")
	}
	login(t, f, "ada", password)
	now := must(f.db.GetUser(t.Context(), ada.ID))(t)
	if now.PasswordHash == ada.PasswordHash || auth.NewPasswords(1).NeedsRehash(now.PasswordHash) {
		t.Errorf("the hash is %s, and was %s", now.PasswordHash, ada.PasswordHash)
	}
	login(t, f, "ada", password)
	if again := must(f.db.GetUser(t.Context(), ada.ID))(t); again.PasswordHash != now.PasswordHash {
		t.Error("a hash is replaced that need not be")
	}
	if _, err := before.GetCurrentUser(t.Context()); err != nil {
		t.Errorf("a session from before: %v", err)
	}
}
