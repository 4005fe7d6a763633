package jsonrpc_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// canned answers every request with the same, without a network.
type canned struct {
	header   http.Header
	answer   func(request []byte) string
	requests bytes.Buffer
}

func (c *canned) RoundTrip(r *http.Request) (*http.Response, error) {
	c.requests.Reset()
	_, err := c.requests.ReadFrom(r.Body)
	_ = r.Body.Close()
	answer := c.answer(c.requests.Bytes())
	return &http.Response{
		StatusCode: http.StatusOK, ContentLength: int64(len(answer)), Body: io.NopCloser(strings.NewReader(answer)),
		Header: c.header, Request: r,
	}, err
}

// id cuts the id out of what a client sends.
func id(request []byte) []byte {
	_, rest, _ := bytes.Cut(request, []byte(`"id":`))
	id, _, _ := bytes.Cut(rest, []byte(","))
	return id
}

func BenchmarkClientCall(b *testing.B) {
	for _, size := range []int{10, 100_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			text := `,"result":"` + strings.Repeat("x", size) + `"}`
			transport := &canned{answer: func(request []byte) string { return `{"jsonrpc":"2.0","id":` + string(id(request)) + text }}
			c := newClient(b, "http://127.0.0.1", jsonrpc.WithHTTPClient(&http.Client{Transport: transport}))
			params := rawParams(`["` + strings.Repeat("y", size) + `"]`)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := jsonrpc.Invoke(b.Context(), c, "echo", params, jsonrpc.DecodeString[string]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkClientBatch100(b *testing.B) {
	var answers []string
	for i := range 100 {
		answers = append(answers, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":19}`, i+1))
	}
	answer := `[` + strings.Join(answers, ",") + `]`
	c := newClient(b, "http://127.0.0.1", jsonrpc.WithHTTPClient(&http.Client{Transport: &canned{answer: func([]byte) string { return answer }}}))
	params := &subtraction{42, 23}
	b.ReportAllocs()
	for b.Loop() {
		batch := jsonrpc.NewBatch(c)
		var last *jsonrpc.Pending[int64]
		for range 100 {
			last = jsonrpc.Queue(batch, "subtract", params, jsonrpc.DecodeInt[int64])
		}
		if err := batch.Send(b.Context()); err != nil {
			b.Fatal(err)
		}
		if n, err := last.Get(); n != 19 || err != nil {
			b.Fatal(n, err)
		}
	}
}
