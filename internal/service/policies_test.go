package service_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

// policy is what the contract says of a param that create_user and update_user
// have in common.
var policy = []struct {
	param, value string
	broken       string // a keyword of the schema; "" for none
}{
	{"username", "abc", ""},
	{"username", "A.b_c-9", ""},
	{"username", "...", ""},
	{"username", "-_-", ""},
	{"username", "007", ""},
	{"username", strings.Repeat("x", 64), ""},
	{"username", strings.Repeat("x", 65), "maxLength"},
	{"username", "ab", "minLength"},
	{"username", "", "minLength"},
	{"username", "éé", "minLength"}, // 2 code points, 4 bytes
	{"username", "ada lovelace", "pattern"},
	{"username", "ada\n", "pattern"},
	{"username", "ada\x00", "pattern"},
	{"username", "ada@example.com", "pattern"},
	{"username", "adа", "pattern"}, // Cyrillic а

	{"email", "a@b.c", ""},
	{"email", "ADA@Example.COM", ""},
	{"email", "o'brien+tag@mail.example.co.uk", ""},
	{"email", "!#$%&'*+/=?^_{|}~-@example.com", ""},
	{"email", "a@xn--bcher-kva.example", ""},
	{"email", "a@123.45", ""},
	{"email", strings.Repeat("a", 64) + "@example.com", ""},
	{"email", longEmail(254), ""},
	{"email", longEmail(255), "maxLength"},
	{"email", strings.Repeat("a", 65) + "@example.com", "format"},
	{"email", "a@" + strings.Repeat("b", 64) + ".example", "format"},
	{"email", "", "format"},
	{"email", "ada", "format"},
	{"email", "@example.com", "pattern"},
	{"email", "ada@", "format"},
	{"email", "ada@localhost", "pattern"},
	{"email", "ada@example..com", "format"},
	{"email", ".ada@example.com", "format"},
	{"email", "ada.@example.com", "format"},
	{"email", "a..b@example.com", "format"},
	{"email", "ada@@example.com", "pattern"},
	{"email", "ada@-example.com", "format"},
	{"email", "ada@example-.com", "format"},
	{"email", `"ada lovelace"@example.com`, "pattern"},
	{"email", "ada@[127.0.0.1]", "pattern"},
	{"email", "ada lovelace@example.com", "pattern"},
	{"email", " ada@example.com", "pattern"},
	{"email", "ada@example.com\n", "format"},
	{"email", "ada@example.com\x00", "format"},
	{"email", "àda@example.com", "pattern"},
	{"email", "ada@bücher.example", "format"},
	{"email", "Ada <ada@example.com>", "format"},

	{"password", "x2345678", ""},
	{"password", "        ", ""},
	{"password", "éééééééé", ""},
	{"password", "🔑🔑🔑🔑🔑🔑🔑🔑", ""},
	{"password", strings.Repeat("e\u0301", 128), ""},                  // 256 code points that become 128
	{"password", "\ufdfa", ""},                                        // one that becomes 18
	{"password", strings.Repeat("🔑", 128), ""},                        // 512 bytes
	{"password", strings.Repeat("\u03b1\u0313\u0300\u0345", 128), ""}, // 512 that become 128: no character takes more
	{"password", strings.Repeat("\u03b1\u0313\u0300\u0345", 128) + "x", "maxLength"},
	{"password", "", "minLength"},
	{"password", "line one\nline two\t\x7f\u202e\"\\", ""},
	{"password", "12345678\x00", "pattern"},
	{"password", "\x00\x00\x00\x00\x00\x00\x00\x00", "pattern"},
}

// longEmail has n characters.
func longEmail(n int) string {
	label := strings.Repeat("b", 60) + "."
	domain := label + label + label + "example"
	return strings.Repeat("a", n-1-len(domain)) + "@" + domain
}

func TestPolicies(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	admin := f.admin(t)
	for i, test := range policy {
		created := map[string]any{
			"username": fmt.Sprintf("user%d", i), "email": fmt.Sprintf("user%d@example.com", i), "password": "analytical engine",
		}
		created[test.param] = test.value
		changed := map[string]any{
			"user_id": f.account(t, fmt.Sprintf("changed%d", i), rollcall.RoleUser).ID, test.param: test.value,
		}
		place := "/" + test.param + " "
		t.Run(fmt.Sprintf("%s %.20q", test.param, test.value), func(t *testing.T) {
			for method, params := range map[string]any{"create_user": created, "update_user": changed} {
				got := ask(t, admin, method, toJSON(t, params))
				if test.broken != "" {
					if !strings.HasPrefix(got, "-32602 "+place) || !strings.Contains(got, place+test.broken) {
						t.Errorf("%s is answered %s, want -32602 %s%s", method, got, place, test.broken)
					}
					continue
				}
				checkTaken(t, f, got, test.param, test.value)
				free(t, f, got)
			}
		})
	}
}

// checkTaken makes sure that the account that was answered has the value of
// param, to the byte.
func checkTaken(t *testing.T, f *fixture, answer, param, value string) {
	t.Helper()
	var user rollcall.User
	if err := user.UnmarshalJSON([]byte(answer)); err != nil {
		t.Fatalf("%s: %v", answer, err)
	}
	switch {
	case param == "username" && string(user.Username) != value, param == "email" && string(user.Email) != value:
		t.Errorf("%s is %v, want %q", param, user, value)
	case param == "password":
		login(t, f, string(user.Username), value)
	}
}

// Nobody chooses a name or an email that their password is, unless they choose
// another password too.
func TestNamesLikeThePassword(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const current = "zebra-quartz"
	created := must(f.admin(t).CreateUser(t.Context(), rollcall.CreateUserParams{
		Username: "ada", Email: "ada@example.com", Password: current,
	}))(t)
	self := f.client(string(login(t, f, "ada", current).Token))
	tests := []struct{ params, want string }{
		{`"username":"zebra-quartz"`, "-32602 username personal_password"},
		{`"username":"Zebra-Quartz"`, "-32602 username personal_password"},
		{`"email":"zebra-quartz@example.com"`, "-32602 email personal_password"},
		{`"username":"countess","email":"zebra-quartz@example.com"`, "-32602 email personal_password"},
		{`"username":"zebra-quartz","password":"zebra-quartz!"`, "-32602 password personal_password"},
		{`"username":"zebra-quartz-1"`, ""}, // and more
		{`"username":"zebra","email":"quartz@example.com"`, ""},
		{`"username":"zebra-quartz","password":"analytical engine"`, ""},
	}
	for _, test := range tests {
		got := ask(t, self, rollcall.MethodUpdateUser, fmt.Sprintf(`{"user_id":%d,"current_password":%q,%s}`, created.ID, current, test.params))
		if test.want == "" && strings.HasPrefix(got, "-32") || test.want != "" && got != test.want {
			t.Errorf("%s: answered %s, want %q", test.params, got, test.want)
		}
	}
}

// Whoever changes their own password chooses another, in another spelling too. Who
// does not know the old one learns nothing by it.
func TestUnchangedPasswords(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ada := f.account(t, "ada", rollcall.RoleUser)
	self := f.as(t, ada)
	tests := []struct{ method, params, want string }{
		{"change_password", `["correct horse","correct horse"]`, "-32602 new_password unchanged_password"},
		{"change_password", `["correct horse","ｃorrect horse"]`, "-32602 new_password unchanged_password"},
		{"change_password", `["analytical engine","analytical engine"]`, "-32002"},
		{"change_password", `["analytical engine","correct horse"]`, "-32002"},
		{"update_user", `{"user_id":$,"current_password":"correct horse","password":"correct horse"}`, "-32602 password unchanged_password"},
		{"update_user", `{"user_id":$,"current_password":"correct horse","password":"Correct horse"}`, ""},
	}
	for _, test := range tests {
		params := strings.ReplaceAll(test.params, "$", fmt.Sprint(ada.ID))
		got := ask(t, self, test.method, params)
		if test.want == "" && strings.HasPrefix(got, "-32") || test.want != "" && got != test.want {
			t.Errorf("%s%s: answered %s, want %q", test.method, params, got, test.want)
		}
	}
}

// What is easily guessed is nobody's password, by whichever method it is set.
func TestEasyPasswords(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	admin := f.admin(t)
	tests := []struct{ password, want string }{
		{"password", "common_password"},
		{"PASSWORD", "common_password"},
		{"ｐａｓｓｗｏｒｄ", "common_password"},
		{"12345678", "common_password"},
		{"admin123", "common_password"},
		{"lovelace", "personal_password"},
		{"LoveLace1815", "personal_password"},
		{"countess@example.com", "personal_password"},
		{"countess", "personal_password"},
		{"1234567", "password_length"},
		{"🔑🔑🔑🔑🔑🔑🔑", "password_length"},                      // 28 bytes
		{strings.Repeat("e\u0301", 7), "password_length"},   // 7 once it is normalised
		{strings.Repeat("e\u0301", 129), "password_length"}, // 129
		{strings.Repeat("\ufdfa", 8), "password_length"},    // 144
		{strings.Repeat("x", 129), "password_length"},
		{"test123456", ""},
		{"testpassword123", ""},
	}
	for i, test := range tests {
		ada := f.account(t, fmt.Sprint("ada", i), rollcall.RoleUser)
		self := f.as(t, f.account(t, fmt.Sprint("self", i), rollcall.RoleUser))
		// Each names the account, as it is or will be, as the password does.
		calls := []struct {
			caller                *rollcall.Client
			method, param, params string
		}{
			{admin, "create_user", "password", fmt.Sprintf(`{"username":"lovelace","email":"countess@example.com","password":%q}`, test.password)},
			{admin, "update_user", "password", fmt.Sprintf(`{"user_id":%d,"username":"lovelace","email":"countess@example.com","password":%q}`, ada.ID, test.password)},
			{self, "change_password", "new_password", fmt.Sprintf(`[%q,%q]`, password, test.password)},
		}
		for _, call := range calls {
			if test.want == "personal_password" && call.method == "change_password" {
				continue // goes by the name that the account has
			}
			got := ask(t, call.caller, call.method, call.params)
			if strings.HasPrefix(got, "{") && call.method != "change_password" {
				free(t, f, got) // its names, for the next
			}
			want := "-32602 " + call.param + " " + test.want
			if test.want == "" && strings.HasPrefix(got, "-32") || test.want != "" && got != want {
				t.Errorf("%s%s: answered %s, want %q", call.method, call.params, got, test.want)
			}
		}
	}
	ada := f.account(t, "augusta.byron", rollcall.RoleUser)
	for _, easy := range []string{"augusta.byron", "Augusta.Byron!", "augusta.byron@example.com"} {
		if got := ask(t, f.as(t, ada), "change_password", fmt.Sprintf(`[%q,%q]`, password, easy)); got != "-32602 new_password personal_password" {
			t.Errorf("change_password to %s: answered %s", easy, got)
		}
	}
}
