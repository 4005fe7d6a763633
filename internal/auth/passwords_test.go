package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// cheap is the argon2 tool's hash of "password" with the salt "somesalt", in far less memory than ours.
const cheap = "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$ZVrRXqxlLcWfcXCnMyv0m4Rpvh/bnCi7"

func TestHash(t *testing.T) {
	t.Parallel()
	p := NewPasswords(0)
	phc, err := p.Hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(phc, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash is %s", phc)
	}
	if again, err := p.Hash(t.Context(), "correct horse"); err != nil || again == phc {
		t.Errorf("the same salt twice: %s (%v)", again, err)
	}
	for password, want := range map[string]bool{"correct horse": true, "correct horsf": false, "": false} {
		if got, err := p.Check(t.Context(), phc, password); err != nil || got != want {
			t.Errorf("%q: checked %v (%v), want %v", password, got, err, want)
		}
	}
	if _, err := p.Hash(t.Context(), strings.Repeat("x", 4097)); err == nil || !strings.Contains(err.Error(), "4096 bytes") {
		t.Errorf("a password of 4097 bytes: error is %v", err)
	}
}

// The same password, from keyboards and systems that spell it otherwise.
func TestSpellingsOfAPassword(t *testing.T) {
	t.Parallel()
	p := NewPasswords(1)
	spellings := []string{"Schlo\u00dfgeist \u00e9t\u00e9", "Schlo\u00dfgeist e\u0301te\u0301", "\uff33chlo\u00dfgeist\u00a0\u00e9te\u0301"}
	phc, err := p.Hash(t.Context(), spellings[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, spelling := range spellings {
		if right, err := p.Check(t.Context(), phc, spelling); err != nil || !right {
			t.Errorf("%+q is not taken for %+q (%v)", spelling, spellings[0], err)
		}
	}
	if right, err := p.Check(t.Context(), phc, "Schlossgeist \u00e9t\u00e9"); err != nil || right {
		t.Errorf("another password is right (%v)", err)
	}
}

func TestNeedsRehash(t *testing.T) {
	t.Parallel()
	p := NewPasswords(1)
	phc, err := p.Hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		phc:                                      false,
		strings.Replace(phc, "t=2", "t=3", 1):    true,
		strings.Replace(phc, "19456", "9216", 1): true,
		strings.Replace(phc, "p=1", "p=2", 1):    true,
		phc[:len(phc)-22]:                        true, // a shorter key
		cheap:                                    true,
		"":                                       true,
	} {
		if got := p.NeedsRehash(text); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	p := NewPasswords(2)
	tests := []struct {
		name, phc, password string
		want                bool
	}{
		{"right, by another program", cheap, "password", true},
		{"wrong", cheap, "Password", false},
		{"no such account", "", "password", false},
		{"no such account, no password", "", "", false},
		{"longer than any password", cheap, strings.Repeat("password", 1000), false},
		{"bytes that are no text", cheap, "\x00\xff", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, among := range [][]string{nil, {"m=64,t=1,p=1"}, {"m=128,t=1,p=1"}, {"m=64,t=2,p=1", "m=64,t=1,p=1", "nothing"}} {
				if got, err := p.Check(t.Context(), test.phc, test.password, among...); err != nil || got != test.want {
					t.Errorf("among %q: checked %v (%v), want %v", among, got, err, test.want)
				}
			}
		})
	}
	t.Run("a broken hash is an error that does not quote it", func(t *testing.T) {
		right, err := p.Check(t.Context(), "s3cret", "password")
		if right || !errors.Is(err, ErrPasswordHash) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("checked %v (%v)", right, err)
		}
	})
}

// Whoever measures the time, or the memory, learns nothing from the work that a check does.
func TestCheckAlwaysDoesTheSameWork(t *testing.T) {
	t.Parallel()
	phc, err := NewPasswords(1).Hash(t.Context(), "right")
	if err != nil {
		t.Fatal(err)
	}
	dearer := spelled("m=24576,t=3,p=2")
	long := strings.Repeat("x", 1<<20)
	guesses := []struct{ phc, password string }{
		{phc, "right"}, {phc, "wrong"}, {"", "right"}, {phc, long}, {"", long},
	}
	others := []struct{ phc, password string }{
		{cheap, "password"}, {cheap, "wrong"}, {cheap, long}, {dearer, "right"}, {dearer, "wrong"},
		{"$2b$12$somebodyelses", "right"}, {spelled("m=4194304,t=1,p=1"), "right"},
	}
	const usual = " t=2 m=19456 p=1"
	tests := []struct {
		name    string
		among   []string
		guesses []struct{ phc, password string }
		want    string // passes, KiB and threads of each hash
	}{
		{"no account", nil, guesses, usual},
		{"one kind", []string{"m=19456,t=2,p=1"}, guesses, usual},
		{"three kinds, in any order", []string{"m=24576,t=3,p=2", "m=64,t=1,p=1", "m=19456,t=2,p=1"}, slices.Concat(guesses, others),
			usual + " t=3 m=24576 p=2 t=1 m=64 p=1"},
		{"former kinds alone, and ours all the same", []string{"m=24576,t=3,p=2", "m=64,t=1,p=1"}, slices.Concat(guesses, others),
			usual + " t=3 m=24576 p=2 t=1 m=64 p=1"},
		{"kinds that nobody can log in with", []string{"m=4194304,t=1,p=1", "m=65536,t=5,p=1", "m=64,t=0,p=1", "$", ""}, guesses, usual},
		{"more than a login may cost", []string{"m=65536,t=4,p=2", "m=65536,t=4,p=4", "m=65536,t=3,p=1", "m=16384,t=1,p=1", "m=19456,t=2,p=1"}, guesses,
			usual + " t=4 m=65536 p=2 t=3 m=65536 p=1 t=1 m=16384 p=1"},
	}
	for _, test := range tests {
		for _, guess := range test.guesses {
			p, work := NewPasswords(1), ""
			p.derive = func(password, _ []byte, time, memory uint32, threads uint8, keyLen uint32) []byte {
				work += fmt.Sprintf(" t=%d m=%d p=%d", time, memory, threads)
				if len(password) > maxPassword {
					t.Errorf("%s: a password of %d bytes is hashed", test.name, len(password))
				}
				return make([]byte, keyLen)
			}
			if _, err := p.Check(t.Context(), guess.phc, guess.password, test.among...); err != nil && !errors.Is(err, ErrPasswordHash) {
				t.Fatal(err)
			}
			if work != test.want {
				t.Errorf("%s: %.40q of %.60q took%s, want%s", test.name, guess.password, guess.phc, work, test.want)
			}
		}
	}
}

// Whichever kinds there are, the work of refused logins is the same, and bounded.
func TestWorkOfChecks(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		drawn := rapid.SliceOfN(rapid.Custom(drawParams), 1, 16).Draw(t, "kinds")
		var among []string
		for _, params := range drawn {
			among = append(among, params.String())
		}
		p := NewPasswords(1)
		var work uint64
		p.derive = func(_, _ []byte, time, memory uint32, _ uint8, keyLen uint32) []byte {
			work += uint64(time) * uint64(memory)
			return make([]byte, keyLen)
		}
		check := func(phc string) uint64 {
			work = 0
			if right, err := p.Check(t.Context(), phc, "wrong", among...); err != nil || right {
				t.Fatalf("%s: checked %v (%v)", phc, right, err)
			}
			return work
		}
		unknown := check("")
		if unknown > maxWorkOfAll {
			t.Errorf("among %v, a check takes %d passes over a KiB", among, unknown)
		}
		all := current.work()
		for i, params := range drawn {
			if params != current && !slices.Contains(drawn[:i], params) {
				all += params.work()
			}
		}
		if got := check(spelled(current.String())); got != unknown {
			t.Errorf("among %v, a check with ours takes %d passes over a KiB, and %d where there is no account", among, got, unknown)
		}
		for _, params := range drawn {
			if got := check(spelled(params.String())); all <= maxWorkOfAll && got != unknown || got > maxWorkOfAll+maxWork {
				t.Errorf("among %v, a check with %v takes %d passes over a KiB, and %d where there is no account", among, params, got, unknown)
			}
		}
	})
}

// spelled is a hash of other params, which no password has.
func spelled(params string) string {
	return "$argon2id$v=19$" + params + "$c29tZXNhbHQ$bm8gcGFzc3dvcmQgaGFzIHRoaXM"
}

// drawParams draws any params within our bounds.
func drawParams(t *rapid.T) argonParams {
	threads := rapid.Uint8Range(1, maxThreads).Draw(t, "threads")
	memory := rapid.Uint32Range(8*uint32(threads), maxMemory).Draw(t, "memory")
	return argonParams{memory, rapid.Uint32Range(1, min(maxTime, maxWork/memory)).Draw(t, "time"), threads}
}

func TestHashesAtOnceAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const slots, calls = 3, 10
		p := NewPasswords(slots)
		running, release := make(chan struct{}, calls), make(chan struct{})
		p.derive = func(_, _ []byte, _, _ uint32, _ uint8, keyLen uint32) []byte {
			running <- struct{}{}
			<-release
			return make([]byte, keyLen)
		}
		for i := range calls {
			go func() {
				if i%2 == 0 {
					_, _ = p.Hash(t.Context(), "password")
				} else {
					_, _ = p.Check(t.Context(), "", "password")
				}
			}()
		}
		for done := 0; done < calls; done++ {
			synctest.Wait() // until all of them wait for a slot, or for release
			if got, want := len(running), min(slots, calls-done); got != want {
				t.Errorf("after %d calls %d run at once, want %d", done, got, want)
			}
			<-running
			release <- struct{}{}
		}
	})
}

func TestWaitingForASlotEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := NewPasswords(1)
		p.slots <- struct{}{} // somebody else's
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			_, err := p.Check(ctx, "", "password")
			done <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v, want context.Canceled", err)
		}
		<-p.slots
		for range 20 { // It must not be left to chance whether the slot or the context is seen first.
			if _, err := p.Hash(ctx, "password"); !errors.Is(err, context.Canceled) {
				t.Fatalf("with a free slot: error is %v, want context.Canceled", err)
			}
		}
		if _, err := p.Check(t.Context(), cheap, "password"); err != nil {
			t.Errorf("the slot was not given back: %v", err)
		}
	})
}

func TestWaitingForASlotIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := NewPasswords(1)
		p.QueueTimeout = time.Second
		release := make(chan struct{})
		p.derive = func(_, _ []byte, _, _ uint32, _ uint8, keyLen uint32) []byte {
			<-release
			return make([]byte, keyLen)
		}
		start, done := time.Now(), make(chan error)
		call := func() {
			_, err := p.Check(t.Context(), "", "password")
			done <- err
		}
		go call() // takes the slot
		synctest.Wait()
		go call()
		go call()
		for range 2 {
			if err := <-done; err != ErrBusy || time.Since(start) != time.Second {
				t.Errorf("after %v: error is %v, want ErrBusy after a second", time.Since(start), err)
			}
		}
		go call()
		release <- struct{}{}
		release <- struct{}{}
		for range 2 {
			if err := <-done; err != nil {
				t.Errorf("who got the slot in time: %v", err)
			}
		}
	})
}

// Whose turn cannot come in time is told so at once.
func TestTheQueueForASlotIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const slots, queue, calls = 2, 10, 15
		p := NewPasswords(slots)
		p.QueueTimeout = queue / slots * hashTime
		release := make(chan struct{})
		p.derive = func(_, _ []byte, _, _ uint32, _ uint8, keyLen uint32) []byte {
			<-release
			return make([]byte, keyLen)
		}
		start := time.Now()
		var busy, late atomic.Int64
		for range calls {
			go func() {
				_, err := p.Check(t.Context(), "", "password")
				switch {
				case err == ErrBusy && time.Now().Equal(start):
					busy.Add(1)
				case err == ErrBusy:
					late.Add(1)
				}
			}()
		}
		synctest.Wait()
		if got := busy.Load(); got != calls-slots-queue {
			t.Errorf("%d of %d are told at once that all is busy, want %d", got, calls, calls-slots-queue)
		}
		time.Sleep(p.QueueTimeout)
		synctest.Wait()
		if got := late.Load(); got != queue {
			t.Errorf("%d are told so later, want %d", got, queue)
		}
		close(release)
		if _, err := p.Check(t.Context(), "", "password"); err != nil {
			t.Errorf("with free slots: %v", err)
		}
	})
}

func BenchmarkCheck(b *testing.B) {
	p := NewPasswords(1)
	for b.Loop() {
		if _, err := p.Check(b.Context(), "", "password"); err != nil {
			b.Fatal(err)
		}
	}
}
