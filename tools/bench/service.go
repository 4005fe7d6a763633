package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/rollcall-rpc/rollcall/internal/auth"
)

// service is the whole of Rollcall as it is shipped: the command, on a
// database, with its logs in a file.
type service struct {
	*server
	log *os.File
}

// startService starts rollcall serve with flags beside those that it needs.
func (s *stage) startService(ctx context.Context, databaseURL string, flags ...string) (*service, error) {
	key := filepath.Join(s.dir, "token-key.pem")
	if _, err := auth.LoadOrCreateKeys(key); err != nil {
		return nil, err
	}
	secret := filepath.Join(s.dir, "secret")
	if _, err := auth.LoadOrCreateSecret(secret); err != nil {
		return nil, err
	}
	log, err := os.CreateTemp(s.dir, "log-")
	if err != nil {
		return nil, err
	}
	log.Close()
	// Appending, so that it begins anew where it is emptied.
	if log, err = os.OpenFile(log.Name(), os.O_WRONLY|os.O_APPEND, 0); err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, s.rollcall, append([]string{
		"serve", "--addr", "127.0.0.1:0", "--host", "127.0.0.1", "--token-keys-file", key, "--secret-file", secret, "--shutdown-delay", "0s",
	}, flags...)...)
	command.Stderr = log
	command.Env = append(environment(), "DATABASE_URL="+databaseURL)
	process, err := s.cores.Start(command)
	if err != nil {
		return nil, err
	}
	s.atEnd(process.Stop)
	started := &service{&server{Process: process}, log}
	started.addr, err = started.ready(ctx)
	return started, err
}

// environment is this process's without what could be settings.
func environment() []string {
	var kept []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "ROLLCALL_") && !strings.HasPrefix(variable, "PG") && !strings.HasPrefix(variable, "DATABASE_URL=") {
			kept = append(kept, variable)
		}
	}
	return kept
}

var readyLine = regexp.MustCompile(`"msg":"ready","addr":"([^"]*)"`)

// ready waits for the log line that tells the address.
func (s *service) ready(ctx context.Context) (addr string, err error) {
	for {
		text, err := os.ReadFile(s.log.Name())
		if err != nil {
			return "", err
		}
		if m := readyLine.FindSubmatch(text); m != nil {
			return string(m[1]), nil
		}
		select {
		case <-s.Ended():
			return "", fmt.Errorf("rollcall serve has ended: %s", text)
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// emptyLog keeps hundreds of thousands of lines from filling the disk.
func (s *service) emptyLog() error { return s.log.Truncate(0) }
