package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/rollcall-rpc/rollcall/tools/bench/machine"
	"github.com/rollcall-rpc/rollcall/tools/bench/methods"
)

// settings are what the command line says.
type settings struct {
	rounds      int
	turn        time.Duration
	connections int
	users       []int    // how many there are in the databases of the section users
	only        []string // sections; none are all
	write       string   // a file for the report; may be empty
	profile     string   // a folder for profiles; may be empty
}

const (
	// Many short turns: what disturbs a machine mostly lasts longer than a turn,
	// and so is in all servers' figures or in few.
	defaultRounds = 9
	defaultTurn   = 500 * time.Millisecond
	// warmUp is how long a server is asked before its turn counts.
	warmUp = 100 * time.Millisecond
)

// bench is what all measurements share.
type bench struct {
	settings
	cores machine.Cores
	dir   string // for what is built, and for logs; removed at the end
	log   io.Writer
	found map[finding]float64

	// Programs, built.
	rollcall  string
	inprocess []string
	methods   []string
}

// newBench builds all there is to build, as long as all CPUs are to be had.
func newBench(ctx context.Context, s settings, log io.Writer) (*bench, error) {
	dir, err := os.MkdirTemp("", "rollcall-bench-")
	if err != nil {
		return nil, err
	}
	b := &bench{settings: s, cores: machine.Choose(), dir: dir, log: log, found: map[finding]float64{}}
	if err := b.prepare(ctx); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *bench) close() { _ = os.RemoveAll(b.dir) }

// folder is where this program's packages are, seen from where it runs.
const folder = "tools/bench"

// prepare builds what the chosen sections run. Only then can this process be
// kept on one CPU.
func (b *bench) prepare(ctx context.Context) error {
	if _, err := os.Stat(folder); err != nil {
		return fmt.Errorf("run this at the top of the repository, by make bench: %w", err)
	}
	fmt.Fprintln(b.log, b.cores)
	if b.profile != "" {
		if err := os.MkdirAll(b.profile, 0o700); err != nil {
			return err
		}
	}
	// Not in this module, since here the peers have a say in versions.
	b.rollcall = filepath.Join(b.dir, "rollcall")
	if err := b.command(ctx, ".", "go", "build", "-o", b.rollcall, "."); err != nil {
		return err
	}
	if b.chosen(inProcessKey) {
		programs, err := b.buildBenchmarks(ctx, folder, "./inprocess", "inprocess")
		if err != nil {
			return err
		}
		b.inprocess = programs
	}
	if b.chosen(methodsKey) {
		if err := b.buildMethods(ctx); err != nil {
			return err
		}
	}
	return b.cores.PinSelf()
}

// chosen reports whether a section is to be measured.
func (s settings) chosen(key string) bool { return len(s.only) == 0 || slices.Contains(s.only, key) }

func (b *bench) buildMethods(ctx context.Context) error {
	dir := filepath.Join(b.dir, "methods")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	if err := methods.Write(ctx, ".", dir, methodCounts, b.command); err != nil {
		return err
	}
	programs, err := b.buildBenchmarks(ctx, dir, ".", "methods")
	b.methods = programs
	return err
}

// command runs a command to its end.
func (b *bench) command(ctx context.Context, dir, name string, args ...string) error {
	c := exec.CommandContext(ctx, name, args...)
	c.Dir, c.Stdout, c.Stderr = dir, b.log, b.log
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s %v: %w", name, args, err)
	}
	return nil
}
