package load

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// start serves on loopback and returns the address.
func start(t *testing.T, handler http.HandlerFunc) string {
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// mirror answers with what it was sent.
func mirror(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	fmt.Fprintf(w, "%s %s %s %s", r.Method, r.URL, r.Header.Get("X-Name"), body)
}

func TestAsk(t *testing.T) {
	addr := start(t, mirror)
	got, err := Ask(addr, Post(addr, "/place", "X-Name: Ada\r\n", `{"a":1}`))
	if want := `POST /place Ada {"a":1}`; err != nil || string(got) != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

// TestAskForMuch has net/http send chunks: the answer is larger than what it
// waits for to count the length.
func TestAskForMuch(t *testing.T) {
	long := strings.Repeat("0123456789", 100_000)
	addr := start(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, long) })
	got, err := Ask(addr, Post(addr, "/", "", ""))
	if err != nil || string(got) != long {
		t.Errorf("got %d bytes, %v, want %d", len(got), err, len(long))
	}
}

func TestRunCountsEveryRequest(t *testing.T) {
	var served atomic.Int64
	addr := start(t, func(w http.ResponseWriter, r *http.Request) {
		served.Add(1)
		mirror(w, r)
	})
	g, err := Connect(Target{Addr: addr, Request: Post(addr, "/", "", "hello"), Want: []byte("POST /  hello")}, 4)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	for range 2 {
		served.Store(0)
		s, err := g.Run(20 * time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(s.Latencies); n < 4 || int64(n) != served.Load() || s.Elapsed <= 0 {
			t.Errorf("counted %d requests in %v, the server %d", n, s.Elapsed, served.Load())
		}
	}
}

func TestRunChecksEveryAnswer(t *testing.T) {
	var served atomic.Int64
	addr := start(t, func(w http.ResponseWriter, r *http.Request) {
		if served.Add(1) == 5 {
			io.WriteString(w, "tired")
			return
		}
		io.WriteString(w, "fine")
	})
	g, err := Connect(Target{Addr: addr, Request: Post(addr, "/", "", ""), Want: []byte("fine")}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	if _, err := g.Run(time.Minute); err == nil || !strings.Contains(err.Error(), "tired") {
		t.Errorf("got %v", err)
	}
}
