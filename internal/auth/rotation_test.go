package auth

import (
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// instance is one of several that have copies of a file of keys, and a clock in common.
type instance struct {
	file   *KeyFile
	tokens *Tokens
}

func newInstance(t *testing.T, path string, now func() time.Time) instance {
	t.Helper()
	file, err := OpenKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := NewTokens(TokenConfig{
		Keys: file, Issuer: "rollcall", Audience: "rollcall", Lifetime: 15 * time.Minute, Cache: 100, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return instance{file, tokens}
}

// Keys are published, sign and are retired while two instances issue tokens and verify each other's. None is refused before it
// expires.
func TestRotationUnderLoad(t *testing.T) {
	t.Parallel()
	const rotations, workers = 10, 4
	path := filepath.Join(t.TempDir(), "keys.pem")
	var clock atomic.Int64
	clock.Store(noon.UnixNano())
	now := func() time.Time { return time.Unix(0, clock.Load()) }
	if _, err := AddKey(path, now(), 0); err != nil {
		t.Fatal(err)
	}
	instances := []instance{newInstance(t, path, now), newInstance(t, path, now)}

	var verified, signers atomic.Int64
	ended := make(chan struct{})
	var group sync.WaitGroup
	for i := range workers {
		group.Go(func() {
			issuer, verifier := instances[i%2].tokens, instances[(i+1)%2].tokens
			for {
				select {
				case <-ended:
					return
				default:
				}
				verified.Add(int64(verifyUntilItExpires(t, issuer, verifier, now)))
			}
		})
	}
	for range rotations {
		old, _ := instances[0].file.Keys().Signer(now())
		rotate(t, path, instances, &clock, now, &verified)
		if signer, _ := instances[1].file.Keys().Signer(now()); signer.ID != old.ID {
			signers.Add(1)
		}
	}
	close(ended)
	group.Wait()
	if signers.Load() != rotations || len(instances[0].file.Keys().All()) != 1 {
		t.Errorf("%d rotations took place, and left %v", signers.Load(), instances[0].file.Keys().All())
	}
	t.Logf("%d tokens verified", verified.Load())
}

// verifyUntilItExpires issues a token and verifies it a few times, as long as it is valid.
func verifyUntilItExpires(t *testing.T, issuer, verifier *Tokens, now func() time.Time) (verified int) {
	expires := now().Add(15 * time.Minute).Truncate(time.Second) // or later, if the clock moves on
	token, _, err := issuer.Issue(Claims{UserID: 42, SessionID: "S", ExpiresAt: now().Add(time.Hour)})
	if err != nil {
		t.Error(err)
		return 0
	}
	for range 10 {
		_, err := verifier.Verify(token)
		if err != nil && now().Before(expires) {
			t.Errorf("a valid token is refused: %v", err)
		}
		if err != nil {
			return verified
		}
		verified++
	}
	return verified
}

// rotate changes to a new key and retires the old one, as the commands do and at the times that they ask for. After each step it
// waits until more tokens have been verified.
func rotate(t *testing.T, path string, instances []instance, clock *atomic.Int64, now func() time.Time, verified *atomic.Int64) {
	t.Helper()
	step := func(forward time.Duration) {
		clock.Add(int64(forward))
		for _, i := range instances {
			if _, err := i.file.read(); err != nil {
				t.Error(err)
			}
		}
		for want := verified.Load() + 10; verified.Load() < want && !t.Failed(); {
			time.Sleep(time.Microsecond)
		}
	}
	old, _ := instances[0].file.Keys().Signer(now())
	if _, err := AddKey(path, now(), 10*time.Minute); err != nil {
		t.Error(err)
	}
	for range 2 {
		step(5 * time.Minute)
	}
	if err := RetireKey(path, old.ID, now(), 15*time.Minute, false); err == nil {
		t.Error("a key is retired whose tokens are valid")
	}
	for range 2 {
		step(8 * time.Minute)
	}
	if err := RetireKey(path, old.ID, now(), 15*time.Minute, false); err != nil {
		t.Error(err)
	}
	step(0)
}
