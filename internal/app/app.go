// Package app is the command rollcall: its settings, and the wiring of
// everything else. It is the only place that knows all of it.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"runtime"
	"syscall"

	"github.com/alecthomas/kong"
)

// Streams are what a process talks to the world by.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// commandLine is what rollcall understands. Every flag can be given as an
// environment variable too; --help names both.
type commandLine struct {
	Dev   devCommand   `cmd:"" help:"Run everything on this machine: a private Postgres, a first account, the service."`
	Serve serveCommand `cmd:"" help:"Run the service in production, on a database of yours."`
	Admin struct {
		Create adminCreateCommand `cmd:"" help:"Create an administrator."`
	} `cmd:"" help:"Manage administrators."`
	Keys struct {
		New    keysNewCommand    `cmd:"" help:"Make a key, in a new file or beside the keys of one."`
		List   keysListCommand   `cmd:"" help:"List the keys of a file."`
		Retire keysRetireCommand `cmd:"" help:"Take a key out of a file."`
	} `cmd:"" help:"Manage the keys that sign and verify tokens."`
}

// Run runs the command and returns its exit code: 0 if it worked, 1 if it did
// not, 2 if the command line makes no sense.
func Run(args []string, streams Streams) (code int) {
	defer runtime.KeepAlive(paceCollector())
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // who asks a second time need not wait: that signal ends the process
	return run(ctx, args, streams)
}

// exit is what kong wants to end the process with, after it printed help.
type exit int

func run(ctx context.Context, args []string, streams Streams) (code int) {
	defer func() {
		if v := recover(); v != nil {
			e, ok := v.(exit)
			if !ok {
				panic(v)
			}
			code = int(e)
		}
	}()
	var c commandLine
	parser := kong.Must(&c,
		kong.Name("rollcall"),
		kong.Description("Rollcall is an accounts service over JSON-RPC 2.0."),
		kong.Writers(streams.Out, streams.Err),
		kong.Exit(func(code int) { panic(exit(code)) }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(streams),
	)
	if len(args) == 0 {
		args = []string{"--help"}
	}
	chosen, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(streams.Err, "rollcall: %v\nTry %s --help.\n", err, commandOf(err))
		return 2
	}
	err = chosen.Run()
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		err = errors.New("interrupted before it was ready")
	}
	if err != nil {
		fmt.Fprintf(streams.Err, "rollcall: %v\n", err)
		return 1
	}
	return 0
}

// commandOf names the command whose flags err is about.
func commandOf(err error) string {
	if e, ok := errors.AsType[*kong.ParseError](err); ok && e.Context != nil {
		if command := e.Context.Command(); command != "" {
			return "rollcall " + command
		}
	}
	return "rollcall"
}
