package app

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
)

func TestGuardHost(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, port, _ := net.SplitHostPort(f.addr)
	tests := []struct {
		host string
		ours bool
	}{
		{"localhost", true},
		{"localhost:" + port, true},
		{"localhost:5000", true}, // a port that a tunnel has
		{"LocalHost", true},
		{"127.0.0.1", true},
		{"127.0.0.1:" + port, true},
		{"[::1]", true},
		{"[::1]:" + port, true},

		{"example.com", false},
		{"example.com:" + port, false},
		{"localhost.example.com", false},
		{"127.0.0.1.nip.io", false},
		{"127.0.0.2", false},
		{"0.0.0.0:" + port, false},
		{"[::]:" + port, false},
		{"localhost.", false},
		{"", false},
	}
	for _, test := range tests {
		for _, target := range []string{
			"GET /health", "GET /livez", "GET /readyz", "GET /openrpc.json", "GET /nowhere", "GET /jsonrpc", "POST /jsonrpc", "OPTIONS *",
		} {
			got := f.send(t, fmt.Sprintf("%s HTTP/1.1\r\nHost: %s\r\nContent-Length: 0\r\n\r\n", target, test.host))
			if (got.status == 403) == test.ours {
				t.Errorf("%s, called %q, is answered %d %s", target, test.host, got.status, got.body)
			}
			if !test.ours && target != "OPTIONS *" && !strings.Contains(got.body, "--host") {
				t.Errorf("%s, called %q, does not tell what to do: %s", target, test.host, got.body)
			}
		}
	}
}

// The short cut for a name that is spelled as we spell it lets nothing pass that
// taking it apart would not.
func TestIsCalled(t *testing.T) {
	t.Parallel()
	for _, host := range []string{
		"localhost", "localhost:", "localhost:80", "localhost:x", "localhost:8x", "localhost:80:80", "localhost:80/", "localhost/", "localhost:80@x",
		"x@localhost", "LOCALHOST:80", "localhost.", "localhost%00", "::1", "[::1]", "[::1]:80", "[::1]x", "127.0.0.1:80", "127.0.0.1.:80", "", ":", ":80",
	} {
		if got, want := isCalled(loopbackNames, host), slices.Contains(loopbackNames, hostname(host)); got != want {
			t.Errorf("%q: %v, want %v", host, got, want)
		}
	}
}

// What else a request can say about whom it is for.
func TestGuardTarget(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const length = "Content-Type: application/json\r\nContent-Length: 40\r\n\r\n" + ping
	tests := []struct {
		name, request string
		status        int
	}{
		{"no Host", "POST /jsonrpc HTTP/1.1\r\n" + length, 400}, // RFC 9112, section 3.2
		{"two Hosts", "POST /jsonrpc HTTP/1.1\r\nHost: localhost\r\nHost: example.com\r\n" + length, 400},
		{"HTTP/1.0 without Host", "POST /jsonrpc HTTP/1.0\r\n" + length, 403},
		{"HTTP/1.0 with Host", "POST /jsonrpc HTTP/1.0\r\nHost: localhost\r\n" + length, 200},
		{"our name in the target", "POST http://localhost/jsonrpc HTTP/1.1\r\nHost: localhost\r\n" + length, 200},
		{"another name in the target", "POST http://example.com/jsonrpc HTTP/1.1\r\nHost: localhost\r\n" + length, 403},
		{"another name that a proxy forwarded", "POST /jsonrpc HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Host: example.com\r\n" + length, 200},
	}
	for _, test := range tests {
		if got := f.send(t, test.request); got.status != test.status {
			t.Errorf("%s: answered %d %s, want %d", test.name, got.status, got.body, test.status)
		}
	}
}

func TestGuardOrigin(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	tests := []struct {
		origin string
		same   bool
	}{
		{"http://localhost:5000", true},
		{"https://localhost:5000", true}, // a proxy ended TLS
		{"http://LOCALHOST:5000", true},

		{"null", false},
		{"http://example.com", false},
		{"http://localhost", false}, // another port is another origin
		{"http://localhost:3000", false},
		{"http://127.0.0.1:5000", false},
		{"http://localhost:5000.example.com", false},
		{"http://localhost:5000@example.com", false},
		{"chrome-extension://localhost:5000", false},
		{"file://", false},
		{"localhost:5000", false},
		{"%", false},
		{"http://localhost:5000\r\nOrigin: http://example.com", false},
		{"http://example.com\r\nOrigin: http://localhost:5000", false},
	}
	for _, test := range tests {
		want := 403
		if test.same {
			want = 200
		}
		for _, request := range []string{post(ping, "Origin: "+test.origin), get("/openrpc.json", "Origin: "+test.origin)} {
			got := f.send(t, strings.Replace(request, "Host: localhost", "Host: localhost:5000", 1))
			if got.status != want {
				t.Errorf("a page of %s is answered %d %s, want %d", test.origin, got.status, got.body, want)
			}
			if got.header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("a page of %s may read the answer", test.origin)
			}
		}
	}
}
