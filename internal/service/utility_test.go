package service_test

import (
	"strings"
	"testing"
	"time"

	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

func TestPing(t *testing.T) {
	t.Parallel()
	c := newFixture(t).client("")
	for _, params := range []string{"", "{}", "[]"} {
		if got := ask(t, c, rollcall.MethodPing, params); got != `"pong"` {
			t.Errorf("params %q: answered %s", params, got)
		}
	}
}

func TestGetServerTime(t *testing.T) {
	t.Parallel()
	c := newFixture(t).client("")
	before := time.Now()
	text := strings.Trim(ask(t, c, rollcall.MethodGetServerTime, ""), `"`)
	after := time.Now()
	got, err := time.Parse(time.RFC3339, text)
	if err != nil || !strings.HasSuffix(text, "Z") {
		t.Fatalf("answered %s, want RFC 3339 in UTC", text)
	}
	if got.Before(before.Round(0)) || got.After(after) {
		t.Errorf("answered %s, want between %s and %s", text, before, after)
	}
}

func TestEcho(t *testing.T) {
	t.Parallel()
	c := newFixture(t).client("")
	for _, message := range []string{
		`null`, `true`, `false`, `0`, `-0`, `1.0`, `1e2`, `-1.5E-3`, `12345678901234567890123456789012345678901234567890.5`,
		`""`, `"Hello, JSON-RPC!"`, `"é"`, `"\u00e9"`, `"\u0000"`, `"\ud83d\udd11"`, `"\/<>&"`, "\"\u2028\"",
		`[]`, `{}`, `[null,[],{}]`, `{"message":{"a":[1,2.50]},"":"empty name"}`, "{ \"b\" : 1,\n\t\"a\" : [ ] }",
		`"` + strings.Repeat("x", 100_000) + `"`,
	} {
		for _, params := range []string{`{"message":` + message + `}`, `[` + message + `]`, `{"a":1,"message":` + message + `,"b":{}}`} {
			if got := ask(t, c, rollcall.MethodEcho, params); got != message {
				t.Errorf("%.100s: answered %.100s, want the message as it was sent", params, got)
			}
		}
	}
	tests := []struct{ name, params, want string }{
		{"nothing", "", "-32602 required"},
		{"no message by name", `{"Message":1}`, "-32602 required"},
		{"no message by position", `[]`, "-32602 required"},
		{"two by position", `[1,2]`, "-32602 /1 maxItems"},
		{"a number that only fills memory", `{"message":1e999999}`, "-32602 /message type"},
	}
	for _, test := range tests {
		if got := ask(t, c, rollcall.MethodEcho, test.params); got != test.want {
			t.Errorf("%s: answered %s, want %s", test.name, got, test.want)
		}
	}
}

func TestAdd(t *testing.T) {
	t.Parallel()
	c := newFixture(t).client("")
	const tooLarge = "-32602 the sum is larger than any JSON number can be"
	tests := []struct{ params, want string }{
		{`{"a":15,"b":25}`, "40"},
		{`{"b":25,"a":15}`, "40"},
		{`[15,25]`, "40"},
		{`[0.1,0.2]`, "0.30000000000000004"},
		{`[-1.5,0.5]`, "-1"},
		{`[1e2,1.0]`, "101"},
		{`[1e300,1e300]`, "2e+300"},
		{`[9007199254740991,1]`, "9007199254740992"},
		{`[9007199254740992,-9007199254740992]`, "0"},
		{`[1.7976931348623157e308,0]`, "1.7976931348623157e+308"},

		{`[1e308,1e308]`, tooLarge},
		{`[-1e308,-1e308]`, tooLarge},
		{`[1.7976931348623157e308,1e292]`, tooLarge},

		{`[9007199254740993,0]`, "-32602 /0 type"}, // a double would round it
		{`{"a":0,"b":-9007199254740993}`, "-32602 /b type"},
		{`[1e309,0]`, "-32602 /0 type"},
		{`[1e401,0]`, "-32602 /0 type"},
		{`["1",2]`, "-32602 /0 type"},
		{`{"a":null,"b":true}`, "-32602 /a type, /b type"},
		{`{"a":[1],"b":{}}`, "-32602 /a type, /b type"},
		{`[1]`, "-32602 required"},
		{`{"a":1}`, "-32602 required"},
		{`{"a":1,"B":2}`, "-32602 required, /B additionalProperties"},
		{`[1,2,3]`, "-32602 /2 maxItems"},
		{``, "-32602 required, required"},
	}
	for _, test := range tests {
		if got := ask(t, c, rollcall.MethodAdd, test.params); got != test.want {
			t.Errorf("%s: answered %s, want %s", test.params, got, test.want)
		}
	}
}

// Params that a method does not declare are refused; TestEcho has the one
// exception.
func TestUndeclaredParams(t *testing.T) {
	t.Parallel()
	c := newFixture(t).admin(t)
	tests := []struct{ method, named, positional string }{
		{rollcall.MethodPing, `{"extra":1}`, `[1]`},
		{rollcall.MethodGetServerTime, `{"extra":1}`, `[null]`},
		{rollcall.MethodAdd, `{"a":1,"b":2,"extra":1}`, `[1,2,3]`},
		{rollcall.MethodAuthenticate, `{"username":"admin","password":"correct horse","extra":1}`, `["admin","correct horse","device",1]`},
		{rollcall.MethodGetCurrentUser, `{"extra":1}`, `[1]`},
		{rollcall.MethodGetUsers, `{"limit":1,"offset":0,"after":1,"extra":1}`, `[1,0,1,1]`},
		{rollcall.MethodCreateUser, `{"username":"ada","email":"ada@example.com","password":"analytical engine","extra":1}`,
			`["ada","ada@example.com","analytical engine","key",1]`},
		{rollcall.MethodUpdateUser, `{"user_id":1,"username":"ada","extra":1}`, `[1,"ada","ada@example.com","analytical engine","correct horse","key",1]`},
		{rollcall.MethodDeleteUser, `{"user_id":1,"extra":1}`, `[1,"key",1]`},
		{rollcall.MethodSetRole, `{"user_id":1,"role":"admin","extra":1}`, `[1,"admin","key",1]`},
		{rollcall.MethodSetActive, `{"user_id":1,"active":true,"extra":1}`, `[1,true,"key",1]`},
		{rollcall.MethodGetUser, `{"user_id":1,"extra":1}`, `[1,1]`},
		{rollcall.MethodListAudit, `{"limit":1,"extra":1}`, `[1,1,1,1,1]`},
		{rollcall.MethodRefresh, `{"refresh_token":"x","extra":1}`, `["x",1]`},
		{rollcall.MethodLogout, `{"extra":1}`, `["key",1]`},
		{rollcall.MethodListSessions, `{"extra":1}`, `[1]`},
		{rollcall.MethodRevokeSession, `{"session_id":"x","extra":1}`, `["x","key",1]`},
		{rollcall.MethodChangePassword, `{"old_password":"correct horse","new_password":"analytical engine","extra":1}`,
			`["correct horse","analytical engine","key",1]`},
	}
	for _, test := range tests {
		if got := ask(t, c, test.method, test.named); got != "-32602 /extra additionalProperties" {
			t.Errorf("%s%s: answered %s, want that extra is refused", test.method, test.named, got)
		}
		if got := ask(t, c, test.method, test.positional); !strings.HasPrefix(got, "-32602 /") || !strings.HasSuffix(got, " maxItems") {
			t.Errorf("%s%s: answered %s, want that the last is refused", test.method, test.positional, got)
		}
	}
}
