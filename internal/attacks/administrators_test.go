package attacks_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

// dismissals are the ways in which an administrator ceases to be one.
var dismissals = []struct {
	name    string
	dismiss func(ctx context.Context, c *rollcall.Client, id rollcall.UserID) error
}{
	{"delete_user", func(ctx context.Context, c *rollcall.Client, id rollcall.UserID) error {
		_, err := c.DeleteUser(ctx, rollcall.DeleteUserParams{UserID: id})
		return err
	}},
	{"set_role", func(ctx context.Context, c *rollcall.Client, id rollcall.UserID) error {
		_, err := c.SetRole(ctx, rollcall.SetRoleParams{UserID: id, Role: rollcall.RoleUser})
		return err
	}},
	{"set_active", func(ctx context.Context, c *rollcall.Client, id rollcall.UserID) error {
		_, err := c.SetActive(ctx, rollcall.SetActiveParams{UserID: id})
		return err
	}},
}

// The only two administrators dismiss each other, or themselves, at the same
// moment on two instances, by any two ways: one of them stays.
func TestAdministratorsDismissEachOther(t *testing.T) {
	parallel(t)
	d := deploy(t, 3)
	admins := [2]session{d.admin(t), d.admin(t)}
	times, none := size(36, 1000), 0
	for i := range times {
		for j := range admins {
			d.run(t, `UPDATE users SET role = 'admin', active = true, deleted_at = NULL WHERE id = $1`, admins[j].user.ID)
			admins[j] = d.session(t, admins[j].user)
		}
		whom := i / 9 % 2 // each other, or themselves
		found := tally(2, func(j int) []int {
			dismiss := dismissals[[]int{i % 3, i / 3 % 3}[j]].dismiss
			err := dismiss(t.Context(), d.with(i+j, admins[j].token), rollcall.UserID(admins[(j+1-whom)%2].user.ID))
			return []int{code(err)}
		})
		left := scan[int](t, d, `SELECT count(*) FROM users WHERE role = 'admin' AND active AND deleted_at IS NULL`)
		if left == 0 {
			none++
		}
		refused := found[rollcall.CodeLastAdministrator] + found[rollcall.CodeAuthenticationFailed] + found[rollcall.CodePermissionDenied]
		if left != 1 || found[0] != 1 || refused != 1 {
			t.Errorf("%d administrators are left; answered %v (code: times), want one success", left, found)
		}
	}
	measured(t, fmt.Sprintf("%d times two administrators dismiss each other", times), "%d times nobody was left", none)
}

// Administrators who change each other's accounts at the same time do not wait for
// each other for ever.
func TestAdministratorsChangeEachOther(t *testing.T) {
	parallel(t)
	d := deploy(t, 3)
	admins := []session{d.admin(t), d.admin(t), d.admin(t)}
	for i := range size(30, 300) {
		found := tally(len(admins), func(j int) []int {
			_, err := d.with(i+j, admins[j].token).UpdateUser(t.Context(), rollcall.UpdateUserParams{
				UserID:         rollcall.UserID(admins[(j+1)%len(admins)].user.ID),
				Username:       rollcall.Username(fmt.Sprintf("name%d-%d", i, j)),
				IdempotencyKey: rollcall.IdempotencyKey(fmt.Sprint(i)),
			})
			return []int{code(err)}
		})
		if found[0] != len(admins) {
			t.Fatalf("answered %v (code: times), want success", found)
		}
	}
}

// Administrators are made and dismissed at once, whatever their ids: nobody waits
// for another who waits for them.
func TestAdministratorsAreMadeAndDismissed(t *testing.T) {
	parallel(t)
	d := deploy(t, 3)
	young, old := d.somebody(t, rollcall.RoleUser), d.admin(t)
	middle := d.somebody(t, rollcall.RoleAdmin)
	roles := []struct {
		of   int64
		role rollcall.Role
	}{{young.ID, rollcall.RoleAdmin}, {young.ID, rollcall.RoleUser}, {middle.ID, rollcall.RoleUser}, {middle.ID, rollcall.RoleAdmin}}
	found := tally(size(40, 1000), func(i int) []int {
		change := roles[i%len(roles)]
		_, err := d.with(i, old.token).SetRole(t.Context(), rollcall.SetRoleParams{UserID: rollcall.UserID(change.of), Role: change.role})
		return []int{code(err)}
	})
	if len(found) != 1 || found[0] == 0 {
		t.Errorf("answered %v (code: times), want that all is done", found)
	}
}
