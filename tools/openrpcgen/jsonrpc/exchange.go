package jsonrpc

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// exchange is the memory of one HTTP request and its answer, used again and
// again.
type exchange struct {
	data   []byte
	body   body
	header http.Header // of the request
	code   int         // of the error that answers the whole body; 0 if there is none
	worker worker      // of the goroutine that serves the request
	batch  pages       // the answer to a batch; any other is left in the worker's buffer
}

// The memory of large requests waits for large ones: small ones would never let
// it go.
var exchanges, largeExchanges = exchangePool(), exchangePool()

func exchangePool() *sync.Pool { return &sync.Pool{New: func() any { return new(exchange) }} }

// What may be kept for any request.
const (
	keptBytes    = 64 << 10 // of a buffer
	keptRequests = 1 << 10
)

// newExchange is for a request whose body is announced to have so many bytes; -1
// if it is not.
func newExchange(announced int64) *exchange {
	if announced > keptBytes {
		return largeExchanges.Get().(*exchange)
	}
	return exchanges.Get().(*exchange)
}

func (x *exchange) release() {
	x.header, x.code = nil, 0
	x.data = x.data[:0]
	x.body.release()
	x.worker.release()
	x.batch.release()
	if cap(x.data) > keptBytes || cap(x.body.requests) > keptRequests {
		largeExchanges.Put(x)
		return
	}
	exchanges.Put(x)
}

// read reads the body. What is announced need not come: a large body gets 16
// times the room of what is there, and in the end what it needs. What is
// announced too large is refused unread.
func (x *exchange) read(w http.ResponseWriter, r *http.Request, limit int) error {
	if r.ContentLength > int64(limit) {
		return tooLarge(w)
	}
	x.data = slices.Grow(x.data, int(min(r.ContentLength+1, keptBytes)))
	for {
		if have := len(x.data); have == cap(x.data) {
			rest := int(r.ContentLength) + 1 - have
			x.data = slices.Grow(x.data, max(min(15*have, rest), 1))
		}
		n, err := r.Body.Read(x.data[len(x.data):cap(x.data)])
		x.data = x.data[:len(x.data)+n]
		switch {
		case len(x.data) > limit:
			return tooLarge(w)
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// tooLarge is MaxBytesReader's error, and what else it does: net/http then
// waits until the answer has arrived, where otherwise it might reset the
// connection of a client that is still sending.
func tooLarge(w http.ResponseWriter) error {
	_, err := http.MaxBytesReader(w, io.NopCloser(strings.NewReader("too large")), 0).Read(make([]byte, 1))
	return err
}

// refuse answers a request whose body could not be read.
func refuse(w http.ResponseWriter, err error, limit int) {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		w.Header().Set("Connection", "close")
		http.Error(w, fmt.Sprintf("The body is larger than %d bytes.", limit), http.StatusRequestEntityTooLarge)
		return
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		http.Error(w, "The body came too slowly.", http.StatusRequestTimeout)
		return
	}
	http.Error(w, "The body could not be read.", http.StatusBadRequest)
}

// typeJSON is shared by all answers: net/http only reads it.
var typeJSON = []string{"application/json"}

// fewBytes is how long an answer may be whose Content-Length is left to
// net/http, which sets it without garbage.
const fewBytes = 1 << 10

// write answers with what there is to answer.
func (x *exchange) write(w http.ResponseWriter) {
	single := x.worker.answer.buf // empty if it was a batch
	size := len(single) + x.batch.size
	if size == 0 {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	header := w.Header()
	header["Content-Type"] = typeJSON
	if size > fewBytes {
		header.Set("Content-Length", strconv.Itoa(size))
	}
	if len(single) > 0 {
		_, _ = w.Write(single) // who is gone needs no answer
	}
	_ = x.batch.writeTo(w)
}

// worker is the memory of a goroutine that runs calls, one after the other.
type worker struct {
	answer  Encoder // the response to the call
	start   int     // where its result begins
	call    Call
	decoder Decoder // of the params
	result  any     // a pointer to where the last result was, for the next of its type
}

var workerPool = sync.Pool{New: func() any { return new(worker) }}

func (w *worker) release() {
	w.call, w.decoder = Call{}, Decoder{}
	w.answer.truncate(0)
	if cap(w.answer.buf) > keptBytes {
		w.answer.buf = nil
	}
}
