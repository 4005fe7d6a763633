package jsonrpc

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// deadline is the context of a request. It ends as that of
// [context.WithTimeout] does, but sets no timer before somebody waits for its
// end: a method that only computes never does.
type deadline struct {
	parent context.Context
	at     time.Time // zero if there is none

	over   atomic.Bool           // the request is answered
	armed  atomic.Pointer[armed] // from when somebody waits for the end, or it is there
	arming sync.Mutex
}

// armed is what a deadline becomes.
type armed struct {
	context.Context
	cancel context.CancelFunc
}

// newDeadline bounds ctx by d from start on; 0 is no bound.
func newDeadline(ctx context.Context, start time.Time, d time.Duration) *deadline {
	c := &deadline{parent: ctx}
	if d > 0 {
		c.at = start.Add(d)
	}
	return c
}

// end ends the context, and releases what it holds.
func (c *deadline) end() {
	c.over.Store(true)
	if a := c.armed.Load(); a != nil {
		a.cancel()
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
func (c *deadline) Done() <-chan struct{} { return c.arm().Done() }

// Err implements [context.Context]. The first error is the last: the armed
// context keeps it.
func (c *deadline) Err() error {
	if a := c.armed.Load(); a != nil {
		return a.Err()
	}
	if c.parent.Err() == nil && !c.over.Load() && (c.at.IsZero() || time.Until(c.at) > 0) {
		return nil
	}
	return c.arm().Err()
}

// Value implements [context.Context]. Package context looks here for a context
// of its own: with the armed one it ends those that were made of this.
func (c *deadline) Value(key any) any {
	if a := c.armed.Load(); a != nil {
		return a.Value(key)
	}
	return c.parent.Value(key)
}

// arm makes the context that has a timer.
func (c *deadline) arm() *armed {
	c.arming.Lock()
	defer c.arming.Unlock()
	a := c.armed.Load()
	if a != nil {
		return a
	}
	a = new(armed)
	if c.at.IsZero() {
		a.Context, a.cancel = context.WithCancel(c.parent)
	} else {
		a.Context, a.cancel = context.WithDeadline(c.parent, c.at)
	}
	c.armed.Store(a)
	if c.over.Load() { // end may have come before the context was there to be ended
		a.cancel()
	}
	return a
}
