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
	"github.com/rollcall-rpc/rollcall/internal/throttle"
)

// Service implements [rollcall.Service]. It does not embed
// UnimplementedService: a method of the contract that is not written here does
// not compile.
type Service struct {
	Config
	now func() time.Time
}

var _ rollcall.Service = (*Service)(nil)

// Config is what a service works with. All of it is needed.
type Config struct {
	DB        *postgres.DB
	Passwords *auth.Passwords
	Tokens    *auth.Tokens
	Secret    auth.Secret // signs refresh tokens, and hides what is kept of idempotent calls
	Logins    *throttle.Logins
	// SessionLifetime is how long a session goes on, however often it is
	// refreshed.
	SessionLifetime time.Duration
}

// New returns a service.
func New(config Config) *Service { return &Service{Config: config, now: time.Now} }

// caller is who sent the call, as the authorisation has found out.
func caller(ctx context.Context) auth.Caller { return auth.CallerFrom(ctx) }

// account is a row as the contract shows it.
func account(u db.User) rollcall.User {
	return rollcall.User{
		ID:        rollcall.UserID(u.ID),
		Username:  rollcall.Username(u.Username),
		Email:     rollcall.Email(u.Email),
		Role:      rollcall.Role(u.Role),
		Active:    rollcall.Active(u.Active),
		CreatedAt: u.CreatedAt,
	}
}

// given is nil for a param that was left out: the contract lets none be empty.
func given[T comparable](param T) *T {
	var empty T
	if param == empty {
		return nil
	}
	return &param
}

func invalidParams(message string) error {
	return &rollcall.InvalidParamsError{Data: &rollcall.ParamsFault{Message: message}}
}

func unauthenticated(reason string) error {
	return &rollcall.AuthenticationFailedError{Message: reason, Data: &rollcall.Reason{Message: reason}}
}
