package auth

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
)

// Secret is what the instances of a service know and nobody else does. Keys for all that they make up, and later recognise, are
// derived from it, each for one purpose. Printing one shows nothing.
type Secret struct {
	key []byte // what hkdf.Extract has made of it
}

// hintSecret says how to come by one.
const hintSecret = "make one with: openssl rand -base64 32"

// ParseSecret reads 32 random bytes or more in base64. What is not random is refused as far as it shows. No error quotes any of it.
func ParseSecret(text string) (Secret, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return Secret{}, errors.New("the secret is empty; " + hintSecret)
	}
	random, err := base64.RawStdEncoding.Strict().DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return Secret{}, errors.New("the secret is not base64; " + hintSecret)
	}
	if len(random) < minSecret {
		return Secret{}, fmt.Errorf("the secret has %d bytes, want %d or more; %s", len(random), minSecret, hintSecret)
	}
	if isWeak(random) || isWeakText(text) {
		return Secret{}, errors.New("the secret is not random: it is text, has a pattern, or is known to everybody; " + hintSecret)
	}
	key, err := hkdf.Extract(sha256.New, random, nil)
	return Secret{key}, err
}

// LoadSecret reads the secret in a file that nobody but its owner may read or write.
func LoadSecret(path string) (Secret, error) {
	text, err := ReadPrivateFile(path)
	if err != nil {
		return Secret{}, fmt.Errorf("read the secret: %w", err)
	}
	secret, err := ParseSecret(string(text))
	if err != nil {
		return Secret{}, fmt.Errorf("read the secret: %s: %w", path, err)
	}
	return secret, nil
}

// LoadOrCreateSecret is LoadSecret, but where there is no file it makes a secret and its file first.
func LoadOrCreateSecret(path string) (Secret, error) {
	secret, err := LoadSecret(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return secret, err
	}
	text := base64.StdEncoding.EncodeToString(randomBytes(minSecret)) + "\n"
	if err := createPrivateFile(path, []byte(text)); err != nil && !errors.Is(err, fs.ErrExist) {
		return Secret{}, fmt.Errorf("make the secret: %w", err)
	}
	return LoadSecret(path)
}

// MAC is a keyed digest of parts, of 32 bytes: HMAC-SHA-256 (RFC 2104), by a key derived for the purpose (HKDF, RFC 5869). No two
// lists of parts are the same to it, whatever is in them, and what it makes for one purpose says nothing about another.
func (s Secret) MAC(purpose string, parts ...[]byte) []byte {
	if s.key == nil {
		panic("auth: the zero Secret is none")
	}
	key, err := hkdf.Expand(sha256.New, s.key, purpose, sha256.Size)
	if err != nil {
		panic(err) // Only a longer key than HKDF can make is an error.
	}
	mac := hmac.New(sha256.New, key)
	for _, part := range parts {
		mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		mac.Write(part)
	}
	return mac.Sum(nil)
}

// String keeps the secret out of logs.
func (s Secret) String() string { return "secret" }

// GoString is String for %#v.
func (s Secret) GoString() string { return s.String() }

// LogValue implements [slog.LogValuer].
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// minSecret is the length in bytes of the shortest secret: that of the keys that are derived.
const minSecret = 32

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // Never fails: see crypto/rand.
	return b
}
