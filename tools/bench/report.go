package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/bench/machine"
)

// section is one part of the report.
type section struct {
	key     string // on the command line
	title   string
	measure func(*bench, context.Context) (markdown string, err error)
}

// The keys of sections that need something built.
const (
	inProcessKey = "inprocess"
	methodsKey   = "methods"
)

var sections = []section{
	{"add", "One call of `add`", (*bench).addAlone},
	{"batch", "A batch of 100 calls of `add`", (*bench).addInBatch},
	{"growth", "The size of a batch", (*bench).batchGrowth},
	{"account", "`get_current_user`, with a token and a database", (*bench).currentUser},
	{"client", "A call of `add`, on the client's side", (*bench).clients},
	{"memory", "A batch of 10,000 calls of `echo`, 1 KiB each", (*bench).largeBatch},
	{inProcessKey, "The parts of a call", (*bench).inProcess},
	{methodsKey, "The number of methods", (*bench).manyMethods},
	{"users", "The number of users", (*bench).manyUsers},
	{"targets", "What is to be reached", (*bench).targetTable},
}

func sectionKeys() []string {
	var keys []string
	for _, s := range sections {
		keys = append(keys, s.key)
	}
	return keys
}

// report measures the sections that were chosen, and writes each as soon as it
// is there.
func (b *bench) report(ctx context.Context, w io.Writer) error {
	if _, err := fmt.Fprintln(w, b.preface()); err != nil {
		return err
	}
	for _, s := range sections {
		if !b.chosen(s.key) {
			continue
		}
		markdown, err := s.measure(b, ctx)
		if ctx.Err() != nil {
			return errors.New("interrupted")
		}
		if err != nil {
			return fmt.Errorf("%s: %w", s.key, err)
		}
		if _, err := fmt.Fprintf(w, "### %s\n\n%s\n", s.title, strings.TrimSpace(markdown)+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// preface says where and how it was measured.
func (b *bench) preface() string {
	return fmt.Sprintf(`Measured by `+"`make bench`"+` on %s, %d CPUs, %s; %s. Medians of %d rounds, in which all take
turns of %v, asked by %d connections at once. In parentheses the ratio to the table's first row or column.
`, machine.Model(), runtime.NumCPU(), runtime.Version(), b.cores, b.rounds, b.turn, b.connections)
}
