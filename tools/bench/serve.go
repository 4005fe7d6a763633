package main

import (
	"bufio"
	"context"
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

// serve is the process of one server: bench serve KEY CALLS. It prints the
// address that it listens on, and ends with its input.
func serve(args []string, stdin io.Reader, stdout io.Writer) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: bench serve KEY CALLS")
	}
	server, err := peer.Find(args[0])
	if err != nil {
		return err
	}
	calls, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	return listenAndServe(server.Handler(calls), stdin, stdout)
}

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

// startSelf starts this program as one of its servers.
func (s *stage) startSelf(ctx context.Context, args ...string) (*server, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, program, append([]string{"serve"}, args...)...)
	command.Stderr = s.log
	if _, err := command.StdinPipe(); err != nil { // closed when this process ends
		return nil, err
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	command.Stdout = writer
	process, err := s.cores.Start(command)
	writer.Close()
	if err != nil {
		return nil, err
	}
	s.atEnd(process.Stop)
	line, err := bufio.NewReader(reader).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("%s did not start: %w", args, err)
	}
	return &server{process, strings.TrimSpace(line)}, nil
}
