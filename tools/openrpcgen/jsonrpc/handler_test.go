package jsonrpc_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

const callSubtract = `{` + subtract + `,"id":1}`

// unsized hides the size of a body, so that it is sent in chunks.
type unsized struct{ io.Reader }

func TestHTTP(t *testing.T) {
	const (
		byPost   = "JSON-RPC is spoken by POST.\n"
		typeJSON = "Send the header Content-Type: application/json.\n"
		noCoding = "Send the body without a Content-Encoding.\n"
	)
	for _, test := range []struct {
		verb    string
		headers []string
		status  int
		answer  string
	}{
		{"POST", []string{"Content-Type", "application/json"}, 200, nineteen("1")},
		{"POST", []string{"Content-Type", "application/json; charset=utf-8"}, 200, nineteen("1")},
		{"POST", []string{"Content-Type", "application/json;charset=\"UTF-8\""}, 200, nineteen("1")},
		{"POST", []string{"Content-Type", "APPLICATION/JSON"}, 200, nineteen("1")},
		{"POST", []string{"Content-Type", " application/json "}, 200, nineteen("1")},
		{"POST", []string{"Content-Type", "application/json", "Content-Encoding", "Identity"}, 200, nineteen("1")},
		{"POST", []string{"Content-Type", "application/json", "Content-Encoding", "", "Content-Encoding", "identity"}, 200, nineteen("1")},
		{"POST", []string{"Content-Type", "application/json", "Content-Type", "application/json; charset=utf-8"}, 200, nineteen("1")},
		{"POST", []string{"Content-Type", "application/json", "Accept", "text/html"}, 200, nineteen("1")},
		{"POST", nil, 415, typeJSON},
		{"POST", []string{"Content-Type", ""}, 415, typeJSON},
		{"POST", []string{"Content-Type", "text/plain"}, 415, typeJSON},
		{"POST", []string{"Content-Type", "text/plain; application/json"}, 415, typeJSON},
		{"POST", []string{"Content-Type", "application/jsonx"}, 415, typeJSON},
		{"POST", []string{"Content-Type", "application/json-rpc"}, 415, typeJSON},
		{"POST", []string{"Content-Type", "application/json, text/plain"}, 415, typeJSON},
		{"POST", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, typeJSON},
		{"POST", []string{"Content-Type", "multipart/form-data; boundary=x"}, 415, typeJSON},
		{"POST", []string{"Content-Type", "application/json", "Content-Type", "text/plain"}, 415, typeJSON},
		{"POST", []string{"Content-Type", "application/json", "Content-Encoding", "gzip"}, 415, noCoding},
		{"POST", []string{"Content-Type", "application/json", "Content-Encoding", "identity", "Content-Encoding", "gzip"}, 415, noCoding},
		{"POST", []string{"Content-Type", "application/json", "Content-Encoding", "identity, gzip"}, 415, noCoding},
		{"GET", []string{"Content-Type", "application/json"}, 405, byPost},
		{"PUT", []string{"Content-Type", "application/json"}, 405, byPost},
		{"DELETE", nil, 405, byPost},
		{"OPTIONS", nil, 405, byPost},
		{"post", []string{"Content-Type", "application/json"}, 405, byPost},
	} {
		t.Run(fmt.Sprint(test.verb, test.headers), func(t *testing.T) {
			var ran atomic.Int64
			res := send(t, test.verb, serve(t, calculator(&ran)), strings.NewReader(callSubtract), test.headers...)
			if res.StatusCode != test.status {
				t.Errorf("status %d, want %d", res.StatusCode, test.status)
			}
			if diff := cmp.Diff(test.answer, res.body); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if n := ran.Load(); (n == 1) != (test.status == 200) {
				t.Errorf("%d methods ran", n)
			}
			want := map[int]string{200: "", 405: "POST", 415: ""}[test.status]
			if got := res.Header.Get("Allow"); got != want {
				t.Errorf("Allow: %q, want %q", got, want)
			}
			if got := res.Header.Get("Accept-Encoding"); (got == "identity") != (test.answer == noCoding) {
				t.Errorf("Accept-Encoding: %q", got)
			}
		})
	}
}

func TestHeadersOfAnswers(t *testing.T) {
	url := serve(t, calculator(new(atomic.Int64)))
	for body, contentType := range map[string]string{
		callSubtract:                          "application/json",
		`nonsense`:                            "application/json",
		`{"jsonrpc":"2.0","method":"update"}`: "",
	} {
		res := send(t, http.MethodPost, url, strings.NewReader(body), "Content-Type", "application/json")
		if got := res.Header.Get("Content-Type"); got != contentType {
			t.Errorf("%s: Content-Type %q, want %q", body, got, contentType)
		}
		length := ""
		if len(res.body) > 0 {
			length = strconv.Itoa(len(res.body))
		}
		if got := res.Header.Get("Content-Length"); got != length {
			t.Errorf("%s: Content-Length %q, want %q", body, got, length)
		}
	}
}

func TestMaxBody(t *testing.T) {
	for _, limit := range []int{200, 1 << 20} {
		var ran atomic.Int64
		options := []jsonrpc.HandlerOption{jsonrpc.WithMaxBody(limit)}
		if limit == 1<<20 { // the default
			options = nil
		}
		url := serve(t, calculator(&ran), options...)
		padded := func(n int) io.Reader {
			return strings.NewReader(callSubtract + strings.Repeat(" ", n-len(callSubtract)))
		}
		for _, test := range []struct {
			name   string
			body   io.Reader
			status int
		}{
			{"at the limit", padded(limit), 200},
			{"at the limit, in chunks", unsized{padded(limit)}, 200},
			{"beyond", padded(limit + 1), 413},
			{"beyond, in chunks", unsized{padded(limit + 1)}, 413},
			{"far beyond", padded(10 * limit), 413},
			{"far beyond, in chunks", unsized{padded(10 * limit)}, 413},
		} {
			ran.Store(0)
			res := send(t, http.MethodPost, url, test.body, "Content-Type", "application/json")
			want := nineteen("1")
			if test.status == 413 {
				want = fmt.Sprintf("The body is larger than %d bytes.\n", limit)
			}
			if res.StatusCode != test.status || res.body != want {
				t.Errorf("%d bytes, %s: %d %s, want %d %s", limit, test.name, res.StatusCode, res.body, test.status, want)
			}
			if n := ran.Load(); (n == 1) != (test.status == 200) {
				t.Errorf("%d bytes, %s: %d methods ran", limit, test.name, n)
			}
		}
	}
}

// raw sends bytes and returns all that comes back until the server closes. If
// the bytes break off, they are followed by an end, by which net/http would take
// a client whose request is whole for one that has gone.
func raw(t *testing.T, url, request string, breaksOff bool) string {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	if breaksOff {
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
	}
	answer, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

func TestRawHTTP(t *testing.T) {
	const head = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
	for _, test := range []struct{ name, request, status, end string }{
		{"length", fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", head, len(callSubtract), callSubtract), "200 OK", nineteen("1")},
		{"chunks", fmt.Sprintf("%sTransfer-Encoding: chunked\r\n\r\n5\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", head, callSubtract[:5], len(callSubtract)-5, callSubtract[5:]), "200 OK", nineteen("1")},
		{"HTTP/1.0", fmt.Sprintf("POST / HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(callSubtract), callSubtract), "200 OK", nineteen("1")},
		{"announced and never sent", head + "Content-Length: 1048577\r\n\r\n", "413 Request Entity Too Large", "The body is larger than 1048576 bytes.\n"},
		{"announced and waiting", head + "Content-Length: 1048577\r\nExpect: 100-continue\r\n\r\n", "413 Request Entity Too Large", "The body is larger than 1048576 bytes.\n"},
		{"no body", head + "\r\n", "200 OK", unparsed("at byte 0: unexpected end")},
		{"a body that breaks off", head + "Content-Length: 100\r\n\r\n" + callSubtract, "400 Bad Request", "The body could not be read.\n"},
		{"chunks that break off", head + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"jso", "400 Bad Request", "The body could not be read.\n"},
		{"no chunks", head + "Transfer-Encoding: chunked\r\n\r\n" + callSubtract, "400 Bad Request", "The body could not be read.\n"},
	} {
		var ran atomic.Int64
		got := raw(t, serve(t, calculator(&ran)), test.request, strings.HasPrefix(test.status, "400"))
		_, status, _ := strings.Cut(got, " ")
		if !strings.HasPrefix(status, test.status+"\r\n") || !strings.HasSuffix(got, "\r\n\r\n"+test.end) {
			t.Errorf("%s: got\n%s\nwant %s and %s", test.name, got, test.status, test.end)
		}
		if n := ran.Load(); (n == 1) != (test.end == nineteen("1")) {
			t.Errorf("%s: %d methods ran", test.name, n)
		}
	}
}

// A body that is too slow for the server's read timeout is told from one that
// broke off.
func TestBodiesThatFail(t *testing.T) {
	h := jsonrpc.NewHandler(calculator(new(atomic.Int64)))
	for _, test := range []struct {
		err    error
		status int
	}{
		{&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, 408},
		{io.ErrUnexpectedEOF, 400},
	} {
		r := httptest.NewRequest(http.MethodPost, "/", iotest.ErrReader(test.err))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != test.status {
			t.Errorf("%v: %d %s, want %d", test.err, w.Code, w.Body, test.status)
		}
	}
}

func TestMaxAnswer(t *testing.T) {
	var ran []string
	log := func(m jsonrpc.Method) jsonrpc.Method {
		return jsonrpc.Method{ReadOnly: m.ReadOnly, Serve: func(ctx context.Context, call *jsonrpc.Call) error {
			ran = append(ran, call.Method)
			return m.Serve(ctx, call)
		}}
	}
	long := `"` + strings.Repeat("x", 300) + `"`
	var logged records
	var fillers []string
	url := serve(t, jsonrpc.Methods{
		"read":       log(readOnly(result(`1`))),
		"read_long":  log(readOnly(result(long))),
		"write":      log(mutating(result(`1`))),
		"write_long": log(mutating(result(long))),
	}, jsonrpc.WithMaxAnswer(300), logged.option())
	const full = `"error":{"code":-32603,"message":"Internal error","data":{"message":"the answer would be larger than 300 bytes; ask for less at once"}}}`
	request := func(method string) string { return `{"jsonrpc":"2.0","id":1,"method":"` + method + `"}` }
	notice := func(method string) string { return `{"jsonrpc":"2.0","method":"` + method + `"}` }
	answered := func(result string) string { return `{"jsonrpc":"2.0","id":1,"result":` + result + `}` }
	refused := `{"jsonrpc":"2.0","id":1,` + full
	for _, test := range []struct {
		name   string
		calls  []string
		answer string
		ran    []string
		filler string // the method that the log tells of
	}{
		{"a result that does not fit", []string{request("read_long")}, refused, []string{"read_long"}, "read_long"},
		{"a change is always answered", []string{request("write_long")}, answered(long), []string{"write_long"}, ""},
		{"a notification has no answer", []string{notice("read_long"), notice("read_long"), request("read")}, `[` + answered(`1`) + `]`, []string{"read_long", "read_long", "read"}, ""},
		{
			"nothing runs after a result that does not fit",
			[]string{request("read"), request("read_long"), request("read"), request("write"), notice("write"), `{}`},
			`[` + answered(`1`) + `,` + refused + `,` + refused + `,` + refused + `,` + invalid("null", badVersion) + `]`,
			[]string{"read", "read_long"},
			"read_long",
		},
		{
			"nothing runs after a change that did not fit",
			[]string{request("write_long"), request("write"), notice("write"), request("read")},
			`[` + answered(long) + `,` + refused + `,` + refused + `]`,
			[]string{"write_long"},
			"write_long",
		},
		{
			"many that fit together",
			[]string{request("read"), request("write"), request("read")},
			`[` + answered(`1`) + `,` + answered(`1`) + `,` + answered(`1`) + `]`,
			[]string{"read", "write", "read"},
			"",
		},
	} {
		ran = nil
		body := `[` + strings.Join(test.calls, ",") + `]`
		if len(test.calls) == 1 {
			body = test.calls[0]
		}
		_, answer := post(t, url, body)
		if diff := cmp.Diff(test.answer, answer); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", test.name, diff)
		}
		if diff := cmp.Diff(test.ran, ran); diff != "" {
			t.Errorf("%s: ran (-want +got)\n%s", test.name, diff)
		}
		if test.filler != "" {
			fillers = append(fillers, "answer full "+test.filler)
		}
	}
	var told []string
	for _, line := range logged.lines(t) {
		told = append(told, fmt.Sprint(line["msg"], " ", line["method"]))
	}
	if diff := cmp.Diff(fillers, told); diff != "" {
		t.Errorf("logged (-want +got)\n%s", diff)
	}
}

// No answer of a method that changes nothing is larger than the bound.
func TestMaxAnswerIsABound(t *testing.T) {
	for n := range 60 {
		result := readOnly(result(`"` + strings.Repeat("x", n) + `"`))
		url := serve(t, jsonrpc.Methods{"read": result}, jsonrpc.WithMaxAnswer(200))
		body := `{"jsonrpc":"2.0","id":1,"method":"read"}`
		_, answer := post(t, url, `[`+body+`,`+body+`,`+body+`]`)
		if fits := !strings.Contains(answer, "-32603"); fits && len(answer) > 200 {
			t.Errorf("%d bytes: %s", len(answer), answer)
		} else if !fits && 3*(36+n)+4 <= 200 {
			t.Errorf("would have fit: %s", answer)
		}
	}
}

const timedOut = `"error":{"code":-32603,"message":"Internal error","data":{"message":"the request timed out"}}}`

func TestTimeoutOverHTTP(t *testing.T) {
	url := serve(t, jsonrpc.Methods{"wait": mutating(func(ctx context.Context, _ *jsonrpc.Call) error {
		<-ctx.Done()
		return ctx.Err()
	})}, jsonrpc.WithTimeout(time.Millisecond))
	status, answer := post(t, url, `{"jsonrpc":"2.0","id":1,"method":"wait"}`)
	if want := `{"jsonrpc":"2.0","id":1,` + timedOut; status != 200 || answer != want {
		t.Errorf("got %d %s, want %s", status, answer, want)
	}
}

// The clock is a fake one here, so that the default of 10 s can be waited for.
func TestTimeout(t *testing.T) {
	for _, test := range []struct {
		name, body, answer string
		ran                []string
	}{
		{
			"alone", `{"jsonrpc":"2.0","id":1,"method":"wait"}`,
			`{"jsonrpc":"2.0","id":1,` + timedOut, []string{"wait"},
		}, {
			"in a batch, what has not begun does not run",
			`[{"jsonrpc":"2.0","id":1,"method":"wait"},{"jsonrpc":"2.0","method":"wait"},{"jsonrpc":"2.0","id":2,"method":"wait"},{"id":3}]`,
			`[{"jsonrpc":"2.0","id":1,` + timedOut + `,{"jsonrpc":"2.0","id":2,` + timedOut + `,` + invalid("3", badVersion) + `]`, []string{"wait"},
		}, {
			"what is done is answered",
			`[{"jsonrpc":"2.0","id":1,"method":"late"},{"jsonrpc":"2.0","id":2,"method":"wait"}]`,
			`[{"jsonrpc":"2.0","id":1,"result":"done"},{"jsonrpc":"2.0","id":2,` + timedOut + `]`, []string{"late"},
		}, {
			"a batch has the time of one request",
			`[{"jsonrpc":"2.0","id":1,"method":"slow"},{"jsonrpc":"2.0","id":2,"method":"slow"},{"jsonrpc":"2.0","id":3,"method":"slow"}]`,
			`[{"jsonrpc":"2.0","id":1,"result":6},{"jsonrpc":"2.0","id":2,` + timedOut + `,{"jsonrpc":"2.0","id":3,` + timedOut + `]`, []string{"slow", "slow"},
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			var log records
			var ran []string
			began := func(f jsonrpc.Func) jsonrpc.Method {
				return mutating(func(ctx context.Context, call *jsonrpc.Call) error {
					ran = append(ran, call.Method)
					return f(ctx, call)
				})
			}
			h := jsonrpc.NewHandler(jsonrpc.Methods{
				"wait": began(waitForEnd),
				"late": began(func(ctx context.Context, call *jsonrpc.Call) error {
					<-ctx.Done()
					return result(`"done"`)(ctx, call)
				}),
				"slow": began(func(ctx context.Context, call *jsonrpc.Call) error {
					select {
					case <-ctx.Done():
						return ctx.Err()
					case <-time.After(6 * time.Second):
						return result(`6`)(ctx, call)
					}
				}),
			}, log.option())
			if diff := cmp.Diff(test.answer, inProcess(h, test.body)); diff != "" {
				t.Errorf("%s: (-want +got)\n%s", test.name, diff)
			}
			if diff := cmp.Diff(test.ran, ran); diff != "" {
				t.Errorf("%s: ran (-want +got)\n%s", test.name, diff)
			}
			cut := 0
			for _, line := range log.lines(t) {
				if line["msg"] != "call cut short" {
					continue
				}
				cut++
				if line["level"] != "WARN" || line["method"] != "wait" || line["error"] != "query of wait: context deadline exceeded" {
					t.Errorf("%s: logged %v", test.name, line)
				}
			}
			if n := strings.Count(strings.Join(ran, " "), "wait"); cut != n { // the others tell nothing that the answer does not
				t.Errorf("%s: %d calls are logged, want %d", test.name, cut, n)
			}
		})
	}
}

func waitForEnd(ctx context.Context, call *jsonrpc.Call) error {
	<-ctx.Done()
	return fmt.Errorf("query of %s: %w", call.Method, ctx.Err())
}

// inProcess serves a body without a network.
func inProcess(h *jsonrpc.Handler, body string) string {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Body.String()
}

func TestClientThatGoesAway(t *testing.T) {
	began, ended := make(chan bool), make(chan error)
	url := serve(t, jsonrpc.Methods{"wait": mutating(func(ctx context.Context, _ *jsonrpc.Call) error {
		began <- true
		<-ctx.Done()
		ended <- ctx.Err()
		return ctx.Err()
	})}, jsonrpc.WithTimeout(0))
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	const body = `{"jsonrpc":"2.0","id":1,"method":"wait"}`
	fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	<-began
	conn.Close()
	if err := <-ended; err != context.Canceled {
		t.Errorf("the method's context ended with %v, want %v", err, context.Canceled)
	}
}

// Requests share buffers one after the other; each must see its own bytes only.
func TestConcurrentRequests(t *testing.T) {
	echo := func(ctx context.Context, call *jsonrpc.Call) error {
		return jsonrpc.Serve(ctx, call, anyParams, nil, func(_ context.Context, v freeParams) (json.RawMessage, error) {
			return v.JSON, nil
		}, jsonrpc.EncodeRaw)
	}
	url := serve(t, jsonrpc.Methods{"echo": readOnly(echo)})
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	defer client.CloseIdleConnections()
	var group sync.WaitGroup
	for worker := range 16 {
		group.Go(func() {
			for i := range 50 {
				params := fmt.Sprintf(`["%d","%s"]`, worker, strings.Repeat(string(rune('a'+worker)), i*i))
				body := fmt.Sprintf(`[{"jsonrpc":"2.0","method":"echo","id":"%d","params":%s},{"jsonrpc":"2.0","method":"none%d","id":2}]`, worker, params, worker)
				want := fmt.Sprintf(`[{"jsonrpc":"2.0","id":"%d","result":%s},%s]`, worker, params, unknown("2", fmt.Sprint("none", worker)))
				res, err := client.Post(url, "application/json", strings.NewReader(body))
				if err != nil {
					t.Error(err)
					return
				}
				got, _ := io.ReadAll(bufio.NewReader(res.Body))
				res.Body.Close()
				if string(got) != want {
					t.Errorf("got %s, want %s", got, want)
				}
			}
		})
	}
	group.Wait()
}
