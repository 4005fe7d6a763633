package auth

import (
	"bytes"
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
	"unicode"
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
	if isWeak(text, random) {
		return Secret{}, errors.New("the secret is not random: it is text, or has a pattern; " + hintSecret)
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

// Of 32 random bytes 30 or so differ, and as many of the steps from one to the next; fewer than these come once in 10^12.
const minDistinct = 18

// isWeak tells whether a secret is surely not random. Of random ones it refuses fewer than one in a million.
func isWeak(text string, random []byte) bool {
	steps := make([]byte, len(random)-1)
	for i := range steps {
		steps[i] = random[i+1] - random[i]
	}
	return distinct(random) < minDistinct || distinct(steps) < minDistinct || isRepeated(random) ||
		isText(random) || strings.ToLower(text) == text || strings.ToUpper(text) == text || isWellKnown(text)
}

func distinct(data []byte) int {
	seen := map[byte]bool{}
	for _, b := range data {
		seen[b] = true
	}
	return len(seen)
}

// isRepeated tells whether data is its own beginning, again and again.
func isRepeated(data []byte) bool {
	for period := 1; period <= len(data)/2; period++ {
		if bytes.Equal(data[period:], data[:len(data)-period]) {
			return true
		}
	}
	return false
}

// isText tells whether somebody has encoded words, or digits.
func isText(data []byte) bool {
	return !bytes.ContainsFunc(data, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsPrint(r) && !unicode.IsSpace(r) })
}

// isWellKnown tells whether there are words in the text that people write where a secret is to come.
func isWellKnown(text string) bool {
	text = strings.ToLower(text)
	for _, word := range []string{"changeme", "change+me", "change/me", "secret", "password", "passwort", "rollcall", "example", "default", "insecure"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // Never fails: see crypto/rand.
	return b
}
