package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"
)

// Tokens issues and verifies the tokens that callers show: JWTs (RFC 7519) signed with Ed25519 (RFC 8037). It is safe for
// concurrent use.
//
// A token says who somebody is and in which session, for as long as it lasts. Whether that session goes on, and what they may do, is
// read from the database at each call.
type Tokens struct {
	config    TokenConfig
	parser    *jwt.Parser
	verified  *lru.Cache[digest, verification]
	verifying singleflight.Group // by digest: calls that come together, as a batch's do, share the work
}

// digest stands for a token where it is remembered: the token itself would be worth stealing.
type digest [sha256.Size]byte

// verification is what is remembered of a token, and by which keys it was verified: by others it is verified anew.
type verification struct {
	claims Claims
	keys   *KeySet
}

// TokenConfig is what the instances of a service have in common. All of it is needed but Now.
type TokenConfig struct {
	Keys     KeySource
	Issuer   string // the service that issues the tokens
	Audience string // the service that they are for
	Lifetime time.Duration
	// Cache is the number of verified tokens that are remembered, about 300 bytes each. Checking a signature takes some 50 µs.
	Cache int
	Now   func() time.Time // nil is time.Now
}

// Claims are what a token says.
type Claims struct {
	UserID    int64
	Username  string // as it was when the token was issued
	SessionID string
	ExpiresAt time.Time
}

const (
	// maxToken is the length in bytes of the longest token that is looked at; ours have about 500.
	maxToken = 4096
	// leeway is how far the clocks of two instances may be apart.
	leeway = 10 * time.Second
)

// NewTokens returns an error if something is missing in config.
func NewTokens(config TokenConfig) (*Tokens, error) {
	if config.Keys == nil || config.Issuer == "" || config.Audience == "" || config.Lifetime < time.Second {
		return nil, errors.New("tokens need keys, an issuer, an audience and a lifetime of a second or more")
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	verified, err := lru.New[digest, verification](config.Cache)
	if err != nil {
		return nil, fmt.Errorf("the cache of verified tokens: %w", err)
	}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}),
		jwt.WithIssuer(config.Issuer),
		jwt.WithAudience(config.Audience),
		jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(),
		jwt.WithStrictDecoding(),
		jwt.WithLeeway(leeway),
		jwt.WithTimeFunc(config.Now),
	)
	return &Tokens{config: config, parser: parser, verified: verified}, nil
}

// Keys implements [KeySource]: they are those that verify tokens now.
func (t *Tokens) Keys() *KeySet { return t.config.Keys.Keys() }

// Issue makes a token that says what claims do, and tells when it expires: at claims.ExpiresAt, when the session does, or after
// the lifetime of a token, which is mostly sooner.
func (t *Tokens) Issue(claims Claims) (token string, expiresAt time.Time, err error) {
	now := t.config.Now()
	key, ok := t.Keys().Signer(now)
	if !ok {
		return "", time.Time{}, fmt.Errorf("sign a token: no key signs at %s", now.UTC().Format(time.RFC3339))
	}
	expiresAt = now.Add(t.config.Lifetime)
	if claims.ExpiresAt.Before(expiresAt) {
		expiresAt = claims.ExpiresAt
	}
	expiresAt = expiresAt.Truncate(time.Second).UTC() // as it is in the token
	unsigned := jwt.NewWithClaims(jwt.SigningMethodEdDSA, payload{
		Username:  claims.Username,
		SessionID: claims.SessionID,
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    t.config.Issuer,
			Subject:   strconv.FormatInt(claims.UserID, 10),
			Audience:  jwt.ClaimStrings{t.config.Audience},
			ExpiresAt: jwt.NewNumericDate(expiresAt),
			IssuedAt:  jwt.NewNumericDate(now),
			ID:        rand.Text(),
		},
	})
	unsigned.Header["kid"] = key.ID
	token, err = unsigned.SignedString(key.private)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("sign a token: %w", err)
	}
	return token, expiresAt, nil
}

// Verify returns what a token says, if it is one of ours and has not expired; its error is TokenExpired or TokenInvalid.
func (t *Tokens) Verify(token string) (Claims, error) {
	if len(token) > maxToken {
		return Claims{}, TokenInvalid
	}
	d, keys := digest(sha256.Sum256([]byte(token))), t.Keys()
	if claims, ok := t.remembered(d, keys); ok {
		return claims, nil
	}
	claims, err, _ := t.verifying.Do(string(d[:]), func() (any, error) {
		if claims, ok := t.remembered(d, keys); ok { // by a call that ended just now
			return claims, nil
		}
		claims, err := t.parse(token, keys)
		if err == nil {
			t.verified.Add(d, verification{claims, keys})
		}
		return claims, err
	})
	return claims.(Claims), err
}

// remembered returns the claims of a token that was verified before, by the same keys, and has not expired since.
func (t *Tokens) remembered(d digest, keys *KeySet) (Claims, bool) {
	v, ok := t.verified.Get(d)
	return v.claims, ok && v.keys == keys && t.config.Now().Before(v.claims.ExpiresAt)
}

// parse does the whole work of Verify.
func (t *Tokens) parse(token string, keys *KeySet) (Claims, error) {
	if strings.ContainsAny(token, "\r\n") { // Go's base64 skips line breaks, even when it is strict.
		return Claims{}, TokenInvalid
	}
	var p payload
	_, err := t.parser.ParseWithClaims(token, &p, keys.keyFor)
	if errors.Is(err, jwt.ErrTokenExpired) {
		return Claims{}, TokenExpired
	}
	if err != nil {
		return Claims{}, TokenInvalid
	}
	return p.claims()
}

// keyFor asks for the header that Issue writes, with nothing added: an unknown member, crit for one, changes what a token means.
func (s *KeySet) keyFor(token *jwt.Token) (any, error) {
	header := token.Header
	id, _ := header["kid"].(string)
	key, ok := s.Verifier(id)
	if len(header) != 3 || header["typ"] != "JWT" || !ok {
		return nil, errors.New("the header is not ours")
	}
	return key.Public(), nil
}

// payload is a token's second part.
type payload struct {
	Username  string `json:"username"`
	SessionID string `json:"sid"`
	jwt.RegisteredClaims
}

// claims asks for what the parser does not: that nothing is left out which Issue writes, and that the subject has the one
// spelling of its number.
func (p payload) claims() (Claims, error) {
	id, err := strconv.ParseInt(p.Subject, 10, 64)
	if err != nil || strconv.FormatInt(id, 10) != p.Subject || p.IssuedAt == nil || p.ID == "" || p.SessionID == "" {
		return Claims{}, TokenInvalid
	}
	return Claims{UserID: id, Username: p.Username, SessionID: p.SessionID, ExpiresAt: p.ExpiresAt.Time}, nil
}
