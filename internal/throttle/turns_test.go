package throttle_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/rollcall-rpc/rollcall/internal/auth"
	"github.com/rollcall-rpc/rollcall/internal/throttle"
)

// Of logins to one account one goes on at a time; to others, and to those from
// devices that it knows, it makes no difference.
func TestTurns(t *testing.T) {
	t.Parallel()
	f := newFixture(t, throttle.Config{})
	known := f.succeed(t, "ada", home)
	_, done, err := f.Reserve(t.Context(), guess("ada", home))
	if err != nil {
		t.Fatal(err)
	}
	_, doneWithBob, err := f.Reserve(t.Context(), guess("bob", home))
	if err != nil {
		t.Fatal(err)
	}
	doneWithBob()
	_, doneAtHome, err := f.Reserve(t.Context(), guess("ada", home, known))
	if err != nil {
		t.Fatal(err)
	}
	doneAtHome()

	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := f.Reserve(cancelled, guess("ada", home)); !errors.Is(err, context.Canceled) {
		t.Errorf("who has no time is answered %v", err)
	}
	var going sync.Mutex
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			_, done, err := f.Reserve(t.Context(), guess("ada", home))
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
	_, done, err := f.Reserve(t.Context(), guess("ada", home))
	if err != nil {
		t.Fatal(err)
	}
	waiting, cancel := context.WithTimeoutCause(t.Context(), time.Millisecond, auth.ErrBusy)
	defer cancel()
	if _, _, err := f.Reserve(waiting, guess("ada", home)); err != auth.ErrBusy {
		t.Errorf("who waits too long is answered %v", err)
	}
	done()
	if _, done, err := f.Reserve(t.Context(), guess("ada", home)); err != nil {
		t.Errorf("after that: %v", err)
	} else {
		done()
	}
}
