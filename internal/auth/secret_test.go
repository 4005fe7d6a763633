package auth

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func newSecret(t testing.TB) (secret Secret, text string) {
	t.Helper()
	text = base64.StdEncoding.EncodeToString(randomBytes(32))
	secret, err := ParseSecret(text)
	if err != nil {
		t.Fatal(err)
	}
	return secret, text
}

func TestParseSecret(t *testing.T) {
	t.Parallel()
	secret, text := newSecret(t)
	want := secret.MAC("test")
	for _, spelling := range []string{text, text + "\n", "  " + text + "\r\n", strings.TrimRight(text, "=")} {
		again, err := ParseSecret(spelling)
		if err != nil || !bytes.Equal(again.MAC("test"), want) {
			t.Errorf("%q is another secret than %q (%v)", spelling, text, err)
		}
	}
	for range 1000 { // What is random is not refused.
		newSecret(t)
	}
}

func TestParseSecretRefuses(t *testing.T) {
	t.Parallel()
	encoded := func(data []byte) string { return base64.StdEncoding.EncodeToString(data) }
	counted := make([]byte, 48)
	for i := range counted {
		counted[i] = byte(i)
	}
	const empty, notBase64, notRandom = "is empty", "is not base64", "is not random: it is text, has a pattern, or is known to everybody"
	tests := []struct{ name, text, want string }{
		{"nothing", "", empty},
		{"white space", " \n", empty},
		{"padding", "====", "has 0 bytes, want 32 or more"},
		{"changeme", "changeme", "has 6 bytes, want 32 or more"},
		{"one byte too short", encoded(randomBytes(31)), "has 31 bytes, want 32 or more"},
		{"words", "correct horse battery staple", notBase64},
		{"quotes", `"` + encoded(randomBytes(32)) + `"`, notBase64},
		{"bits beyond the end", strings.Repeat("A", 42) + "B=", notBase64},
		{"zeros", encoded(make([]byte, 32)), notRandom},
		{"all the same", encoded(bytes.Repeat([]byte{0xa7}, 64)), notRandom},
		{"two alternating", encoded(bytes.Repeat([]byte{0xa7, 0x13}, 16)), notRandom},
		{"few distinct", encoded(append(bytes.Repeat([]byte{9}, 24), randomBytes(10)...)), notRandom},
		{"a random half, twice", encoded(bytes.Repeat(randomBytes(20), 2)), notRandom},
		{"a random half, twice and a bit", encoded(append(bytes.Repeat(counted[:20], 2), counted[:5]...)), notRandom},
		{"counted", encoded(counted), notRandom},
		{"the digest of nothing", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", notRandom},
		{"the digest of a word", "K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=", notRandom},
		{"counted down by 3", encoded(steps(48, 250)), notRandom},
		{"changeme, repeated", strings.Repeat("changeme", 6), notRandom},
		{"secret, repeated", strings.Repeat("Secret", 8), notRandom},
		{"a sentence that happens to be base64", "thisIsOurVerySecretKeyWhichNobodyWillEverGuess12", notRandom},
		{"a sentence without capitals", "thisisourkeywhichnobodywilleverguess12345678", notRandom},
		{"a name and noise", "ROLLCALL" + encoded(randomBytes(33)), notRandom},
		{"words, encoded", encoded([]byte("the quick brown fox jumps over the lazy dog")), notRandom},
		{"hexadecimal", hex.EncodeToString(randomBytes(32)), notRandom},
		{"hexadecimal, encoded", encoded([]byte(hex.EncodeToString(randomBytes(32)))), notRandom},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			secret, err := ParseSecret(test.text)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasSuffix(err.Error(), "openssl rand -base64 32") {
				t.Fatalf("error is %v, want %q and how to make one", err, test.want)
			}
			if len(test.text) > 4 && strings.Contains(err.Error(), test.text) || secret.key != nil {
				t.Errorf("the error quotes the secret, or there is one: %v", err)
			}
		})
	}
}

// steps are n bytes, each that much more than the one before.
func steps(n int, step byte) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(i) * step
	}
	return data
}

func TestMAC(t *testing.T) {
	t.Parallel()
	random := sha256.Sum256([]byte("rollcall's test"))
	secret, err := ParseSecret(base64.StdEncoding.EncodeToString(random[:]))
	if err != nil {
		t.Fatal(err)
	}
	// What Python's hmac makes of it; another value would end every session of a server that is updated.
	const want = "808d5e70c85a8178cc96ddc636ac32ef80be6cfada3a1ff2879d684c53ffe6fb"
	if got := hex.EncodeToString(secret.MAC("test", []byte("a"), nil)); got != want {
		t.Errorf("the MAC is %s, want %s", got, want)
	}
	other, _ := newSecret(t)
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOf(rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 'a'}), 0, 9))
		purpose := rapid.SampledFrom([]string{"", "refresh", "refresh\x00"})
		a, b := parts.Draw(t, "a"), parts.Draw(t, "b")
		p, q := purpose.Draw(t, "p"), purpose.Draw(t, "q")
		same := p == q && fmt.Sprintf("%q", a) == fmt.Sprintf("%q", b)
		if got := bytes.Equal(secret.MAC(p, a...), secret.MAC(q, b...)); got != same {
			t.Errorf("%q of %q and %q of %q have the same MAC: %v", p, a, q, b, got)
		}
		if bytes.Equal(secret.MAC(p, a...), other.MAC(p, a...)) {
			t.Error("two secrets have the same MAC")
		}
	})
	defer func() {
		if recover() == nil {
			t.Error("no secret at all makes a MAC")
		}
	}()
	Secret{}.MAC("test")
}

func TestSecretPrintsNothing(t *testing.T) {
	t.Parallel()
	secret, _ := newSecret(t)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("m", "s", secret, "in", struct{ S Secret }{secret})
	slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "s", secret, "in", struct{ S Secret }{secret})
	text := log.String()
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		got := fmt.Sprintf(format, secret)
		if strings.Trim(got, `"`) != "secret" {
			t.Errorf("%s prints %s", format, got)
		}
		text += fmt.Sprintf(format, struct{ S Secret }{secret}) + fmt.Sprintf(format, &secret)
	}
	for _, spelling := range []string{string(secret.key), hex.EncodeToString(secret.key), fmt.Sprint(secret.key), base64.StdEncoding.EncodeToString(secret.key)} {
		if strings.Contains(text, spelling) {
			t.Errorf("the secret is in %s", text)
		}
	}
}

func TestLoadOrCreateSecret(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret")
	if _, err := LoadSecret(path); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("LoadSecret without a file: error is %v", err)
	}
	const programs = 8
	made := make(chan string)
	for range programs {
		go func() {
			secret, err := LoadOrCreateSecret(path)
			if err != nil {
				made <- err.Error()
				return
			}
			made <- hex.EncodeToString(secret.MAC("test"))
		}()
	}
	want := <-made
	for range programs - 1 {
		if got := <-made; got != want {
			t.Errorf("one has the secret %s, another %s", got, want)
		}
	}
	checkFolder(t, path)
	if err := os.WriteFile(path, []byte("changeme"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadOrCreateSecret(path); err == nil || !strings.Contains(err.Error(), path+": the secret has 6 bytes") {
		t.Errorf("a weak one: error is %v", err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadOrCreateSecret(path); err == nil || !strings.Contains(err.Error(), "chmod 600 "+path) {
		t.Errorf("one that others may read: error is %v", err)
	}
}
