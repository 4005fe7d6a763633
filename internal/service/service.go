// Package service implements the contract's methods on the database. A file
// holds a group of them; who may call them has been seen to before they run.
package service

import (
	"context"
	"time"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/auth"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

// Service implements [rollcall.Service]. It does not embed
// UnimplementedService: a method of the contract that is not written here does
// not compile.
type Service struct {
	db        *postgres.DB
	passwords *auth.Passwords
	tokens    *auth.Tokens
	secret    auth.Secret
	now       func() time.Time
}

var _ rollcall.Service = (*Service)(nil)

// New returns a service that keeps its accounts in database.
func New(database *postgres.DB, passwords *auth.Passwords, tokens *auth.Tokens, secret auth.Secret) *Service {
	return &Service{db: database, passwords: passwords, tokens: tokens, secret: secret, now: time.Now}
}

// caller is the account that sent the call, as the authorisation has read it.
func caller(ctx context.Context) db.User { return auth.CallerFrom(ctx) }

// account is a row as the contract shows it.
func account(u db.User) rollcall.User {
	return rollcall.User{
		ID:        rollcall.UserID(u.ID),
		Username:  rollcall.Username(u.Username),
		Email:     rollcall.Email(u.Email),
		Role:      rollcall.Role(u.Role),
		CreatedAt: u.CreatedAt,
	}
}

func invalidParams(message string) error {
	return &rollcall.InvalidParamsError{Data: &rollcall.ParamsFault{Message: message}}
}
