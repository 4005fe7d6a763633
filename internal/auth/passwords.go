// Package auth knows who somebody is: it hashes and checks passwords, issues and verifies tokens, and carries the caller of a
// method in its context. It reads no database; what the caller may do is decided elsewhere.
package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"
)

// Passwords hashes and checks passwords with argon2id (RFC 9106), a bounded number at once, for a hash takes 19 MiB and a core
// for some 20 ms. Whoever finds no free slot waits for one.
//
// Passwords are normalised (NFKC) before they are hashed, so that it does not matter on which keyboard one is typed.
type Passwords struct {
	// QueueTimeout is how long a call waits for a slot, before its error is ErrBusy; 0 is as long as its context lasts. Where so
	// many wait already that its turn cannot come in time, it does not wait at all.
	QueueTimeout time.Duration

	slots   chan struct{}
	waiting atomic.Int64 // for a slot
	// nobody stands for an account that does not exist. Its key is random, so that no password fits; to find that out is the
	// usual work.
	nobody passwordHash
	// derive is argon2.IDKey, and what a test puts in its place.
	derive func(password, salt []byte, time, memory uint32, threads uint8, keyLen uint32) []byte
}

// ErrBusy says that too many hash passwords at the same time: those who wait already take all the time that there is.
var ErrBusy = errors.New("too many passwords are being hashed")

// maxPassword is the length in bytes of the longest password that is looked at. What the contract allows is far shorter.
const maxPassword = 4096

// current is how passwords are hashed now: OWASP's recommendation for argon2id with 19 MiB.
var current = argonParams{memory: 19 << 10, time: 2, threads: 1}

// hashTime is what a hash takes at the least: some 20 ms on the machines of today.
const hashTime = 10 * time.Millisecond

const (
	saltLen = 16
	keyLen  = 32
)

// NewPasswords allows slots hashes at once, at least one. More than there are cores cost memory and gain nothing.
func NewPasswords(slots int) *Passwords {
	return &Passwords{
		slots:  make(chan struct{}, max(1, slots)),
		nobody: passwordHash{current, randomBytes(saltLen), randomBytes(keyLen)},
		derive: argon2.IDKey,
	}
}

// Hash makes the PHC string to store for a password of at most 4096 bytes. Its errors are ctx's and ErrBusy,
// while it waits for a slot, and a password that is too long.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	if len(password) > maxPassword {
		return "", fmt.Errorf("the password is longer than %d bytes", maxPassword)
	}
	salt := randomBytes(saltLen)
	key, err := p.key(ctx, password, passwordHash{current, salt, make([]byte, keyLen)})
	if err != nil {
		return "", err
	}
	return passwordHash{current, salt, key}.String(), nil
}

// Check tells whether password has the hash phc, in a time that does not depend on where they differ. An empty phc says that
// there is no such account: then the answer is no, after the same work, so that the time tells nobody which accounts exist.
// The same goes for a password longer than 4096 bytes. Its errors are ctx's and ErrBusy, while it waits for a slot,
// and a phc that is not ours.
func (p *Passwords) Check(ctx context.Context, phc, password string) (bool, error) {
	stored := p.nobody
	if len(password) > maxPassword {
		password = password[:maxPassword]
	} else if phc != "" {
		var err error
		if stored, err = parsePasswordHash(phc); err != nil {
			return false, err
		}
	}
	key, err := p.key(ctx, password, stored)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(key, stored.key) == 1, nil
}

// NeedsRehash tells whether Hash would hash otherwise than phc says: then a password that fits it is to be hashed anew.
func (p *Passwords) NeedsRehash(phc string) bool {
	h, err := parsePasswordHash(phc)
	return err != nil || h.argonParams != current || len(h.salt) != saltLen || len(h.key) != keyLen
}

// Waiting returns a context for whoever has to wait for something else before a hash, and then for that: both together take as long
// as the queue's timeout. Then it ends with [ErrBusy] as its cause.
func (p *Passwords) Waiting(ctx context.Context) (context.Context, context.CancelFunc) {
	if p.QueueTimeout == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, p.QueueTimeout, ErrBusy)
}

// key computes what password's key would be with the params and the salt of h.
func (p *Passwords) key(ctx context.Context, password string, h passwordHash) ([]byte, error) {
	if err := p.takeSlot(ctx); err != nil {
		return nil, err
	}
	defer func() { <-p.slots }()
	return p.derive([]byte(normalise(password)), h.salt, h.time, h.memory, h.threads, uint32(len(h.key))), nil
}

func (p *Passwords) takeSlot(ctx context.Context) error {
	if ctx.Err() != nil { // A select would choose by chance if there is a slot as well.
		return context.Cause(ctx)
	}
	select {
	case p.slots <- struct{}{}:
		return nil
	default:
	}
	before := p.waiting.Add(1) - 1
	defer p.waiting.Add(-1)
	wait := hashTime * time.Duration(before) / time.Duration(cap(p.slots))
	if p.QueueTimeout > 0 && wait >= p.QueueTimeout {
		return ErrBusy
	}
	ctx, cancel := p.Waiting(ctx)
	defer cancel()
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
