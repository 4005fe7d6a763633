package jsonrpc_test

import (
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSpecification sends the examples of section 7 of the specification, byte
// for byte. The answers differ from those printed there in white space, and in
// data, which the specification leaves to the server.
func TestSpecification(t *testing.T) {
	const (
		parseError     = `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error","data":{"message":`
		invalidRequest = `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid Request","data":{"message":`
		noObject       = invalidRequest + `"a request is an object"}}}`
	)
	for _, test := range []struct {
		name, body string
		status     int
		answer     string
		ran        int64
	}{
		{
			"rpc call with positional parameters",
			`{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}`,
			200, `{"jsonrpc":"2.0","id":1,"result":19}`, 1,
		}, {
			"rpc call with positional parameters, the other way round",
			`{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}`,
			200, `{"jsonrpc":"2.0","id":2,"result":-19}`, 1,
		}, {
			"rpc call with named parameters",
			`{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}`,
			200, `{"jsonrpc":"2.0","id":3,"result":19}`, 1,
		}, {
			"rpc call with named parameters, the other way round",
			`{"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4}`,
			200, `{"jsonrpc":"2.0","id":4,"result":19}`, 1,
		}, {
			"a Notification",
			`{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}`,
			204, ``, 1,
		}, {
			"a Notification of no method",
			`{"jsonrpc": "2.0", "method": "foobar"}`,
			204, ``, 0,
		}, {
			"rpc call of non-existent method",
			`{"jsonrpc": "2.0", "method": "foobar", "id": "1"}`,
			200, `{"jsonrpc":"2.0","id":"1","error":{"code":-32601,"message":"Method not found","data":{"method":"foobar"}}}`, 0,
		}, {
			"rpc call with invalid JSON",
			`{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]`,
			200, parseError + `"at byte 39: want , or } after a member"}}}`, 0,
		}, {
			"rpc call with invalid Request object",
			`{"jsonrpc": "2.0", "method": 1, "params": "bar"}`,
			200, invalidRequest + `"method must be a string"}}}`, 0,
		}, {
			"rpc call Batch, invalid JSON",
			`[
  {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
  {"jsonrpc": "2.0", "method"
]`,
			200, parseError + `"at byte 101: want : after a member name"}}}`, 0,
		}, {
			"rpc call with an empty Array",
			`[]`,
			200, invalidRequest + `"a batch holds at least one call"}}}`, 0,
		}, {
			"rpc call with an invalid Batch (but not empty)",
			`[1]`,
			200, `[` + noObject + `]`, 0,
		}, {
			"rpc call with invalid Batch",
			`[1,2,3]`,
			200, `[` + noObject + `,` + noObject + `,` + noObject + `]`, 0,
		}, {
			"rpc call Batch",
			`[
        {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
        {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
        {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
        {"foo": "boo"},
        {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
        {"jsonrpc": "2.0", "method": "get_data", "id": "9"}
    ]`,
			200, `[{"jsonrpc":"2.0","id":"1","result":7},` +
				`{"jsonrpc":"2.0","id":"2","result":19},` +
				invalidRequest + `"jsonrpc must be \"2.0\""}}},` +
				`{"jsonrpc":"2.0","id":"5","error":{"code":-32601,"message":"Method not found","data":{"method":"foo.get"}}},` +
				`{"jsonrpc":"2.0","id":"9","result":["hello",5]}]`, 4,
		}, {
			"rpc call Batch (all notifications)",
			`[
        {"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},
        {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}
    ]`,
			204, ``, 2,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var ran atomic.Int64
			status, answer := post(t, serve(t, calculator(&ran)), test.body)
			if status != test.status {
				t.Errorf("status %d %s, want %d", status, http.StatusText(status), test.status)
			}
			if diff := cmp.Diff(test.answer, answer); diff != "" {
				t.Errorf("answer: (-want +got)\n%s", diff)
			}
			if n := ran.Load(); n != test.ran {
				t.Errorf("%d methods ran, want %d", n, test.ran)
			}
		})
	}
}
