package machine

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// Process is a server that is measured.
type Process struct {
	command *exec.Cmd
	ended   chan struct{}
}

// Start starts a command on the server's CPU, with one thread that runs Go
// code at a time.
func (c Cores) Start(command *exec.Cmd) (*Process, error) {
	return start(command, func() error { return c.onServer(command.Start) })
}

// StartBeside is Start on the CPU where this process is: for what is not
// measured, but serves what is.
func (c Cores) StartBeside(command *exec.Cmd) (*Process, error) { return start(command, command.Start) }

func start(command *exec.Cmd, start func() error) (*Process, error) {
	if command.Env == nil {
		command.Env = os.Environ()
	}
	command.Env = append(command.Env, "GOMAXPROCS=1")
	if err := start(); err != nil {
		return nil, err
	}
	p := &Process{command: command, ended: make(chan struct{})}
	go func() {
		_ = command.Wait() // how it ended is in command.ProcessState
		close(p.ended)
	}()
	return p, nil
}

// Ended is closed when the process has ended.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Succeeded reports whether the process, which has ended, did so with code 0.
func (p *Process) Succeeded() bool { return p.command.ProcessState.Success() }

// Usage is what a process has used since it started.
type Usage struct {
	CPU    time.Duration // user and system
	Memory int64         // bytes resident at the most; 0 where the system does not tell
}

// Usage asks the system.
func (p *Process) Usage() (Usage, error) { return usage(p.command.Process.Pid) }

// Own is the usage of this process.
func Own() (Usage, error) { return usage(os.Getpid()) }

// Stop asks the process to end, and insists after a while.
func (p *Process) Stop() error {
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-p.ended:
	case <-time.After(10 * time.Second):
		_ = p.command.Process.Kill()
		<-p.ended
	}
	return nil
}

// EndWithInput ends the process when in does: who was started with a pipe for
// its input does not outlive who started it.
func EndWithInput(in io.Reader) {
	_, _ = io.Copy(io.Discard, in)
	os.Exit(0)
}
