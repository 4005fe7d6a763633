package auth

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/jackc/pgx/v5"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

// Authenticator finds the caller of each call that the contract protects: the token names a session, and one query tells whether
// it has not ended, whose it is and what their role is. The method finds the account's row with CallerFrom.
type Authenticator struct {
	Tokens   *Tokens
	Sessions Sessions
}

// Sessions reads the account of a session; the queries of gen/db do.
type Sessions interface {
	GetCaller(ctx context.Context, session db.GetCallerParams) (db.GetCallerRow, error)
}

var _ jsonrpc.Authenticator = Authenticator{}

// Refusal is why somebody is not let in, in the words in which they are told. They tell apart what a well-meaning caller can do
// something about; why exactly a token is invalid is nobody's business who made it up.
type Refusal string

// The refusals of FromHeader and of [Tokens.Verify]. A token whose session has ended is invalid, too.
const (
	NoToken      Refusal = "Missing or invalid authorization header"
	TokenExpired Refusal = "Token has expired"
	TokenInvalid Refusal = "Invalid token"
)

func (r Refusal) Error() string { return string(r) }

// Authenticate implements [jsonrpc.Authenticator]. Its error is a [*rollcall.AuthenticationFailedError], or the database's.
func (a Authenticator) Authenticate(ctx context.Context, call *jsonrpc.Call) (context.Context, jsonrpc.Caller, error) {
	caller, err := a.caller(ctx, call)
	if refusal, ok := errors.AsType[Refusal](err); ok {
		err = &rollcall.AuthenticationFailedError{Message: string(refusal), Data: &rollcall.Reason{Message: string(refusal)}}
	}
	if err != nil {
		return ctx, jsonrpc.Caller{}, err
	}
	return WithCaller(ctx, caller), jsonrpc.Caller{ID: strconv.FormatInt(caller.ID, 10), Roles: []string{caller.Role}}, nil
}

// Denied implements [jsonrpc.Authenticator].
func (a Authenticator) Denied(context.Context, *jsonrpc.Call) error {
	return &rollcall.PermissionDeniedError{Data: &rollcall.Reason{Message: "Your account may not do this"}}
}

func (a Authenticator) caller(ctx context.Context, call *jsonrpc.Call) (caller Caller, err error) {
	token, err := FromHeader(call.Header)
	if err != nil {
		return caller, err
	}
	claims, err := a.verify(ctx, token)
	if err != nil {
		return caller, err
	}
	account, err := a.Sessions.GetCaller(ctx, db.GetCallerParams{SessionID: claims.SessionID, UserID: claims.UserID})
	if errors.Is(err, pgx.ErrNoRows) {
		return caller, TokenInvalid
	}
	if err != nil {
		return caller, fmt.Errorf("read the caller's account: %w", err)
	}
	return Caller{GetCallerRow: account, SessionID: claims.SessionID}, nil
}

// verify finds out about a token once for all calls of a request.
func (a Authenticator) verify(ctx context.Context, token string) (Claims, error) {
	if c, ok := ctx.Value(originKey{}).(*originContext); ok {
		return c.verdict.on(token, a.Tokens)
	}
	return a.Tokens.Verify(token)
}

// verdict is what [Tokens.Verify] said of the token of a request. It holds as long as the request, refusals too: a batch with a token
// of a wrong signature costs one look at that, where the cache of verified tokens would not help. Refusals are not kept any longer,
// since there is no end of tokens that can be made up.
type verdict struct {
	mu     sync.Mutex // held while Verify runs: the calls of a batch come together
	token  string
	tokens *Tokens // nil as long as nobody has asked
	claims Claims
	err    error
}

func (v *verdict) on(token string, tokens *Tokens) (Claims, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.tokens != tokens || v.token != token {
		v.token, v.tokens = token, tokens
		v.claims, v.err = tokens.Verify(token)
	}
	return v.claims, v.err
}
