package app

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

// The client and the tests that were published with the page run against
// rollcall dev, unmodified. What they know of a server is localhost:5000, which
// their script forwards.
func TestAcceptance(t *testing.T) {
	t.Parallel()
	script := must(filepath.Abs(filepath.Join(checkout, "../shared/seed/acceptance.sh")))(t)
	if _, err := os.Stat(script); err != nil {
		t.Skipf("the page's client is not here: %v", err)
	}
	python := exec.Command("/usr/bin/python3", "-c", "import requests, pytest, flask, jwt")
	if text, err := python.CombinedOutput(); err != nil {
		t.Skipf("the page's client does not run with /usr/bin/python3: %v: %s", err, text)
	}
	awaitPort(t, "localhost:5000")
	p := start(t, nil, "dev", "--addr", "127.0.0.1:0", "--data-dir", folder(t))
	text, err := exec.CommandContext(t.Context(), script, "http://"+p.addr(t)).CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v", script, err)
	}
	for _, want := range []string{
		`demo \(python3 client.py\): exit 0, reached 5 of 5 sections, last: --- Testing Error Handling ---; ran to its end`,
		`demo soft errors printed : 1 .*-32600`, // its scalar params, which are no request
		`demo performance part    : .*Successful requests: 50,`,
		`seed tests \(live\+client\) : 4 passed, 0 failed`,
		`seed server tests by HTTP: 9 passed, 0 failed`,
	} {
		if !regexp.MustCompile(want).Match(text) {
			t.Errorf("the summary does not say %q", want)
		}
	}
	if t.Failed() {
		t.Logf("%s", text)
	}
}

// awaitPort waits until nobody listens on addr: another run of this test may
// be about to end.
func awaitPort(t *testing.T, addr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			return
		}
		conn.Close()
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%s is taken, and the page's client knows no other address: stop what listens there (make run?) and try again", addr)
		}
	}
}
