package jsonrpc_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

func TestObserver(t *testing.T) {
	var got []jsonrpc.Summary
	observe := jsonrpc.WithObserver(func(_ context.Context, s jsonrpc.Summary) {
		if since := time.Since(s.Start); since <= 0 || since > time.Hour {
			t.Errorf("started at %v", s.Start)
		}
		s.Start = time.Time{}
		got = append(got, s)
	})
	url := serve(t, jsonrpc.Methods{
		"one":  readOnly(result("1")),
		"long": readOnly(result(`"` + strings.Repeat("x", 1000) + `"`)),
		"fail": mutating(failing(&jsonrpc.Error{Code: 7, Message: "no"})),
	}, observe, jsonrpc.WithMaxBatch(4), jsonrpc.WithMaxAnswer(1000))
	const (
		one  = `{"jsonrpc":"2.0","id":1,"method":"one"}`
		long = `{"jsonrpc":"2.0","id":1,"method":"long"}`
		fail = `{"jsonrpc":"2.0","method":"fail"}`
		none = `{"jsonrpc":"2.0","id":1,"method":"none"}`
	)
	for _, test := range []struct {
		body string
		want jsonrpc.Summary
	}{
		{one, jsonrpc.Summary{Calls: 1, Ran: 1}},
		{fail, jsonrpc.Summary{Calls: 1, Ran: 1, Failed: 1, Code: 7}},
		{long, jsonrpc.Summary{Calls: 1, Ran: 1, Failed: 1, Code: jsonrpc.CodeInternalError}},
		{none, jsonrpc.Summary{Calls: 1, Failed: 1, Code: jsonrpc.CodeMethodNotFound}},
		{`{"id":1}`, jsonrpc.Summary{Calls: 1, Failed: 1, Code: jsonrpc.CodeInvalidRequest}},
		{`{`, jsonrpc.Summary{Code: jsonrpc.CodeParseError}},
		{`[]`, jsonrpc.Summary{Batch: true, Code: jsonrpc.CodeInvalidRequest}},
		{`[` + one + `,` + fail + `,` + none + `,1]`, jsonrpc.Summary{Batch: true, Calls: 4, Ran: 2, Failed: 3,
			Codes: map[int]int{7: 1, jsonrpc.CodeMethodNotFound: 1, jsonrpc.CodeInvalidRequest: 1}}},
		{`[` + one + `,` + long + `,` + fail + `]`, jsonrpc.Summary{Batch: true, Calls: 3, Ran: 2, Failed: 2,
			Codes: map[int]int{jsonrpc.CodeInternalError: 2}}},
		{`[` + one + `,` + one + `]`, jsonrpc.Summary{Batch: true, Calls: 2, Ran: 2}},
		{`[{"jsonrpc":"2.0","method":"none"},` + none + `]`, jsonrpc.Summary{Batch: true, Calls: 2, Failed: 2,
			Codes: map[int]int{jsonrpc.CodeMethodNotFound: 2}}},
		{`[1,2,3,4,5]`, jsonrpc.Summary{Batch: true, Code: jsonrpc.CodeInvalidRequest}},
	} {
		got = nil
		post(t, url, test.body)
		if diff := cmp.Diff([]jsonrpc.Summary{test.want}, got); diff != "" {
			t.Errorf("%s: summed up other than wanted (-):\n%s", test.body, diff)
		}
	}
}

// What comes too late to run has not run.
func TestObserverOfCanceled(t *testing.T) {
	var got jsonrpc.Summary
	h := jsonrpc.NewHandler(jsonrpc.Methods{"one": readOnly(result("1"))},
		jsonrpc.WithObserver(func(_ context.Context, s jsonrpc.Summary) { got = s }))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"one"}`))
	r.Header.Set("Content-Type", "application/json")
	h.ServeHTTP(httptest.NewRecorder(), r)
	got.Start = time.Time{}
	if diff := cmp.Diff(jsonrpc.Summary{Calls: 1, Failed: 1, Code: jsonrpc.CodeInternalError}, got); diff != "" {
		t.Errorf("summed up other than wanted (-):\n%s", diff)
	}
}
