package service_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

func TestDeleteUser(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	admin := f.admin(t)
	ada := f.account(t, "ada", rollcall.RoleUser)
	missing := fmt.Sprintf("-32003 user %d", ada.ID)
	tests := []struct{ name, params, want string }{
		{"by position", `[$]`, `{"success":true}`},
		{"again", `[$]`, missing},
		{"again, by name", `{"user_id":$}`, missing},
		{"nobody", `[1000000]`, "-32003 user 1000000"},
		{"the last id", `[9223372036854775807]`, "-32003 user 9223372036854775807"},
		{"an id that is none", `[0]`, "-32602 /0 minimum"},
		{"a negative id", `[-1]`, "-32602 /0 minimum"},
		{"an id beyond int64", `[9223372036854775808]`, "-32602 /0 type"},
		{"an id that is no integer", `[1.5]`, "-32602 /0 type"},
		{"nothing", ``, "-32602 required"},
	}
	for _, test := range tests {
		params := strings.ReplaceAll(test.params, "$", fmt.Sprint(ada.ID))
		if got := ask(t, admin, rollcall.MethodDeleteUser, params); got != test.want {
			t.Errorf("%s: %s is answered %s, want %s", test.name, params, got, test.want)
		}
	}
	if users := must(admin.GetUsers(t.Context(), rollcall.GetUsersParams{}))(t); len(users) != 1 {
		t.Errorf("the users that are left: %v", users)
	}
}
