package app

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

// process is the command rollcall, running.
type process struct {
	command     *exec.Cmd
	out, errors *output
	ended       chan struct{}
}

// start starts the built command. Its environment is the test's, without what
// could be settings, and env.
func start(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	p := &process{out: newOutput(), errors: newOutput(), ended: make(chan struct{})}
	p.command = exec.Command(must(binary())(t), args...)
	p.command.Env = append(environment(), env...)
	p.command.Stdout, p.command.Stderr = p.out, p.errors
	check(t, p.command.Start())
	go func() { _ = p.command.Wait(); close(p.ended) }()
	t.Cleanup(func() { // no context: it would kill, and leave things behind
		_ = p.command.Process.Signal(syscall.SIGTERM)
		select {
		case <-p.ended:
		case <-time.After(patience):
			t.Errorf("rollcall %v does not end", args)
			_ = p.command.Process.Kill()
			<-p.ended
		}
	})
	return p
}

// ready waits until the service listens and returns a client of it.
func (p *process) ready(t *testing.T) *rollcall.Client {
	t.Helper()
	return rollcall.NewClient("http://" + p.addr(t) + "/jsonrpc")
}

// addr is where dev, which welcomes people, or serve, which logs, listens.
func (p *process) addr(t *testing.T) string {
	t.Helper()
	if p.command.Args[1] == "dev" {
		return p.out.await(t, `ready: http://(.*)/jsonrpc`, p.ended)
	}
	return p.errors.await(t, `"msg":"ready","addr":"([^"]*)"`, p.ended)
}

// end sends a signal and returns the exit code, -1 if the signal was the end.
func (p *process) end(t *testing.T, signal os.Signal) int {
	t.Helper()
	check(t, p.command.Process.Signal(signal))
	<-p.ended
	return p.command.ProcessState.ExitCode()
}

// finished is how a command has ended.
type finished struct {
	code        int
	out, errors string
}

// finish runs the built command to its end.
func finish(t *testing.T, env []string, input string, args ...string) finished {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var out, errs strings.Builder
	command := exec.CommandContext(ctx, must(binary())(t), args...)
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.Env = append(environment(), env...)
	command.Stdin, command.Stdout, command.Stderr = strings.NewReader(input), &out, &errs
	err := command.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited || ctx.Err() != nil {
		t.Fatalf("rollcall %v: %v: %s%s", args, err, &out, &errs)
	}
	return finished{command.ProcessState.ExitCode(), out.String(), errs.String()}
}

// environment is the test's, without what rollcall or libpq would read.
func environment() (env []string) {
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if name != "DATABASE_URL" && !strings.HasPrefix(name, "ROLLCALL_") && !strings.HasPrefix(name, "PG") {
			env = append(env, variable)
		}
	}
	return env
}

// binary builds the command, once.
var binary = sync.OnceValues(func() (path string, err error) {
	if binaryFolder, err = os.MkdirTemp("", "rollcall-test-"); err != nil {
		return "", err
	}
	path = filepath.Join(binaryFolder, "rollcall")
	output, err := exec.Command("go", "build", "-buildvcs=false", "-o", path, checkout).CombinedOutput()
	if err != nil {
		err = errors.New(string(output))
	}
	return path, err
})

var binaryFolder string

func removeBinary() { _ = os.RemoveAll(binaryFolder) } // "" is nothing

const checkout = "../.."
