package throttle_test

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/rollcall-rpc/rollcall/internal/auth"
	"github.com/rollcall-rpc/rollcall/internal/throttle"
)

// Of logins to one account one goes on at a time; to others it makes no
// difference.
func TestTurns(t *testing.T) {
	t.Parallel()
	f := newFixture(t, throttle.Config{})
	from := netip.MustParseAddr(home)
	_, done, err := f.Reserve(t.Context(), "ada", from)
	if err != nil {
		t.Fatal(err)
	}
	_, doneWithBob, err := f.Reserve(t.Context(), "bob", from)
	if err != nil {
		t.Fatal(err)
	}
	doneWithBob()

	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := f.Reserve(cancelled, "ada", from); !errors.Is(err, context.Canceled) {
		t.Errorf("who has no time is answered %v", err)
	}
	var going sync.Mutex
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			_, done, err := f.Reserve(t.Context(), "ada", from)
			if err != nil {
				t.Error(err)
				return
			}
			if !going.TryLock() {
				t.Error("two go on at a time")
			}
			going.Unlock()
			done()
		})
	}
	done()
	group.Wait()
}

func TestTurnsThatDoNotCome(t *testing.T) {
	t.Parallel()
	f := newFixture(t, throttle.Config{})
	from := netip.MustParseAddr(home)
	_, done, err := f.Reserve(t.Context(), "ada", from)
	if err != nil {
		t.Fatal(err)
	}
	waiting, cancel := context.WithTimeoutCause(t.Context(), time.Millisecond, auth.ErrBusy)
	defer cancel()
	if _, _, err := f.Reserve(waiting, "ada", from); err != auth.ErrBusy {
		t.Errorf("who waits too long is answered %v", err)
	}
	done()
	if _, done, err := f.Reserve(t.Context(), "ada", from); err != nil {
		t.Errorf("after that: %v", err)
	} else {
		done()
	}
}
