package auth

import (
	"encoding/base64"
	"encoding/json"
)

// JWKS is the public halves of all keys, those that do not sign yet included, as a JWK Set (RFC 7517, section 5, and RFC 8037,
// section 2): by it other services verify tokens.
func (s *KeySet) JWKS() []byte {
	set := struct {
		Keys []jwk `json:"keys"`
	}{make([]jwk, len(s.keys))}
	for i, key := range s.keys {
		set.Keys[i] = jwk{"OKP", "Ed25519", base64.RawURLEncoding.EncodeToString(key.public), key.ID, "sig", "EdDSA"}
	}
	text, _ := json.Marshal(set) // Strings never fail.
	return text
}

// jwk is a key that verifies (RFC 7517, section 4).
type jwk struct {
	Type      string `json:"kty"`
	Curve     string `json:"crv"`
	X         string `json:"x"`
	ID        string `json:"kid"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
}
