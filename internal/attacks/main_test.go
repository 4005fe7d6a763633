package attacks_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/rollcall-rpc/rollcall/internal/localpg/pgtest"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

var full = flag.Bool("attacks.full", false, "attack at full size, and print what was measured")

// binary is the command rollcall.
var binary string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "rollcall-attacks-")
	if err == nil {
		binary, err = build(folder)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	pgtest.Main(m, postgres.Migrate)
	_ = os.RemoveAll(folder)
	figures.print(os.Stdout)
}

func build(folder string) (path string, err error) {
	path = filepath.Join(folder, "rollcall")
	output, err := exec.Command("go", "build", "-buildvcs=false", "-o", path, "../..").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("build the command: %w: %s", err, output)
	}
	return path, err
}

// size is how large an attack is.
func size(small, large int) int {
	if *full {
		return large
	}
	return small
}

// parallel lets a test run beside others, but not where it measures.
func parallel(t *testing.T) {
	t.Helper()
	if !*full {
		t.Parallel()
	}
}

// patience is how long a test waits for what must happen: only failures take
// that long.
const patience = time.Minute

func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
