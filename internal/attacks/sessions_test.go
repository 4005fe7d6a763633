package attacks_test

import (
	"testing"

	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

// Nobody but administrators learns of, or ends, another's session, though its id
// is no secret.
func TestSessionsOfOthers(t *testing.T) {
	parallel(t)
	d := deploy(t, 3)
	admin := d.admin(t)
	ada, grace := d.somebody(t, rollcall.RoleUser), d.somebody(t, rollcall.RoleUser)
	first, second, other := d.session(t, ada), d.session(t, ada), d.session(t, grace)
	revoke := func(i int, by session, id string) int {
		_, err := d.with(i, by.token).RevokeSession(t.Context(), rollcall.RevokeSessionParams{SessionID: rollcall.SessionID(id)})
		return code(err)
	}

	listed := must(d.with(0, first.token).ListSessions(t.Context()))(t)
	if len(listed) != 2 {
		t.Fatalf("ada has two sessions, and is told of %v", listed)
	}
	for _, s := range listed {
		if string(s.ID) != first.id && string(s.ID) != second.id || s.Current != (string(s.ID) == first.id) {
			t.Errorf("ada's first session is told of %v", s)
		}
	}
	for id, name := range map[string]string{other.id: "another's", admin.id: "an administrator's", "none": "no", other.id + " ": "no"} {
		if got := revoke(1, first, id); got != rollcall.CodeSessionNotFound {
			t.Errorf("ada ends %s session: answered %d", name, got)
		}
	}
	check(t, whoAmI(t.Context(), d.with(2, other.token)))
	check(t, whoAmI(t.Context(), d.with(2, admin.token)))

	for _, step := range []struct {
		name string
		by   session
		id   string
		want int
	}{
		{"their own", first, second.id, 0},
		{"it again", first, second.id, rollcall.CodeSessionNotFound},
		{"another's, as an administrator", admin, other.id, 0},
		{"it again, as an administrator", admin, other.id, rollcall.CodeSessionNotFound},
		{"their current one", first, first.id, 0},
		{"one, by one that has ended", first, admin.id, rollcall.CodeAuthenticationFailed},
	} {
		if got := revoke(0, step.by, step.id); got != step.want {
			t.Errorf("to end %s: answered %d, want %d", step.name, got, step.want)
		}
	}
	for i := range d.instances {
		for _, s := range []session{first, second, other} {
			if err := whoAmI(t.Context(), d.with(i, s.token)); code(err) != rollcall.CodeAuthenticationFailed {
				t.Errorf("a session that has ended, on instance %d: answered %v", i, err)
			}
		}
		check(t, whoAmI(t.Context(), d.with(i, admin.token)))
	}
}
