package service

import (
	"context"
	"errors"
	"strings"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

// Authenticate implements [rollcall.Service]. Whatever is wrong with a guess,
// it costs one query and one hash, and the answer is the same.
func (s *Service) Authenticate(ctx context.Context, params rollcall.AuthenticateParams) (result rollcall.Authentication, err error) {
	user, err := s.userByName(ctx, string(params.Username))
	if err != nil {
		return result, err
	}
	right, err := s.passwords.Check(ctx, user.PasswordHash, string(params.Password))
	if err != nil {
		return result, err
	}
	if !right {
		const reason = "Invalid username or password"
		return result, &rollcall.AuthenticationFailedError{Message: reason, Data: &rollcall.Reason{Message: reason}}
	}
	token, err := s.tokens.Issue(user.ID, user.Username)
	if err != nil {
		return result, err
	}
	return rollcall.Authentication{Token: rollcall.Token(token), User: account(user)}, nil
}

// userByName returns the account of that name; one without a password, which
// nobody has, if there is none.
func (s *Service) userByName(ctx context.Context, name string) (db.User, error) {
	if strings.ContainsRune(name, 0) { // Postgres has no such text
		name = ""
	}
	user, err := s.db.GetActiveUserByUsername(ctx, name)
	if errors.Is(err, postgres.ErrNotFound) {
		return db.User{}, nil
	}
	return user, err
}

// GetCurrentUser implements [rollcall.Service].
func (s *Service) GetCurrentUser(ctx context.Context) (rollcall.User, error) {
	return account(caller(ctx)), nil
}
