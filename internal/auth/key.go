package auth

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Key is an Ed25519 key that signs tokens. Printing one shows its ID alone.
type Key struct {
	// ID names the key in a token's kid: the thumbprint of its public half (RFC 7638 and RFC 8037, appendix A.3).
	ID      string
	private ed25519.PrivateKey
}

// ParseKey reads a private key in PEM: one block of type PRIVATE KEY, PKCS#8 with Ed25519. Its errors quote nothing of it.
func ParseKey(text []byte) (Key, error) {
	const hint = "make one with: openssl genpkey -algorithm ed25519"
	block, rest := pem.Decode(text)
	if block == nil || block.Type != pemType || len(bytes.TrimSpace(rest)) > 0 {
		return Key{}, errors.New("not a PEM text of one " + pemType + "; " + hint)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return Key{}, errors.New("the private key is not PKCS#8; " + hint)
	}
	private, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return Key{}, fmt.Errorf("the private key is of type %T, not Ed25519; %s", parsed, hint)
	}
	return newKey(private), nil
}

// LoadKey reads the key in a file that nobody but its owner may read or write.
func LoadKey(path string) (Key, error) {
	text, err := readPrivate(path)
	if err != nil {
		return Key{}, fmt.Errorf("read the token key: %w", err)
	}
	key, err := ParseKey(text)
	if err != nil {
		return Key{}, fmt.Errorf("read the token key: %s: %w", path, err)
	}
	return key, nil
}

// LoadOrCreateKey is LoadKey, but where there is no file it makes a key and its file first. Of several programs that do so at
// once one wins, and all have its key.
func LoadOrCreateKey(path string) (Key, error) {
	key, err := LoadKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := createKeyFile(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return Key{}, fmt.Errorf("make the token key: %w", err)
	}
	return LoadKey(path)
}

// String keeps the private half out of logs.
func (k Key) String() string { return "Ed25519 key " + k.ID }

// GoString is String for %#v.
func (k Key) GoString() string { return k.String() }

// Public is the half that verifies tokens.
func (k Key) Public() ed25519.PublicKey { return k.private.Public().(ed25519.PublicKey) }

const pemType = "PRIVATE KEY"

func newKey(private ed25519.PrivateKey) Key {
	key := Key{private: private}
	// RFC 7638: the required members in alphabetical order, without white space.
	members := `{"crv":"Ed25519","kty":"OKP","x":"` + base64.RawURLEncoding.EncodeToString(key.Public()) + `"}`
	digest := sha256.Sum256([]byte(members))
	key.ID = base64.RawURLEncoding.EncodeToString(digest[:])
	return key
}

// readPrivate asks for the permissions of the file that it has open, so that the two cannot differ.
func readPrivate(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("%s has mode %04o, others than its owner may use it: chmod 600 %s", path, mode, path)
	}
	return io.ReadAll(io.LimitReader(file, maxKeyFile))
}

// maxKeyFile is far more than a key in PEM, which has 119 bytes.
const maxKeyFile = 64 << 10

// createKeyFile makes a key's file appear whole and only if there is none: it writes another one and links it.
func createKeyFile(path string) (err error) {
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // With mode 0600.
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(file.Name())) }()
	err = errors.Join(pem.Encode(file, &pem.Block{Type: pemType, Bytes: der}), file.Sync(), file.Close())
	if err != nil {
		return err
	}
	return os.Link(file.Name(), path)
}
