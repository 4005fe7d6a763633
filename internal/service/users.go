package service

import (
	"context"
	"errors"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

// GetUsers implements [rollcall.Service].
func (s *Service) GetUsers(ctx context.Context, params rollcall.GetUsersParams) (rollcall.Users, error) {
	rows, err := s.db.ListActiveUsers(ctx, db.ListActiveUsersParams{
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
func (s *Service) CreateUser(ctx context.Context, params rollcall.CreateUserParams) (result rollcall.User, err error) {
	if err := s.db.CheckFree(ctx, string(params.Username), string(params.Email)); err != nil {
		return result, err
	}
	hash, err := s.passwords.Hash(ctx, string(params.Password))
	if err != nil {
		return result, err
	}
	user, err := s.db.CreateUser(ctx, db.CreateUserParams{
		Username:     string(params.Username),
		Email:        string(params.Email),
		PasswordHash: hash,
		Role:         string(rollcall.RoleUser),
	})
	if err != nil {
		return result, err
	}
	return account(user), nil
}

// UpdateUser implements [rollcall.Service].
func (s *Service) UpdateUser(ctx context.Context, params rollcall.UpdateUserParams) (result rollcall.User, err error) {
	change := db.UpdateActiveUserParams{
		ID:       int64(params.UserID),
		Username: given(string(params.Username)),
		Email:    given(string(params.Email)),
	}
	if change.Username == nil && change.Email == nil && params.Password == "" {
		return result, invalidParams("nothing to change: give username, email or password")
	}
	if err := s.confirm(ctx, params); err != nil {
		return result, err
	}
	if params.Password != "" {
		hash, err := s.passwords.Hash(ctx, string(params.Password))
		if err != nil {
			return result, err
		}
		change.PasswordHash = &hash
	}
	user, err := s.db.UpdateActiveUser(ctx, change)
	if err != nil {
		return result, missing(err, params.UserID)
	}
	return account(user), nil
}

// confirm makes sure that whoever changes their own password or email knows
// the password: a stolen token must not be enough to take an account over.
func (s *Service) confirm(ctx context.Context, params rollcall.UpdateUserParams) error {
	me := caller(ctx)
	if me.Role == string(rollcall.RoleAdmin) || (params.Password == "" && params.Email == "") {
		return nil
	}
	if params.CurrentPassword == "" {
		return invalidParams("give current_password to change the password or the email")
	}
	right, err := s.passwords.Check(ctx, me.PasswordHash, string(params.CurrentPassword))
	if err != nil {
		return err
	}
	if !right {
		return &rollcall.PermissionDeniedError{Data: &rollcall.Reason{Message: "current_password is wrong"}}
	}
	return nil
}

// DeleteUser implements [rollcall.Service].
func (s *Service) DeleteUser(ctx context.Context, params rollcall.DeleteUserParams) (result rollcall.Deletion, err error) {
	if _, err := s.db.DeleteActiveUser(ctx, int64(params.UserID)); err != nil {
		return result, missing(err, params.UserID)
	}
	return result, nil
}

// given is nil for a param that was left out: the contract lets none be empty.
func given[T comparable](param T) *T {
	var empty T
	if param == empty {
		return nil
	}
	return &param
}

// missing makes the database's error for no row the contract's.
func missing(err error, id rollcall.UserID) error {
	if errors.Is(err, postgres.ErrNotFound) {
		return &rollcall.UserNotFoundError{Data: &rollcall.MissingUser{UserID: id}}
	}
	return err
}
