package throttle

import (
	"context"
	"sync"
)

// turns let one login to each account go on at a time, and one from each device and session that it knows. Whoever logs in to one
// account from a thousand connections then waits for themselves, and not everybody else for them; and of right passwords that come
// at once, none counts as failed while another is being looked at.
type turns struct {
	mu    sync.Mutex
	byKey map[string]*turn
}

// turn is that of what a key is of.
type turn struct {
	taken   chan struct{} // holds one
	waiting int           // how many have it or wait for it
}

// take waits for the turn of a key, which done ends. Its error is the cause of ctx's end.
func (t *turns) take(ctx context.Context, key string) (done func(), err error) {
	own := t.join(key)
	select {
	case own.taken <- struct{}{}:
		return func() {
			<-own.taken
			t.leave(key)
		}, nil
	case <-ctx.Done():
		t.leave(key)
		return nil, context.Cause(ctx)
	}
}

func (t *turns) join(key string) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	own, ok := t.byKey[key]
	if !ok {
		own = &turn{taken: make(chan struct{}, 1)}
		t.byKey[key] = own
	}
	own.waiting++
	return own
}

func (t *turns) leave(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	own := t.byKey[key]
	if own.waiting--; own.waiting == 0 {
		delete(t.byKey, key)
	}
}
