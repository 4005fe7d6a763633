package service_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

func TestGetUsers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	admin := f.admin(t)
	for i := range 101 {
		f.account(t, fmt.Sprintf("user%d", i), rollcall.RoleUser)
	}
	f.deleted(t, "gone")
	names := func(from, to int) (names []string) { // newest first
		for i := from; i >= to; i-- {
			names = append(names, fmt.Sprintf("user%d", i))
		}
		return names
	}
	tests := []struct {
		params string
		want   []string
	}{
		{``, names(100, 91)},
		{`{}`, names(100, 91)},
		{`[]`, names(100, 91)},
		{`{"limit":3}`, names(100, 98)},
		{`[3]`, names(100, 98)},
		{`[null,98]`, append(names(2, 0), "admin")},
		{`{"limit":1,"offset":100}`, names(0, 0)},
		{`[100]`, names(100, 1)},
		{`[100,100]`, append(names(0, 0), "admin")},
		{`{"limit":2.0,"offset":0.0}`, names(100, 99)},
		{`{"offset":102}`, nil},
		{`{"after":102}`, names(99, 90)}, // which is the id of user100
		{`[3,0,4]`, append(names(1, 0), "admin")},
		{`[3,null,4]`, append(names(1, 0), "admin")},
		{`{"limit":3,"after":50}`, names(47, 45)},
		{`{"limit":3,"after":50,"offset":2}`, names(45, 43)},
		{`{"after":9223372036854775807}`, names(100, 91)},
		{`{"after":1}`, nil},
		{`{"offset":9223372036854775807}`, nil},
	}
	for _, test := range tests {
		var users rollcall.Users
		if err := users.UnmarshalJSON([]byte(ask(t, admin, rollcall.MethodGetUsers, test.params))); err != nil {
			t.Errorf("%s: %v", test.params, err)
		}
		var got []string
		for _, u := range users {
			got = append(got, string(u.Username))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: answered %v, want %v", test.params, got, test.want)
		}
	}
	refused := []struct{ params, want string }{
		{`{"limit":0}`, "-32602 /limit minimum"},
		{`{"limit":101}`, "-32602 /limit maximum"},
		{`{"limit":-1}`, "-32602 /limit minimum"},
		{`{"limit":1.5}`, "-32602 /limit type"},
		{`{"limit":"10"}`, "-32602 /limit type"},
		{`{"limit":null}`, "-32602 /limit type"},
		{`{"offset":-1}`, "-32602 /offset minimum"},
		{`[10,-1]`, "-32602 /1 minimum"},
		{`{"offset":9223372036854775808}`, "-32602 /offset type"},
		{`{"after":0}`, "-32602 /after minimum"},
		{`{"after":null}`, "-32602 /after type"},
		{`{"after":9223372036854775808}`, "-32602 /after type"},
		{`[10,0,-1]`, "-32602 /2 minimum"},
		{`{"limit":101,"offset":-1}`, "-32602 /limit maximum, /offset minimum"},
	}
	for _, test := range refused {
		if got := ask(t, admin, rollcall.MethodGetUsers, test.params); got != test.want {
			t.Errorf("%s: answered %s, want %s", test.params, got, test.want)
		}
	}
	if got := ask(t, admin, rollcall.MethodGetUsers, `{"offset":102}`); got != "[]" {
		t.Errorf("a page with nobody on it is %s, want []", got)
	}
}

// Whoever pages through the users by after meets each once, though others come
// and go meanwhile: the new ones belong to a page that has been read already.
func TestPaging(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	admin := f.admin(t)
	unmet := map[rollcall.UserID]bool{1: true} // the administrator
	for i := range 40 {
		unmet[rollcall.UserID(f.account(t, fmt.Sprintf("user%d", i), rollcall.RoleUser).ID)] = true
	}
	remove := func(id rollcall.UserID) {
		must(admin.DeleteUser(t.Context(), rollcall.DeleteUserParams{UserID: id}))(t)
	}

	page := rollcall.GetUsersParams{Limit: 7}
	for calls := 1; ; calls++ {
		users := must(admin.GetUsers(t.Context(), page))(t)
		for _, user := range users {
			if !unmet[user.ID] {
				t.Errorf("user %d is met a second time, or is new", user.ID)
			}
			delete(unmet, user.ID)
		}
		if len(users) == 0 {
			break
		}
		page.After = users[len(users)-1].ID
		f.account(t, fmt.Sprintf("new%d", calls), rollcall.RoleUser)
		if page.After > 2 {
			remove(page.After)     // the cursor itself
			remove(page.After - 1) // who is next
			delete(unmet, page.After-1)
		}
	}
	if len(unmet) > 0 {
		t.Errorf("never met: %v", unmet)
	}
}

// free deletes an account for good, so that another can have its names.
func free(t *testing.T, f *fixture, answer string) {
	t.Helper()
	var user rollcall.User
	if err := user.UnmarshalJSON([]byte(answer)); err != nil {
		t.Fatal(err)
	}
	rename := db.UpdateUserParams{
		ID: int64(user.ID), Username: new(fmt.Sprintf("freed%d", user.ID)), Email: new(fmt.Sprintf("freed%d@example.com", user.ID)),
	}
	must(f.db.UpdateUser(t.Context(), rename))(t)
}

func login(t *testing.T, f *fixture, username, password string) rollcall.Authentication {
	t.Helper()
	return must(f.client("").Authenticate(t.Context(), rollcall.AuthenticateParams{
		Username: rollcall.UsernameGuess(username), Password: rollcall.PasswordGuess(password),
	}))(t)
}

func TestCreateUser(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	admin := f.admin(t)
	got := must(admin.CreateUser(t.Context(), rollcall.CreateUserParams{
		Username: "Ada", Email: "Ada@Example.com", Password: "analytical engine",
	}))(t)
	if got.Username != "Ada" || got.Email != "Ada@Example.com" || got.Role != rollcall.RoleUser || got.CreatedAt.Location() != time.UTC {
		t.Errorf("created %+v", got)
	}
	if newest := must(admin.GetUsers(t.Context(), rollcall.GetUsersParams{Limit: 1}))(t); newest[0] != got {
		t.Errorf("the newest user is %+v, want %+v", newest[0], got)
	}
	if user := login(t, f, "ada", "analytical engine").User; user != got {
		t.Errorf("logged in as %+v, want %+v", user, got)
	}
	tests := []struct{ params, want string }{
		{``, "-32602 required, required, required"},
		{`["ada","ada@example.com"]`, "-32602 required"},
		{`["ada",null,1]`, "-32602 /1 type, /2 type"},
		{`{"username":"a","email":"b","password":""}`,
			"-32602 /email format, /email pattern, /password minLength, /username minLength"},
	}
	for _, test := range tests {
		if got := ask(t, admin, rollcall.MethodCreateUser, test.params); got != test.want {
			t.Errorf("%s: answered %s, want %s", test.params, got, test.want)
		}
	}
}

func TestUniqueness(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	admin := f.admin(t)
	f.account(t, "Ada", rollcall.RoleUser)
	f.deleted(t, "gone")
	bob := f.account(t, "bob", rollcall.RoleUser)
	const create, update = rollcall.MethodCreateUser, rollcall.MethodUpdateUser
	tests := []struct {
		name, method, params, want string
	}{
		{"the same name", create, `["Ada","new@example.com","analytical engine"]`, "-32602 username is taken"},
		{"in another case", create, `["aDA","new@example.com","analytical engine"]`, "-32602 username is taken"},
		{"a deleted account's name", create, `["GONE","new@example.com","analytical engine"]`, "-32602 username is taken"},
		{"the same email", create, `["new","Ada@example.com","analytical engine"]`, "-32602 email is taken"},
		{"in another case", create, `["new","ADA@EXAMPLE.COM","analytical engine"]`, "-32602 email is taken"},
		{"both", create, `["ada","ada@example.com","analytical engine"]`, "-32602 username is taken"},
		{"the same name", update, `{"user_id":$,"username":"ADA"}`, "-32602 username is taken"},
		{"a deleted account's name", update, `{"user_id":$,"username":"gone"}`, "-32602 username is taken"},
		{"the same email", update, `{"user_id":$,"email":"ADA@example.com"}`, "-32602 email is taken"},
		{"a free name with a taken email", update, `{"user_id":$,"username":"robert","email":"ada@example.com"}`, "-32602 email is taken"},
	}
	for _, test := range tests {
		params := strings.ReplaceAll(test.params, "$", fmt.Sprint(bob.ID))
		if got := ask(t, admin, test.method, params); got != test.want {
			t.Errorf("%s, %s %s: answered %s, want %s", test.name, test.method, params, got, test.want)
		}
	}
	if got := must(f.db.GetUser(t.Context(), bob.ID))(t); got != bob {
		t.Errorf("a refused change has changed something: %+v, want %+v", got, bob)
	}
	upper := rollcall.UpdateUserParams{UserID: rollcall.UserID(bob.ID), Username: "BOB", Email: "BOB@example.com"}
	if got, err := admin.UpdateUser(t.Context(), upper); err != nil || got.Username != "BOB" || got.Email != "BOB@example.com" {
		t.Errorf("one's own name in another case: %v %v", got, err)
	}
}

// A name that is taken costs no hash. What is counted is memory, as in
// TestWrongGuesses; so this test runs alone, too.
func TestTakenNamesCostNoHash(t *testing.T) {
	f := newFixture(t)
	admin := f.admin(t)
	f.account(t, "ada", rollcall.RoleUser)
	tests := []struct {
		params, want string
		hashes       uint64
	}{
		{`["ADA","free@example.com","analytical engine"]`, "-32602 username is taken", 0},
		{`["free","ADA@example.com","analytical engine"]`, "-32602 email is taken", 0},
		{`["free","free@example.com","analytical engine"]`, "ok", 1},
	}
	for _, test := range tests {
		var got string
		hashes := hashesOf(func() { got = ask(t, admin, rollcall.MethodCreateUser, test.params) })
		if strings.HasPrefix(got, "{") {
			got = "ok"
		}
		if got != test.want || hashes != test.hashes {
			t.Errorf("%s: answered %s after %d hashes, want %s after %d", test.params, got, hashes, test.want, test.hashes)
		}
	}
}

// Whoever deletes an account may come back with the same email.
func TestEmailOfADeletedAccountIsFree(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.deleted(t, "gone")
	params := rollcall.CreateUserParams{Username: "back", Email: "GONE@example.com", Password: "analytical engine"}
	if user, err := f.admin(t).CreateUser(t.Context(), params); err != nil || user.Email != params.Email {
		t.Errorf("got %+v, %v", user, err)
	}
}

func TestFiftyAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t, jsonrpc.WithTimeout(time.Minute)) // fifty hashes on two slots: under the race detector more than the default
	admin := f.admin(t)
	outcomes := make(chan string, 50)
	var calls sync.WaitGroup
	for i := range cap(outcomes) {
		calls.Go(func() {
			_, err := admin.CreateUser(t.Context(), rollcall.CreateUserParams{
				Username: "ada", Email: rollcall.Email(fmt.Sprintf("ada%d@example.com", i)), Password: "analytical engine",
			})
			outcomes <- told(err)
		})
	}
	calls.Wait()
	close(outcomes)
	count := map[string]int{}
	for outcome := range outcomes {
		count[outcome]++
	}
	if count["ok"] != 1 || count["-32602 username is taken"] != 49 {
		t.Errorf("got %v, want 1 success and 49 times that the name is taken", count)
	}
}

func TestUpdateUser(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	admin := f.admin(t)
	ada := f.account(t, "ada", rollcall.RoleUser)
	self := f.as(t, ada)
	gone := f.deleted(t, "gone")

	const nothing = "-32602 nothing to change: give username, email or password"
	const unconfirmed = "-32602 give current_password to change yourself"
	tests := []struct {
		name   string
		caller *rollcall.Client
		params string
		want   string
	}{
		{"nothing to change", admin, `{"user_id":$}`, nothing},
		{"nothing, by oneself", self, `{"user_id":$}`, nothing},
		{"nothing, but confirmed", self, `{"user_id":$,"current_password":"correct horse"}`, nothing},
		{"nothing, by position", admin, `[$,null,null,null,null]`, nothing},
		{"null by name", admin, `{"user_id":$,"username":null}`, "-32602 /username type"},
		{"no id", admin, `{"username":"ada"}`, "-32602 required"},
		{"an id that is none", admin, `{"user_id":0,"username":"ada"}`, "-32602 /user_id minimum"},
		{"an id that is no integer", admin, `{"user_id":"$","username":"ada"}`, "-32602 /user_id type"},
		{"an id beyond int64", admin, `{"user_id":9223372036854775808,"username":"ada"}`, "-32602 /user_id type"},

		{"a name", self, `{"user_id":$,"username":"ada1"}`, unconfirmed},
		{"a name, by position", self, `[$,"ada2"]`, unconfirmed},
		{"a name, confirmed", self, `{"user_id":$,"username":"ada1","current_password":"correct horse"}`, "ok"},
		{"a name, by position, confirmed", self, `[$,"ada2",null,null,"correct horse"]`, "ok"},
		{"an email", self, `{"user_id":$,"email":"ada3@example.com"}`, unconfirmed},
		{"an email and a name", self, `{"user_id":$,"username":"ada3","email":"ada3@example.com"}`, unconfirmed},
		{"a password", self, `{"user_id":$,"password":"analytical engine"}`, unconfirmed},
		{"with an empty current_password", self, `{"user_id":$,"password":"analytical engine","current_password":""}`,
			"-32602 /current_password minLength"},
		{"with a wrong one", self, `{"user_id":$,"email":"ada3@example.com","current_password":"wrong"}`, "-32002"},
		{"with the new one", self, `{"user_id":$,"password":"analytical engine","current_password":"analytical engine"}`, "-32002"},
		{"an email, confirmed", self, `{"user_id":$,"email":"ada4@example.com","current_password":"correct horse"}`, "ok"},
		{"a password, confirmed", self, `{"user_id":$,"password":"analytical engine","current_password":"correct horse"}`, "ok"},
		{"after which the session has ended", self, `{"user_id":$,"username":"ada5"}`, "-32001"},

		{"everything, by an administrator", admin,
			`{"user_id":$,"username":"ada6","email":"ada6@example.com","password":"difference engine"}`, "ok"},
		{"an administrator's confirmation does not matter", admin,
			`{"user_id":$,"email":"ada7@example.com","current_password":"wrong"}`, "ok"},

		{"nobody, by an administrator", admin, `{"user_id":1000000,"username":"ada8"}`, "-32003 user 1000000"},
		{"the last id", admin, `{"user_id":9223372036854775807,"username":"ada8"}`, "-32003 user 9223372036854775807"},
		{"a deleted account", admin, fmt.Sprintf(`{"user_id":%d,"username":"ada8"}`, gone.ID), fmt.Sprintf("-32003 user %d", gone.ID)},
	}
	for _, test := range tests {
		params := strings.ReplaceAll(test.params, "$", fmt.Sprint(ada.ID))
		got := ask(t, test.caller, rollcall.MethodUpdateUser, params)
		if strings.HasPrefix(got, "{") {
			got = "ok"
		}
		if got != test.want {
			t.Errorf("%s: %s is answered %s, want %s", test.name, params, got, test.want)
		}
	}

	got := login(t, f, "ada6", "difference engine").User
	want := rollcall.User{
		ID: rollcall.UserID(ada.ID), Username: "ada6", Email: "ada7@example.com", Role: rollcall.RoleUser, Active: true, CreatedAt: ada.CreatedAt,
	}
	if got != want {
		t.Errorf("after all that the account is %+v, want %+v", got, want)
	}
	if got := ask(t, f.client(""), rollcall.MethodAuthenticate, `["ada6","analytical engine"]`); got != "-32001" {
		t.Errorf("the old password is answered %s", got)
	}
}

// Whoever may not change an account does not learn whether it exists.
func TestUpdateUserOfSomebodyElse(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	admin := f.account(t, "admin", rollcall.RoleAdmin)
	ada := f.as(t, f.account(t, "ada", rollcall.RoleUser))
	for name, id := range map[string]int64{
		"an administrator": admin.ID,
		"another user":     f.account(t, "bob", rollcall.RoleUser).ID,
		"a deleted one":    f.deleted(t, "gone").ID,
		"nobody":           1_000_000,
	} {
		for _, change := range []string{
			`"username":"renamed"`,
			`"email":"renamed@example.com"`,
			`"password":"analytical engine","current_password":"correct horse"`,
			`"username":"admin"`, // taken
			`"current_password":"correct horse"`,
		} {
			params := fmt.Sprintf(`{"user_id":%d,%s}`, id, change)
			if got := ask(t, ada, rollcall.MethodUpdateUser, params); got != "-32002" {
				t.Errorf("%s: %s is answered %s, want -32002", name, params, got)
			}
		}
	}
}

// Timestamps are in UTC as they are sent, wherever the database lives.
func TestTimestamps(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	answers := map[string]string{
		"get_users":        ask(t, f.admin(t), rollcall.MethodGetUsers, ""),
		"authenticate":     ask(t, f.client(""), rollcall.MethodAuthenticate, `["admin","`+password+`"]`),
		"get_current_user": ask(t, f.as(t, f.account(t, "ada", rollcall.RoleUser)), rollcall.MethodGetCurrentUser, ""),
	}
	for method, answer := range answers {
		_, rest, _ := strings.Cut(answer, `"created_at":"`)
		text, _, _ := strings.Cut(rest, `"`)
		if _, err := time.Parse(time.RFC3339, text); err != nil || !strings.HasSuffix(text, "Z") {
			t.Errorf("%s: created_at is %q in %s, want RFC 3339 in UTC", method, text, answer)
		}
	}
}
