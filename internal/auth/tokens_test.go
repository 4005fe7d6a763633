package auth

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"maps"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
)

// noon is when the tokens of these tests are issued.
var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// newTokens has the example key of RFC 8037 and a clock that stands still until the test moves it.
func newTokens(t testing.TB) (tokens *Tokens, clock *time.Time) {
	t.Helper()
	clock = new(noon)
	tokens, err := NewTokens(TokenConfig{
		Keys:     &KeySet{[]Key{privateKey(rfcKey(t))}},
		Issuer:   "rollcall",
		Audience: "rollcall-api",
		Lifetime: 15 * time.Minute,
		Cache:    4,
		Now:      func() time.Time { return *clock },
	})
	if err != nil {
		t.Fatal(err)
	}
	return tokens, clock
}

// ann is logged in for longer than these tests take.
var ann = Claims{UserID: 42, Username: "ann", SessionID: "S", ExpiresAt: noon.Add(24 * time.Hour)}

func issue(t testing.TB, tokens *Tokens) string {
	t.Helper()
	token, _, err := tokens.Issue(ann)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestTokenRoundTrip(t *testing.T) {
	t.Parallel()
	tokens, _ := newTokens(t)
	token := issue(t, tokens)
	want := Claims{UserID: 42, Username: "ann", SessionID: "S", ExpiresAt: noon.Add(15 * time.Minute)}
	for _, from := range []string{"the token", "the cache"} {
		got, err := tokens.Verify(token)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("claims from %s (-want +got):\n%s", from, diff)
		}
	}
	if again := issue(t, tokens); again == token {
		t.Error("two tokens are the same")
	}
}

// What other services rely on.
func TestTokenOnTheWire(t *testing.T) {
	t.Parallel()
	tokens, _ := newTokens(t)
	parts := strings.Split(issue(t, tokens), ".")
	header, _ := base64.RawURLEncoding.DecodeString(parts[0])
	claims, _ := base64.RawURLEncoding.DecodeString(parts[1])
	if got, want := string(header), `{"alg":"EdDSA","kid":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k","typ":"JWT"}`; got != want {
		t.Errorf("header is %s, want %s", got, want)
	}
	got, jti, _ := strings.Cut(string(claims), `,"jti":"`)
	want := `{"username":"ann","sid":"S","iss":"rollcall","sub":"42","aud":["rollcall-api"],"exp":1767356100,"iat":1767355200`
	if got != want || len(jti) != len(`AAAAAAAAAAAAAAAAAAAAAAAAAA"}`) {
		t.Errorf("claims are %s, want %s and a jti", claims, want)
	}
}

// forgery is a token that somebody made up, or that a fault of ours would make.
type forgery struct {
	method jwt.SigningMethod
	key    any
	header map[string]any
	claims jwt.MapClaims
}

func newForgery(t testing.TB, tokens *Tokens) *forgery {
	return &forgery{
		method: jwt.SigningMethodEdDSA,
		key:    rfcKey(t),
		header: map[string]any{"alg": "EdDSA", "kid": privateKey(rfcKey(t)).ID, "typ": "JWT"},
		claims: jwt.MapClaims{
			"iss": "rollcall", "aud": []string{"rollcall-api"}, "sub": "42", "username": "ann", "sid": "S", "jti": "J",
			"iat": noon.Unix(), "exp": noon.Add(15 * time.Minute).Unix(),
		},
	}
}

func (f *forgery) sign(t testing.TB) string {
	t.Helper()
	signed, err := (&jwt.Token{Method: f.method, Header: f.header, Claims: f.claims}).SignedString(f.key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func TestForgedTokens(t *testing.T) {
	t.Parallel()
	_, otherKey, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	after := func(d time.Duration) int64 { return noon.Add(d).Unix() }
	tests := []struct {
		name  string
		forge func(*forgery)
		want  error
	}{
		{"none at all", func(*forgery) {}, nil},
		{"another key", func(f *forgery) { f.key = otherKey }, TokenInvalid},
		{"alg none", func(f *forgery) {
			f.method, f.key, f.header["alg"] = jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, "none"
		}, TokenInvalid},
		{"alg HS256, keyed with the public key", func(f *forgery) {
			f.method, f.key, f.header["alg"] = jwt.SigningMethodHS256, []byte(f.key.(ed25519.PrivateKey).Public().(ed25519.PublicKey)), "HS256"
		}, TokenInvalid},
		{"alg HS256 in name", func(f *forgery) { f.header["alg"] = "HS256" }, TokenInvalid},
		{"alg in another case", func(f *forgery) { f.header["alg"] = "eddsa" }, TokenInvalid},
		{"no alg", func(f *forgery) { delete(f.header, "alg") }, TokenInvalid},
		{"another kid", func(f *forgery) { f.header["kid"] = privateKey(otherKey).ID }, TokenInvalid},
		{"no kid", func(f *forgery) { delete(f.header, "kid") }, TokenInvalid},
		{"a kid that is no text", func(f *forgery) { f.header["kid"] = []any{f.header["kid"]} }, TokenInvalid},
		{"another typ", func(f *forgery) { f.header["typ"] = "at+jwt" }, TokenInvalid},
		{"no typ", func(f *forgery) { delete(f.header, "typ") }, TokenInvalid},
		{"a critical extension", func(f *forgery) { f.header["crit"] = []string{"exp"} }, TokenInvalid},
		{"a key of its own", func(f *forgery) { f.header["jwk"] = map[string]any{"kty": "OKP"} }, TokenInvalid},

		{"another issuer", func(f *forgery) { f.claims["iss"] = "Rollcall" }, TokenInvalid},
		{"no issuer", func(f *forgery) { delete(f.claims, "iss") }, TokenInvalid},
		{"another audience", func(f *forgery) { f.claims["aud"] = "rollcall" }, TokenInvalid},
		{"no audience", func(f *forgery) { delete(f.claims, "aud") }, TokenInvalid},
		{"no audience in the list", func(f *forgery) { f.claims["aud"] = []string{} }, TokenInvalid},
		{"no exp", func(f *forgery) { delete(f.claims, "exp") }, TokenInvalid},
		{"exp is null", func(f *forgery) { f.claims["exp"] = nil }, TokenInvalid},
		{"exp is text", func(f *forgery) { f.claims["exp"] = "tomorrow" }, TokenInvalid},
		{"expired", func(f *forgery) { f.claims["exp"] = after(-leeway) }, TokenExpired},
		{"expired by another clock", func(f *forgery) { f.claims["exp"] = after(-leeway + time.Second) }, nil},
		{"expired long ago", func(f *forgery) { f.claims["exp"] = 0 }, TokenExpired},
		{"iat in the future", func(f *forgery) { f.claims["iat"] = after(leeway + time.Second) }, TokenInvalid},
		{"iat in the future of our clock", func(f *forgery) { f.claims["iat"] = after(leeway) }, nil},
		{"no iat", func(f *forgery) { delete(f.claims, "iat") }, TokenInvalid},
		{"not valid yet", func(f *forgery) { f.claims["nbf"] = after(time.Minute) }, TokenInvalid},
		{"no jti", func(f *forgery) { delete(f.claims, "jti") }, TokenInvalid},
		{"no sid", func(f *forgery) { delete(f.claims, "sid") }, TokenInvalid},
		{"no sub", func(f *forgery) { delete(f.claims, "sub") }, TokenInvalid},
		{"sub is a number", func(f *forgery) { f.claims["sub"] = 42 }, TokenInvalid},
		{"sub has a leading zero", func(f *forgery) { f.claims["sub"] = "042" }, TokenInvalid},
		{"sub has a sign", func(f *forgery) { f.claims["sub"] = "+42" }, TokenInvalid},
		{"sub has no 64 bits", func(f *forgery) { f.claims["sub"] = "9223372036854775808" }, TokenInvalid},
		{"oversized", func(f *forgery) { f.claims["username"] = strings.Repeat("x", maxToken) }, TokenInvalid},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tokens, _ := newTokens(t)
			forged := newForgery(t, tokens)
			test.forge(forged)
			claims, err := tokens.Verify(forged.sign(t))
			if err != test.want {
				t.Errorf("error is %v, want %v", err, test.want)
			}
			if accepted := claims.UserID == 42; accepted != (test.want == nil) {
				t.Errorf("claims are %+v", claims)
			}
			if cached := tokens.verified.Len(); (cached == 1) != (test.want == nil) {
				t.Errorf("%d tokens in the cache", cached)
			}
		})
	}
}

// Every byte counts, the last one too: 4 of its 6 bits carry nothing, and base64 that is not strict ignores them.
func TestAlteredTokens(t *testing.T) {
	t.Parallel()
	tokens, _ := newTokens(t)
	token := issue(t, tokens)
	parts := strings.Split(token, ".")
	altered := map[string]string{
		"empty":                "",
		"dots":                 "..",
		"no signature":         parts[0] + "." + parts[1] + ".",
		"two parts":            parts[0] + "." + parts[1],
		"four parts":           token + ".",
		"padded":               token + "==",
		"a line break inside":  parts[0] + "." + parts[1] + ".\n" + parts[2],
		"a line break after":   token + "\r\n",
		"a space":              token + " ",
		"another's signature":  parts[0] + "." + parts[1] + "." + strings.Split(issue(t, tokens), ".")[2],
		"standard base64":      parts[0] + "." + parts[1] + "." + strings.NewReplacer("-", "+", "_", "/").Replace(parts[2]) + "+",
		"repeated to no end":   strings.Repeat(token, 10_000),
		"claims that are null": parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte("null")) + "." + parts[2],
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	for i, c := range []byte(token) {
		if c == '.' {
			continue
		}
		next := alphabet[(strings.IndexByte(alphabet, c)+1)%len(alphabet)]
		altered[fmt.Sprintf("byte %d", i)] = token[:i] + string(next) + token[i+1:]
	}
	for i := range len(alphabet) {
		if last := len(token) - 1; token[last] != alphabet[i] {
			altered["ends in "+alphabet[i:i+1]] = token[:last] + alphabet[i:i+1]
		}
	}
	for name, token := range altered {
		if claims, err := tokens.Verify(token); err != TokenInvalid {
			t.Errorf("%s: verified %+v (%v)", name, claims, err)
		}
	}
}

// A token in the cache is recognised by its signature's not being looked at.
func TestCacheDoesNotOutliveTheToken(t *testing.T) {
	t.Parallel()
	tokens, clock := newTokens(t)
	token := issue(t, tokens)
	want, err := tokens.Verify(token)
	if err != nil {
		t.Fatal(err)
	}
	keys := tokens.Keys()
	keys.keys[0].public = make([]byte, ed25519.PublicKeySize)

	*clock = want.ExpiresAt.Add(-time.Nanosecond)
	if got, err := tokens.Verify(token); err != nil || got != want {
		t.Errorf("before it expires: %+v (%v), want %+v", got, err, want)
	}
	*clock = want.ExpiresAt
	if got, err := tokens.Verify(token); err != TokenInvalid {
		t.Errorf("when it expires: %+v (%v), want it verified anew", got, err)
	}
}

// A set can be replaced, as the file of a [KeyFile] is.
func TestTokensOfAKeySetThatChanges(t *testing.T) {
	t.Parallel()
	old, next := newTestKey(t, time.Time{}), newTestKey(t, noon)
	file := &KeyFile{}
	file.keys.Store(&KeySet{[]Key{old}})
	tokens, clock := newTokens(t)
	config := tokens.config
	config.Keys = file
	tokens, err := NewTokens(config)
	if err != nil {
		t.Fatal(err)
	}
	signedBy := func(token string) string {
		parsed, _, err := jwt.NewParser().ParseUnverified(token, jwt.MapClaims{})
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(parsed.Header["kid"])
	}

	*clock = noon.Add(-time.Second)
	first := issue(t, tokens)
	file.keys.Store(&KeySet{[]Key{old, next}})
	second := issue(t, tokens)
	*clock = noon
	third := issue(t, tokens)
	for _, test := range []struct{ token, want string }{{first, old.ID}, {second, old.ID}, {third, next.ID}} {
		if got := signedBy(test.token); got != test.want {
			t.Errorf("signed by %s, want %s", got, test.want)
		}
		if _, err := tokens.Verify(test.token); err != nil {
			t.Errorf("a token of %s: %v", test.want, err)
		}
	}
	file.keys.Store(&KeySet{[]Key{next}})
	for token, want := range map[string]error{first: TokenInvalid, second: TokenInvalid, third: nil} {
		if _, err := tokens.Verify(token); err != want {
			t.Errorf("a token of %s, after the old key was retired: error is %v, want %v", signedBy(token), err, want)
		}
	}
	*clock = noon.Add(-time.Hour)
	if token, _, err := tokens.Issue(ann); err == nil {
		t.Errorf("before any key signs: issued %s", token)
	}
}

// The calls of a batch may run at the same time, all with the token of their request.
func TestTokenIsVerifiedOnceForAllWhoAsk(t *testing.T) {
	t.Parallel()
	tokens, _ := newTokens(t)
	token := issue(t, tokens)
	synctest.Test(t, func(t *testing.T) {
		// Whoever verifies asks what time it is, and here has to wait for the answer.
		var verifications atomic.Int64
		noonComes := make(chan struct{})
		config := tokens.config
		config.Now = func() time.Time {
			verifications.Add(1)
			<-noonComes
			return noon
		}
		tokens, err := NewTokens(config)
		if err != nil {
			t.Fatal(err)
		}
		for range 10 {
			go func() {
				if claims, err := tokens.Verify(token); err != nil || claims.UserID != 42 {
					t.Errorf("claims %v, error %v", claims, err)
				}
			}()
		}
		synctest.Wait()
		if got := verifications.Load(); got != 1 {
			t.Errorf("%d verify, want 1", got)
		}
		close(noonComes)
	})
}

func TestTokenExpires(t *testing.T) {
	t.Parallel()
	tokens, clock := newTokens(t)
	token := issue(t, tokens)
	end := noon.Add(15*time.Minute + leeway)
	for _, test := range []struct {
		at   time.Time
		want error
	}{{noon, nil}, {end.Add(-time.Nanosecond), nil}, {end, TokenExpired}, {end.Add(time.Hour), TokenExpired}} {
		*clock = test.at
		if _, err := tokens.Verify(token); err != test.want {
			t.Errorf("at %v: error is %v, want %v", test.at, err, test.want)
		}
	}
}

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	tokens, _ := newTokens(t)
	for range 2 * tokens.config.Cache {
		if _, err := tokens.Verify(issue(t, tokens)); err != nil {
			t.Fatal(err)
		}
	}
	if got := tokens.verified.Len(); got != tokens.config.Cache {
		t.Errorf("%d tokens in a cache of %d", got, tokens.config.Cache)
	}
}

func TestNewTokensNeedsItsSettings(t *testing.T) {
	t.Parallel()
	good, _ := newTokens(t)
	for name, spoil := range map[string]func(*TokenConfig){
		"keys":     func(c *TokenConfig) { c.Keys = nil },
		"issuer":   func(c *TokenConfig) { c.Issuer = "" },
		"audience": func(c *TokenConfig) { c.Audience = "" },
		"lifetime": func(c *TokenConfig) { c.Lifetime = 0 },
		"cache":    func(c *TokenConfig) { c.Cache = 0 },
	} {
		config := good.config
		spoil(&config)
		if _, err := NewTokens(config); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: error is %v", name, err)
		}
	}
}

func FuzzVerify(f *testing.F) {
	tokens, _ := newTokens(f)
	f.Add(issue(f, tokens))
	for _, claims := range []jwt.MapClaims{{}, {"exp": 1e300}, {"exp": -1e300, "iat": 1e300}, {"aud": map[string]any{}}} {
		forged := newForgery(f, tokens)
		maps.Copy(forged.claims, claims)
		f.Add(forged.sign(f))
	}
	f.Fuzz(func(t *testing.T, token string) {
		claims, err := tokens.Verify(token)
		if err != nil && claims != (Claims{}) {
			t.Errorf("%q: claims %+v beside the error %v", token, claims, err)
		}
		if err == nil && claims.UserID != 42 {
			t.Errorf("%q: verified %+v, and nobody has signed that", token, claims)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	tokens, _ := newTokens(b)
	token := issue(b, tokens)
	b.Run("cached", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := tokens.Verify(token); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("uncached", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := tokens.parse(token, tokens.Keys()); err != nil {
				b.Fatal(err)
			}
		}
	})
}
