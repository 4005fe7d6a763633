package auth

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Key is an Ed25519 key of tokens: a private one signs and verifies, a public one verifies alone. Printing one shows its ID alone.
type Key struct {
	// ID names the key in a token's kid: the thumbprint of its public half (RFC 7638 and RFC 8037, appendix A.3).
	ID string
	// SignsFrom is when a private key takes over; the zero time says that it always could.
	SignsFrom time.Time
	// Created is when the key was made; the zero time says that nobody has noted it.
	Created time.Time

	public  ed25519.PublicKey
	private ed25519.PrivateKey // nil if it verifies alone
}

// String keeps the private half out of logs.
func (k Key) String() string { return "Ed25519 key " + k.ID }

// GoString is String for %#v.
func (k Key) GoString() string { return k.String() }

// Public is the half that verifies tokens.
func (k Key) Public() ed25519.PublicKey { return k.public }

// CanSign tells whether the key has its private half.
func (k Key) CanSign() bool { return k.private != nil }

// The types of PEM block that hold a key, and the headers that they may have.
const (
	privateBlock  = "PRIVATE KEY"
	publicBlock   = "PUBLIC KEY"
	signsFromName = "Signs-From"
	createdName   = "Created"
)

// generateKey makes a private key. None has an ID that begins with a dash: on a command line it would look like a flag.
func generateKey(now, signsFrom time.Time) (Key, error) {
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return Key{}, err
	}
	key := privateKey(private)
	if strings.HasPrefix(key.ID, "-") {
		return generateKey(now, signsFrom)
	}
	key.Created, key.SignsFrom = now.UTC().Truncate(time.Second), signsFrom.UTC().Truncate(time.Second)
	return key, nil
}

func privateKey(private ed25519.PrivateKey) Key {
	key := publicKey(private.Public().(ed25519.PublicKey))
	key.private = private
	return key
}

func publicKey(public ed25519.PublicKey) Key {
	// RFC 7638: the required members in alphabetical order, without white space.
	members := `{"crv":"Ed25519","kty":"OKP","x":"` + base64.RawURLEncoding.EncodeToString(public) + `"}`
	digest := sha256.Sum256([]byte(members))
	return Key{ID: base64.RawURLEncoding.EncodeToString(digest[:]), public: public}
}

// parseKey reads one block. Its errors quote nothing but the names of types and headers.
func parseKey(block *pem.Block) (Key, error) {
	key, err := parseKeyBytes(block)
	if err != nil {
		return Key{}, err
	}
	for name, value := range block.Headers {
		var into *time.Time
		switch {
		case name == createdName:
			into = &key.Created
		case name == signsFromName && key.CanSign():
			into = &key.SignsFrom
		case name == signsFromName:
			return Key{}, fmt.Errorf("a public key has the header %s, and can never sign", name)
		default:
			return Key{}, fmt.Errorf("the header %q is none of %s and %s", name, signsFromName, createdName)
		}
		if *into, err = time.Parse(time.RFC3339, value); err != nil {
			return Key{}, fmt.Errorf("the header %s is no time like 2006-01-02T15:04:05Z (RFC 3339)", name)
		}
	}
	return key, nil
}

func parseKeyBytes(block *pem.Block) (Key, error) {
	var parsed any
	var err error
	switch block.Type {
	case privateBlock:
		parsed, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case publicBlock:
		parsed, err = x509.ParsePKIXPublicKey(block.Bytes)
	default:
		return Key{}, fmt.Errorf("the block is of type %q, want %q or %q", block.Type, privateBlock, publicBlock)
	}
	if err != nil {
		return Key{}, fmt.Errorf("the block is of type %q and holds no such key (PKCS #8, PKIX)", block.Type)
	}
	key, weak := Key{}, false
	switch k := parsed.(type) {
	case ed25519.PrivateKey:
		key, weak = privateKey(k), isWeak(k.Seed())
	case ed25519.PublicKey:
		key = publicKey(k)
	default:
		return Key{}, fmt.Errorf("the key is of type %T, not Ed25519", parsed)
	}
	if weak || isWeakKey(key.public) {
		return Key{}, errors.New("everybody can sign with this key: it has a pattern, or is an example of a specification")
	}
	return key, nil
}

// block is what parseKey reads.
func (k Key) block() (*pem.Block, error) {
	block := &pem.Block{Type: publicBlock, Headers: map[string]string{}}
	var err error
	if k.CanSign() {
		block.Type = privateBlock
		block.Bytes, err = x509.MarshalPKCS8PrivateKey(k.private)
	} else {
		block.Bytes, err = x509.MarshalPKIXPublicKey(k.public)
	}
	for name, at := range map[string]time.Time{createdName: k.Created, signsFromName: k.SignsFrom} {
		if !at.IsZero() {
			block.Headers[name] = at.Format(time.RFC3339)
		}
	}
	return block, err
}
