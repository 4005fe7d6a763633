package jsonrpc

import (
	"context"
	"sync"
	"time"
)

// deadline is the context of a request. It ends as that of
// [context.WithTimeout] does, but sets no timer before somebody waits for its
// end: a method that only computes never does.
type deadline struct {
	parent context.Context
	at     time.Time // zero if there is none

	mu     sync.Mutex
	over   bool            // the request is answered
	armed  context.Context // from when somebody waits for the end, or it is there
	cancel context.CancelFunc
}

// newDeadline bounds ctx by d; 0 is no bound.
func newDeadline(ctx context.Context, d time.Duration) *deadline {
	c := &deadline{parent: ctx}
	if d > 0 {
		c.at = time.Now().Add(d)
	}
	return c
}

// end ends the context, and releases what it holds.
func (c *deadline) end() {
	c.mu.Lock()
	c.over = true
	cancel := c.cancel
	c.mu.Unlock()
	if cancel != nil {
		cancel()
	}
}

// Deadline implements [context.Context].
func (c *deadline) Deadline() (time.Time, bool) {
	at, ok := c.parent.Deadline()
	if !c.at.IsZero() && (!ok || c.at.Before(at)) {
		return c.at, true
	}
	return at, ok
}

// Done implements [context.Context].
func (c *deadline) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.arm().Done()
}

// Err implements [context.Context]. The first error is the last: the armed
// context keeps it.
func (c *deadline) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.armed == nil && !c.over && c.parent.Err() == nil && (c.at.IsZero() || time.Until(c.at) > 0) {
		return nil
	}
	return c.arm().Err()
}

// Value implements [context.Context]. Package context looks here for a context
// of its own: with the armed one it ends those that were made of this.
func (c *deadline) Value(key any) any {
	c.mu.Lock()
	ctx := c.armed
	c.mu.Unlock()
	if ctx == nil {
		ctx = c.parent
	}
	return ctx.Value(key)
}

// arm makes the context that has a timer. Its caller holds mu.
func (c *deadline) arm() context.Context {
	switch {
	case c.armed != nil:
		return c.armed
	case c.at.IsZero():
		c.armed, c.cancel = context.WithCancel(c.parent)
	default:
		c.armed, c.cancel = context.WithDeadline(c.parent, c.at)
	}
	if c.over {
		c.cancel()
	}
	return c.armed
}
