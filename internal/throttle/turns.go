package throttle

import (
	"context"
	"sync"
)

// turns let one login to each account go on at a time. Whoever logs in to one account from a thousand connections then waits for
// themselves, and not everybody else for them; and of right passwords that come at once, none counts as failed while another is
// being looked at.
type turns struct {
	mu       sync.Mutex
	accounts map[string]*turn
}

// turn is that of an account.
type turn struct {
	taken   chan struct{} // holds one
	waiting int           // how many have it or wait for it
}

// take waits for an account's turn, which done ends. Its error is the cause of ctx's end.
func (t *turns) take(ctx context.Context, account string) (done func(), err error) {
	own := t.join(account)
	select {
	case own.taken <- struct{}{}:
		return func() {
			<-own.taken
			t.leave(account)
		}, nil
	case <-ctx.Done():
		t.leave(account)
		return nil, context.Cause(ctx)
	}
}

func (t *turns) join(account string) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	own, ok := t.accounts[account]
	if !ok {
		own = &turn{taken: make(chan struct{}, 1)}
		t.accounts[account] = own
	}
	own.waiting++
	return own
}

func (t *turns) leave(account string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	own := t.accounts[account]
	if own.waiting--; own.waiting == 0 {
		delete(t.accounts, account)
	}
}
