// Command bench measures what a call costs: served by the generated handler, by
// the whole service as it is shipped, by peers, and by the least that net/http
// does. `make bench` runs it.
//
// Absolute figures are this machine's, and of the minute; what counts are the
// ratios. So every server runs in a process of its own on one CPU with
// GOMAXPROCS=1, is asked from another CPU over the same connections with the
// same bytes, and takes turns with those that it is compared with. A ratio is
// the median of the rounds' ratios.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run is the command: it measures, or is one of the processes that it starts
// for that.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var err error
	switch {
	case len(args) == 3 && args[0] == "serve-add":
		err = profiled(func() error { return serveAdd(args[1], args[2], stdin, stdout) })
	case len(args) == 2 && args[0] == "serve-account":
		err = profiled(func() error { return serveAccount(args[1], stdin, stdout) })
	case len(args) == 3 && args[0] == "call":
		err = profiled(func() error { return call(args[1], args[2], stdin, stdout) })
	default:
		err = measure(args, stdout, stderr)
	}
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(stderr, "bench:", err)
		return 1
	}
	return 0
}

func measure(args []string, stdout, stderr io.Writer) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var s settings
	if err := s.parse(args, stderr); err != nil {
		return err
	}
	if s.write != "" {
		if err := checkMarkers(s.write); err != nil {
			return err
		}
	}
	b, err := newBench(ctx, s, stderr)
	if err != nil {
		return err
	}
	defer b.close()
	var report strings.Builder
	if err := b.report(ctx, io.MultiWriter(stdout, &report)); err != nil || s.write == "" {
		return err
	}
	return writeReport(s.write, report.String())
}

// parse reads the command line.
func (s *settings) parse(args []string, stderr io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&s.rounds, "rounds", defaultRounds, "how often each server has its turn")
	flags.DurationVar(&s.turn, "turn", defaultTurn, "how long a turn is")
	flags.IntVar(&s.connections, "connections", 32, "how many connections ask at once")
	s.users = []int{1000, 100_000, 1_000_000}
	flags.Func("users", "how `many` users there are in each database, separated by commas (default 1000,100000,1000000)", s.setUsers)
	flags.Func("only", "the `sections` to measure, separated by commas, of "+strings.Join(sectionKeys(), ", "), func(list string) error {
		s.only = strings.Split(list, ",")
		return nil
	})
	flags.StringVar(&s.profile, "profile", "", "a `folder` for the CPU and heap profiles of the servers and clients that are this program's")
	flags.StringVar(&s.write, "write", "", "the `file` to write the report into, between its markers; README.md has them")
	if err := flags.Parse(args); err != nil {
		return err
	}
	return s.check(flags.Args())
}

func (s *settings) check(rest []string) error {
	if len(rest) > 0 {
		return fmt.Errorf("flags only, not %q; -help lists them", rest[0])
	}
	if s.rounds < 1 || s.turn <= 0 || s.connections < 1 {
		return errors.New("-rounds, -turn and -connections must be more than 0")
	}
	if s.write != "" && len(s.only) > 0 {
		return errors.New("-write takes the whole report: leave out -only")
	}
	for _, key := range s.only {
		if !slices.Contains(sectionKeys(), key) {
			return fmt.Errorf("-only %s: want some of %s", key, strings.Join(sectionKeys(), ", "))
		}
	}
	return nil
}

func (s *settings) setUsers(list string) error {
	s.users = nil
	for text := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 2*pageSize {
			return fmt.Errorf("want numbers of %d and more", 2*pageSize)
		}
		s.users = append(s.users, n)
	}
	return nil
}
