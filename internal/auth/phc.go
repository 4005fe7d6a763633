package auth

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// passwordHash is what is stored of a password. As a string it has the PHC format:
//
//	$argon2id$v=19$m=19456,t=2,p=1$SALT$KEY
//
// with salt and key in base64 without padding.
type passwordHash struct {
	argonParams
	salt, key []byte
}

// argonParams are argon2's: memory in KiB, time in passes. The zero value stands for none.
type argonParams struct {
	memory, time uint32
	threads      uint8
}

// String has argon2's version 1.3, the only one that x/crypto computes.
func (h passwordHash) String() string {
	return fmt.Sprintf("$argon2id$v=19$%s$%s$%s", h.argonParams,
		base64.RawStdEncoding.EncodeToString(h.salt), base64.RawStdEncoding.EncodeToString(h.key))
}

func (a argonParams) String() string { return fmt.Sprintf(paramsFormat, a.memory, a.time, a.threads) }

const paramsFormat = "m=%d,t=%d,p=%d"

// work is what a hash costs: passes over a KiB.
func (a argonParams) work() uint64 { return uint64(a.memory) * uint64(a.time) }

// Stored params may be stronger than the current ones. The bounds keep a string that somebody put into the database from asking
// for gigabytes or minutes.
const (
	maxPHC     = 256 // characters
	maxMemory  = 64 << 10
	maxTime    = 10
	maxThreads = 4
	maxWork    = 256 << 10 // some 0.15 s
)

// maxWorkOfAll is for all hashes that a login computes: there is room for the dearest, what RFC 9106 recommends, and ours.
const maxWorkOfAll = 2 * maxWork

// ErrPasswordHash does not quote the string, for it may be a secret even where it is broken.
var ErrPasswordHash = errors.New("the stored password hash is not an argon2id PHC string within our bounds")

// parsePasswordHash reads the one spelling of a hash that String writes.
func parsePasswordHash(phc string) (passwordHash, error) {
	parts := strings.Split(phc, "$")
	if len(phc) > maxPHC || len(parts) != 6 {
		return passwordHash{}, ErrPasswordHash
	}
	params, err := parseArgonParams(parts[3])
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	key, keyErr := base64.RawStdEncoding.DecodeString(parts[5])
	h := passwordHash{params, salt, key}
	// RFC 9106, section 3.1, lets keys be shorter.
	if errors.Join(err, saltErr, keyErr) != nil || len(salt) < 8 || len(key) < 16 || h.String() != phc {
		return passwordHash{}, ErrPasswordHash
	}
	return h, nil
}

// parseArgonParams reads the one spelling of params that String writes.
func parseArgonParams(text string) (a argonParams, err error) {
	_, err = fmt.Sscanf(text, paramsFormat, &a.memory, &a.time, &a.threads)
	if err != nil || !a.withinBounds() || a.String() != text {
		return argonParams{}, ErrPasswordHash
	}
	return a, nil
}

// withinBounds includes what argon2 itself asks for (RFC 9106, section 3.1).
func (a argonParams) withinBounds() bool {
	return a.threads >= 1 && a.threads <= maxThreads &&
		a.memory >= 8*uint32(a.threads) && a.memory <= maxMemory &&
		a.time >= 1 && a.time <= maxTime && a.work() <= maxWork
}

// kinds are the current params and those of texts, each once; no hash is compared with what cannot be read. What would make a login cost
// more than it may is left out: the current ones never, of the others rather those that come later.
func kinds(texts []string) []argonParams {
	all, work := []argonParams{current}, current.work()
	for _, text := range texts {
		params, err := parseArgonParams(text)
		if err != nil || slices.Contains(all, params) || work+params.work() > maxWorkOfAll {
			continue
		}
		all, work = append(all, params), work+params.work()
	}
	return all
}
