package jsonrpc

import (
	"context"
	"slices"
)

// Caller is who sent a call, as far as a contract's x-auth asks.
type Caller struct {
	ID    string // what the param that x-auth names by self is compared with; "" is nobody's
	Roles []string
}

// Authenticator finds out who sends calls. Whoever serves a contract that
// protects a method has to give one.
type Authenticator interface {
	// Authenticate finds who sent call, and returns a context for the method,
	// which may tell more about the caller. Its error answers the call.
	Authenticate(ctx context.Context, call *Call) (context.Context, Caller, error)

	// Denied is the error for a caller whom the contract does not let call the
	// method.
	Denied(ctx context.Context, call *Call) error
}

// Admit lets a call pass if its caller has one of roles; where there are none,
// if it has a caller.
func Admit(ctx context.Context, a Authenticator, call *Call, roles ...string) (context.Context, error) {
	ctx, caller, err := a.Authenticate(ctx, call)
	if err != nil {
		return ctx, err
	}
	if len(roles) > 0 && !caller.hasOneOf(roles) {
		return ctx, a.Denied(ctx, call)
	}
	return ctx, nil
}

// AdmitSelf lets a call pass if its caller has one of roles, or if it concerns
// the caller itself: what the method does with the params must then begin with
// self, which gets the id that they name.
func AdmitSelf(ctx context.Context, a Authenticator, call *Call, roles ...string) (_ context.Context, self func(id string) error, _ error) {
	ctx, caller, err := a.Authenticate(ctx, call)
	if err != nil {
		return ctx, nil, err
	}
	return ctx, func(id string) error {
		if (id == caller.ID && id != "") || caller.hasOneOf(roles) {
			return nil
		}
		return a.Denied(ctx, call)
	}, nil
}

func (c Caller) hasOneOf(roles []string) bool {
	return slices.ContainsFunc(roles, func(role string) bool { return slices.Contains(c.Roles, role) })
}
