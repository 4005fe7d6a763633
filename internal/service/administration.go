package service

import (
	"context"
	"fmt"
	"slices"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

// SetRole implements [rollcall.Service].
func (s *Service) SetRole(ctx context.Context, params rollcall.SetRoleParams) (rollcall.User, error) {
	id := int64(params.UserID)
	result, err := do(ctx, s, change[rollcall.User]{
		method: rollcall.MethodSetRole, params: &params, key: params.IdempotencyKey, changes: []string{"role=" + string(params.Role)},
		apply: func(q *db.Queries) (int64, rollcall.User, error) {
			if err := leaveAnAdmin(ctx, q, id, params.Role != rollcall.RoleAdmin); err != nil {
				return id, rollcall.User{}, err
			}
			user, err := q.SetUserRole(ctx, db.SetUserRoleParams{ID: id, Role: string(params.Role)})
			return id, account(user), err
		},
	})
	return result, missing(err, params.UserID)
}

// SetActive implements [rollcall.Service].
func (s *Service) SetActive(ctx context.Context, params rollcall.SetActiveParams) (rollcall.User, error) {
	id := int64(params.UserID)
	result, err := do(ctx, s, change[rollcall.User]{
		method: rollcall.MethodSetActive, params: &params, key: params.IdempotencyKey, changes: []string{fmt.Sprint("active=", params.Active)},
		apply: func(q *db.Queries) (int64, rollcall.User, error) {
			if err := leaveAnAdmin(ctx, q, id, !bool(params.Active)); err != nil {
				return id, rollcall.User{}, err
			}
			user, err := q.SetUserActive(ctx, db.SetUserActiveParams{ID: id, Active: bool(params.Active)})
			if err == nil && !user.Active {
				_, err = q.EndSessions(ctx, id)
			}
			return id, account(user), err
		},
	})
	return result, missing(err, params.UserID)
}

// DeleteUser implements [rollcall.Service].
func (s *Service) DeleteUser(ctx context.Context, params rollcall.DeleteUserParams) (rollcall.Success, error) {
	id := int64(params.UserID)
	result, err := do(ctx, s, change[rollcall.Success]{
		method: rollcall.MethodDeleteUser, params: &params, key: params.IdempotencyKey,
		apply: func(q *db.Queries) (_ int64, result rollcall.Success, err error) {
			if err := leaveAnAdmin(ctx, q, id, true); err != nil {
				return id, result, err
			}
			user, err := q.DeleteUser(ctx, id)
			if err != nil {
				return id, result, err
			}
			return id, result, s.endSessions(ctx, q, id, user.UsernameCanonical)
		},
	})
	return result, missing(err, params.UserID)
}

// leaveAnAdmin refuses to take away the administrator with that id if there is
// no other. Until the transaction ends, nobody else can make one or take one away.
func leaveAnAdmin(ctx context.Context, q *db.Queries, id int64, takesAway bool) error {
	users, err := q.LockAdminsAnd(ctx, id)
	if err != nil {
		return err
	}
	admins := slices.DeleteFunc(users, func(u db.LockAdminsAndRow) bool { return !u.Admin })
	if takesAway && len(admins) == 1 && admins[0].ID == id {
		const reason = "nobody could administer the service any more: make somebody else an administrator first"
		return &rollcall.LastAdministratorError{Data: &rollcall.Reason{Message: reason}}
	}
	return nil
}
