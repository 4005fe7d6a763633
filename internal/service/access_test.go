package service_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

// Who may call what: every method of the contract, by every kind of caller, as
// its x-auth says.
func TestAccess(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.account(t, "permanent", rollcall.RoleAdmin) // so that no other is the last
	methods := readContract(t).Methods
	for _, kind := range callerKinds {
		t.Run(kind.name, func(t *testing.T) {
			for _, method := range methods {
				client, target := kind.call(t, f)
				params, ok := accessParams[method.Name]
				if !ok {
					t.Fatalf("%s has no params in accessParams: give it some that work", method.Name)
				}
				got := admitted(t, client, method.Name, params(t, f, target))
				if want := method.XAuth.answer(kind); got != want {
					t.Errorf("%s by %s: answered %s, want %s", method.Name, kind.name, got, want)
				}
			}
		})
	}
	if len(accessParams) != len(methods) {
		t.Errorf("params for %d methods are here, and the contract has %d", len(accessParams), len(methods))
	}
}

// callerKind is somebody who calls a method.
type callerKind struct {
	name string
	role rollcall.Role // "" where there is no caller
	self bool          // whether the call concerns the caller
	// call returns a client of a new caller, and an account that calls may
	// concern.
	call func(*testing.T, *fixture) (*rollcall.Client, db.User)
}

var callerKinds = []callerKind{
	{"nobody", "", false, func(t *testing.T, f *fixture) (*rollcall.Client, db.User) {
		return f.client(""), f.anybody(t, rollcall.RoleUser)
	}},
	{"a token that is none", "", false, func(t *testing.T, f *fixture) (*rollcall.Client, db.User) {
		return f.client("eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."), f.anybody(t, rollcall.RoleUser)
	}},
	{"a user, of themselves", rollcall.RoleUser, true, func(t *testing.T, f *fixture) (*rollcall.Client, db.User) {
		self := f.anybody(t, rollcall.RoleUser)
		return f.as(t, self), self
	}},
	{"a user, of another", rollcall.RoleUser, false, func(t *testing.T, f *fixture) (*rollcall.Client, db.User) {
		return f.as(t, f.anybody(t, rollcall.RoleUser)), f.anybody(t, rollcall.RoleUser)
	}},
	{"an administrator", rollcall.RoleAdmin, false, func(t *testing.T, f *fixture) (*rollcall.Client, db.User) {
		return f.as(t, f.anybody(t, rollcall.RoleAdmin)), f.anybody(t, rollcall.RoleUser)
	}},
	{"an administrator, of themselves", rollcall.RoleAdmin, true, func(t *testing.T, f *fixture) (*rollcall.Client, db.User) {
		self := f.anybody(t, rollcall.RoleAdmin)
		return f.as(t, self), self
	}},
	{"one who was an administrator", rollcall.RoleUser, false, func(t *testing.T, f *fixture) (*rollcall.Client, db.User) {
		former := f.anybody(t, rollcall.RoleAdmin)
		client := f.as(t, former)
		must(f.db.SetUserRole(t.Context(), db.SetUserRoleParams{ID: former.ID, Role: "user"}))(t)
		return client, f.anybody(t, rollcall.RoleUser)
	}},
	{"one who is deleted", "", false, func(t *testing.T, f *fixture) (*rollcall.Client, db.User) {
		gone := f.anybody(t, rollcall.RoleAdmin)
		client := f.as(t, gone)
		must(f.db.DeleteUser(t.Context(), gone.ID))(t)
		return client, f.anybody(t, rollcall.RoleUser)
	}},
	{"one who is disabled", "", false, func(t *testing.T, f *fixture) (*rollcall.Client, db.User) {
		gone := f.anybody(t, rollcall.RoleAdmin)
		client := f.as(t, gone)
		must(f.db.SetUserActive(t.Context(), db.SetUserActiveParams{ID: gone.ID}))(t)
		return client, f.anybody(t, rollcall.RoleUser)
	}},
	{"one who has logged out", "", false, func(t *testing.T, f *fixture) (*rollcall.Client, db.User) {
		gone := f.anybody(t, rollcall.RoleAdmin)
		client := f.as(t, gone)
		must(f.db.EndSessions(t.Context(), gone.ID))(t)
		return client, f.anybody(t, rollcall.RoleUser)
	}},
}

// answer is what x-auth says about a caller: ok, or the error.
func (x *contractAuth) answer(caller callerKind) string {
	switch {
	case !x.Required:
		return "ok"
	case caller.role == "":
		return "-32001"
	case len(x.Roles) == 0 || slices.Contains(x.Roles, string(caller.role)) || x.Self != "" && caller.self:
		return "ok"
	}
	return "-32002"
}

// accessParams are params that work, for a call that concerns target.
var accessParams = map[string]func(t *testing.T, f *fixture, target db.User) string{
	"ping":             fixed(``),
	"get_server_time":  fixed(``),
	"echo":             fixed(`[1]`),
	"add":              fixed(`[1,2]`),
	"authenticate":     func(_ *testing.T, _ *fixture, u db.User) string { return fmt.Sprintf(`[%q,%q]`, u.Username, password) },
	"refresh":          func(t *testing.T, f *fixture, u db.User) string { return fmt.Sprintf(`[%q]`, f.refreshToken(t, u)) },
	"logout":           fixed(``),
	"list_sessions":    fixed(``),
	"revoke_session":   func(t *testing.T, f *fixture, u db.User) string { return fmt.Sprintf(`[%q]`, f.session(t, u).ID) },
	"change_password":  fixed(`["` + password + `","analytical engine"]`),
	"get_current_user": fixed(``),
	"get_user":         func(_ *testing.T, _ *fixture, u db.User) string { return fmt.Sprintf(`[%d]`, u.ID) },
	"get_users":        fixed(``),
	"create_user": func(t *testing.T, _ *fixture, _ db.User) string {
		name := strings.ToLower(rand.Text())
		return fmt.Sprintf(`[%q,"%s@example.com","analytical engine"]`, name, name)
	},
	"update_user": func(_ *testing.T, _ *fixture, u db.User) string {
		return fmt.Sprintf(`[%d,%q,null,null,%q]`, u.ID, rand.Text(), password)
	},
	"set_role":     func(_ *testing.T, _ *fixture, u db.User) string { return fmt.Sprintf(`[%d,"admin"]`, u.ID) },
	"set_active":   func(_ *testing.T, _ *fixture, u db.User) string { return fmt.Sprintf(`[%d,false]`, u.ID) },
	"delete_user":  func(_ *testing.T, _ *fixture, u db.User) string { return fmt.Sprintf(`[%d]`, u.ID) },
	"list_audit":   fixed(``),
	"rpc.discover": fixed(``),
}

func fixed(params string) func(*testing.T, *fixture, db.User) string {
	return func(*testing.T, *fixture, db.User) string { return params }
}

// anybody is a new account.
func (f *fixture) anybody(t *testing.T, role rollcall.Role) db.User {
	t.Helper()
	return f.account(t, rand.Text(), role)
}

// admitted is "ok" where the method ran, and else the error.
func admitted(t *testing.T, c *rollcall.Client, method, params string) string {
	t.Helper()
	switch got := ask(t, c, method, params); got {
	case "-32001", "-32002":
		return got
	default:
		if strings.HasPrefix(got, "-32") && !strings.HasPrefix(got, "-32008") { // a session of another is none
			t.Errorf("%s%s is answered %s", method, params, got)
		}
		return "ok"
	}
}

// protected are the calls that need a token, with params that do not matter.
var protected = []struct{ method, params string }{
	{rollcall.MethodGetCurrentUser, ``},
	{rollcall.MethodGetUsers, ``},
	{rollcall.MethodCreateUser, `["ada","ada@example.com","analytical engine"]`},
	{rollcall.MethodUpdateUser, `{"user_id":1,"username":"renamed"}`},
	{rollcall.MethodDeleteUser, `{"user_id":1}`},
}

func TestTokens(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	admin := f.account(t, "admin", rollcall.RoleAdmin)
	ada := f.account(t, "ada", rollcall.RoleUser)
	session := f.session(t, admin).ID
	good := f.issue(t, time.Now, admin.ID, session)
	other := newFixture(t)
	hourAgo := func() time.Time { return time.Now().Add(-time.Hour) }
	hourAhead := func() time.Time { return time.Now().Add(time.Hour) }

	const missing, invalid, expired = "Missing or invalid authorization header", "Invalid token", "Token has expired"
	tests := []struct{ name, header, want string }{
		{"a good one", "Bearer " + good, ""},
		{"the scheme in lower case", "bearer " + good, ""},
		{"nothing", "", missing},
		{"the scheme alone", "Bearer", missing},
		{"no scheme", good, missing},
		{"another scheme", "Basic " + good, missing},
		{"two tokens", "Bearer " + good + " " + good, missing},
		{"no token at all", "Bearer garbage", invalid},
		{"cut off", "Bearer " + good[:len(good)-4], invalid},
		{"another signature", "Bearer " + good[:len(good)-4] + "AAAA", invalid},
		{"longer than any", "Bearer " + good + strings.Repeat("A", 10_000), invalid},
		{"of another service", "Bearer " + other.token(t, time.Now, other.account(t, "admin", rollcall.RoleAdmin)), invalid},
		{"of nobody", "Bearer " + f.issue(t, time.Now, 1_000_000, session), invalid},
		{"of another's session", "Bearer " + f.issue(t, time.Now, ada.ID, session), invalid},
		{"of no session", "Bearer " + f.issue(t, time.Now, admin.ID, "none"), invalid},
		{"expired", "Bearer " + f.issue(t, hourAgo, admin.ID, session), expired},
		{"from the future", "Bearer " + f.issue(t, hourAhead, admin.ID, session), invalid},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ctx := t.Context()
			if test.header != "" {
				ctx = jsonrpc.WithHeader(ctx, "Authorization", test.header)
			}
			for _, p := range protected {
				if test.want == "" && p.method != rollcall.MethodGetCurrentUser {
					continue // one that changes nothing is enough
				}
				_, err := f.client("").Call(ctx, p.method, paramsOf(p.params))
				e, _ := errors.AsType[*rollcall.AuthenticationFailedError](err)
				switch {
				case test.want == "" && err != nil:
					t.Errorf("%s: answered %v", p.method, err)
				case test.want != "" && (e == nil || e.Message != test.want || e.Data.Message != test.want):
					t.Errorf("%s: answered %v, want %q", p.method, err, test.want)
				}
			}
			if answer, err := f.client("").Ping(ctx); err != nil {
				t.Errorf("ping, which needs no token: answered %s %v", answer, err)
			}
		})
	}
	users := must(f.as(t, admin).GetUsers(t.Context(), rollcall.GetUsersParams{}))(t)
	if len(users) != 2 || users[1].Username != "admin" {
		t.Errorf("a call that was refused has changed something: %v", users)
	}
}

// A token stands for an account as it is now, not as it was at the login.
func TestTokensFollowTheAccount(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	admin := f.admin(t)
	ada := f.account(t, "ada", rollcall.RoleUser)
	c := f.as(t, ada)
	if got := must(c.GetCurrentUser(t.Context()))(t); got.Username != "ada" {
		t.Fatalf("before: %v", got)
	}
	rename := rollcall.UpdateUserParams{UserID: rollcall.UserID(ada.ID), Username: "lovelace"}
	must(admin.UpdateUser(t.Context(), rename))(t)
	if got := must(c.GetCurrentUser(t.Context()))(t); got.Username != "lovelace" {
		t.Errorf("renamed: %v", got)
	}
	must(admin.DeleteUser(t.Context(), rollcall.DeleteUserParams{UserID: rollcall.UserID(ada.ID)}))(t)
	for _, p := range protected {
		if got := ask(t, c, p.method, p.params); got != "-32001" {
			t.Errorf("%s by a deleted account: answered %s", p.method, got)
		}
	}
}

// Neither a batch nor a notification is a way around.
func TestAccessInBatches(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	victim := f.account(t, "victim", rollcall.RoleUser)
	c := f.as(t, f.account(t, "ada", rollcall.RoleUser))
	params := rollcall.DeleteUserParams{UserID: rollcall.UserID(victim.ID)}

	b := rollcall.NewBatch(c)
	before, deletion, after := b.Ping(), b.DeleteUser(params), b.GetCurrentUser()
	b.Notify(rollcall.MethodDeleteUser, &params)
	if err := b.Send(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := before.Get(); err != nil {
		t.Errorf("ping: %v", err)
	}
	if _, err := deletion.Get(); told(err) != "-32002" {
		t.Errorf("delete_user: answered %v", err)
	}
	if me, err := after.Get(); err != nil || me.Username != "ada" {
		t.Errorf("get_current_user: answered %v %v", me, err)
	}
	if err := c.Notify(t.Context(), rollcall.MethodDeleteUser, &params); err != nil {
		t.Errorf("a notification is answered: %v", err)
	}
	if _, err := f.db.GetUser(t.Context(), victim.ID); errors.Is(err, postgres.ErrNotFound) {
		t.Error("the victim is gone")
	}
}
