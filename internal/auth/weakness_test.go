package auth

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
)

// Nobody signs tokens by a key that everybody has, nor has such tokens verified.
func TestParseKeysRefusesWeakOnes(t *testing.T) {
	t.Parallel()
	digest := sha256.Sum256(nil)
	seeds := map[string][]byte{
		"zeros": make([]byte, 32), "all the same": bytes.Repeat([]byte("a"), 32), "counted": steps(32, 1), "counted down by 3": steps(32, 253),
		"a half, twice": bytes.Repeat(randomBytes(16), 2), "words": []byte("correct horse battery staple, 32"), "the digest of nothing": digest[:],
	}
	for name, text := range map[string]string{
		"RFC 8032, test 1":        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
		"RFC 8032, test 2":        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
		"RFC 8032, test 3":        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
		"RFC 8032, test 1024":     "f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5",
		"RFC 8032, test SHA(abc)": "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
		"RFC 8032, Ed25519ctx":    "0305334e381af78f141cb666f6199f57bc3495335a256a95bd2a55bf546663f6",
		"RFC 8410":                "d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842",
	} {
		seed, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		seeds[name] = seed
	}
	good := pemOf(t, "PRIVATE KEY", newPrivate(t))
	refused := func(name, text string) {
		t.Helper()
		_, err := ParseKeys([]byte(text), noon)
		if err == nil || !strings.Contains(err.Error(), "everybody can sign with this key") || !strings.HasSuffix(err.Error(), hintKeys) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
	for name, seed := range seeds {
		key := ed25519.NewKeyFromSeed(seed)
		refused(name, pemOf(t, "PRIVATE KEY", key))
		if strings.HasPrefix(name, "RFC") {
			refused(name+", public", good+publicPEM(t, key.Public()))
		}
	}
	for _, public := range []string{ // of small order, with which a signature of one message in eight at the least is easily made
		"0100000000000000000000000000000000000000000000000000000000000000",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"0000000000000000000000000000000000000000000000000000000000000080",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
	} {
		key, err := hex.DecodeString(public)
		if err != nil {
			t.Fatal(err)
		}
		refused(public, good+publicPEM(t, ed25519.PublicKey(key)))
	}
	for range 1000 { // What is random is not refused.
		key := newPrivate(t)
		if isWeak(key.Seed()) || isWeakKey(key.Public().(ed25519.PublicKey)) {
			t.Errorf("%s is refused", base64.StdEncoding.EncodeToString(key.Seed()))
		}
	}
}
