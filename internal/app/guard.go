package app

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// loopbackNames are what a service that only this machine can reach is called.
var loopbackNames = []string{"localhost", "127.0.0.1", "::1"}

// guard turns away requests that a browser was tricked into sending: to a
// name that is not ours (DNS rebinding), or from somebody else's page, unless it
// is of one of the origins.
func guard(hosts, origins []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isCalled(hosts, r.Host) {
			http.Error(w, fmt.Sprintf("This server is not called %q; rollcall serve is told its names by --host.", hostname(r.Host)), http.StatusForbidden)
			return
		}
		for _, origin := range r.Header.Values("Origin") {
			if !sameOrigin(origin, r.Host) && !slices.Contains(origins, origin) {
				http.Error(w, "Requests from other origins are refused, but for those that rollcall serve is told by --cors-origin.", http.StatusForbidden)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// isCalled reports whether host, NAME or NAME:PORT, has one of the names. Nearly
// always it is spelled as they are, and then need not be taken apart.
func isCalled(hosts []string, host string) bool {
	name, port, _ := strings.Cut(host, ":")
	plain := slices.Contains(hosts, name) && strings.Trim(port, "0123456789") == ""
	return plain || slices.Contains(hosts, hostname(host))
}

// hostname is the name in HOST or HOST:PORT, in lower case; "" if it is none.
func hostname(host string) string {
	u, err := url.Parse("//" + host)
	if err != nil || u.Host != host || strings.ContainsAny(u.Hostname(), "[]") {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

// sameOrigin compares an origin with where the request went. The scheme is not
// known here: a proxy may have ended TLS.
func sameOrigin(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Path == "" && strings.EqualFold(u.Host, host)
}
