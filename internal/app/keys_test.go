package app

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/localpg/pgtest"
)

func TestKeys(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "token-keys.pem")
	env := []string{"ROLLCALL_TOKEN_KEYS_FILE=" + file}
	const kid, at = `[\w-]{43}`, `\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`
	run := func(code int, want string, args ...string) string {
		t.Helper()
		got := finish(t, env, "", append([]string{"keys"}, args...)...)
		text := got.out + got.errors
		match := regexp.MustCompile("^" + want + "\n$").FindStringSubmatch(text)
		if got.code != code || match == nil {
			t.Fatalf("rollcall keys %v: code %d, %s; want %d, %s", args, got.code, text, code, want)
		}
		return match[len(match)-1]
	}
	run(1, "rollcall: read the token keys: open .*: no such file or directory", "list")
	first := run(0, "made the key ("+kid+") in "+file+": it signs tokens, as the first of its file", "new")
	next := run(0, "made the key ("+kid+") in "+file+": it verifies tokens, and will sign them from "+at, "new")
	run(0, "KID +AGE +STATE\n"+first+" +0m +signs\n"+next+" +0m +will sign from "+at, "list")
	run(1, "rollcall: change the token keys: "+file+": "+first+" signs tokens now: make another by rollcall keys new, and wait until that one signs",
		"retire", first)
	now := run(0, "made the key ("+kid+") .*", "new", "--signs-after=0s")
	run(0, "KID .*\n"+first+" +0m +verifies\n"+next+" +0m +will sign from "+at+"\n"+now+" +0m +signs", "list")
	run(1, "rollcall: .*: tokens that "+first+" signed may be valid until "+at+": wait so long, or end them now by --force", "retire", first)
	run(0, "retired the key "+first+" in "+file, "retire", "--force", first)
	run(0, "retired the key "+next+" in "+file, "retire", next)
	run(0, "KID .*\n"+now+" +0m +signs", "list")
	run(1, "rollcall: .*: there is no key "+first+"; rollcall keys list shows those that there are", "retire", first)
	run(2, "rollcall: keys new: --signs-after must not be negative\nTry rollcall keys new --help.", "new", "--signs-after=-1s")

	for _, command := range []string{"new", "list", "retire"} {
		got := finish(t, env, "", "keys", command, "--help")
		for _, flag := range settingsOf(t, "keys "+command) {
			if got.code != 0 || flag.Help == "" || !strings.Contains(got.out, " --"+flag.Name) {
				t.Errorf("rollcall keys %s --help, code %d, does not tell of --%s:\n%s", command, got.code, flag.Name, got.out)
			}
		}
	}
}

func TestAge(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "token-keys.pem")
	now := time.Now()
	for created, want := range map[string]string{
		"":                                      "unknown",
		now.Add(time.Hour).Format(time.RFC3339): "0m",
		now.Add(-59 * time.Minute).Format(time.RFC3339): "59m",
		now.Add(-25 * time.Hour).Format(time.RFC3339):   "1d",
		now.Add(-5 * time.Hour).Format(time.RFC3339):    "5h",
	} {
		finish(t, nil, "", "keys", "new", "--file="+file)
		text := regexp.MustCompile("Created: .*").ReplaceAllString(string(must(os.ReadFile(file))(t)), "Created: "+created)
		if created == "" {
			text = strings.Replace(text, "Created: \n\n", "", 1)
		}
		check(t, os.WriteFile(file, []byte(text), 0o600))
		if got := finish(t, nil, "", "keys", "list", "--file="+file); !strings.Contains(got.out, " "+want+" ") {
			t.Errorf("created at %s: %v, want %s", created, got, want)
		}
		check(t, os.Remove(file))
	}
}

// A server in production takes a key up that is added to its file, without a
// restart. Other services find all of its keys.
func TestJWKS(t *testing.T) {
	t.Parallel()
	env := production(t, pgtest.New(t))
	p := start(t, env, "serve")
	p.ready(t)
	f := &fixture{addr: p.addr(t)}
	if got := len(f.jwks(t)); got != 1 {
		t.Errorf("there are %d keys, want 1", got)
	}
	if got := finish(t, env, "", "keys", "new"); got.code != 0 {
		t.Fatal(got)
	}
	p.errors.await(t, `"msg":"the token keys have changed"`, p.ended)
	if got := len(f.jwks(t)); got != 2 {
		t.Errorf("with one that does not sign yet there are %d keys, want 2", got)
	}
	if got := f.send(t, jwksRequest).header; got.Get("Content-Type") != "application/jwk-set+json" || got.Get("Cache-Control") != "public, max-age=300" {
		t.Errorf("the keys come with %v", got)
	}

	if got := finish(t, env, "difference engine\n", "admin", "create", "--username=root", "--email=root@example.com"); got.code != 0 {
		t.Fatalf("admin create: %v", got)
	}
	c := rollcall.NewClient("http://" + f.addr + "/jsonrpc")
	root := rollcall.AuthenticateParams{Username: "root", Password: "difference engine"}
	me, again := must(c.Authenticate(t.Context(), root))(t), must(c.Authenticate(t.Context(), root))(t)
	if sub := must(f.verify(t, string(me.Token)))(t); sub != fmt.Sprint(me.User.ID) {
		t.Errorf("the token is %s's, want %d's", sub, me.User.ID)
	}
	end := strings.LastIndexByte(string(me.Token), '.')
	signature := string(again.Token)[strings.LastIndexByte(string(again.Token), '.'):] // of another token
	if sub, err := f.verify(t, string(me.Token)[:end]+signature); err == nil {
		t.Errorf("another service takes a forged token for %s's", sub)
	}
}

var jwksRequest = strings.Replace(get("/.well-known/jwks.json"), "localhost", "127.0.0.1", 1)

// jwks are the keys that the server shows, by kid.
func (f *fixture) jwks(t *testing.T) map[string]ed25519.PublicKey {
	t.Helper()
	var set struct {
		Keys []struct{ Kty, Crv, Alg, Use, Kid, X string }
	}
	check(t, json.Unmarshal([]byte(f.send(t, jwksRequest).body), &set))
	keys := map[string]ed25519.PublicKey{}
	for _, key := range set.Keys {
		if key.Kty == "OKP" && key.Crv == "Ed25519" && key.Alg == "EdDSA" && key.Use == "sig" {
			keys[key.Kid] = must(base64.RawURLEncoding.DecodeString(key.X))(t)
		}
	}
	return keys
}

// verify is how another service would, without a library: it returns whom a
// token names.
func (f *fixture) verify(t *testing.T, token string) (sub string, err error) {
	t.Helper()
	parts := strings.Split(token, ".")
	var decoded [3][]byte
	for i, part := range parts {
		decoded[i] = must(base64.RawURLEncoding.DecodeString(part))(t)
	}
	var header struct{ Alg, Kid string }
	check(t, json.Unmarshal(decoded[0], &header))
	key, ok := f.jwks(t)[header.Kid]
	if !ok || header.Alg != "EdDSA" || !ed25519.Verify(key, []byte(parts[0]+"."+parts[1]), decoded[2]) {
		return "", fmt.Errorf("the token of key %s is not signed by it", header.Kid)
	}
	var claims struct{ Sub string }
	check(t, json.Unmarshal(decoded[1], &claims))
	return claims.Sub, nil
}
