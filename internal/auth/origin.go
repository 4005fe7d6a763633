package auth

import (
	"context"
	"net/netip"
)

// Origin is where a request came from, and what it is called in the log.
type Origin struct {
	RequestID string
	Address   netip.Addr // the client's; the zero Addr where it is not known
}

// originContext is a context that knows the origin of its request, and what its token was found to be.
type originContext struct {
	context.Context
	origin  Origin
	verdict verdict
}

type originKey struct{}

// WithOrigin returns a context for what a request asks for.
func WithOrigin(ctx context.Context, origin Origin) context.Context {
	return &originContext{Context: ctx, origin: origin}
}

// OriginFrom returns the origin that WithOrigin was given; the zero Origin where no request is being answered.
func OriginFrom(ctx context.Context) Origin {
	if c, ok := ctx.Value(originKey{}).(*originContext); ok {
		return c.origin
	}
	return Origin{}
}

// Value implements [context.Context].
func (c *originContext) Value(key any) any {
	if key == (originKey{}) {
		return c
	}
	return c.Context.Value(key)
}
