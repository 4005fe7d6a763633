package attacks_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rollcall-rpc/rollcall/gen/jsonrpc"
)

// instance is a process of rollcall serve.
type instance struct {
	command *exec.Cmd
	log     *log
	ended   chan struct{}
	url     string // of its endpoint
}

// start starts an instance; await waits until it listens.
func start(t *testing.T, settings []string, flags ...string) *instance {
	t.Helper()
	i := &instance{log: newLog(), ended: make(chan struct{})}
	i.command = exec.Command(binary, append([]string{"serve"}, flags...)...)
	i.command.Env = append(environment(), settings...)
	i.command.Stdout, i.command.Stderr = i.log, i.log
	check(t, i.command.Start())
	go func() { _ = i.command.Wait(); close(i.ended) }()
	t.Cleanup(i.stop)
	return i
}

func (i *instance) await(t *testing.T) {
	t.Helper()
	i.url = "http://" + i.log.await(t, `"msg":"ready","addr":"([^"]*)"`, i.ended) + "/jsonrpc"
}

// stop ends the process, as it may want to first.
func (i *instance) stop() {
	_ = i.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-i.ended:
	case <-time.After(patience):
		i.kill()
	}
}

// kill ends the process at once.
func (i *instance) kill() {
	_ = i.command.Process.Kill()
	<-i.ended
}

// answer is what came back for a request.
type answer struct {
	status int
	header http.Header
	body   string
}

// post sends a body as it is.
func (d *deployment) post(ctx context.Context, i int, header http.Header, body string) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.instances[i%len(d.instances)].url, bytes.NewReader([]byte(body)))
	if err != nil {
		return answer{}, err
	}
	if header != nil {
		r.Header = header.Clone()
	}
	r.Header.Set("Content-Type", "application/json")
	response, err := d.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, string(text)}, err
}

// code is that of the error object; 0 is success, and 1 no answer at all.
func code(err error) int {
	if err == nil {
		return 0
	}
	if e, ok := errors.AsType[jsonrpc.Declared](err); ok {
		return e.RPCError().Code
	}
	return 1
}

// log keeps what a process writes, and lets tests wait for it.
type log struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{} // closed by the next Write
}

func newLog() *log { return &log{changed: make(chan struct{})} }

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.changed)
	l.changed = make(chan struct{})
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// await waits for text that matches pattern and returns its group.
func (l *log) await(t *testing.T, pattern string, ended <-chan struct{}) string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for last := false; ; {
		l.mu.Lock()
		match, changed := re.FindStringSubmatch(l.text.String()), l.changed
		l.mu.Unlock()
		if match != nil {
			return match[1]
		}
		if last || ctx.Err() != nil {
			t.Fatalf("there is no %q in the log:\n%s", pattern, l)
		}
		select {
		case <-changed:
		case <-ended:
			last = true
		case <-ctx.Done():
		}
	}
}
