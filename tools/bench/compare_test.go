package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-rpc/rollcall/tools/bench/load"
)

// turn is a run in which every request took as long.
func turn(requests int, latency, elapsed time.Duration) load.Sample {
	s := load.Sample{Elapsed: elapsed}
	for range requests {
		s.Latencies = append(s.Latencies, latency)
	}
	return s
}

// TestComparison has a server that costs twice as much as the first, on a machine
// that was ten times slower in the second round.
func TestComparison(t *testing.T) {
	first, second := &figures{key: "first", name: "First", memory: 10 << 20}, &figures{key: "second", name: "Second", memory: 5 << 20}
	for _, slow := range []time.Duration{1, 10, 1} {
		first.add(turn(100, slow*time.Millisecond, time.Second), slow*20*time.Millisecond, 5)
		second.add(turn(50, slow*3*time.Millisecond, time.Second), slow*20*time.Millisecond, 5)
	}
	c := comparison{first, second}
	want := [][]string{
		{"First", "500 (1.00)", "40.00 µs (1.00)", "1.00 ms (1.00)", "1.00 ms (1.00)", "10.0 MiB (1.00)"},
		{"Second", "250 (0.50)", "80.00 µs (2.00)", "3.00 ms (3.00)", "3.00 ms (3.00)", "5.0 MiB (0.50)"},
	}
	if diff := cmp.Diff(want, c.table().rows); diff != "" {
		t.Error(diff)
	}
	if got := c.cpuRatio("second", "first"); got != 2 {
		t.Errorf("ratio %v", got)
	}
}

func TestDisturbance(t *testing.T) {
	if got := (comparison{{busy: []float64{0.99, 0.5, 0.98}}}).disturbance(); got != "" {
		t.Errorf("got %q", got)
	}
	if got := (comparison{{busy: []float64{0.3, 0.5, 0.98}}}).disturbance(); got == "" {
		t.Error("nothing said of 50 %")
	}
}
