package attacks_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

// revocation is a change after which a token is good for nothing, or for less.
type revocation struct {
	name string
	role rollcall.Role // of the victim
	// revoke makes the change, by clients of one instance.
	revoke func(ctx context.Context, victim, admin *rollcall.Client, of session) error
	// use is what the token, which must have been good for it, is then tried for.
	use     func(ctx context.Context, c *rollcall.Client) error
	refused int
	refresh bool // whether the session goes on
}

func whoAmI(ctx context.Context, c *rollcall.Client) error {
	_, err := c.GetCurrentUser(ctx)
	return err
}

func listUsers(ctx context.Context, c *rollcall.Client) error {
	_, err := c.GetUsers(ctx, rollcall.GetUsersParams{Limit: 1})
	return err
}

const newPassword = "analytical engine"

var revocations = []revocation{
	{"delete_user", rollcall.RoleUser, func(ctx context.Context, _, admin *rollcall.Client, of session) error {
		_, err := admin.DeleteUser(ctx, rollcall.DeleteUserParams{UserID: rollcall.UserID(of.user.ID)})
		return err
	}, whoAmI, rollcall.CodeAuthenticationFailed, false},
	{"set_active", rollcall.RoleUser, func(ctx context.Context, _, admin *rollcall.Client, of session) error {
		_, err := admin.SetActive(ctx, rollcall.SetActiveParams{UserID: rollcall.UserID(of.user.ID)})
		return err
	}, whoAmI, rollcall.CodeAuthenticationFailed, false},
	{"set_role", rollcall.RoleAdmin, func(ctx context.Context, _, admin *rollcall.Client, of session) error {
		_, err := admin.SetRole(ctx, rollcall.SetRoleParams{UserID: rollcall.UserID(of.user.ID), Role: rollcall.RoleUser})
		return err
	}, listUsers, rollcall.CodePermissionDenied, true},
	{"change_password", rollcall.RoleUser, func(ctx context.Context, victim, _ *rollcall.Client, _ session) error {
		_, err := victim.ChangePassword(ctx, rollcall.ChangePasswordParams{OldPassword: password, NewPassword: newPassword})
		return err
	}, whoAmI, rollcall.CodeAuthenticationFailed, false},
	{"update_user by themselves", rollcall.RoleUser, func(ctx context.Context, victim, _ *rollcall.Client, of session) error {
		_, err := victim.UpdateUser(ctx, rollcall.UpdateUserParams{
			UserID: rollcall.UserID(of.user.ID), Password: newPassword, CurrentPassword: password,
		})
		return err
	}, whoAmI, rollcall.CodeAuthenticationFailed, false},
	{"update_user by an administrator", rollcall.RoleUser, func(ctx context.Context, _, admin *rollcall.Client, of session) error {
		_, err := admin.UpdateUser(ctx, rollcall.UpdateUserParams{UserID: rollcall.UserID(of.user.ID), Password: newPassword})
		return err
	}, whoAmI, rollcall.CodeAuthenticationFailed, false},
	{"logout", rollcall.RoleUser, func(ctx context.Context, victim, _ *rollcall.Client, _ session) error {
		_, err := victim.Logout(ctx, rollcall.LogoutParams{})
		return err
	}, whoAmI, rollcall.CodeAuthenticationFailed, false},
	{"revoke_session by themselves", rollcall.RoleUser, func(ctx context.Context, victim, _ *rollcall.Client, of session) error {
		_, err := victim.RevokeSession(ctx, rollcall.RevokeSessionParams{SessionID: rollcall.SessionID(of.id)})
		return err
	}, whoAmI, rollcall.CodeAuthenticationFailed, false},
	{"revoke_session by an administrator", rollcall.RoleUser, func(ctx context.Context, _, admin *rollcall.Client, of session) error {
		_, err := admin.RevokeSession(ctx, rollcall.RevokeSessionParams{SessionID: rollcall.SessionID(of.id)})
		return err
	}, whoAmI, rollcall.CodeAuthenticationFailed, false},
}

// What is taken away on one instance is gone on the others: no call that begins
// after the change was answered is let in, even if the others verified the token
// a moment ago, and are being called with it at the time.
func TestRevocations(t *testing.T) {
	parallel(t)
	d := deploy(t, 3)
	admin := d.admin(t)
	for _, r := range revocations {
		t.Run(r.name, func(t *testing.T) {
			times := size(4, 1000/len(revocations)+1)
			var accepted, uses int
			for i := range times {
				a, u := r.try(t, d, i, d.session(t, d.somebody(t, r.role)), admin)
				accepted, uses = accepted+a, uses+u
			}
			if accepted > 0 {
				t.Errorf("%d calls that began after the change were let in", accepted)
			}
			measured(t, fmt.Sprintf("%d changes, %d uses elsewhere afterwards", times, uses), "%d accepted", accepted)
		})
	}
}

// try makes the change on one instance while the token is in use on all, and
// counts the uses that began after it was answered, and those that were let in.
func (r revocation) try(t *testing.T, d *deployment, i int, victim, admin session) (accepted, uses int) {
	t.Helper()
	for j := range d.instances {
		if err := r.use(t.Context(), d.with(j, victim.token)); err != nil {
			t.Fatalf("before the change: %v", err)
		}
	}
	var changed atomic.Bool
	var mu sync.Mutex
	var users sync.WaitGroup
	for j := range d.instances {
		users.Go(func() {
			for after := 0; after < 2; { // two calls after the change are enough
				began := changed.Load()
				got := code(r.use(t.Context(), d.with(j, victim.token)))
				if !began {
					continue
				}
				after++
				mu.Lock()
				uses++
				if got != r.refused {
					accepted++
				}
				mu.Unlock()
			}
		})
	}
	err := r.revoke(t.Context(), d.with(i, victim.token), d.with(i, admin.token), victim)
	changed.Store(true)
	users.Wait()
	check(t, err)
	_, err = d.at(i+1).Refresh(t.Context(), rollcall.RefreshParams{RefreshToken: rollcall.RefreshTokenGuess(victim.refresh)})
	if refreshed := err == nil; refreshed != r.refresh || !refreshed && code(err) != rollcall.CodeAuthenticationFailed {
		t.Errorf("refresh after the change: answered %v", err)
	}
	return accepted, uses
}

// Whoever logs in by the old password while it is being changed has no session
// afterwards, on whichever side of the change they came.
func TestLoginsDuringAPasswordChange(t *testing.T) {
	parallel(t)
	d := deploy(t, 3, "--login-limit=0", "--hash-slots=8")
	admin := d.admin(t)
	changes := slices.DeleteFunc(slices.Clone(revocations), func(r revocation) bool {
		return r.name != "change_password" && r.name != "update_user by an administrator" && r.name != "delete_user" && r.name != "set_active"
	})
	rounds, began, survived := size(4, 100), 0, 0
	for i := range rounds {
		r := changes[i%len(changes)]
		victim := d.session(t, d.somebody(t, rollcall.RoleUser))
		var mu sync.Mutex
		var tokens []rollcall.Authentication
		var all sync.WaitGroup
		for j := range 6 {
			all.Go(func() {
				session, err := d.at(j).Authenticate(t.Context(), rollcall.AuthenticateParams{
					Username: rollcall.UsernameGuess(victim.user.Username), Password: password,
				})
				if c := code(err); c != 0 && c != rollcall.CodeAuthenticationFailed {
					t.Errorf("a login during %s: %v", r.name, err)
				}
				if err == nil {
					mu.Lock()
					defer mu.Unlock()
					tokens = append(tokens, session)
				}
			})
		}
		err := r.revoke(t.Context(), d.with(i, victim.token), d.with(i, admin.token), victim)
		all.Wait()
		check(t, err)
		for j, session := range tokens {
			began++
			_, err := d.at(j).Refresh(t.Context(), rollcall.RefreshParams{RefreshToken: rollcall.RefreshTokenGuess(session.RefreshToken)})
			if whoAmI(t.Context(), d.with(j, string(session.Token))) == nil || err == nil {
				survived++
			}
		}
	}
	if survived > 0 {
		t.Errorf("%d of %d sessions that began by the old password survived it", survived, began)
	}
	measured(t, fmt.Sprintf("%d changes, with %d logins at the same time that got in", rounds, began), "%d sessions survived", survived)
}
