package auth

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"testing"
	"time"
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

// newTestKey was made at noon.
func newTestKey(t testing.TB, signsFrom time.Time) Key {
	t.Helper()
	key, err := generateKey(noon, signsFrom)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestThumbprint(t *testing.T) {
	t.Parallel()
	const want = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
	if key := privateKey(rfcKey(t)); key.ID != want || publicKey(key.Public()).ID != want {
		t.Errorf("the thumbprint is %s, in RFC 8037 %s", key.ID, want)
	}
}

func TestKeyPrintsItsIDAlone(t *testing.T) {
	t.Parallel()
	key := privateKey(rfcKey(t))
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if got, want := fmt.Sprintf(format, key), "Ed25519 key "+key.ID; got != want {
			t.Errorf("%s prints %s", format, got)
		}
	}
}
