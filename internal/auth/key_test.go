package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// rfcKey is the example of RFC 8037, appendix A.
func rfcKey(t testing.TB) ed25519.PrivateKey {
	t.Helper()
	seed, err := base64.RawURLEncoding.DecodeString("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
	if err != nil {
		t.Fatal(err)
	}
	return ed25519.NewKeyFromSeed(seed)
}

func pemOf(t testing.TB, blockType string, key crypto.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: blockType, Bytes: der}))
}

func TestParseKey(t *testing.T) {
	t.Parallel()
	good := pemOf(t, "PRIVATE KEY", rfcKey(t))
	key, err := ParseKey([]byte(good + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"; key.ID != want {
		t.Errorf("the thumbprint is %s, in RFC 8037 %s", key.ID, want)
	}

	ecdsaKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, text, want string }{
		{"nothing", "", "not a PEM text of one PRIVATE KEY"},
		{"no PEM", "c2VjcmV0", "not a PEM text of one PRIVATE KEY"},
		{"another type", pemOf(t, "OPENSSH PRIVATE KEY", rfcKey(t)), "not a PEM text of one PRIVATE KEY"},
		{"two keys", good + good, "not a PEM text of one PRIVATE KEY"},
		{"not PKCS#8", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n", "not PKCS#8"},
		{"ECDSA", pemOf(t, "PRIVATE KEY", ecdsaKey), "*ecdsa.PrivateKey, not Ed25519"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseKey([]byte(test.text))
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "openssl genpkey") {
				t.Errorf("error is %v, want %q and how to make a key", err, test.want)
			}
		})
	}
}

func TestKeyPrintsItsIDAlone(t *testing.T) {
	t.Parallel()
	key := newKey(rfcKey(t))
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if got, want := fmt.Sprintf(format, key), "Ed25519 key "+key.ID; got != want {
			t.Errorf("%s prints %s", format, got)
		}
	}
}

func TestLoadOrCreateKey(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token.key")
	if _, err := LoadKey(path); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("LoadKey without a file: error is %v", err)
	}

	const programs = 8
	made := make(chan string)
	for range programs {
		go func() {
			key, err := LoadOrCreateKey(path)
			made <- fmt.Sprint(key.ID, err)
		}()
	}
	want := <-made
	for range programs - 1 {
		if got := <-made; got != want {
			t.Errorf("one has the key %s, another %s", got, want)
		}
	}
	if loaded, err := LoadKey(path); fmt.Sprint(loaded.ID, err) != want {
		t.Errorf("loaded %v (%v), made %s", loaded, err, want)
	}

	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Fatalf("in the folder: %v (%v)", entries, err)
	}
	if info, err := entries[0].Info(); err != nil || info.Mode() != 0o600 {
		t.Errorf("the file's mode is %v (%v)", info.Mode(), err)
	}
}

func TestLoadKeyRefusesWhatOthersMayUse(t *testing.T) {
	t.Parallel()
	for _, mode := range []fs.FileMode{0o644, 0o640, 0o604, 0o620, 0o601} {
		path := filepath.Join(t.TempDir(), "token.key")
		if _, err := LoadOrCreateKey(path); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		for name, load := range map[string]func(string) (Key, error){"LoadKey": LoadKey, "LoadOrCreateKey": LoadOrCreateKey} {
			if _, err := load(path); err == nil || !strings.Contains(err.Error(), "chmod 600 "+path) {
				t.Errorf("%s of a file with mode %04o: error is %v", name, mode, err)
			}
		}
	}
}

func TestLoadOrCreateKeyNeverReplacesAFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token.key")
	if err := os.WriteFile(path, []byte("somebody's"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadOrCreateKey(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error is %v, want one that names the file", err)
	}
	if text, err := os.ReadFile(path); string(text) != "somebody's" {
		t.Errorf("the file has become %q (%v)", text, err)
	}
}

func TestLoadOrCreateKeyInNoFolder(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "missing", "token.key")
	if _, err := LoadOrCreateKey(path); err == nil || !strings.Contains(err.Error(), "make the token key") {
		t.Errorf("error is %v", err)
	}
}
