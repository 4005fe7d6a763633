package service

import (
	"context"
	"errors"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/auth"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

// GetCurrentUser implements [rollcall.Service].
func (s *Service) GetCurrentUser(ctx context.Context) (rollcall.User, error) {
	me := caller(ctx)
	return rollcall.User{
		ID:        rollcall.UserID(me.ID),
		Username:  rollcall.Username(me.Username),
		Email:     rollcall.Email(me.Email),
		Role:      rollcall.Role(me.Role),
		Active:    rollcall.Active(me.Active),
		CreatedAt: me.CreatedAt,
	}, nil
}

// GetUser implements [rollcall.Service].
func (s *Service) GetUser(ctx context.Context, params rollcall.GetUserParams) (result rollcall.User, err error) {
	user, err := s.DB.GetUser(ctx, int64(params.UserID))
	if err != nil {
		return result, missing(err, params.UserID)
	}
	return account(user), nil
}

// GetUsers implements [rollcall.Service].
func (s *Service) GetUsers(ctx context.Context, params rollcall.GetUsersParams) (rollcall.Users, error) {
	rows, err := s.DB.ListUsers(ctx, db.ListUsersParams{
		After:  given(int64(params.After)),
		Limit:  int64(params.Limit),
		Offset: int64(params.Offset),
	})
	if err != nil {
		return nil, err
	}
	users := make(rollcall.Users, len(rows))
	for i, row := range rows {
		users[i] = account(row)
	}
	return users, nil
}

// CreateUser implements [rollcall.Service].
func (s *Service) CreateUser(ctx context.Context, params rollcall.CreateUserParams) (rollcall.User, error) {
	user := db.CreateUserParams{
		Username: string(params.Username),
		Email:    string(params.Email),
		Role:     string(rollcall.RoleUser),
	}
	return do(ctx, s, change[rollcall.User]{
		method: rollcall.MethodCreateUser, params: &params, key: params.IdempotencyKey, guess: true,
		prepare: func() (err error) {
			if err := s.DB.CheckFree(ctx, user.Username, user.Email); err != nil {
				return err
			}
			user.PasswordHash, err = s.newHash(ctx, "password", params.Password, user.Username, user.Email)
			return err
		},
		apply: func(q *db.Queries) (int64, rollcall.User, error) {
			created, err := q.CreateUser(ctx, user)
			return created.ID, account(created), err
		},
	})
}

// UpdateUser implements [rollcall.Service].
func (s *Service) UpdateUser(ctx context.Context, params rollcall.UpdateUserParams) (result rollcall.User, err error) {
	update := userUpdate{s: s, params: params, columns: db.UpdateUserParams{
		ID:       int64(params.UserID),
		Username: given(string(params.Username)),
		Email:    given(string(params.Email)),
	}}
	if update.columns.Username == nil && update.columns.Email == nil && params.Password == "" {
		return result, invalidParams("nothing to change: give username, email or password")
	}
	// The password that was current at first may be another by the time the call is
	// sent again, so it does not matter whether it is the same.
	same := params
	same.CurrentPassword = ""
	result, err = do(ctx, s, change[rollcall.User]{
		method: rollcall.MethodUpdateUser, params: &same, key: params.IdempotencyKey, changes: update.changes(),
		guess:   params.Password != "",
		prepare: func() error { return update.prepare(ctx) },
		apply: func(q *db.Queries) (int64, rollcall.User, error) {
			user, err := update.apply(ctx, q)
			return user.ID, account(user), err
		},
	})
	return result, missing(err, params.UserID)
}

// userUpdate is a call of update_user.
type userUpdate struct {
	s       *Service
	params  rollcall.UpdateUserParams
	columns db.UpdateUserParams
}

// prepare asks whoever changes themselves for the password, and hashes a new one.
// A token is not enough, be it an administrator's: with another name the owner
// could not log in, and with another email or password somebody else could.
func (u *userUpdate) prepare(ctx context.Context) (err error) {
	me := caller(ctx)
	if u.columns.ID == me.ID {
		if u.params.CurrentPassword == "" {
			return invalidParams("give current_password to change yourself")
		}
		if err := u.s.confirm(ctx, rollcall.MethodUpdateUser, "current_password", u.params.CurrentPassword); err != nil {
			return err
		}
		if err := u.checkNames(); err != nil {
			return err
		}
		if err := checkChange("password", u.params.CurrentPassword, u.params.Password); err != nil {
			return err
		}
		u.columns.OldHash = &me.PasswordHash
	}
	if u.params.Password == "" {
		return nil
	}
	user, err := u.s.DB.GetUser(ctx, u.columns.ID)
	if err != nil {
		return err
	}
	hash, err := u.s.newHash(ctx, "password", u.params.Password,
		user.Username, user.Email, string(u.params.Username), string(u.params.Email))
	u.columns.PasswordHash = &hash
	return err
}

// checkNames refuses a new name or email that is the password which the account
// goes on with. Of somebody else's password an administrator knows nothing.
func (u *userUpdate) checkNames() error {
	if u.params.Password != "" {
		return nil
	}
	for _, param := range []struct{ name, value string }{
		{"username", string(u.params.Username)},
		{"email", string(u.params.Email)},
	} {
		if auth.IsPersonal(string(u.params.CurrentPassword), param.value) {
			return &rollcall.InvalidParamsError{Data: &rollcall.ParamsFault{
				Field: param.name, Reason: rollcall.ParamsFaultReasonPersonalPassword,
				Message: "this is the account's password, with or without digits after it; choose another, or give a new password too",
			}}
		}
	}
	return nil
}

// changes names what is changed, for the audit log.
func (u *userUpdate) changes() (names []string) {
	for _, member := range []struct {
		name  string
		given bool
	}{
		{"username", u.columns.Username != nil},
		{"email", u.columns.Email != nil},
		{"password", u.params.Password != ""},
	} {
		if member.given {
			names = append(names, member.name)
		}
	}
	return names
}

// apply changes the row. With a new password, nobody who knew the old one stays
// logged in; to a name that was given up no device is known. Which name that is
// tells the row alone, once nobody else can change it.
func (u *userUpdate) apply(ctx context.Context, q *db.Queries) (user db.User, err error) {
	before, err := q.LockUser(ctx, u.columns.ID)
	if err == nil {
		user, err = q.UpdateUser(ctx, u.columns)
	}
	if u.columns.OldHash != nil {
		err = changedMeanwhile(err)
	}
	switch {
	case err != nil:
		return user, err
	case u.columns.PasswordHash != nil:
		return user, u.s.endSessions(ctx, q, user.ID, before.UsernameCanonical)
	case user.UsernameCanonical != before.UsernameCanonical:
		return user, u.s.Logins.Forget(ctx, q, before.UsernameCanonical)
	}
	return user, nil
}

// missing makes the database's error for no row the contract's.
func missing(err error, id rollcall.UserID) error {
	if errors.Is(err, postgres.ErrNotFound) {
		return &rollcall.UserNotFoundError{Data: &rollcall.MissingUser{UserID: id}}
	}
	return err
}
