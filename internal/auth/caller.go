package auth

import (
	"context"
	"net/http"
	"strings"

	"github.com/rollcall-rpc/rollcall/gen/db"
)

// FromHeader returns the token in a request's header: there must be one Authorization field, with the scheme Bearer, in any
// case, and one token (RFC 9110, section 11.6.2; RFC 6750, section 2.1). Its error is NoToken.
func FromHeader(header http.Header) (token string, err error) {
	fields := header.Values("Authorization")
	if len(fields) != 1 {
		return "", NoToken
	}
	scheme, rest, _ := strings.Cut(fields[0], " ")
	token = strings.Trim(rest, " ")
	if !strings.EqualFold(scheme, "Bearer") || !isToken68(token) {
		return "", NoToken
	}
	return token, nil
}

// isToken68 tells whether s is what RFC 9110, section 11.2, calls token68.
func isToken68(s string) bool {
	body := strings.TrimRight(s, "=")
	for i := range len(body) {
		if !token68[body[i]] {
			return false
		}
	}
	return body != ""
}

var token68 = func() (set [256]bool) {
	for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/" {
		set[c] = true
	}
	return set
}()

// Caller is who calls a method: the account, as the database had it when the call began, and the session that they use.
type Caller struct {
	db.GetCallerRow
	SessionID string
}

type callerKey struct{}

// WithCaller returns a context for a method that caller calls.
func WithCaller(ctx context.Context, caller Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, caller)
}

// CallerFrom returns who calls a method. It panics in a method that anybody may call: the contract has to protect a method that
// wants to know.
func CallerFrom(ctx context.Context) Caller {
	caller, ok := ctx.Value(callerKey{}).(Caller)
	if !ok {
		panic("auth: no caller in the context: the method has no x-auth in the contract")
	}
	return caller
}
