package methods

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

func command(ctx context.Context, dir, name string, args ...string) error {
	c := exec.CommandContext(ctx, name, args...)
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// TestWrite runs what is made: the benchmark looks at the answers.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	if err := Write(t.Context(), "../../..", dir, []int{3, 20}, command); err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), "go", "test", "-bench=.", "-benchtime=1x")
	c.Dir = dir
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, name := range []string{"BenchmarkFewOf3", "BenchmarkManyOf3", "BenchmarkFewOf20", "BenchmarkManyOf20"} {
		if !bytes.Contains(out, []byte(name)) || !strings.Contains(string(out), "cpu-ns/call") {
			t.Errorf("no %s in %s", name, out)
		}
	}
}
