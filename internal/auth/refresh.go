package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
)

// RefreshToken is what a refresh token says: a session, and how often its token has been exchanged before. It is spelled
//
//	SESSION.GENERATION.MAC
//
// where the MAC's key is the session's own, derived from the service's secret. So the database holds nothing that could be used as
// a token, and whoever knows the session and its generation, as every instance does, can say the token again.
type RefreshToken struct {
	SessionID  string
	Generation int64
}

// Sign spells the token.
func (t RefreshToken) Sign(secret Secret) string {
	return t.text() + "." + base64.RawURLEncoding.EncodeToString(t.mac(secret))
}

// ParseRefreshToken reads what Sign has spelled with the same secret. Its error is TokenInvalid.
func ParseRefreshToken(secret Secret, text string) (RefreshToken, error) {
	if len(text) > maxRefreshToken {
		return RefreshToken{}, TokenInvalid
	}
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return RefreshToken{}, TokenInvalid
	}
	generation, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return RefreshToken{}, TokenInvalid
	}
	token := RefreshToken{parts[0], generation}
	if !hmac.Equal([]byte(token.Sign(secret)), []byte(text)) {
		return RefreshToken{}, TokenInvalid
	}
	return token, nil
}

// maxRefreshToken is the length in bytes of the longest token that is looked at; ours have at most 90.
const maxRefreshToken = 256

func (t RefreshToken) text() string { return t.SessionID + "." + strconv.FormatInt(t.Generation, 10) }

func (t RefreshToken) mac(secret Secret) []byte {
	family := hmac.New(sha256.New, secret.MAC("refresh token", []byte(t.SessionID)))
	family.Write([]byte(t.text()))
	return family.Sum(nil)
}
