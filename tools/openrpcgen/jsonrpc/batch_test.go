package jsonrpc_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

func TestBatch(t *testing.T) {
	var ran atomic.Int64
	d := calculator(&ran)
	d["fail"] = mutating(failing(&notFoundError{"bob"}))
	c := newClient(t, serve(t, d))
	b := jsonrpc.NewBatch(c)
	difference := jsonrpc.Queue(b, "subtract", &subtraction{42, 23}, jsonrpc.DecodeInt[int64])
	b.Notify("update", nil)
	failed := jsonrpc.QueueNoResult(b, "fail", nil)
	wrong := jsonrpc.Queue(b, "get_data", nil, jsonrpc.DecodeString[string])
	done := jsonrpc.QueueNoResult(b, "update", rawParams(`[1]`))
	none := jsonrpc.Queue(b, "none", nil, jsonrpc.DecodeString[string])
	if _, err := difference.Get(); err == nil || err.Error() != "jsonrpc: the batch has not been sent" {
		t.Errorf("before it is sent: %v", err)
	}
	if err := b.Send(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := difference.Get(); n != 19 || err != nil {
		t.Errorf("subtract: %d, %v", n, err)
	}
	if _, err := failed.Get(); kind(err) != "not found: bob" {
		t.Errorf("fail: %v", err)
	}
	if _, err := wrong.Get(); kind(err) != "response get_data 200: want a string, got an array" {
		t.Errorf("get_data: %v", err)
	}
	if _, err := done.Get(); err != nil {
		t.Errorf("update: %v", err)
	}
	if _, err := none.Get(); kind(err) != `error -32601 Method not found {"method":"none"}` {
		t.Errorf("none: %v", err)
	}
	if n := ran.Load(); n != 4 {
		t.Errorf("%d methods ran, want 4", n)
	}
	if err := b.Send(t.Context()); err == nil || err.Error() != "jsonrpc: the batch has been sent already" {
		t.Errorf("sent twice: %v", err)
	}
	if n, err := difference.Get(); n != 19 || err != nil || ran.Load() != 4 {
		t.Errorf("after it was sent twice: %d, %v, %d methods ran", n, err, ran.Load())
	}
}

func TestBatchWithoutAnswers(t *testing.T) {
	var ran, requests atomic.Int64
	h := jsonrpc.NewHandler(calculator(&ran))
	c := newClient(t, listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		h.ServeHTTP(w, r)
	})))
	if err := jsonrpc.NewBatch(c).Send(t.Context()); err != nil || requests.Load() != 0 {
		t.Errorf("empty: %v, %d requests", err, requests.Load())
	}
	b := jsonrpc.NewBatch(c)
	b.Notify("update", nil)
	b.Notify("none", nil)
	if err := b.Send(t.Context()); err != nil || ran.Load() != 1 || requests.Load() != 1 {
		t.Errorf("notifications: %v, %d methods, %d requests", err, ran.Load(), requests.Load())
	}
}

func TestLargeBatch(t *testing.T) {
	var ran atomic.Int64
	d := calculator(&ran)
	const calls = 1000
	for _, limit := range []int{calls, calls - 1} {
		ran.Store(0)
		b := jsonrpc.NewBatch(newClient(t, serve(t, d, jsonrpc.WithMaxBatch(limit))))
		var pending []*jsonrpc.Pending[int64]
		for i := range int64(calls) {
			pending = append(pending, jsonrpc.Queue(b, "subtract", &subtraction{i, 1}, jsonrpc.DecodeInt[int64]))
		}
		want, methods := "none", int64(calls)
		if limit < calls {
			want, methods = `error -32600 Invalid Request {"message":"a batch holds at most 999 calls"}`, 0
		}
		if err := b.Send(t.Context()); kind(err) != want {
			t.Errorf("limit %d: %v", limit, err)
		}
		for i, call := range pending {
			if n, err := call.Get(); kind(err) != want || (err == nil && n != int64(i-1)) {
				t.Fatalf("limit %d: call %d: %d, %v", limit, i, n, err)
			}
		}
		if n := ran.Load(); n != methods {
			t.Errorf("limit %d: %d methods ran, want %d", limit, n, methods)
		}
	}
}

// A batch of three calls, as servers that are not ours may answer it.
func TestBatchToAnotherServer(t *testing.T) {
	ok := func(id, n int) string { return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":%d}`, id, n) }
	const refused = `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"too many"}}`
	left := "response m 200: the call was left unanswered"
	const (
		again   = `{"jsonrpc":"2.0","error":{"code":-1,"message":"no"}}`
		tooMany = "error -32600 too many "
		twice   = "response m 200: the call was answered twice"
	)
	all := func(kind string) [4]string { return [4]string{kind, kind, kind, kind} }
	for _, test := range []struct {
		name   string
		status int
		body   string
		want   [4]string // kinds of the errors of Send, and of each call
	}{
		{"in order", 200, `[` + ok(1, 1) + `,` + ok(2, 2) + `,` + ok(3, 3) + `]`, all("none")},
		{"in another order", 200, `[` + ok(3, 3) + `,` + ok(1, 1) + `,` + ok(2, 2) + `]`, all("none")},
		{"one is missing", 200, `[` + ok(3, 3) + `,` + ok(1, 1) + `]`, [4]string{"none", "none", left, "none"}},
		{"all are missing", 200, `[]`, [4]string{"none", left, left, left}},
		{"of others", 200, `[` + ok(7, 7) + `,{"jsonrpc":"2.0","id":"1","result":1},1,[],{}]`, [4]string{"none", left, left, left}},
		{"one has no result", 200, `[` + ok(1, 1) + `,{"jsonrpc":"2.0","id":2},` + ok(3, 3) + `]`, [4]string{"none", "none", "response m 200: neither a result nor an error", "none"}},
		{"one is an error", 200, `[` + ok(1, 1) + `,` + ok(2, 2) + `,{"jsonrpc":"2.0","id":3,"error":{"code":-32003,"message":"","data":"bob"}}]`, [4]string{"none", "none", "none", "not found: bob"}},
		{"one is of another kind", 200, `[{"jsonrpc":"2.0","id":1,"result":"x"},` + ok(2, 2) + `,` + ok(3, 3) + `]`, [4]string{"none", "response m 200: want an integer, got a string", "none", "none"}},
		{"with a failing status", 500, `[` + ok(1, 1) + `,` + ok(3, 3) + `]`, [4]string{"none", "none", "response m 500: the call was left unanswered", "none"}},
		{"refused as a whole", 200, refused, all("error -32600 too many ")},
		{"refused in nobody's words", 200, `{"jsonrpc":"2.0","id":null,"error":{}}`, all("response batch of 4 200: want an array of responses")},
		{"refused in an array", 200, `[` + refused + `]`, [4]string{"none", tooMany, tooMany, tooMany}},
		{"one is missing, and an error has no id", 200, `[` + ok(3, 3) + `,` + refused + `,` + again + `,` + ok(1, 1) + `]`, [4]string{"none", "none", tooMany, "none"}},
		{"an error without an id, and none is missing", 200, `[` + ok(3, 3) + `,` + refused + `,` + ok(2, 2) + `,` + ok(1, 1) + `]`, all("none")},
		{"one twice", 200, `[` + ok(1, 1) + `,` + ok(2, 2) + `,` + ok(3, 3) + `,` + ok(2, 2) + `]`, [4]string{"none", "none", twice, "none"}},
		{"one thrice, and an error among them", 200, `[` + ok(1, 1) + `,{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}},` + ok(2, 2) + `,` + ok(3, 3) + `,` + ok(1, 1) + `]`, [4]string{"none", twice, "none", "none"}},
		{"one answer instead of three", 200, ok(1, 1), all("response batch of 4 200: want an array of responses")},
		{"HTML", 502, `<html>`, all("response batch of 4 502: at byte 0: want a JSON value")},
		{"nothing", 200, ``, all("response batch of 4 200: at byte 0: unexpected end")},
		{"204", 204, ``, all("response batch of 4 204: at byte 0: unexpected end")},
		{"nothing and a failing status", 503, ``, all("response batch of 4 503: 503 Service Unavailable")},
		{"truncated", 200, `[` + ok(1, 1) + `,`, all("response batch of 4 200: at byte 37: unexpected end")},
	} {
		b := jsonrpc.NewBatch(newClient(t, answering(t, test.status, test.body)))
		b.Notify("m", nil)
		var pending [3]*jsonrpc.Pending[int64]
		for i := range pending {
			pending[i] = jsonrpc.Queue(b, "m", nil, jsonrpc.DecodeInt[int64])
		}
		if k := kind(b.Send(t.Context())); k != test.want[0] {
			t.Errorf("%s: got %s, want %s", test.name, k, test.want[0])
		}
		for i, call := range pending {
			n, err := call.Get()
			if k := kind(err); k != test.want[i+1] || (err == nil && n != int64(i+1)) {
				t.Errorf("%s: call %d: got %d, %s, want %s", test.name, i+1, n, k, test.want[i+1])
			}
		}
	}
}

func TestNotificationsRefused(t *testing.T) {
	for body, want := range map[string]string{
		`{"jsonrpc":"2.0","id":null,"error":{"code":-1,"message":"no"}}`: "error -1 no ",
		`[]`:     "none",
		`<html>`: "response batch of 1 200: at byte 0: want a JSON value",
	} {
		b := jsonrpc.NewBatch(newClient(t, answering(t, 200, body)))
		b.Notify("m", nil)
		if k := kind(b.Send(t.Context())); k != want {
			t.Errorf("%s: got %s, want %s", body, k, want)
		}
	}
}

// The bytes of a batch, and that a context which ends fails every call of it.
func TestBatchOnTheWire(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	sent := make(chan string, 1)
	c := newClient(t, listen(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		sent <- string(body)
		cancel()
		<-r.Context().Done()
	})))
	b := jsonrpc.NewBatch(c)
	first := jsonrpc.Queue(b, "subtract", &subtraction{42, 23}, jsonrpc.DecodeInt[int64])
	b.Notify("up\"date", nil)
	second := jsonrpc.QueueNoResult(b, "sum", rawParams(`{"a": [ ]}`))
	err := b.Send(ctx)
	if kind(err) != "transport batch of 3" || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	_, err1 := first.Get()
	if _, err2 := second.Get(); err1 != err || err2 != err {
		t.Errorf("the calls got %v and %v, the batch %v", err1, err2, err)
	}
	want := `[{"jsonrpc":"2.0","id":1,"method":"subtract","params":[42,23]},{"jsonrpc":"2.0","method":"up\"date"},{"jsonrpc":"2.0","id":2,"method":"sum","params":{"a": [ ]}}]`
	if got := <-sent; got != want {
		t.Errorf("sent %s\nwant %s", strings.TrimSpace(got), want)
	}
}

// What a call was left unanswered for is its error's cause.
func TestBatchLeftUnanswered(t *testing.T) {
	b := jsonrpc.NewBatch(newClient(t, answering(t, 200, `[{"jsonrpc":"2.0","id":null,"error":{"code":-32003,"message":"no","data":"bob"}}]`)))
	call := jsonrpc.QueueNoResult(b, "m", nil)
	if err := b.Send(t.Context()); err != nil {
		t.Error(err)
	}
	_, err := call.Get()
	const want = "m: answered with HTTP status 200, but not as JSON-RPC: the call was left unanswered, and an error without an id says: jsonrpc: Not found (code -32003)"
	if e, ok := errors.AsType[*jsonrpc.ResponseError](err); !ok || e.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
	if e, ok := errors.AsType[*notFoundError](err); !ok || e.Name != "bob" {
		t.Errorf("the cause is not the contract's error: %v", err)
	}
}
