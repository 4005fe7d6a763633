package app

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// trustedProxies are the networks of the proxies that may say for whom they
// speak. Anybody else who says so is not believed.
type trustedProxies []netip.Prefix

// parseProxies reads networks, like 10.0.0.0/8, and single addresses.
func parseProxies(texts []string) (trustedProxies, error) {
	var proxies trustedProxies
	for _, text := range texts {
		network, err := netip.ParsePrefix(text)
		if address, e := netip.ParseAddr(text); e == nil {
			network, err = address.Prefix(address.BitLen())
		}
		if err == nil && network.Bits() == 0 {
			return nil, fmt.Errorf("--trusted-proxy %q: that is everybody: name the proxies alone", text)
		}
		if err != nil {
			return nil, fmt.Errorf("--trusted-proxy %q: want an address or a network, like 10.0.0.0/8", text)
		}
		proxies = append(proxies, network.Masked())
	}
	return proxies, nil
}

// client is the address of whoever sent the request: the connection's or, where
// that is a trusted proxy's, the last one in X-Forwarded-For that is not. Each
// proxy adds to the end whom it has heard it from; what lies before is hearsay.
func (p trustedProxies) client(r *http.Request) netip.Addr {
	client := peer(r)
	if len(p) == 0 {
		return client
	}
	heard := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(heard) - 1; i >= 0 && p.trusts(client); i-- {
		next, ok := parseHop(strings.TrimSpace(heard[i]))
		if !ok {
			break
		}
		client = next.Unmap().WithZone("")
	}
	return client
}

// disbelieve reports whether a request tells for whom it speaks, though it may
// not.
func (p trustedProxies) disbelieve(r *http.Request) bool {
	return len(r.Header["X-Forwarded-For"]) > 0 && !p.trusts(peer(r))
}

// peer is the address at the other end of the connection; the zero Addr if it has
// none.
func peer(r *http.Request) netip.Addr {
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return remote.Addr().Unmap().WithZone("")
}

// parseHop reads an address; some proxies add a port.
func parseHop(text string) (netip.Addr, bool) {
	if withPort, err := netip.ParseAddrPort(text); err == nil {
		return withPort.Addr(), true
	}
	address, err := netip.ParseAddr(text)
	return address, err == nil
}

func (p trustedProxies) trusts(address netip.Addr) bool {
	return slices.ContainsFunc(p, func(network netip.Prefix) bool { return network.Contains(address) })
}
