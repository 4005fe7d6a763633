package jsonrpc_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// declare is what generated code has for its contract's errors.
func declare(_ string, e *jsonrpc.Error) error {
	if e.Code != -32003 {
		return e
	}
	name := jsonrpc.DecodeErrorData(e.Data, jsonrpc.DecodeString[string])
	if name == nil {
		return &notFoundError{"?"}
	}
	return &notFoundError{*name}
}

func newClient(t testing.TB, url string, opts ...jsonrpc.ClientOption) *jsonrpc.Client {
	c := jsonrpc.NewClient(url, declare, opts...)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// rawParams are params as they are.
type rawParams string

func (p rawParams) EncodeJSON(e *jsonrpc.Encoder) { e.JSON(json.RawMessage(p)) }

func TestClient(t *testing.T) {
	var ran atomic.Int64
	d := calculator(&ran)
	d["fail"] = mutating(failing(&notFoundError{"bob"}))
	d["rpc.discover"] = readOnly(result(`{"openrpc":"1.3.2"}`))
	c := newClient(t, serve(t, d))
	ctx := t.Context()
	if n, err := jsonrpc.Invoke(ctx, c, "subtract", &subtraction{42, 23}, jsonrpc.DecodeInt[int64]); n != 19 || err != nil {
		t.Errorf("subtract: %d, %v", n, err)
	}
	if err := jsonrpc.InvokeNoResult(ctx, c, "update", rawParams(`[1]`)); err != nil {
		t.Errorf("update: %v", err)
	}
	if got, err := c.Call(ctx, "get_data", nil); string(got) != `["hello",5]` || err != nil {
		t.Errorf("get_data: %s, %v", got, err)
	}
	if got, err := c.Discover(ctx); string(got) != `{"openrpc":"1.3.2"}` || err != nil {
		t.Errorf("discover: %s, %v", got, err)
	}
	if err := c.Notify(ctx, "update", nil); err != nil {
		t.Errorf("notify: %v", err)
	}
	if err := c.Notify(ctx, "none", nil); err != nil {
		t.Errorf("notify of no method: %v", err)
	}
	if n := ran.Load(); n != 4 {
		t.Errorf("%d methods ran, want 4", n)
	}
	_, err := c.Call(ctx, "fail", nil)
	if e, ok := errors.AsType[*notFoundError](err); !ok || e.Name != "bob" {
		t.Errorf("fail: %v, want the contract's type", err)
	}
	if e, ok := errors.AsType[*jsonrpc.Error](err); !ok || e.Code != -32003 {
		t.Errorf("fail: %v, want an error object too", err)
	}
	_, err = c.Call(ctx, "none", nil)
	if e, ok := errors.AsType[*jsonrpc.Error](err); !ok || e.Code != jsonrpc.CodeMethodNotFound {
		t.Errorf("none: %v, want an error object", err)
	}
	_, err = jsonrpc.Invoke(ctx, c, "get_data", nil, jsonrpc.DecodeInt[int64])
	if e, ok := errors.AsType[*jsonrpc.ResponseError](err); !ok || e.Error() != `get_data: the result does not fit the contract: want an integer, got an array` {
		t.Errorf("a result of another kind: %v", err)
	}
}

// What cannot be written is not sent.
func TestClientRefusesParams(t *testing.T) {
	c := newClient(t, "http://127.0.0.1:1")
	for _, params := range []rawParams{`[1`, `{"a":1,"a":2}`, `1],"id":2,"x":[`} {
		_, err := c.Call(t.Context(), "m", params)
		if err == nil || !strings.HasPrefix(err.Error(), "m: params: raw JSON: at byte ") {
			t.Errorf("call with %s: %v", params, err)
		}
		if err := c.Notify(t.Context(), "m", params); err == nil || !strings.HasPrefix(err.Error(), "m: params: ") {
			t.Errorf("notification with %s: %v", params, err)
		}
		b := jsonrpc.NewBatch(c)
		call := jsonrpc.Queue(b, "m", params, jsonrpc.DecodeInt[int64])
		if err := b.Send(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "m: params: ") {
			t.Errorf("batch with %s: %v", params, err)
		}
		if _, err := call.Get(); err == nil || !strings.HasPrefix(err.Error(), "m: params: ") {
			t.Errorf("call of a batch with %s: %v", params, err)
		}
	}
}

// kind tells errors apart as users do.
func kind(err error) string {
	if err == nil {
		return "none"
	}
	if e, ok := errors.AsType[*notFoundError](err); ok {
		return "not found: " + e.Name
	}
	if e, ok := errors.AsType[*jsonrpc.Error](err); ok {
		return fmt.Sprintf("error %d %s %s", e.Code, e.Message, e.Data)
	}
	if e, ok := errors.AsType[*jsonrpc.ResponseError](err); ok {
		return fmt.Sprintf("response %s %d: %v", e.Method, e.Status, e.Err)
	}
	if e, ok := errors.AsType[*jsonrpc.TransportError](err); ok {
		return "transport " + e.Method
	}
	return err.Error()
}

// answering is a server that answers all with the same.
func answering(t testing.TB, status int, body string) string {
	return listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
}

func TestClientOfAnotherServer(t *testing.T) {
	const call = `{"jsonrpc":"2.0","id":1,`
	for _, test := range []struct {
		name   string
		status int
		body   string
		want   string // kind of the error
	}{
		{"a result", 200, call + `"result":7}`, "none"},
		{"a result with an error that is null", 200, call + `"result":7,"error":null}`, "none"},
		{"a result after white space", 200, "\r\n " + call + "\"result\" : 7 , \"more\":[] }\n", "none"},
		{"a result with a failing status", 500, call + `"result":7}`, "none"},
		{"an error", 200, call + `"error":{"code":-32003,"message":"Not found","data":"bob"}}`, "not found: bob"},
		{"an error with data of another kind", 200, call + `"error":{"code":-32003,"message":"Not found","data":[]}}`, "not found: ?"},
		{"an error with a failing status", 500, call + `"error":{"code":-1,"message":"no"}}`, "error -1 no "},
		{"an error with a result that is null", 200, call + `"result":null,"error":{"code":-1,"message":"no","data":{"a":1}}}`, `error -1 no {"a":1}`},
		{"an error that could not tell the id", 200, `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}`, "error -32700 Parse error "},
		{"an error without an id", 200, `{"jsonrpc":"2.0","error":{"code":-32700}}`, "error -32700  "},
		{"an error to another call", 200, `{"jsonrpc":"2.0","id":8,"error":{"code":-1,"message":"no"}}`, `response m 200: the response is to another call: id 8 instead of 1`},
		{"HTML", 502, "<html>Bad Gateway</html>", `response m 502: at byte 0: want a JSON value`},
		{"text", 404, "404 page not found\n", `response m 404: at byte 4: something follows the JSON value`},
		{"nothing", 200, "", `response m 200: at byte 0: unexpected end`},
		{"204", 204, "", `response m 204: at byte 0: unexpected end`},
		{"nothing and a failing status", 503, "", `response m 503: 503 Service Unavailable`},
		{"null", 200, "null", `response m 200: a response is an object`},
		{"an empty array", 200, "[]", `response m 200: want one response, got an array`},
		{"an array", 200, `[` + call + `"result":7}]`, `response m 200: want one response, got an array`},
		{"truncated", 200, call + `"result":7`, `response m 200: at byte 34: unexpected end`},
		{"a name twice", 200, call + `"result":7,"result":8}`, `response m 200: at byte 35: the member name stands twice`},
		{"two answers", 200, call + `"result":7}` + call + `"result":7}`, `response m 200: at byte 35: something follows the JSON value`},
		{"another version", 200, `{"jsonrpc":"1.0","id":1,"result":7}`, `response m 200: jsonrpc is not "2.0"`},
		{"no version", 200, `{"id":1,"result":7}`, `response m 200: jsonrpc is not "2.0"`},
		{"another id", 200, `{"jsonrpc":"2.0","id":2,"result":7}`, `response m 200: the response is to another call: id 2 instead of 1`},
		{"the id as a string", 200, `{"jsonrpc":"2.0","id":"1","result":7}`, `response m 200: the response is to another call: id "1" instead of 1`},
		{"no id", 200, `{"jsonrpc":"2.0","result":7}`, `response m 200: the response is to another call: id left out instead of 1`},
		{"a long id", 200, `{"jsonrpc":"2.0","id":"` + strings.Repeat("x", 100) + `","result":7}`, `response m 200: the response is to another call: id "` + strings.Repeat("x", 39) + ` instead of 1`},
		{"neither result nor error", 200, call + `"error":null}`, `response m 200: neither a result nor an error`},
		{"both", 200, call + `"result":7,"error":{"code":-1,"message":"no"}}`, `response m 200: both a result and an error`},
		{"an error that is text", 200, call + `"error":"no"}`, `response m 200: error object: want an object, got a string`},
		{"an error without a code", 200, call + `"error":{"message":"no"}}`, `response m 200: error object without a code`},
		{"an error with a bad code", 200, call + `"error":{"code":1.5}}`, `response m 200: error object: /code: want an integer, got a number with a fraction`},
		{"too large", 200, call + `"result":"` + strings.Repeat("x", 2000) + `"}`, `response m 200: the answer is larger than 2000 bytes`},
	} {
		c := newClient(t, answering(t, test.status, test.body), jsonrpc.WithMaxAnswer(2000))
		got, err := jsonrpc.Invoke(t.Context(), c, "m", nil, jsonrpc.DecodeInt[int64])
		if k := kind(err); k != test.want {
			t.Errorf("%s: got %s\nwant %s", test.name, k, test.want)
		}
		if err == nil && got != 7 {
			t.Errorf("%s: got %d", test.name, got)
		}
		if e, ok := errors.AsType[*jsonrpc.ResponseError](err); ok && string(e.Body) != test.body[:min(len(test.body), 1024)] {
			t.Errorf("%s: the error keeps %q of the body", test.name, e.Body)
		}
	}
}

// A null where the contract wants a value is read as missing, as far down as it
// may be; what is not null must fit all the same.
func TestUnexpectedNull(t *testing.T) {
	type tuple struct {
		n    int64
		list []string
	}
	for _, test := range []struct {
		name   string
		decode func(*any, *jsonrpc.Decoder) error
		null   any
		others map[string]any // what else is read, by its text; nil is an error
	}{
		{"string", anyOf(jsonrpc.DecodeString[string]), "", map[string]any{`"a"`: "a", `1`: nil}},
		{"bool", anyOf(jsonrpc.DecodeBool[bool]), false, map[string]any{`true`: true, `"true"`: nil}},
		{"int", anyOf(jsonrpc.DecodeInt[int64]), int64(0), map[string]any{`7`: int64(7), `1.5`: nil}},
		{"uint", anyOf(jsonrpc.DecodeUint[uint64]), uint64(0), map[string]any{`7`: uint64(7), `-1`: nil}},
		{"float", anyOf(jsonrpc.DecodeFloat[float64]), 0.0, map[string]any{`1.5`: 1.5, `[]`: nil}},
		{"number", anyOf(jsonrpc.DecodeNumber[json.Number]), json.Number(""), map[string]any{`1`: json.Number("1"), `"1"`: nil}},
		{"time", anyOf(jsonrpc.DecodeTime), time.Time{}, map[string]any{`"no"`: nil}},
		{"bytes", anyOf(jsonrpc.DecodeBytes[[]byte]), []byte(nil), map[string]any{`"AQ=="`: []byte{1}, `"?"`: nil}},
		{"raw", anyOf(jsonrpc.DecodeRaw), json.RawMessage("null"), map[string]any{`[]`: json.RawMessage("[]")}},
		{"slice", anyOf(jsonrpc.SliceOf[[]string](jsonrpc.DecodeString)), []string(nil),
			map[string]any{`[]`: []string{}, `["a",null]`: []string{"a", ""}, `{}`: nil, `[1]`: nil}},
		{"map", anyOf(jsonrpc.MapOf[map[string]bool](jsonrpc.DecodeBool)), map[string]bool(nil),
			map[string]any{`{}`: map[string]bool{}, `{"a":null}`: map[string]bool{"a": false}, `[]`: nil}},
		{"object", anyOf(func(v *struct{ N int64 }, d *jsonrpc.Decoder) error {
			return d.Object(func(string) error { return jsonrpc.DecodeInt(&v.N, d) })
		}), struct{ N int64 }{}, map[string]any{`{"n":null}`: struct{ N int64 }{}, `{"n":1}`: struct{ N int64 }{1}, `7`: nil, `{"n":"1"}`: nil}},
		{"tuple", anyOf(func(v *tuple, d *jsonrpc.Decoder) error {
			return d.Tuple(2, func(i int) error {
				if i == 0 {
					return jsonrpc.DecodeInt(&v.n, d)
				}
				return jsonrpc.DecodeSlice(&v.list, d, jsonrpc.DecodeString)
			})
		}), tuple{}, map[string]any{`[null,null]`: tuple{}, `[1,["a"]]`: tuple{1, []string{"a"}}, `[null]`: nil}},
		{"const", anyOf(func(_ *struct{}, d *jsonrpc.Decoder) error { return d.DecodeConst(`"2.0"`) }), struct{}{},
			map[string]any{`"2.0"`: struct{}{}, `"1.0"`: nil}},
	} {
		t.Run(test.name, func(t *testing.T) {
			read := func(text string) (any, error) {
				c := newClient(t, answering(t, 200, `{"jsonrpc":"2.0","id":1,"result":`+text+`}`))
				return jsonrpc.Invoke(t.Context(), c, "m", nil, test.decode)
			}
			if got, err := read("null"); err != nil || !reflect.DeepEqual(got, test.null) {
				t.Errorf("null: %#v, %v", got, err)
			}
			for text, want := range test.others {
				if got, err := read(text); err == nil && !reflect.DeepEqual(got, want) || (err == nil) != (want != nil) {
					t.Errorf("%s: %#v, %v", text, got, err)
				}
			}
			var v any
			if err := test.decode(&v, jsonrpc.NewDecoder([]byte("null"))); err == nil && test.name != "raw" {
				t.Error("null is read by who is no client, too")
			}
		})
	}
}

// anyOf makes decoders of several types those of one.
func anyOf[T any](decode func(*T, *jsonrpc.Decoder) error) func(*any, *jsonrpc.Decoder) error {
	return func(v *any, d *jsonrpc.Decoder) error {
		var x T
		err := decode(&x, d)
		*v = x
		return err
	}
}

func TestNotificationsToAnotherServer(t *testing.T) {
	for _, test := range []struct {
		name   string
		status int
		body   string
		want   string
	}{
		{"204", 204, "", "none"},
		{"an empty 200", 200, "", "none"},
		{"202", 202, "", "none"},
		{"a result nobody asked for", 200, `{"jsonrpc":"2.0","id":null,"result":null}`, "none"},
		{"an error", 200, `{"jsonrpc":"2.0","id":null,"error":{"code":-32003,"message":"no","data":"bob"}}`, "not found: bob"},
		{"HTML", 502, "<html>", `response m 502: at byte 0: want a JSON value`},
		{"refused", 403, "", `response m 403: 403 Forbidden`},
	} {
		c := newClient(t, answering(t, test.status, test.body))
		if k := kind(c.Notify(t.Context(), "m", nil)); k != test.want {
			t.Errorf("%s: got %s, want %s", test.name, k, test.want)
		}
	}
}

func TestTransportErrors(t *testing.T) {
	refused, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused.Close()
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	hangs := listen(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	breaksOff := listen(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"jsonrpc":`)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}))
	for _, test := range []struct {
		name, url string
		ctx       context.Context
		option    jsonrpc.ClientOption
		is        error
	}{
		{"connection refused", "http://" + refused.Addr().String(), t.Context(), jsonrpc.WithToken("t"), nil},
		{"a context that has ended", hangs, canceled, jsonrpc.WithToken("t"), context.Canceled},
		{"a timeout", hangs, t.Context(), jsonrpc.WithTimeout(time.Millisecond), context.DeadlineExceeded},
		{"a body that breaks off", breaksOff, t.Context(), jsonrpc.WithToken("t"), io.ErrUnexpectedEOF},
		{"no URL", "http://%", t.Context(), jsonrpc.WithToken("t"), nil},
		{"a token that is no header", hangs, t.Context(), jsonrpc.WithToken("a\nb"), nil},
	} {
		c := newClient(t, test.url, test.option)
		_, err := c.Call(test.ctx, "m", nil)
		if k := kind(err); k != "transport m" || (test.is != nil && !errors.Is(err, test.is)) {
			t.Errorf("%s: %v", test.name, err)
		}
		b := jsonrpc.NewBatch(c)
		b.Notify("m", nil)
		if err := b.Send(test.ctx); kind(err) != "transport batch of 1" {
			t.Errorf("%s, batch: %v", test.name, err)
		}
	}
}

func TestClientCancelsItsCall(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	c := newClient(t, serve(t, jsonrpc.Methods{"wait": mutating(func(ctx context.Context, _ *jsonrpc.Call) error {
		cancel()
		<-ctx.Done()
		ended <- ctx.Err()
		return ctx.Err()
	})}, jsonrpc.WithTimeout(0)))
	_, err := c.Call(ctx, "wait", nil)
	if kind(err) != "transport wait" || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := <-ended; err != context.Canceled {
		t.Errorf("the method's context ended with %v", err)
	}
}

func TestHeaders(t *testing.T) {
	header := func(ctx context.Context, call *jsonrpc.Call) error {
		text, _ := json.Marshal([]string{call.Header.Get("Authorization"), call.Header.Get("X-Trace"), call.Header.Get("Content-Type")})
		return result(string(text))(ctx, call)
	}
	c := newClient(t, serve(t, jsonrpc.Methods{"header": readOnly(header)}), jsonrpc.WithToken("first"))
	check := func(ctx context.Context, want ...string) {
		t.Helper()
		got, err := jsonrpc.Invoke(ctx, c, "header", nil, jsonrpc.SliceOf[[]string](jsonrpc.DecodeString[string]))
		if diff := cmp.Diff(append(want, "application/json"), got); diff != "" || err != nil {
			t.Errorf("%v (-want +got)\n%s", err, diff)
		}
		b := jsonrpc.NewBatch(c)
		call := jsonrpc.Queue(b, "header", nil, jsonrpc.SliceOf[[]string](jsonrpc.DecodeString[string]))
		if err := b.Send(ctx); err != nil {
			t.Error(err)
		}
		if got, err := call.Get(); !cmp.Equal(append(want, "application/json"), got) || err != nil {
			t.Errorf("batch: got %q, %v", got, err)
		}
	}
	ctx := t.Context()
	traced := jsonrpc.WithHeader(ctx, "x-trace", "1")
	check(ctx, "Bearer first", "")
	check(traced, "Bearer first", "1")
	check(jsonrpc.WithHeader(traced, "X-Trace", "2"), "Bearer first", "2")
	check(traced, "Bearer first", "1")
	check(jsonrpc.WithHeader(ctx, "Authorization", "Basic x"), "Basic x", "")
	check(jsonrpc.WithHeader(ctx, "Content-Type", "text/plain"), "Bearer first", "")
	c.SetToken("second")
	check(ctx, "Bearer second", "")
	c.ClearToken()
	check(ctx, "", "")
}

func TestInterceptorsOfClient(t *testing.T) {
	var notes []string
	c := newClient(t, serve(t, calculator(new(atomic.Int64))), noting(&notes, "a"), noting(&notes, "b"))
	if _, err := c.Call(t.Context(), "subtract", &subtraction{42, 23}); err != nil {
		t.Error(err)
	}
	if err := c.Notify(t.Context(), "update", nil); err != nil {
		t.Error(err)
	}
	_, err := c.Call(t.Context(), "none", nil)
	want := []string{
		`a> subtract[42,23]`, `b> subtract[42,23]`, `<b 19 <nil>`, `<a 19 <nil>`,
		`a> update`, `b> update`, `<b  <nil>`, `<a  <nil>`,
		`a> none`, `b> none`, fmt.Sprint(`<b  `, err), fmt.Sprint(`<a  `, err),
	}
	if diff := cmp.Diff(want, notes); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// An interceptor sees the contract's errors, may try again, and what it adds to
// an error is kept.
func TestInterceptorThatTriesAgain(t *testing.T) {
	var ran atomic.Int64
	url := serve(t, jsonrpc.Methods{"fail": mutating(func(ctx context.Context, call *jsonrpc.Call) error {
		if ran.Add(1); call.Header.Get("X-Attempt") == "2" {
			return result(`"at last"`)(ctx, call)
		}
		return &notFoundError{"bob"}
	})})
	again := jsonrpc.WithInterceptor(func(next jsonrpc.Func) jsonrpc.Func {
		return func(ctx context.Context, call *jsonrpc.Call) error {
			err := next(ctx, call)
			if _, ok := errors.AsType[*notFoundError](err); !ok {
				t.Errorf("the interceptor got %v", err)
			}
			if call.Header.Get("X-Retry") == "" {
				return fmt.Errorf("first attempt: %w", err)
			}
			call.Header.Set("X-Attempt", "2")
			return next(ctx, call)
		}
	})
	c := newClient(t, url, again)
	if _, err := c.Call(t.Context(), "fail", nil); kind(err) != "not found: bob" || !strings.HasPrefix(err.Error(), "first attempt: ") {
		t.Errorf("got %v", err)
	}
	if got, err := c.Call(jsonrpc.WithHeader(t.Context(), "X-Retry", "1"), "fail", nil); string(got) != `"at last"` || err != nil {
		t.Errorf("got %s, %v", got, err)
	}
	if n := ran.Load(); n != 3 {
		t.Errorf("%d calls ran, want 3", n)
	}
}

// Calls at once must not each open a connection of their own, again and again.
// All of a round are under way before the first is answered.
func TestConnectionsAreKept(t *testing.T) {
	const calls, rounds = 200, 5
	var arriving sync.WaitGroup
	meet := func(ctx context.Context, call *jsonrpc.Call) error {
		arriving.Done()
		arriving.Wait()
		return result("1")(ctx, call)
	}
	var opened atomic.Int64
	server := httptest.NewUnstartedServer(jsonrpc.NewHandler(jsonrpc.Methods{"meet": readOnly(meet)}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	c := newClient(t, server.URL)
	for range rounds {
		arriving.Add(calls)
		var group sync.WaitGroup
		for range calls {
			group.Go(func() {
				if n, err := jsonrpc.Invoke(t.Context(), c, "meet", nil, jsonrpc.DecodeInt[int64]); n != 1 || err != nil {
					t.Errorf("got %d, %v", n, err)
				}
			})
		}
		group.Wait()
	}
	if n := opened.Load(); n != calls {
		t.Errorf("%d connections for %d calls at once, %d times", n, calls, rounds)
	}
}

// roundTripper wraps another, as tracing does.
type roundTripper struct{ http.RoundTripper }

func TestClientOfAWrappedTransport(t *testing.T) {
	before := http.DefaultTransport
	http.DefaultTransport = roundTripper{before}
	t.Cleanup(func() { http.DefaultTransport = before })
	t.Cleanup(before.(*http.Transport).CloseIdleConnections)
	c := newClient(t, serve(t, calculator(new(atomic.Int64))))
	if n, err := jsonrpc.Invoke(t.Context(), c, "subtract", &subtraction{42, 23}, jsonrpc.DecodeInt[int64]); n != 19 || err != nil {
		t.Errorf("subtract: %d, %v", n, err)
	}
}
