package app

import (
	"strings"
	"testing"
)

// A browser asks before it sends what is not a form, and then looks whether its
// page may read the answer.
func TestCORS(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "--cors-origin", "https://app.example.com,http://localhost:3000")
	const asks = "\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization,content-type"
	tests := []struct {
		origin string
		named  bool
	}{
		{"https://app.example.com", true},
		{"http://localhost:3000", true},
		{"http://app.example.com", false},
		{"https://app.example.com:8443", false},
		{"https://app.example.com.evil.example", false},
		{"https://evil.example", false},
		{"null", false},
		{"*", false},
	}
	for _, test := range tests {
		preflight := f.send(t, "OPTIONS /jsonrpc HTTP/1.1\r\nHost: localhost\r\nOrigin: "+test.origin+asks+"\r\n\r\n")
		call := f.send(t, post(ping, "Origin: "+test.origin))
		want := [2]int{403, 403}
		if test.named {
			want = [2]int{204, 200}
		}
		if got := [2]int{preflight.status, call.status}; got != want {
			t.Errorf("a page of %s is answered %d, want %d", test.origin, got, want)
		}
		for what, answer := range map[string]reply{"preflight": preflight, "call": call} {
			allowed := answer.header.Get("Access-Control-Allow-Origin")
			if test.named && allowed != test.origin || !test.named && allowed != "" {
				t.Errorf("%s by a page of %s: may be read by %q", what, test.origin, allowed)
			}
			if answer.header.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("%s by a page of %s: cookies may be sent", what, test.origin)
			}
		}
		if got := preflight.header.Get("Access-Control-Allow-Headers"); test.named && !strings.EqualFold(got, "authorization,content-type") {
			t.Errorf("a page of %s may send %q", test.origin, got)
		}
	}
}

func TestCORSOrigins(t *testing.T) {
	t.Parallel()
	for _, origin := range []string{"https://app.example.com", "http://localhost:3000", "http://[::1]:3000"} {
		if err := checkOrigins([]string{origin}); err != nil {
			t.Error(err)
		}
	}
	for _, origin := range []string{
		"", "*", "null", "app.example.com", "https://", "https://*.example.com", "https://app.example.com/", "https://App.example.com",
		"https://user@app.example.com", "ftp://app.example.com", "https://app.example.com?", "https://app.example.com#x",
	} {
		if err := checkOrigins([]string{"https://app.example.com", origin}); err == nil || !strings.Contains(err.Error(), "--cors-origin") {
			t.Errorf("%q: error is %v", origin, err)
		}
	}
}
