package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-rpc/rollcall/internal/localpg"
)

// linked is a source that needs no network: it links the Postgres that the tests run on.
func linked(t *testing.T) source {
	b, err := localpg.Find(0)
	if err != nil {
		t.Fatal(err)
	}
	return source{name: "linked", what: "nothing", unpack: func(_ context.Context, _, dir string) error {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
		return os.Symlink(b.Dir, filepath.Join(dir, "bin"))
	}}
}

// writing is a source whose postgres and initdb are a shell script.
func writing(name, script string) source {
	return source{name: name, what: "a script", unpack: func(_ context.Context, _, dir string) error {
		bin := filepath.Join(dir, "bin")
		if err := os.MkdirAll(bin, 0o755); err != nil {
			return err
		}
		content := []byte("#!/bin/sh\n" + script + "\n")
		return errors.Join(
			os.WriteFile(filepath.Join(bin, "postgres"), content, 0o755),
			os.WriteFile(filepath.Join(bin, "initdb"), content, 0o755),
		)
	}}
}

// privateDir is a folder that root's Postgres, too, can read.
func privateDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func entries(t *testing.T, dir string) []string {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range all {
		names = append(names, entry.Name())
	}
	return names
}

func TestInstall(t *testing.T) {
	private := privateDir(t)
	// An earlier run was killed, and what a still earlier one installed has stopped working.
	for _, dir := range []string{".new-123/linked/bin", "linked/bin"} {
		if err := os.MkdirAll(filepath.Join(private, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	from := []source{
		{name: "absent", needs: []string{"no-such-program"}},
		writing("broken", `echo "cannot open libpq.so.5" >&2; exit 127`),
		writing("ancient", `echo "postgres (PostgreSQL) 9.6"`),
		writing("pretender", `[ "$1" = --version ] && echo "postgres (PostgreSQL) 16.1" || { echo "no data today" >&2; exit 1; }`),
		linked(t),
		{name: "unneeded"},
	}
	var stdout bytes.Buffer
	if err := install(t.Context(), private, from, &stdout); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"linked"}, entries(t, private)); diff != "" {
		t.Error(diff)
	}
	if _, err := (localpg.Places{Private: private}).Find(0); err != nil {
		t.Error(err)
	}
	for _, said := range []string{"cannot open libpq.so.5", "what was downloaded does not serve", "no data today", "is ready to use"} {
		if !strings.Contains(stdout.String(), said) {
			t.Errorf("nothing was said of %q:\n%s", said, &stdout)
		}
	}
}

func TestInstallFails(t *testing.T) {
	private := privateDir(t)
	from := []source{writing("broken", "exit 1")}
	err := install(t.Context(), private, from, new(bytes.Buffer))
	if err == nil || !strings.HasPrefix(err.Error(), "install Postgres yourself: ") {
		t.Errorf("got %v", err)
	}
	if names := entries(t, private); len(names) != 0 {
		t.Errorf("left behind: %v", names)
	}
}

func TestInstallIsInterrupted(t *testing.T) {
	private := privateDir(t)
	ctx, interrupt := context.WithCancel(t.Context())
	half := source{name: "half", unpack: func(ctx context.Context, work, dir string) error {
		interrupt()
		_, err := output(ctx, work, "sh", "-c", "mkdir -p half/bin; sleep 600")
		return err
	}}
	if err := install(ctx, private, []source{half, linked(t)}, new(bytes.Buffer)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if names := entries(t, private); len(names) != 0 {
		t.Errorf("left behind: %v", names)
	}
}

func TestHint(t *testing.T) {
	for _, test := range []struct {
		program, want string
	}{
		{"apt-get", "install Postgres yourself: apt-get install postgresql"},
		{"dnf", "install Postgres yourself: dnf install postgresql-server"},
		{"apk", "install Postgres yourself: apk add postgresql"},
		{"brew", "install Postgres yourself: brew install postgresql@17"},
		{"", "install Postgres yourself: see https://www.postgresql.org/download/"},
	} {
		if got := hint(func(program string) bool { return program == test.program }); got != test.want {
			t.Errorf("with %q: %s, want %s", test.program, got, test.want)
		}
	}
}

func TestOutput(t *testing.T) {
	_, err := output(t.Context(), t.TempDir(), "sh", "-c", "echo fine; echo 'E: no network' >&2; exit 100")
	if want := "sh -c: exit status 100\nE: no network"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestLock(t *testing.T) {
	private := filepath.Join(t.TempDir(), "a", "postgres")
	unlock, err := lock(private, new(bytes.Buffer))
	if err != nil {
		t.Fatal(err)
	}
	said := make(writer)
	second := make(chan error)
	go func() {
		unlock, err := lock(private, said)
		if err == nil {
			unlock()
		}
		second <- err
	}()
	if got := <-said; got != "Waiting for another process that fetches Postgres.\n" {
		t.Errorf("said %q", got)
	}
	unlock()
	if err := <-second; err != nil {
		t.Error(err)
	}
}

// writer hands on what is written to it.
type writer chan string

func (w writer) Write(p []byte) (int, error) {
	w <- string(p)
	return len(p), nil
}
