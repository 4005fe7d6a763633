package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/bench/stats"
)

// benchmarks are what Go benchmarks have measured: by name, and by unit, one
// value per round.
type benchmarks map[string]map[string][]float64

// cpuPerCall is the unit of CPU time in nanoseconds: benchmarks report it.
const cpuPerCall = "cpu-ns/call"

// median is NaN where nothing was measured.
func (m benchmarks) median(name, unit string) float64 { return stats.Median(m[name][unit]) }

func (m benchmarks) ratio(name, to, unit string) float64 {
	return stats.Ratio(m[name][unit], m[to][unit])
}

// layouts is how many programs are built of the same code, with its functions in
// another order each time: where they happen to lie in the CPU's caches makes a
// difference of several percent to calls that take 200 ns.
const layouts = 3

// buildBenchmarks builds a package's benchmarks, once for each layout.
func (b *bench) buildBenchmarks(ctx context.Context, dir, pkg, name string) (programs []string, err error) {
	for layout := range layouts {
		program := filepath.Join(b.dir, fmt.Sprintf("%s%d.test", name, layout))
		order := fmt.Sprintf("-ldflags=-randlayout=%d", layout) // 0 is the linker's own
		if err := b.command(ctx, dir, "go", "test", "-c", order, "-o", program, pkg); err != nil {
			return nil, err
		}
		programs = append(programs, program)
	}
	return programs, nil
}

// runBenchmarks runs them on the CPU of a server, all of them once per round, so
// that those that compare are measured together. The layouts take turns.
func (b *bench) runBenchmarks(ctx context.Context, what string, programs []string) (benchmarks, error) {
	m := benchmarks{}
	for round := range b.rounds {
		fmt.Fprintf(b.log, "%s: round %d of %d\n", what, round+1, b.rounds)
		command := exec.CommandContext(ctx, programs[round%len(programs)], "-test.run=^$", "-test.bench=.", "-test.benchmem", "-test.benchtime="+(b.turn/10).String())
		var out bytes.Buffer
		command.Stdout, command.Stderr = &out, &out
		process, err := b.cores.Start(command)
		if err != nil {
			return nil, err
		}
		<-process.Ended()
		if !process.Succeeded() {
			return nil, fmt.Errorf("%s failed: %s", what, out.String())
		}
		if err := m.read(&out); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// read adds what go test prints: a name, how often it ran, and values with their
// units.
func (m benchmarks) read(out *bytes.Buffer) error {
	for lines := bufio.NewScanner(out); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name := strings.TrimPrefix(fields[0], "Benchmark")
		if m[name] == nil {
			m[name] = map[string][]float64{}
		}
		for i := 2; i+1 < len(fields); i += 2 {
			value, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return fmt.Errorf("read %q: %w", lines.Text(), err)
			}
			m[name][fields[i+1]] = append(m[name][fields[i+1]], value)
		}
	}
	return nil
}

// cells are CPU time, bytes and allocations of one benchmark.
func (m benchmarks) cells(name string) []string {
	return []string{
		nanoseconds(m.median(name, cpuPerCall)),
		number(m.median(name, "B/op")),
		number(m.median(name, "allocs/op")),
	}
}

func nanoseconds(ns float64) string {
	if ns >= 1000 {
		return fmt.Sprintf("%.2f µs", ns/1000)
	}
	return number(ns) + " ns"
}

// number has no digits behind the point.
func number(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	return fmt.Sprintf("%.0f", v)
}
