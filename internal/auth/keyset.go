package auth

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"time"
)

// KeySet is the keys that verify tokens, of which one at a time signs them. It never changes.
//
// Which key signs is a matter of the time alone, so that the instances of a service that have the same set change from one key to
// the next at the same moment, and know the next one before.
type KeySet struct {
	keys []Key // in the order of the text
}

// KeySource has the keys of the moment. A [KeySet] is one of keys that stay the same, a [KeyFile] one that follows a file.
type KeySource interface {
	Keys() *KeySet
}

// Keys implements [KeySource].
func (s *KeySet) Keys() *KeySet { return s }

// All returns the keys in the order of their text.
func (s *KeySet) All() []Key { return slices.Clone(s.keys) }

// Signer returns the key that signs at a time: the private one with the latest SignsFrom that has come. There is none before the
// time for which the set was parsed, if at all.
func (s *KeySet) Signer(at time.Time) (key Key, ok bool) {
	for _, k := range s.keys {
		if k.CanSign() && !k.SignsFrom.After(at) && (!ok || k.SignsFrom.After(key.SignsFrom)) {
			key, ok = k, true
		}
	}
	return key, ok
}

// Verifier returns the key that a token's kid names.
func (s *KeySet) Verifier(id string) (key Key, ok bool) {
	i := slices.IndexFunc(s.keys, func(k Key) bool { return k.ID == id })
	if i < 0 {
		return Key{}, false
	}
	return s.keys[i], true
}

// hintKeys says how to come by what ParseKeys reads.
const hintKeys = "make keys with: rollcall keys new, or openssl genpkey -algorithm ed25519"

// ParseKeys reads keys in PEM, of which one must be able to sign at the given time. There may be blocks of type PRIVATE KEY, PKCS #8
// with Ed25519, and PUBLIC KEY, PKIX, whose keys verify alone. The header Signs-From tells when a private key takes over (RFC 3339),
// and Created when it was made. Between the blocks there is nothing: a damaged block would look like text. No error quotes a secret.
func ParseKeys(text []byte, now time.Time) (*KeySet, error) {
	set := &KeySet{}
	for rest := bytes.TrimSpace(text); len(rest) > 0; rest = bytes.TrimSpace(rest) {
		var block *pem.Block
		start := rest
		block, rest = pem.Decode(rest)
		begin := []byte("-----BEGIN ")
		if block == nil || !bytes.HasPrefix(start, begin) || bytes.Count(start[:len(start)-len(rest)], begin) != 1 {
			return nil, fmt.Errorf("key %d is no whole PEM block, or there is other text before it; %s", len(set.keys)+1, hintKeys)
		}
		key, err := parseKey(block)
		if err != nil {
			return nil, fmt.Errorf("key %d: %w; %s", len(set.keys)+1, err, hintKeys)
		}
		set.keys = append(set.keys, key)
	}
	return set, set.check(now)
}

// check finds what is at fault with the keys together.
func (s *KeySet) check(now time.Time) error {
	for i, k := range s.keys {
		for j, other := range s.keys[:i] {
			switch {
			case k.ID == other.ID:
				return fmt.Errorf("keys %d and %d are the same", j+1, i+1)
			case k.CanSign() && other.CanSign() && k.SignsFrom.Equal(other.SignsFrom):
				return fmt.Errorf("keys %d and %d sign from the same time on; say when the newer one takes over: %s: %s, in a line of "+
					"its own after BEGIN, and an empty line after that", j+1, i+1, signsFromName, now.UTC().Add(10*time.Minute).Format(time.RFC3339))
			}
		}
	}
	if _, ok := s.Signer(now); ok {
		return nil
	}
	signers := slices.DeleteFunc(s.All(), func(k Key) bool { return !k.CanSign() })
	if len(signers) == 0 {
		return errors.New("there is no private key, which alone can sign; " + hintKeys)
	}
	first := slices.MinFunc(signers, func(a, b Key) int { return a.SignsFrom.Compare(b.SignsFrom) })
	return fmt.Errorf("no key signs before %s; take the header %s away from the first one",
		first.SignsFrom.Format(time.RFC3339), signsFromName)
}

// text is what ParseKeys reads.
func (s *KeySet) text() ([]byte, error) {
	var text bytes.Buffer
	for _, key := range s.keys {
		block, err := key.block()
		if err == nil {
			err = pem.Encode(&text, block)
		}
		if err != nil {
			return nil, fmt.Errorf("write the keys: %w", err)
		}
	}
	return text.Bytes(), nil
}

// with is the set and one key more.
func (s *KeySet) with(key Key) *KeySet { return &KeySet{append(s.All(), key)} }

// retire is the set without the key of that ID, if no token that it may have signed, to last for lifetime, can still be valid.
// Force leaves that question out, but never makes a set that cannot sign.
func (s *KeySet) retire(id string, now time.Time, lifetime time.Duration, force bool) (*KeySet, error) {
	key, ok := s.Verifier(id)
	if !ok {
		return nil, fmt.Errorf("there is no key %s; rollcall keys list shows those that there are", id)
	}
	if signer, _ := s.Signer(now); signer.ID == id {
		return nil, fmt.Errorf("%s signs tokens now: make another by rollcall keys new, and wait until that one signs", id)
	}
	hasSigned := !key.CanSign() || !key.SignsFrom.After(now)
	if hasSigned && !force {
		if err := s.checkUnneeded(key, now, lifetime); err != nil {
			return nil, err
		}
	}
	return &KeySet{slices.DeleteFunc(s.All(), func(k Key) bool { return k.ID == id })}, nil
}

// checkUnneeded makes sure that the last token that key signed, which it did until the next key took over, has expired. Clocks may
// differ both where it was signed and where it is verified.
func (s *KeySet) checkUnneeded(key Key, now time.Time, lifetime time.Duration) error {
	later := slices.DeleteFunc(s.All(), func(k Key) bool { return !k.CanSign() || !k.SignsFrom.After(key.SignsFrom) })
	if !key.CanSign() || len(later) == 0 {
		return fmt.Errorf("%s is a public key, and when it last signed a token is not known here: retire it by --force", key.ID)
	}
	next := slices.MinFunc(later, func(a, b Key) int { return a.SignsFrom.Compare(b.SignsFrom) })
	if until := next.SignsFrom.Add(lifetime + 2*leeway); until.After(now) {
		return fmt.Errorf("tokens that %s signed may be valid until %s: wait so long, or end them now by --force",
			key.ID, until.UTC().Format(time.RFC3339))
	}
	return nil
}
