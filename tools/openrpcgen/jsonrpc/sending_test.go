package jsonrpc_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// lazy is a RoundTripper that answers first and reads later, as it may.
type lazy struct{ unread []*http.Request }

func (l *lazy) RoundTrip(r *http.Request) (*http.Response, error) {
	l.unread = append(l.unread, r)
	answer := fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":1}`, len(l.unread))
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(answer)), Request: r}, nil
}

// The memory of a request is not used again before the request was read.
func TestRequestThatIsReadLate(t *testing.T) {
	transport := &lazy{}
	c := newClient(t, "http://127.0.0.1", jsonrpc.WithHTTPClient(&http.Client{Transport: transport}))
	large := strings.Repeat("x", 4000)
	for i := range 10 {
		if _, err := c.Call(t.Context(), "m", rawParams(fmt.Sprintf(`[%d,"%s"]`, i, large))); err != nil {
			t.Fatal(err)
		}
	}
	for i, r := range transport.unread {
		if again, err := r.GetBody(); i%2 == 0 {
			got, errRead := io.ReadAll(again)
			if want := fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"m","params":[%d,"%s"]}`, i+1, i, large); string(got) != want || err != nil || errRead != nil {
				t.Errorf("a second reader got %s, %v, %v; want %s", got, err, errRead, want)
			}
			_ = again.Close()
			_ = again.Close()
		} else {
			_ = again.Close() // unread
		}
		got, err := io.ReadAll(r.Body)
		if want := fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"m","params":[%d,"%s"]}`, i+1, i, large); string(got) != want || err != nil {
			t.Errorf("got %s, %v; want %s", got, err, want)
		}
		_ = r.Body.Close()
		if n, err := r.Body.Read(make([]byte, 1)); n != 0 || err == nil || err == io.EOF {
			t.Errorf("a closed body gave %d bytes, %v", n, err)
		}
		if _, err := r.GetBody(); err == nil {
			t.Error("a body that is over was opened again")
		}
	}
}

// A server that answers before it has read, and others that read: each gets its
// own request.
func TestRequestsKeepApart(t *testing.T) {
	url := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Early") != "" {
			w.Header().Set("Connection", "close")
			_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"early"}}`)
			return
		}
		var request struct{ ID, Params json.RawMessage }
		if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
			t.Error(err)
		}
		_, _ = fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"result":%s}`, request.ID, request.Params)
	}))
	c := newClient(t, url)
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for i := range 30 {
				params := rawParams(fmt.Sprintf(`[%d,"%s"]`, worker*1000+i, strings.Repeat(fmt.Sprint(worker), 20_000)))
				_, _ = c.Call(jsonrpc.WithHeader(t.Context(), "X-Early", "1"), "early", params) // the connection may break before the answer
				if got, err := c.Call(t.Context(), "echo", params); string(got) != string(params) || err != nil {
					t.Errorf("got %.40s, %v; want %.40s", got, err, params)
				}
			}
		})
	}
	group.Wait()
}

// Where a redirect is followed the body is sent again.
func TestRedirect(t *testing.T) {
	h := jsonrpc.NewHandler(calculator(new(atomic.Int64)))
	c := newClient(t, listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/there" {
			http.Redirect(w, r, "/there", http.StatusPermanentRedirect)
			return
		}
		h.ServeHTTP(w, r)
	})))
	if n, err := jsonrpc.Invoke(t.Context(), c, "subtract", &subtraction{42, 23}, jsonrpc.DecodeInt[int64]); n != 19 || err != nil {
		t.Errorf("subtract: %d, %v", n, err)
	}
	b := jsonrpc.NewBatch(c)
	call := jsonrpc.Queue(b, "subtract", &subtraction{42, 23}, jsonrpc.DecodeInt[int64])
	if err := b.Send(t.Context()); err != nil {
		t.Error(err)
	}
	if n, err := call.Get(); n != 19 || err != nil {
		t.Errorf("subtract in a batch: %d, %v", n, err)
	}
}

// What a caller got stays as it is, however many answers come after it.
func TestAnswersAreCopied(t *testing.T) {
	var text atomic.Pointer[string]
	url := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, *text.Load())
	}))
	var seen []*jsonrpc.Call
	plain := newClient(t, url)
	keeping := newClient(t, url, jsonrpc.WithInterceptor(func(next jsonrpc.Func) jsonrpc.Func {
		return func(ctx context.Context, call *jsonrpc.Call) error {
			seen = append(seen, call)
			return next(ctx, call)
		}
	}))
	answer := func(body string) { text.Store(&body) }
	type kept struct {
		name string
		get  func() string
	}
	var all []kept
	var want []string
	keep := func(name, value string, get func() string) {
		all = append(all, kept{name, get})
		want = append(want, name+": "+value)
	}
	for _, c := range []*jsonrpc.Client{plain, keeping} {
		answer(`{"jsonrpc":"2.0","id":1,"result":{"a":"first"}}`)
		raw, err := c.Call(t.Context(), "m", nil)
		keep("Call", `{"a":"first"}`, func() string { return string(raw) })
		answer(`{"jsonrpc":"2.0","id":2,"result":{"a":"other"}}`)
		decoded, err2 := jsonrpc.Invoke(t.Context(), c, "m", nil, jsonrpc.MapOf[map[string]json.RawMessage](jsonrpc.DecodeRaw))
		keep("Invoke", `map[a:"other"]`, func() string { return strings.ReplaceAll(fmt.Sprintf("%s", decoded), " ", "") })
		if err := errors.Join(err, err2); err != nil {
			t.Error(err)
		}
		answer(`{"jsonrpc":"2.0","id":3,"error":{"code":7,"message":"broken","data":["data"]}}`)
		_, err = c.Call(t.Context(), "m", nil)
		keep("error", `error 7 broken ["data"]`, func() string { return kind(err) })
		answer(`{"jsonrpc":"2.0","id":"wrong","result":1}`)
		_, errID := c.Call(t.Context(), "m", nil)
		keep("ResponseError", `{"jsonrpc":"2.0","id":"wrong","result":1}`, func() string {
			e, _ := errors.AsType[*jsonrpc.ResponseError](errID)
			return string(e.Body)
		})
		answer(`[{"jsonrpc":"2.0","id":1,"result":["batch"]},{"jsonrpc":"2.0","id":2,"error":{"code":7,"message":"batch","data":"data"}}]`)
		b := jsonrpc.NewBatch(c)
		one := jsonrpc.Queue(b, "m", nil, jsonrpc.DecodeRaw)
		two := jsonrpc.QueueNoResult(b, "m", nil)
		if err := b.Send(t.Context()); err != nil {
			t.Error(err)
		}
		keep("batch", `["batch"]`, func() string { raw, _ := one.Get(); return string(raw) })
		keep("error of a batch", `error 7 batch "data"`, func() string { _, err := two.Get(); return kind(err) })
	}
	keep("interceptor", `{"a":"first"}`, func() string { return string(seen[0].Result) })
	for range 20 {
		answer(strings.Repeat("!", 2000))
		_, _ = plain.Call(t.Context(), "m", nil)
	}
	var got []string
	for _, k := range all {
		got = append(got, k.name+": "+k.get())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
