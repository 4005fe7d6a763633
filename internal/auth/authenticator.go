package auth

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

// Authenticator finds the caller of each call that the contract protects: the token names an account, and one query tells
// whether it still exists and what its role is. The method finds the account's row with CallerFrom.
type Authenticator struct {
	Tokens *Tokens
	Users  Users
}

// Users reads accounts; the queries of gen/db do.
type Users interface {
	GetActiveUser(ctx context.Context, id int64) (db.User, error)
}

var _ jsonrpc.Authenticator = Authenticator{}

// Refusal is why somebody is not let in, in the words in which they are told. They tell apart what a well-meaning caller can do
// something about; why exactly a token is invalid is nobody's business who made it up.
type Refusal string

// The refusals of FromHeader and of [Tokens.Verify]. A token whose account is gone is invalid, too.
const (
	NoToken      Refusal = "Missing or invalid authorization header"
	TokenExpired Refusal = "Token has expired"
	TokenInvalid Refusal = "Invalid token"
)

func (r Refusal) Error() string { return string(r) }

// Authenticate implements [jsonrpc.Authenticator]. Its error is a [*rollcall.AuthenticationFailedError], or the database's.
func (a Authenticator) Authenticate(ctx context.Context, call *jsonrpc.Call) (context.Context, jsonrpc.Caller, error) {
	user, err := a.user(ctx, call)
	if refusal, ok := errors.AsType[Refusal](err); ok {
		err = &rollcall.AuthenticationFailedError{Message: string(refusal), Data: &rollcall.Reason{Message: string(refusal)}}
	}
	if err != nil {
		return ctx, jsonrpc.Caller{}, err
	}
	caller := jsonrpc.Caller{ID: strconv.FormatInt(user.ID, 10), Roles: []string{user.Role}}
	return WithCaller(ctx, user), caller, nil
}

// Denied implements [jsonrpc.Authenticator].
func (a Authenticator) Denied(context.Context, *jsonrpc.Call) error {
	return &rollcall.PermissionDeniedError{Data: &rollcall.Reason{Message: "Your account may not do this"}}
}

func (a Authenticator) user(ctx context.Context, call *jsonrpc.Call) (user db.User, err error) {
	token, err := FromHeader(call.Header)
	if err != nil {
		return user, err
	}
	claims, err := a.Tokens.Verify(token)
	if err != nil {
		return user, err
	}
	user, err = a.Users.GetActiveUser(ctx, claims.UserID)
	if errors.Is(err, pgx.ErrNoRows) {
		return user, TokenInvalid
	}
	if err != nil {
		return user, fmt.Errorf("read the caller's account: %w", err)
	}
	return user, nil
}
