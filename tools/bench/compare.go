package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/rollcall-rpc/rollcall/tools/bench/load"
	"github.com/rollcall-rpc/rollcall/tools/bench/stats"
)

// contender is a server that takes turns with others.
type contender struct {
	key     string
	name    string
	server  *server
	request []byte // all of HTTP
	calls   int    // in the request
	// verify looks at the first answer; all others must be the same bytes.
	verify func(answer []byte) error
	rest   func() error // after each turn; may be nil
	want   []byte
}

// figures are what was measured of one contender: one of each per round.
type figures struct {
	key      string
	name     string
	cpu      []float64 // of the server, in µs per call
	rate     []float64 // calls per second
	p50, p99 []float64 // of a request, in µs
	busy     []float64 // the share of its CPU's time that the server had
	memory   float64   // in bytes, at the most
}

// comparison is what came of contenders.
type comparison []*figures

// of returns the figures of one contender, which must be there.
func (c comparison) of(key string) *figures {
	i := slices.IndexFunc(c, func(f *figures) bool { return f.key == key })
	return c[i]
}

func (c comparison) cpuRatio(key, to string) float64 { return stats.Ratio(c.of(key).cpu, c.of(to).cpu) }

// compare gives each contender its turn, round by round.
func (b *bench) compare(ctx context.Context, what string, contenders []*contender) (comparison, error) {
	all := make(comparison, len(contenders))
	for i, c := range contenders {
		all[i] = &figures{key: c.key, name: c.name}
		if err := c.ask(); err != nil {
			return nil, fmt.Errorf("%s, %s: %w", what, c.name, err)
		}
	}
	for round := range b.rounds {
		fmt.Fprintf(b.log, "%s: round %d of %d\n", what, round+1, b.rounds)
		for i, c := range contenders {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if err := b.takeTurn(c, all[i]); err != nil {
				return nil, fmt.Errorf("%s, %s: %w", what, c.name, err)
			}
		}
	}
	return all, nil
}

// ask sends the request once and keeps the answer.
func (c *contender) ask() (err error) {
	if c.want, err = load.Ask(c.server.addr, c.request); err != nil {
		return err
	}
	return c.verify(c.want)
}

func (b *bench) takeTurn(c *contender, f *figures) error {
	g, err := load.Connect(load.Target{Addr: c.server.addr, Request: c.request, Want: c.want}, b.connections)
	if err != nil {
		return err
	}
	defer g.Close()
	if _, err := g.Run(warmUp); err != nil {
		return err
	}
	before, err := c.server.Usage()
	if err != nil {
		return err
	}
	sample, err := g.Run(b.turn)
	if err != nil {
		return err
	}
	after, err := c.server.Usage()
	if err != nil {
		return err
	}
	f.add(sample, after.CPU-before.CPU, c.calls)
	f.memory = float64(after.Memory)
	if c.rest != nil {
		return c.rest()
	}
	return nil
}

func (f *figures) add(s load.Sample, cpu time.Duration, calls int) {
	n := float64(len(s.Latencies) * calls)
	f.cpu = append(f.cpu, micro(cpu)/n)
	f.rate = append(f.rate, n/s.Elapsed.Seconds())
	f.p50 = append(f.p50, micro(stats.Percentile(s.Latencies, 50)))
	f.p99 = append(f.p99, micro(stats.Percentile(s.Latencies, 99)))
	f.busy = append(f.busy, cpu.Seconds()/s.Elapsed.Seconds())
}

func micro(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// table has a row for each contender, with its ratios to the first.
func (c comparison) table() table {
	t := table{header: []string{"server", "calls/s", "CPU per call", "p50", "p99", "peak memory"}}
	for _, f := range c {
		t.add(f.cells(c[0])...)
	}
	return t
}

// cells are a row of a table, with ratios to those of another.
func (f *figures) cells(to *figures) []string {
	return []string{
		f.name,
		withRatio("%.0f", stats.Median(f.rate), stats.Ratio(f.rate, to.rate)),
		withRatio("%.2f µs", stats.Median(f.cpu), stats.Ratio(f.cpu, to.cpu)),
		withRatio("%.2f ms", stats.Median(f.p50)/1000, stats.Ratio(f.p50, to.p50)),
		withRatio("%.2f ms", stats.Median(f.p99)/1000, stats.Ratio(f.p99, to.p99)),
		withRatio("%.1f MiB", f.memory/(1<<20), f.memory/to.memory),
	}
}

// disturbance says so where something else ran on the servers' CPU; else it is
// empty.
func (c comparison) disturbance() string {
	var all []float64
	for _, f := range c {
		all = append(all, f.busy...)
	}
	share := stats.Median(all)
	if share > 0.9 {
		return ""
	}
	return fmt.Sprintf("\nThe servers had %.0f %% of their CPU's time, the rest went elsewhere: calls/s, p50 and p99 would be better "+
		"on a machine that does nothing else, and CPU per call hardly.\n", 100*share)
}

func withRatio(format string, value, ratio float64) string {
	if ratio < 0.1 {
		return fmt.Sprintf(format+" (%.3f)", value, ratio)
	}
	return fmt.Sprintf(format+" (%.2f)", value, ratio)
}
