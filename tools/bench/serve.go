package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/bench/machine"
	"github.com/rollcall-rpc/rollcall/tools/bench/peer"
)

// serveAdd is the process of a peer: bench serve-add KEY CALLS.
func serveAdd(key, calls string, stdin io.Reader, stdout io.Writer) error {
	p, err := peer.Find(key)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(calls)
	if err != nil {
		return err
	}
	return listenAndServe(p.Handler(n), stdin, stdout)
}

// serveAccount is the process of the service that is written by hand:
// bench serve-account DATABASE_URL.
func serveAccount(databaseURL string, stdin io.Reader, stdout io.Writer) error {
	handler, err := peer.Account(context.Background(), databaseURL)
	if err != nil {
		return err
	}
	return listenAndServe(handler, stdin, stdout)
}

// listenAndServe prints the address that it listens on, and ends with its input.
func listenAndServe(handler http.Handler, stdin io.Reader, stdout io.Writer) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintln(stdout, listener.Addr())
	go machine.EndWithInput(stdin)
	return (&http.Server{Handler: handler}).Serve(listener)
}

// server is a running process that answers at an address.
type server struct {
	*machine.Process
	addr string
}

func (s *server) url() string { return "http://" + s.addr + peer.Path }

// startSelf starts this program as one of its servers.
func (s *stage) startSelf(ctx context.Context, args ...string) (*server, error) {
	return s.startServer(ctx, s.cores.Start, args)
}

// startSelfBeside is startSelf on the CPU of the load.
func (s *stage) startSelfBeside(ctx context.Context, args ...string) (*server, error) {
	return s.startServer(ctx, s.cores.StartBeside, args)
}

func (s *stage) startServer(ctx context.Context, start func(*exec.Cmd) (*machine.Process, error), args []string) (*server, error) {
	child, err := s.startChild(ctx, start, args)
	if err != nil {
		return nil, err
	}
	addr, err := child.line()
	return &server{child.Process, addr}, err
}

// child is this program, running once more, and its streams.
type child struct {
	*machine.Process
	in  io.Writer // closed when this process ends
	out *bufio.Reader
}

func (s *stage) startChild(ctx context.Context, start func(*exec.Cmd) (*machine.Process, error), args []string) (*child, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, program, args...)
	command.Stderr = s.log
	if s.profile != "" {
		command.Env = append(os.Environ(), profileVariable+"="+s.profileOf(args))
	}
	in, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	// Not StdoutPipe: that is closed as soon as somebody waits for the process.
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	command.Stdout = writer
	process, err := start(command)
	writer.Close()
	if err != nil {
		reader.Close()
		return nil, err
	}
	s.atEnd(func() error { return errors.Join(process.Stop(), reader.Close()) })
	return &child{process, in, bufio.NewReader(reader)}, nil
}

// line is the next that the child prints.
func (c *child) line() (string, error) {
	line, err := c.out.ReadString('\n')
	if err != nil {
		return "", errors.New("a process of bench has ended before it should")
	}
	return strings.TrimSuffix(line, "\n"), nil
}
