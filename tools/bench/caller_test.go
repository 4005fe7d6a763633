package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-rpc/rollcall/tools/bench/peer"
)

// sent is what of a request has to be alike.
type sent struct{ method, path, contentType, accept, body string }

// TestCallersSendTheSame is what makes them comparable.
func TestCallersSendTheSame(t *testing.T) {
	p, err := peer.Find(generatedKey)
	if err != nil {
		t.Fatal(err)
	}
	handler := p.Handler(0)
	var last sent
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		last = sent{r.Method, r.URL.Path, r.Header.Get("Content-Type"), r.Header.Get("Accept"), string(body)}
		r.Body = io.NopCloser(strings.NewReader(last.body))
		handler.ServeHTTP(w, r)
	}))
	defer server.Close()
	requests := map[string]sent{}
	for key, caller := range callers {
		sum, err := caller(server.URL + peer.Path)(t.Context())
		if err != nil || sum != 40 {
			t.Errorf("%s: %v, %v", key, sum, err)
		}
		requests[key] = last
	}
	if diff := cmp.Diff(requests["plain"], requests["generated"], cmp.AllowUnexported(sent{})); diff != "" {
		t.Error(diff)
	}
}

func TestCallForStopsAtAWrongSum(t *testing.T) {
	wrong := func(context.Context) (float64, error) { return 41, nil }
	if _, err := callFor(wrong, time.Minute, 3); err == nil || err.Error() != "15 + 25 = 41" {
		t.Errorf("got %v", err)
	}
}
