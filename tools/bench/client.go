package main

import (
	"context"
	"fmt"
	"time"

	"github.com/rollcall-rpc/rollcall/tools/bench/stats"
)

// client is a process that calls, and what was measured of it.
type client struct {
	key, name string
	child     *child
	cpu, rate []float64 // per call in µs, and calls per second; one per round
}

// clients compares what a call costs those who call.
func (b *bench) clients(ctx context.Context) (string, error) {
	plain := &client{key: "plain", name: "`http.Client` with encoding/json"}
	generated := &client{key: "generated", name: "Rollcall, the generated client"}
	all := []*client{plain, generated}
	if err := b.onStage(func(s *stage) error { return s.compareClients(ctx, all) }); err != nil {
		return "", err
	}
	b.found[clientFinding] = stats.Ratio(generated.cpu, plain.cpu)
	t := table{header: []string{"client", "calls/s", "CPU per call"}}
	for _, c := range all {
		t.add(c.name,
			withRatio("%.0f", stats.Median(c.rate), stats.Ratio(c.rate, plain.rate)),
			withRatio("%.2f µs", stats.Median(c.cpu), stats.Ratio(c.cpu, plain.cpu)))
	}
	return t.String(), nil
}

// compareClients gives each its turn, round by round, on the CPU that is a
// server's elsewhere.
func (s *stage) compareClients(ctx context.Context, all []*client) error {
	server, err := s.startSelfBeside(ctx, "serve-add", generatedKey, "0")
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.child, err = s.startChild(ctx, s.cores.Start, []string{"call", c.key, server.url()}); err != nil {
			return err
		}
	}
	for round := range s.rounds {
		fmt.Fprintf(s.log, "client: round %d of %d\n", round+1, s.rounds)
		for _, c := range all {
			if _, _, err := c.child.calls(warmUp, s.connections); err != nil {
				return err
			}
			cpu, rate, err := c.child.calls(s.turn, s.connections)
			if err != nil {
				return err
			}
			c.cpu, c.rate = append(c.cpu, cpu), append(c.rate, rate)
		}
	}
	return nil
}

// calls has the child, a client, work for d.
func (c *child) calls(d time.Duration, goroutines int) (cpu, rate float64, err error) {
	if _, err := fmt.Fprintln(c.in, int64(d), goroutines); err != nil {
		return 0, 0, err
	}
	line, err := c.line()
	if err != nil {
		return 0, 0, err
	}
	var calls, nanoseconds int64
	if _, err := fmt.Sscan(line, &calls, &nanoseconds); err != nil {
		return 0, 0, err
	}
	return float64(nanoseconds) / 1000 / float64(calls), float64(calls) / d.Seconds(), nil
}
