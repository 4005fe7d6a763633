package inprocess

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/rollcall-rpc/rollcall/gen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

// canned answers every request with the same bytes.
type canned string

// RoundTrip implements [http.RoundTripper].
func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	_, err := io.Copy(io.Discard, r.Body)
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(string(c))), ContentLength: int64(len(c)),
	}, err
}

// BenchmarkClient is a batch of so many calls of add on the client's side, from
// the calls to their results, per call; the answers come last first.
func BenchmarkClient(b *testing.B) {
	for _, calls := range []int{10, 100, 1000} {
		b.Run(fmt.Sprint(calls), func(b *testing.B) {
			client := rollcall.NewClient("http://localhost/", jsonrpc.WithHTTPClient(&http.Client{Transport: reversed(calls)}))
			used := start(b)
			for b.Loop() {
				if err := addAll(b, client, calls); err != nil {
					b.Fatal(err)
				}
			}
			used.report(calls)
		})
	}
}

// addAll adds each number below calls to 1.
func addAll(b *testing.B, client *rollcall.Client, calls int) error {
	batch := rollcall.NewBatch(client)
	sums := make([]*jsonrpc.Pending[rollcall.Number], calls)
	for i := range sums {
		sums[i] = batch.Add(rollcall.AddParams{A: rollcall.Number(i), B: 1})
	}
	if err := batch.Send(b.Context()); err != nil {
		return err
	}
	for i, sum := range sums {
		if got, err := sum.Get(); err != nil || got != rollcall.Number(i+1) {
			return fmt.Errorf("%d + 1 = %v, %w", i, got, err)
		}
	}
	return nil
}

// reversed are the answers to addAll, the last first.
func reversed(calls int) canned {
	answers := make([]string, calls)
	for i := range answers {
		answers[calls-1-i] = fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":%d}`, i+1, i+1)
	}
	return canned("[" + strings.Join(answers, ",") + "]")
}
