package service_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-rpc/rollcall/gen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

// Who may call what: every method of the contract by every kind of caller.
func TestAccess(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	self := f.account(t, "self", rollcall.RoleUser)
	gone := f.account(t, "gone", rollcall.RoleUser)
	callers := map[string]*rollcall.Client{
		"nobody":  f.client(""),
		"garbage": f.client("eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."),
		"gone":    f.as(t, gone),
		"other":   f.as(t, f.account(t, "other", rollcall.RoleUser)),
		"self":    f.as(t, self),
		"admin":   f.admin(t),
	}
	must(f.db.DeleteActiveUser(t.Context(), gone.ID))(t)
	target := fmt.Sprintf(`{"user_id":%d,"username":"renamed"}`, self.ID)
	victim := fmt.Sprintf(`{"user_id":%d}`, f.account(t, "victim", rollcall.RoleUser).ID)

	const ok, who, may = "ok", "-32001", "-32002"
	tests := []struct {
		method, params                            string
		nobody, garbage, gone, other, self, admin string
	}{
		{"ping", ``, ok, ok, ok, ok, ok, ok},
		{"get_server_time", ``, ok, ok, ok, ok, ok, ok},
		{"echo", `[1]`, ok, ok, ok, ok, ok, ok},
		{"add", `[1,2]`, ok, ok, ok, ok, ok, ok},
		{"authenticate", `["self","` + password + `"]`, ok, ok, ok, ok, ok, ok},
		{"get_current_user", ``, who, who, who, ok, ok, ok},
		{"get_users", ``, who, who, who, may, may, ok},
		{"create_user", `["ada","ada@example.com","analytical engine"]`, who, who, who, may, may, ok},
		{"update_user", target, who, who, who, may, ok, ok},
		{"delete_user", victim, who, who, who, may, may, ok},
		{"rpc.discover", ``, ok, ok, ok, ok, ok, ok},
	}
	var tested []string
	for _, test := range tests {
		tested = append(tested, test.method)
		for _, cell := range []struct{ caller, want string }{
			{"nobody", test.nobody}, {"garbage", test.garbage}, {"gone", test.gone},
			{"other", test.other}, {"self", test.self}, {"admin", test.admin},
		} {
			if got := admitted(t, callers[cell.caller], test.method, test.params); got != cell.want {
				t.Errorf("%s by %s: answered %s, want %s", test.method, cell.caller, got, cell.want)
			}
		}
	}
	var declared []string
	for _, m := range readContract(t).Methods {
		declared = append(declared, m.Name)
	}
	for _, name := range declared {
		if !slices.Contains(tested, name) {
			t.Errorf("who may call %s is not tested: add a row to the table above", name)
		}
	}
	if len(tested) != len(declared) {
		t.Errorf("%d methods are tested, and the contract has %d", len(tested), len(declared))
	}
}

// admitted is "ok" where the method ran, and else the error.
func admitted(t *testing.T, c *rollcall.Client, method, params string) string {
	t.Helper()
	if got := ask(t, c, method, params); strings.HasPrefix(got, "-32") {
		return got
	}
	return "ok"
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
	token := func(f *fixture, now func() time.Time, id int64) string {
		return must(f.tokens(t, now).Issue(id, admin.Username))(t)
	}
	good := token(f, time.Now, admin.ID)
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
		{"of another service", "Bearer " + token(newFixture(t), time.Now, admin.ID), invalid},
		{"of nobody", "Bearer " + token(f, time.Now, 1_000_000), invalid},
		{"of a deleted account", "Bearer " + token(f, time.Now, f.deleted(t, "gone").ID), invalid},
		{"expired", "Bearer " + token(f, hourAgo, admin.ID), expired},
		{"from the future", "Bearer " + token(f, hourAhead, admin.ID), invalid},
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
	if len(users) != 1 || users[0].Username != "admin" {
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
	if _, err := f.db.GetActiveUser(t.Context(), victim.ID); errors.Is(err, postgres.ErrNotFound) {
		t.Error("the victim is gone")
	}
}
