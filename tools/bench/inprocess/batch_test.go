package inprocess

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/rollcall-rpc/rollcall/gen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/gen/rollcall/rollcallserver"
	"github.com/rollcall-rpc/rollcall/tools/bench/peer"
	"github.com/rollcall-rpc/rollcall/tools/bench/scan"
)

// BenchmarkBatch is a request of so many calls of add, from its body to the
// answer's, per call.
func BenchmarkBatch(b *testing.B) {
	handler := rollcallserver.NewHandler(&service{}, nil, jsonrpc.WithMaxBatch(1000))
	for _, calls := range []int{1, 10, 100, 1000} {
		b.Run(fmt.Sprint(calls), func(b *testing.B) {
			body := []byte(peer.Servers[0].Body(calls))
			reader := bytes.NewReader(body)
			r := httptest.NewRequest(http.MethodPost, peer.Path, io.NopCloser(reader))
			r.ContentLength = int64(len(body))
			r.Header.Set("Content-Type", "application/json")
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, r)
			if err := peer.Verify(recorder.Body.Bytes(), calls); err != nil {
				b.Fatal(err)
			}
			w := &discard{header: http.Header{}}
			used := start(b)
			for b.Loop() {
				reader.Reset(body)
				handler.ServeHTTP(w, r)
			}
			used.report(calls)
			if want := recorder.Body.Len(); w.n%want != 0 {
				b.Errorf("%d bytes are no multiple of %d", w.n, want)
			}
		})
	}
}

// BenchmarkScan is the scan of a batch of 100 calls of add.
func BenchmarkScan(b *testing.B) {
	body := []byte(peer.Servers[0].Body(100))
	for i, s := range scan.Scanners {
		b.Run(fmt.Sprint(i), func(b *testing.B) {
			used := start(b)
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				if err := s.Check(body); err != nil {
					b.Fatal(err)
				}
			}
			used.report(1)
		})
	}
}
