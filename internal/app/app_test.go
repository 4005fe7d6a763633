package app

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/rollcall-rpc/rollcall/internal/localpg/pgtest"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

func TestMain(m *testing.M) {
	pgtest.Main(m, postgres.Migrate)
	removeBinary()
}

// patience is how long a test waits for what must happen: only failures take
// that long.
const patience = time.Minute

// output keeps what is written to it, and lets tests wait for it.
type output struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{} // closed by the next Write
}

func newOutput() *output { return &output{changed: make(chan struct{})} }

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.changed)
	o.changed = make(chan struct{})
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// await waits for text that matches pattern and returns its last group. It
// fails the test if the text cannot come any more, which closes ended.
func (o *output) await(t *testing.T, pattern string, ended <-chan struct{}) string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for last := false; ; {
		o.mu.Lock()
		match, changed := re.FindStringSubmatch(o.text.String()), o.changed
		o.mu.Unlock()
		if match != nil {
			return match[len(match)-1]
		}
		if last || ctx.Err() != nil {
			t.Fatalf("there is no %q in the output:\n%s", pattern, o)
		}
		select {
		case <-changed:
		case <-ended:
			last = true
		case <-ctx.Done():
		}
	}
}

// eventually waits for what another process or connection does.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("in vain waited until %s", what)
		}
	}
}

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

// folder is like t.TempDir, but the user that Postgres runs as can pass through
// it where the tests run as root.
func folder(t *testing.T) string {
	t.Helper()
	dir := must(os.MkdirTemp("", "rollcall-test-"))(t)
	t.Cleanup(func() { check(t, os.RemoveAll(dir)) })
	check(t, os.Chmod(dir, 0o711))
	return dir
}
