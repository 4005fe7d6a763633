// Command postgres sees to it that there is a Postgres to run: where localpg finds none, it fetches the binaries into a private folder,
// and installs nothing on the system. `make run` and `make test` begin with it.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/rollcall-rpc/rollcall/internal/localpg"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is silent where there is a Postgres.
func run(args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 {
		fmt.Fprintln(stderr, "usage: go run ./tools/postgres")
		return 2
	}
	if _, err := localpg.Find(0); err == nil {
		return 0
	}
	if err := fetch(stdout); err != nil {
		fmt.Fprintln(stderr, "postgres:", err)
		return 1
	}
	return 0
}

// fetch gets Postgres, unless another process has just done so.
func fetch(stdout io.Writer) error {
	private, err := localpg.PrivateDir()
	if err != nil {
		return err
	}
	if os.Geteuid() == 0 {
		// Postgres will run as another user, who must be able to read what root unpacks.
		syscall.Umask(0o022)
	}
	unlock, err := lock(private, stdout)
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := localpg.Find(0); err == nil {
		return nil
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return install(ctx, private, sources(), stdout)
}
