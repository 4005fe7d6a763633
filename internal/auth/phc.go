package auth

import (
	"encoding/base64"
	"errors"
	"fmt"
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

// argonParams are argon2's: memory in KiB, time in passes.
type argonParams struct {
	memory, time uint32
	threads      uint8
}

func (h passwordHash) String() string {
	return fmt.Sprintf(phcFormat, h.memory, h.time, h.threads,
		base64.RawStdEncoding.EncodeToString(h.salt), base64.RawStdEncoding.EncodeToString(h.key))
}

// phcFormat has argon2's version 1.3, the only one that x/crypto computes.
const phcFormat = "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"

// Stored params may be stronger than the current ones. The bounds keep a string that somebody put into the database from asking
// for gigabytes or minutes.
const (
	maxPHC     = 256 // characters
	maxMemory  = 64 << 10
	maxTime    = 10
	maxThreads = 4
)

// errPasswordHash does not quote the string, for it may be a secret even where it is broken.
var errPasswordHash = errors.New("the stored password hash is not an argon2id PHC string within our bounds")

// parsePasswordHash reads the one spelling of a hash that String writes.
func parsePasswordHash(phc string) (passwordHash, error) {
	parts := strings.Split(phc, "$")
	if len(phc) > maxPHC || len(parts) != 6 {
		return passwordHash{}, errPasswordHash
	}
	var h passwordHash
	_, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.memory, &h.time, &h.threads)
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	key, keyErr := base64.RawStdEncoding.DecodeString(parts[5])
	h.salt, h.key = salt, key
	if errors.Join(err, saltErr, keyErr) != nil || !h.withinBounds() || h.String() != phc {
		return passwordHash{}, errPasswordHash
	}
	return h, nil
}

// withinBounds includes what argon2 itself asks for (RFC 9106, section 3.1).
func (h passwordHash) withinBounds() bool {
	return h.threads >= 1 && h.threads <= maxThreads &&
		h.memory >= 8*uint32(h.threads) && h.memory <= maxMemory &&
		h.time >= 1 && h.time <= maxTime &&
		len(h.salt) >= 8 && len(h.key) >= 16
}
