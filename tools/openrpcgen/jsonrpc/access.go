package jsonrpc

import (
	"context"
	"slices"
)

// What follows decides who may call. A contract says it by x-auth, for a method
// or, at its root, for all that say nothing themselves:
//
//	false, {"required": false}             anybody
//	true, {"required": true}               whoever the Authenticator knows
//	{"roles": ["admin"]}                   whoever has one of the roles
//	{"roles": ["admin"], "self": "id"}     that, or whom the param id names
//
// A contract that has any x-auth denies by default: what says nothing, and gets
// nothing from the root, is for callers who are known; rpc.discover too. The
// generated server asks before it reads the params, each call of a batch by
// itself, and of self between reading them and the method.

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

// For is the method behind [Admit].
func (m Method) For(a Authenticator, roles ...string) Method {
	serve := m.Serve
	m.Serve = func(ctx context.Context, call *Call) error {
		ctx, err := Admit(ctx, a, call, roles...)
		if err != nil {
			return err
		}
		return serve(ctx, call)
	}
	return m
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
