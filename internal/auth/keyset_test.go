package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// pemOf is a block as openssl writes it, with headers.
func pemOf(t testing.TB, blockType string, key crypto.PrivateKey, headers ...string) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	block := string(pem.EncodeToMemory(&pem.Block{Type: blockType, Bytes: der}))
	if len(headers) == 0 {
		return block
	}
	begin, rest, _ := strings.Cut(block, "\n")
	return begin + "\n" + strings.Join(headers, "\n") + "\n\n" + rest
}

func publicPEM(t testing.TB, key crypto.PublicKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func newPrivate(t testing.TB) ed25519.PrivateKey {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return private
}

func TestParseKeys(t *testing.T) {
	t.Parallel()
	a, b, c := newPrivate(t), newPrivate(t), newPrivate(t)
	text := "\n" + pemOf(t, "PRIVATE KEY", a) + "\n\n" + publicPEM(t, c.Public()) +
		pemOf(t, "PRIVATE KEY", b, "Signs-From: 2026-01-02T14:00:00+02:00", "Created: 2026-01-01T00:00:00Z") + "\n"
	set, err := ParseKeys([]byte(text), noon)
	if err != nil {
		t.Fatal(err)
	}
	idA, idB, idC := privateKey(a).ID, privateKey(b).ID, privateKey(c).ID
	for _, test := range []struct {
		at   time.Time
		want string
	}{{time.Time{}, idA}, {noon.Add(-time.Nanosecond), idA}, {noon, idB}, {noon.Add(time.Hour), idB}} {
		if got, ok := set.Signer(test.at); !ok || got.ID != test.want {
			t.Errorf("at %v %s signs (%v), want %s", test.at, got.ID, ok, test.want)
		}
	}
	var ids []string
	for _, key := range set.All() {
		ids = append(ids, key.ID)
		if found, ok := set.Verifier(key.ID); !ok || !found.Public().Equal(key.Public()) {
			t.Errorf("%s is not found", key.ID)
		}
	}
	if diff := cmp.Diff([]string{idA, idC, idB}, ids); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	if key, ok := set.Verifier(""); ok {
		t.Errorf("no kid is %s", key)
	}
}

func TestParseKeysRefuses(t *testing.T) {
	t.Parallel()
	ecdsaKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	key := newPrivate(t)
	good := pemOf(t, "PRIVATE KEY", key)
	other := pemOf(t, "PRIVATE KEY", newPrivate(t))
	const later = "Signs-From: 2026-01-02T12:00:01Z"
	secret := strings.Split(good, "\n")[1]
	tests := []struct{ name, text, want string }{
		{"nothing", "", "there is no private key, which alone can sign; make keys with: rollcall keys new"},
		{"no PEM", "c2VjcmV0", "key 1 is no whole PEM block, or there is other text before it; make keys with"},
		{"text before", "# mine\n" + good, "key 1 is no whole"},
		{"text after", good + "# mine\n", "key 2 is no whole"},
		{"the key as text", good + secret, "key 2 is no whole"},
		{"a damaged block before a good one", strings.Replace(good, "-----END", "----END", 1) + other, "key 1 is no whole"},
		{"a damaged block after a good one", good + strings.Replace(other, "M", "!", 1), "key 2 is no whole"},
		{"a block that is cut off", good + other[:70], "key 2 is no whole"},
		{"another type", pemOf(t, "OPENSSH PRIVATE KEY", key), `key 1: the block is of type "OPENSSH PRIVATE KEY", want "PRIVATE KEY" or "PUBLIC KEY"; make`},
		{"a certificate after the key", good + pemOf(t, "CERTIFICATE", key), `key 2: the block is of type "CERTIFICATE"`},
		{"not PKCS #8", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n", `key 1: the block is of type "PRIVATE KEY" and holds no such key`},
		{"a private key that says it is public", pemOf(t, "PUBLIC KEY", key), `key 1: the block is of type "PUBLIC KEY" and holds no such key`},
		{"ECDSA", pemOf(t, "PRIVATE KEY", ecdsaKey), "key 1: the key is of type *ecdsa.PrivateKey, not Ed25519; make"},
		{"RSA", good + pemOf(t, "PRIVATE KEY", rsaKey), "key 2: the key is of type *rsa.PrivateKey, not Ed25519"},
		{"RSA that only verifies", good + publicPEM(t, rsaKey.Public()), "key 2: the key is of type *rsa.PublicKey, not Ed25519"},
		{"twice the same", good + good, "keys 1 and 2 are the same"},
		{"the same, public", good + publicPEM(t, key.Public()), "keys 1 and 2 are the same"},
		{"two that sign", good + other, "keys 1 and 2 sign from the same time on; say when the newer one takes over: Signs-From: 2026-01-02T12:10:00Z, in a line"},
		{"two that sign at noon", pemOf(t, "PRIVATE KEY", key, later) + pemOf(t, "PRIVATE KEY", newPrivate(t), later), "keys 1 and 2 sign from the same"},
		{"none that signs", publicPEM(t, key.Public()), "there is no private key"},
		{"none that signs yet", pemOf(t, "PRIVATE KEY", key, later), "no key signs before 2026-01-02T12:00:01Z; take the header Signs-From away"},
		{"no time", pemOf(t, "PRIVATE KEY", key, "Signs-From: noon"), "key 1: the header Signs-From is no time like 2006-01-02T15:04:05Z (RFC 3339)"},
		{"another header", pemOf(t, "PRIVATE KEY", key, "Sign-From: 2026-01-02T12:00:00Z"), `key 1: the header "Sign-From" is none of Signs-From and Created`},
		{"a public key that is to sign", good + strings.Replace(publicPEM(t, newPrivate(t).Public()), "-----\n", "-----\n"+later+"\n\n", 1),
			"key 2: a public key has the header Signs-From, and can never sign"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			set, err := ParseKeys([]byte(test.text), noon)
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Fatalf("read %v, error is %v\nwant %s", set, err, test.want)
			}
			if strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "c2VjcmV0") {
				t.Errorf("the error quotes the key: %v", err)
			}
		})
	}
}

func TestKeysRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		set := &KeySet{}
		for i := range rapid.IntRange(1, 5).Draw(t, "keys") {
			key, err := generateKey(noon, noon.Add(-time.Duration(i)*time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			if i > 0 && rapid.Bool().Draw(t, "public") {
				key = publicKey(key.Public())
			}
			set = set.with(key)
		}
		text, err := set.text()
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseKeys(text, noon)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if diff := cmp.Diff(set, got, cmp.AllowUnexported(KeySet{}, Key{})); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestRetire(t *testing.T) {
	t.Parallel()
	const lifetime = 15 * time.Minute
	first, second := newTestKey(t, time.Time{}), newTestKey(t, noon)
	next, public := newTestKey(t, noon.Add(24*time.Hour)), publicKey(newPrivate(t).Public().(ed25519.PublicKey))
	set := &KeySet{[]Key{first, second, next, public}}
	over := noon.Add(lifetime + 2*leeway) // of the first one's tokens
	tests := []struct {
		name  string
		key   Key
		at    time.Time
		force bool
		want  string
	}{
		{"the signer", second, over, false, second.ID + " signs tokens now: make another by rollcall keys new, and wait until that one signs"},
		{"the signer by force", second, over, true, second.ID + " signs tokens now"},
		{"the signer before", first, noon.Add(-1), true, first.ID + " signs tokens now"},
		{"too early", first, over.Add(-1), false, "tokens that " + first.ID + " signed may be valid until 2026-01-02T12:15:20Z: wait so long, or end them now by --force"},
		{"too early by force", first, noon, true, ""},
		{"in time", first, over, false, ""},
		{"one that has never signed", next, noon, false, ""},
		{"a public one", public, over, false, public.ID + " is a public key, and when it last signed a token is not known here: retire it by --force"},
		{"a public one by force", public, over, true, ""},
		{"an unknown one", Key{ID: "x"}, over, true, "there is no key x; rollcall keys list shows those that there are"},
	}
	for _, test := range tests {
		got, err := set.retire(test.key.ID, test.at, lifetime, test.force)
		if test.want != "" {
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("%s: error is %v, want %s", test.name, err, test.want)
			}
			continue
		}
		if err != nil || len(got.All()) != 3 || len(set.All()) != 4 {
			t.Errorf("%s: %v (%v)", test.name, got, err)
		} else if _, ok := got.Verifier(test.key.ID); ok {
			t.Errorf("%s: the key is still there", test.name)
		}
	}
}

func TestJWKS(t *testing.T) {
	t.Parallel()
	set := &KeySet{[]Key{privateKey(rfcKey(t)), newTestKey(t, noon.Add(time.Hour)), publicKey(newPrivate(t).Public().(ed25519.PublicKey))}}
	text := set.JWKS()
	var got struct{ Keys []map[string]string }
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	// The example of RFC 8037, appendix A.2, and what makes it one of this use.
	want := map[string]string{
		"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
		"kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", "use": "sig", "alg": "EdDSA",
	}
	if len(got.Keys) != 3 {
		t.Fatalf("%d keys in %s", len(got.Keys), text)
	}
	if diff := cmp.Diff(want, got.Keys[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func FuzzParseKeys(f *testing.F) {
	f.Add(pemOf(f, "PRIVATE KEY", newPrivate(f)))
	f.Add(pemOf(f, "PRIVATE KEY", newPrivate(f), "Signs-From: 2026-01-02T12:00:00Z") + publicPEM(f, newPrivate(f).Public()))
	f.Add("-----BEGIN PRIVATE KEY-----\nSigns-From: x\n\n-----END PRIVATE KEY-----")
	f.Fuzz(func(t *testing.T, text string) {
		set, err := ParseKeys([]byte(text), noon)
		if err != nil {
			return
		}
		if signer, ok := set.Signer(noon); !ok || !signer.CanSign() {
			t.Errorf("%q was read as a set that cannot sign: %v", text, set)
		}
	})
}
