package attacks_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

// forger knows a good token of an administrator, and all that is public of the
// deployment. What it makes by the real key shows that more is looked at than the
// signature.
type forger struct {
	good    string
	private ed25519.PrivateKey
	kid     string
	claims  map[string]any // of the good token
	other   session        // somebody else's
	forged  []forgery
}

// forgery is a value of the header Authorization, or several.
type forgery struct {
	name   string
	values []string
}

// Nothing that looks nearly like a token is taken for one, on any instance.
func TestForgedTokens(t *testing.T) {
	parallel(t)
	d := deploy(t, 3)
	f := newForger(t, d)
	f.alterText(t)
	f.alterHeaders(t)
	f.alterClaims(t)
	f.alterSignatures(t)
	f.alterTransport(t)

	const whoami = `{"jsonrpc":"2.0","id":1,"method":"get_current_user"}`
	ask := func(i int, values ...string) answer {
		return must(d.post(t.Context(), i, http.Header{"Authorization": values}, whoami))(t)
	}
	if got := ask(0, "Bearer "+f.good); !strings.Contains(got.body, `"result"`) {
		t.Fatalf("the good one: %s", got.body)
	}
	if got := ask(0, "Bearer "+f.sign(t, f.header(), f.claims)); !strings.Contains(got.body, `"result"`) {
		t.Fatalf("one that is made like it: %s", got.body)
	}
	accepted := 0
	for i, forged := range f.forged {
		got := ask(i, forged.values...)
		refused := strings.Contains(got.body, `"code":-32001`) || got.status == http.StatusRequestHeaderFieldsTooLarge
		if strings.Contains(got.body, `"result"`) || !refused {
			accepted++
			t.Errorf("%s: %d %s", forged.name, got.status, got.body)
		}
	}
	if len(f.forged) < 200 {
		t.Errorf("only %d are tried", len(f.forged))
	}
	measured(t, fmt.Sprintf("%d forged tokens", len(f.forged)), "%d accepted", accepted)
}

func newForger(t *testing.T, d *deployment) *forger {
	t.Helper()
	block, _ := pem.Decode(must(os.ReadFile(d.keysFile))(t))
	f := &forger{
		good:    d.admin(t).token,
		private: must(x509.ParsePKCS8PrivateKey(block.Bytes))(t).(ed25519.PrivateKey),
		other:   d.session(t, d.somebody(t, rollcall.RoleUser)),
	}
	parsed, _, err := jwt.NewParser().ParseUnverified(f.good, jwt.MapClaims{})
	check(t, err)
	f.claims, f.kid = parsed.Claims.(jwt.MapClaims), parsed.Header["kid"].(string)
	return f
}

func (f *forger) header() map[string]any {
	return map[string]any{"alg": "EdDSA", "typ": "JWT", "kid": f.kid}
}

// try adds tokens to those that are tried.
func (f *forger) try(name string, tokens ...string) {
	for i, token := range tokens {
		f.forged = append(f.forged, forgery{fmt.Sprintf("%s %d", name, i), []string{"Bearer " + token}})
	}
}

// with is a copy of members with one changed; nil takes it away.
func with(members map[string]any, name string, value any) map[string]any {
	changed := map[string]any{}
	for k, v := range members {
		changed[k] = v
	}
	if changed[name] = value; value == nil {
		delete(changed, name)
	}
	return changed
}

func encode(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

// sign signs header and claims by the real key. They are anything that can be
// JSON; a json.RawMessage is put as it is.
func (f *forger) sign(t *testing.T, header, claims any) string {
	t.Helper()
	unsigned := text(t, header) + "." + text(t, claims)
	return unsigned + "." + encode(ed25519.Sign(f.private, []byte(unsigned)))
}

func text(t *testing.T, v any) string {
	t.Helper()
	if raw, ok := v.(json.RawMessage); ok {
		return encode(raw)
	}
	return encode(must(json.Marshal(v))(t))
}

// alterText changes characters of the good one: the last one of each part to
// every other that there is, and others here and there.
func (f *forger) alterText(t *testing.T) {
	t.Helper()
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := len(f.good) - 1
	for _, c := range alphabet {
		if byte(c) != f.good[last] {
			f.try("the last character altered", f.good[:last]+string(c))
		}
	}
	for at := 0; at < last; at += last/60 + 1 {
		c := alphabet[(strings.IndexByte(alphabet, f.good[at])+1)%64]
		f.try("a character altered", f.good[:at]+string(c)+f.good[at+1:])
	}
	parts := strings.Split(f.good, ".")
	f.try("parts", parts[0], parts[0]+"."+parts[1], parts[0]+"."+parts[1]+".", "."+parts[1]+"."+parts[2],
		parts[0]+".."+parts[2], f.good+".", f.good+"."+parts[2], "."+f.good, parts[1]+"."+parts[0]+"."+parts[2], "..", ".", "null", "undefined")
	f.try("padding", f.good+"=", f.good+"==", parts[0]+"=."+parts[1]+"."+parts[2])
	f.try("the other alphabet", strings.NewReplacer("-", "+", "_", "/").Replace(f.good)+"+/")
	f.try("cut off", f.good[:last], f.good[:last-3], f.good[:len(f.good)/2])
	f.try("oversized, by the real key", f.sign(t, f.header(), with(f.claims, "username", strings.Repeat("a", 5000))))
	f.try("longer", f.good+"A", f.good+"AAAA", f.good+strings.Repeat("A", 5000), f.good+strings.Repeat("A", 20_000), f.good+f.good)
	f.try("another case", strings.ToUpper(f.good), strings.ToLower(f.good))
	f.try("encoded once more", encode([]byte(f.good)), hex.EncodeToString([]byte(f.good)))
	serialized := fmt.Sprintf(`{"payload":%q,"protected":%q,"signature":%q}`, parts[1], parts[0], parts[2])
	f.try("the JSON serialization", serialized, encode([]byte(serialized)))
}

// alterHeaders signs other headers by the real key.
func (f *forger) alterHeaders(t *testing.T) {
	t.Helper()
	for name, values := range map[string][]any{
		"alg":  {nil, "", "none", "None", "NONE", "nOnE", "HS256", "ES256", "RS256", "PS256", "EdDsa", "Ed25519", "Ed448", 1, []string{"EdDSA"}},
		"typ":  {nil, "", "jwt", "at+jwt", "application/jwt", "JWS", "dpop+jwt", 1},
		"kid":  {nil, "", "other", f.kid + " ", " " + f.kid, strings.ToLower(f.kid), f.kid[:10], 0, []string{f.kid}, map[string]string{"kid": f.kid}, "../../../../dev/null", "' OR 1=1 --"},
		"crit": {[]string{}, []string{"exp"}, []string{"b64"}},
		"b64":  {false, true},
		"zip":  {"DEF"},
		"cty":  {"JWT"},
		"jku":  {"https://192.0.2.1/jwks.json"},
		"x5u":  {"https://192.0.2.1/cert.pem"},
	} {
		for _, value := range values {
			f.try(fmt.Sprintf("header %s %v", name, value), f.sign(t, with(f.header(), name, value), f.claims))
		}
	}
	for _, header := range []string{
		`{"alg":"EdDSA","alg":"EdDSA","typ":"JWT","kid":"` + f.kid + `","extra":1}`,
		`["EdDSA","JWT"]`, `"EdDSA"`, `null`, `{}`, ``, `{`, "\xff",
		`{"alg":"EdDSA","typ":"JWT","kid":"` + f.kid + `"}{}`,
	} {
		f.try("header "+header, f.sign(t, json.RawMessage(header), f.claims))
	}
	// A key of the forger's own, brought along.
	public, private, err := ed25519.GenerateKey(nil)
	check(t, err)
	real := f.private
	f.private = private
	jwk := map[string]string{"kty": "OKP", "crv": "Ed25519", "x": encode(public)}
	f.try("a key brought along", f.sign(t, with(f.header(), "jwk", jwk), f.claims), f.sign(t, with(f.header(), "x5c", []string{encode(public)}), f.claims),
		f.sign(t, f.header(), f.claims), f.sign(t, with(f.header(), "kid", "mine"), f.claims))
	f.private = real
}

// alterClaims signs other claims by the real key.
func (f *forger) alterClaims(t *testing.T) {
	t.Helper()
	now := time.Now().Unix()
	admin := f.claims["sub"].(string)
	for name, values := range map[string][]any{
		"iss":      {nil, "", "Rollcall", "other", []string{"rollcall"}, 1},
		"aud":      {nil, "", "Rollcall", "other", []string{}, []string{"other"}, 1, map[string]any{}},
		"sub":      {nil, "", "0", "-1", "+" + admin, "0" + admin, " " + admin, admin + ".0", admin + "e0", "9223372036854775808", fmt.Sprint(f.other.user.ID), "admin", 1},
		"sid":      {nil, "", "none", f.other.id, f.claims["sid"].(string) + " ", strings.ToLower(f.claims["sid"].(string)), 1, []string{f.claims["sid"].(string)}},
		"jti":      {nil, "", 1},
		"iat":      {nil, now + 3600, "now"},
		"exp":      {nil, 0, now - 11, now - 3600, -1, "never", 1e-300},
		"nbf":      {now + 3600, "now"},
		"username": {1, []string{}},
	} {
		for _, value := range values {
			f.try(fmt.Sprintf("claim %s %v", name, value), f.sign(t, f.header(), with(f.claims, name, value)))
		}
	}
	for _, claims := range []string{``, `{}`, `null`, `[]`, `"x"`, `{`, `1`, "\xff"} {
		f.try("claims "+claims, f.sign(t, f.header(), json.RawMessage(claims)))
	}
}

// alterSignatures signs what the good one says by what is no signature of ours.
func (f *forger) alterSignatures(t *testing.T) {
	t.Helper()
	public := f.private.Public().(ed25519.PublicKey)
	pkix := must(x509.MarshalPKIXPublicKey(public))(t)
	asPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pkix})
	ecKey := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	rsaKey := must(rsa.GenerateKey(rand.Reader, 2048))(t)
	sign := func(method jwt.SigningMethod, key any) string {
		token := jwt.NewWithClaims(method, jwt.MapClaims(f.claims))
		token.Header["kid"] = f.kid
		return must(token.SignedString(key))(t)
	}
	f.try("none", sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType))
	// What everybody knows of the real key, taken for a secret.
	for _, secret := range [][]byte{public, pkix, asPEM, bytes.TrimSpace(asPEM), []byte(encode(public)), []byte(f.kid), {}, []byte("secret"), make([]byte, 32)} {
		f.try("HMAC by what is public", sign(jwt.SigningMethodHS256, secret), sign(jwt.SigningMethodHS384, secret), sign(jwt.SigningMethodHS512, secret))
	}
	f.try("another kind of key", sign(jwt.SigningMethodES256, ecKey), sign(jwt.SigningMethodRS256, rsaKey), sign(jwt.SigningMethodPS256, rsaKey))

	parts := strings.Split(f.good, ".")
	unsigned := parts[0] + "." + parts[1]
	signature := must(base64.RawURLEncoding.DecodeString(parts[2]))(t)
	f.try("another signature",
		unsigned+"."+encode(make([]byte, 64)),
		unsigned+"."+encode(addOrder(signature)),
		unsigned+"."+encode(signature[:32]),
		unsigned+"."+encode(append(slices.Clone(signature), 0)),
		unsigned+"."+encode(ed25519.Sign(f.private, []byte("another text"))),
		unsigned+"."+encode(append(make([]byte, 32), signature[32:]...)),
	)
	others := strings.Split(f.other.token, ".")
	f.try("another's parts", unsigned+"."+others[2], parts[0]+"."+others[1]+"."+parts[2])
}

// addOrder is the same signature to whoever does not look: its second half is a
// number, to which the order of the group was added (RFC 8032, section 5.1.7).
func addOrder(signature []byte) []byte {
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	half := slices.Clone(signature[32:])
	slices.Reverse(half)
	sum := new(big.Int).Add(new(big.Int).SetBytes(half), order).FillBytes(make([]byte, 32))
	slices.Reverse(sum)
	return append(slices.Clone(signature[:32]), sum...)
}

// alterTransport shows a good token otherwise than as the header has to.
func (f *forger) alterTransport(*testing.T) {
	for _, value := range []string{
		f.good, "Bearer", "Bearer ", "Basic " + f.good, "Token " + f.good, "JWT " + f.good, "Bearer: " + f.good, "Bearer\t" + f.good,
		"Bearer" + f.good, "Bearer " + f.good + " " + f.good, "Bearer " + f.good + ",", "Bearer \"" + f.good + "\"", "Bearer " + f.good + ";q=1",
		"Bearer " + f.good + ", Bearer " + f.good, "Bearer Bearer " + f.good, "Bearer token=" + f.good,
	} {
		f.forged = append(f.forged, forgery{"header " + value, []string{value}})
	}
	f.forged = append(f.forged, forgery{"two headers", []string{"Bearer " + f.good, "Bearer " + f.good}}, forgery{"no header", nil})
}
