package jsonrpc_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func readOnly(f jsonrpc.Func) jsonrpc.Method { return jsonrpc.Method{Serve: f, ReadOnly: true} }
func mutating(f jsonrpc.Func) jsonrpc.Method { return jsonrpc.Method{Serve: f} }

// result answers with JSON, as ServeNoParams does with what a method returned.
func result(raw string) jsonrpc.Func {
	return func(ctx context.Context, call *jsonrpc.Call) error {
		return jsonrpc.ServeNoParams(ctx, call, anyParams, func(context.Context) (json.RawMessage, error) {
			return json.RawMessage(raw), nil
		}, jsonrpc.EncodeRaw)
	}
}

// failing answers with an error.
func failing(err error) jsonrpc.Func {
	return func(context.Context, *jsonrpc.Call) error { return err }
}

func anyParams(context.Context, *jsonrpc.Call) error { return nil }

// subtraction is a params type as the generator writes it.
type subtraction struct{ Minuend, Subtrahend int64 }

func (v *subtraction) EncodeJSON(e *jsonrpc.Encoder) {
	e.ArrStart()
	e.Arg()
	e.Int(v.Minuend)
	e.Arg()
	e.Int(v.Subtrahend)
	e.EndArgs()
}

func (v *subtraction) DecodeJSON(d *jsonrpc.Decoder) error {
	return d.Params([]string{"minuend", "subtrahend"}, func(name string) error {
		switch name {
		case "minuend":
			return jsonrpc.DecodeInt(&v.Minuend, d)
		case "subtrahend":
			return jsonrpc.DecodeInt(&v.Subtrahend, d)
		}
		return d.Skip()
	})
}

// numbers are params of any length, by position.
type numbers []int64

func (v *numbers) DecodeJSON(d *jsonrpc.Decoder) error {
	return jsonrpc.DecodeSlice(v, d, jsonrpc.DecodeInt[int64])
}

// freeParams are params of any shape.
type freeParams struct{ JSON json.RawMessage }

func (v *freeParams) DecodeJSON(d *jsonrpc.Decoder) error { return jsonrpc.DecodeRaw(&v.JSON, d) }

// calculator has the methods of the specification's examples (section 7), and
// counts how many of them were run.
func calculator(ran *atomic.Int64) jsonrpc.Methods {
	subtract := func(ctx context.Context, call *jsonrpc.Call) error {
		return jsonrpc.Serve(ctx, call, anyParams, nil, func(_ context.Context, p subtraction) (int64, error) {
			return p.Minuend - p.Subtrahend, nil
		}, jsonrpc.EncodeInt[int64])
	}
	sum := func(ctx context.Context, call *jsonrpc.Call) error {
		return jsonrpc.Serve(ctx, call, anyParams, nil, func(_ context.Context, list numbers) (total int64, _ error) {
			for _, n := range list {
				total += n
			}
			return total, nil
		}, jsonrpc.EncodeInt[int64])
	}
	hear := func(ctx context.Context, call *jsonrpc.Call) error {
		return jsonrpc.ServeNoResult(ctx, call, anyParams, nil, func(context.Context, numbers) error { return nil })
	}
	d := jsonrpc.Methods{
		"subtract":     readOnly(subtract),
		"sum":          readOnly(sum),
		"update":       mutating(hear),
		"notify_hello": mutating(hear),
		"notify_sum":   mutating(hear),
		"get_data":     readOnly(result(`["hello",5]`)),
	}
	for name, m := range d {
		d[name] = jsonrpc.Method{ReadOnly: m.ReadOnly, Serve: func(ctx context.Context, call *jsonrpc.Call) error {
			ran.Add(1)
			return m.Serve(ctx, call)
		}}
	}
	return d
}

// serve starts a server on loopback and returns its URL.
func serve(t testing.TB, d jsonrpc.Methods, opts ...jsonrpc.HandlerOption) string {
	t.Helper()
	quiet := jsonrpc.WithLogger(slog.New(slog.DiscardHandler))
	return listen(t, jsonrpc.NewHandler(d, append([]jsonrpc.HandlerOption{quiet}, opts...)...))
}

func listen(t testing.TB, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// post sends a body and returns the status and the body that came back.
func post(t testing.TB, url, body string) (status int, answer string) {
	t.Helper()
	res := send(t, http.MethodPost, url, strings.NewReader(body), "Content-Type", "application/json")
	return res.StatusCode, res.body
}

type answer struct {
	*http.Response
	body string
}

// send sends a request with headers, given as names and values in turn.
func send(t testing.TB, verb, url string, body io.Reader, headers ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), verb, url, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res, string(text)}
}

// records is a log that can be read while it is written.
type records struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *records) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func (r *records) option() jsonrpc.HandlerOption {
	return jsonrpc.WithLogger(slog.New(slog.NewJSONHandler(r, nil)))
}

func (r *records) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// lines returns the records as objects.
func (r *records) lines(t *testing.T) (lines []map[string]any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(r.String()))
	for {
		var line map[string]any
		err := d.Decode(&line)
		if errors.Is(err, io.EOF) {
			return lines
		}
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
}
