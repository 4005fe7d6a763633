// Package load drives a server over HTTP keep-alive connections and checks
// every answer. It costs little beside the server: requests are bytes made
// beforehand, and of an answer no more is read than where it ends.
package load

import (
	"bytes"
	"fmt"
	"net"
	"sync"
	"time"
)

// Target is what to ask of a server, over and over, and what it has to answer.
type Target struct {
	Addr string // host:port
	// Request is a whole HTTP request; see [Post].
	Request []byte
	// Want is the body of every answer; nil takes any that comes with status 200.
	Want []byte
}

// Post returns an HTTP request with a body of JSON. The header is nil, or one
// or more whole lines.
func Post(host, path, header, body string) []byte {
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\n%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		path, host, header, len(body), body)
}

// Ask sends the request once, on a connection of its own, and returns the body
// of the answer.
func Ask(addr string, request []byte) ([]byte, error) {
	c, err := dial(addr)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	body, err := c.exchange(request)
	return bytes.Clone(body), err
}

// Generator holds connections to a target.
type Generator struct {
	target Target
	conns  []*conn
}

// Connect opens n connections.
func Connect(target Target, n int) (*Generator, error) {
	g := &Generator{target: target}
	for range n {
		c, err := dial(target.Addr)
		if err != nil {
			g.Close()
			return nil, err
		}
		g.conns = append(g.conns, c)
	}
	return g, nil
}

// Close closes the connections.
func (g *Generator) Close() {
	for _, c := range g.conns {
		c.Close()
	}
}

// Sample is what a run has measured.
type Sample struct {
	Elapsed   time.Duration
	Latencies []time.Duration // of each request, in no order
}

// Run asks on all connections at once, on each as soon as it has its answer,
// for as long as d. It returns once every request has its answer, so that what
// the server has spent meanwhile was spent on these requests.
func (g *Generator) Run(d time.Duration) (Sample, error) {
	var wg sync.WaitGroup
	errs := make([]error, len(g.conns))
	start := time.Now()
	for i, c := range g.conns {
		wg.Go(func() { errs[i] = c.run(g.target, start.Add(d)) })
	}
	wg.Wait()
	s := Sample{Elapsed: time.Since(start)}
	for i, c := range g.conns {
		if errs[i] != nil {
			return s, errs[i]
		}
		s.Latencies = append(s.Latencies, c.latencies...)
	}
	return s, nil
}

// conn is one connection.
type conn struct {
	net.Conn
	responses responseReader
	latencies []time.Duration // of the run that is going on, or the last
}

func dial(addr string) (*conn, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c, responses: newResponseReader(c)}, nil
}

func (c *conn) run(target Target, end time.Time) error {
	c.latencies = c.latencies[:0]
	for before := time.Now(); before.Before(end); {
		body, err := c.exchange(target.Request)
		if err != nil {
			return err
		}
		if target.Want != nil && !bytes.Equal(body, target.Want) {
			return fmt.Errorf("an answer differs from the first one:\n%.300s\n%.300s", body, target.Want)
		}
		now := time.Now()
		c.latencies = append(c.latencies, now.Sub(before))
		before = now
	}
	return nil
}

// exchange returns the body of the answer; it is valid until the next exchange.
func (c *conn) exchange(request []byte) ([]byte, error) {
	if _, err := c.Write(request); err != nil {
		return nil, err
	}
	return c.responses.next()
}
