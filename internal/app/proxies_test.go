package app

import (
	"net/http"
	"strings"
	"testing"
)

func TestClientAddress(t *testing.T) {
	t.Parallel()
	proxies, err := parseProxies([]string{"10.0.0.0/8", "2001:db8::1"})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, peer string
		heard      []string // X-Forwarded-For
		want       string
	}{
		{"a client", "192.0.2.1:1234", nil, "192.0.2.1"},
		{"a client that says it speaks for another", "192.0.2.1:1234", []string{"198.51.100.1"}, "192.0.2.1"},
		{"a proxy for a client", "10.0.0.1:1234", []string{"192.0.2.1"}, "192.0.2.1"},
		{"a client that made something up, by a proxy", "10.0.0.1:1234", []string{"198.51.100.1, 192.0.2.1"}, "192.0.2.1"},
		{"in two fields", "10.0.0.1:1234", []string{"198.51.100.1", "192.0.2.1"}, "192.0.2.1"},
		{"two proxies", "10.0.0.1:1234", []string{"192.0.2.1,10.1.2.3"}, "192.0.2.1"},
		{"a proxy for itself", "10.0.0.1:1234", nil, "10.0.0.1"},
		{"proxies alone", "10.0.0.1:1234", []string{"10.0.0.2, 10.0.0.3"}, "10.0.0.2"},
		{"garbage by a proxy", "10.0.0.1:1234", []string{"192.0.2.1, unknown"}, "10.0.0.1"},
		{"with a port", "10.0.0.1:1234", []string{"192.0.2.1:80"}, "192.0.2.1"},
		{"with a port, IPv6", "10.0.0.1:1234", []string{"[2001:db8:1::2]:80"}, "2001:db8:1::2"},
		{"nothing by a proxy", "10.0.0.1:1234", []string{""}, "10.0.0.1"},
		{"IPv6", "[2001:db8::1]:1234", []string{"2001:db8:1::2"}, "2001:db8:1::2"},
		{"IPv4 in IPv6", "[::ffff:10.0.0.1]:1234", []string{"::ffff:192.0.2.1"}, "192.0.2.1"},
		{"a zone", "[2001:db8::1]:1234", []string{"fe80::1%eth0"}, "fe80::1"},
		{"no address", "@", nil, "invalid IP"},
	}
	for _, test := range tests {
		r := &http.Request{RemoteAddr: test.peer, Header: http.Header{"X-Forwarded-For": test.heard}}
		if got := proxies.client(r).String(); got != test.want {
			t.Errorf("%s: comes from %s, want %s", test.name, got, test.want)
		}
		if got := (trustedProxies)(nil).client(r).String(); len(test.heard) > 0 && !strings.Contains(test.peer, strings.TrimPrefix(got, "::ffff:")) {
			t.Errorf("%s, with no proxy trusted: comes from %s", test.name, got)
		}
	}
	for _, text := range []string{"", "10.0.0.0/33", "proxy.example.com", "10.0.0", "10.0.0.1:80", "0.0.0.0/0", "::/0"} {
		if _, err := parseProxies([]string{text}); err == nil || !strings.Contains(err.Error(), "--trusted-proxy") {
			t.Errorf("%q: error is %v", text, err)
		}
	}
}

// Whoever has forgotten to name a proxy learns it from the log, once.
func TestDisbelievedProxies(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const said = "no trusted proxy"
	f.send(t, post(ping))
	if log := f.log.String(); strings.Contains(log, said) {
		t.Errorf("nobody speaks for others: %s", log)
	}
	for range 3 {
		f.send(t, post(ping, "X-Forwarded-For: 192.0.2.1"))
	}
	if log := f.log.String(); strings.Count(log, said) != 1 || strings.Contains(log, "192.0.2.1") {
		t.Errorf("said other than once: %s", log)
	}
	trusting := newFixture(t, "--trusted-proxy=127.0.0.1")
	trusting.send(t, post(ping, "X-Forwarded-For: 192.0.2.1"))
	if log := trusting.log.String(); strings.Contains(log, said) {
		t.Errorf("a trusted proxy is not believed: %s", log)
	}
}
