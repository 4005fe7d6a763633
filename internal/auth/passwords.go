// Package auth knows who somebody is: it hashes and checks passwords, issues and verifies tokens, and carries the caller of a
// method in its context. It reads no database; what the caller may do is decided elsewhere.
package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"
)

// Passwords hashes and checks passwords with argon2id (RFC 9106), a bounded number at once, for a hash takes 19 MiB and a core
// for some 20 ms, or with other params up to 64 MiB for 0.15 s. Whoever finds no free slot waits for one.
//
// Passwords are normalised (NFKC) before they are hashed, so that it does not matter on which keyboard one is typed.
type Passwords struct {
	// QueueTimeout is how long a call waits for a slot, before its error is ErrBusy; 0 is as long as its context lasts. Where so
	// many wait already that its turn cannot come in time, it does not wait at all.
	QueueTimeout time.Duration

	slots   chan struct{}
	waiting atomic.Int64 // for a slot
	// nobody stands for an account that does not exist. It has no params, so that it may be computed with any, and its key is
	// random, so that no password fits.
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
		nobody: passwordHash{salt: randomBytes(saltLen), key: randomBytes(keyLen)},
		derive: argon2.IDKey,
	}
}

// Hash makes the PHC string to store for a password of at most 4096 bytes. Its errors are ctx's and ErrBusy,
// while it waits for a slot, and a password that is too long.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	if len(password) > maxPassword {
		return "", fmt.Errorf("the password is longer than %d bytes", maxPassword)
	}
	if err := p.takeSlot(ctx); err != nil {
		return "", err
	}
	defer p.freeSlot()
	h := passwordHash{current, randomBytes(saltLen), make([]byte, keyLen)}
	h.key = p.key(password, h)
	return h.String(), nil
}

// Check tells whether password has the hash phc, in a time that does not depend on where they differ. An empty phc says that
// there is no such account: then the answer is no, after the same work, so that the time tells nobody which accounts exist.
// The same goes for a password longer than 4096 bytes. Its errors are ctx's and ErrBusy, while it waits for a slot,
// and, after that work too, ErrPasswordHash.
//
// Hashes that were made with other params take another time. Among are the params of all hashes that phc might have been, spelled
// as there ("m=19456,t=2,p=1"), those first that most have: a hash is computed with each, and with those of Hash, whichever phc has.
// That is more than the dearest takes, but to fill the others up to it would not hide them: passes over as much memory take a tenth
// more or less, by how it is cut. With none among, phc is no secret, and no other hash is computed.
func (p *Passwords) Check(ctx context.Context, phc, password string, among ...string) (bool, error) {
	stored, fault := p.nobody, error(nil)
	if len(password) > maxPassword {
		password = password[:maxPassword]
	} else if phc != "" {
		if stored, fault = parsePasswordHash(phc); fault != nil {
			stored = p.nobody
		}
	}
	if err := p.takeSlot(ctx); err != nil {
		return false, err
	}
	defer p.freeSlot()
	right := 0
	for _, h := range p.hashes(stored, among) {
		right |= subtle.ConstantTimeCompare(p.key(password, h), h.key)
	}
	return right == 1, fault
}

// hashes are one with each of the params among: stored, and nobody's.
func (p *Passwords) hashes(stored passwordHash, among []string) (hashes []passwordHash) {
	known := stored.memory != 0
	var all []argonParams
	if len(among) > 0 || !known {
		all = kinds(among)
	}
	if known && !slices.Contains(all, stored.argonParams) {
		all = append(all, stored.argonParams)
	}
	for _, params := range all {
		h := stored
		if params != stored.argonParams {
			h = passwordHash{params, p.nobody.salt, p.nobody.key}
		}
		hashes = append(hashes, h)
	}
	return hashes
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
func (p *Passwords) key(password string, h passwordHash) []byte {
	if h.memory > current.memory {
		runtime.GC() // what hashes took before would else lie there beside it
	}
	return p.derive([]byte(normalise(password)), h.salt, h.time, h.memory, h.threads, uint32(len(h.key)))
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

func (p *Passwords) freeSlot() { <-p.slots }
