package jsonrpc

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
)

// sending is the body of a client's request, in memory that is used again.
// net/http may read it after it has returned the response, and once more where
// it follows a redirect or where a connection was closed. So the memory goes
// back when the client has its response and all readers are closed; that of a
// RoundTripper which does not close them is left to the garbage collector.
type sending struct {
	mu      sync.Mutex // a reader may be closed while it reads
	users   int        // the client, and the readers
	encoder *Encoder   // nil once it has gone back
}

var encoders = sync.Pool{New: func() any { return &Encoder{buf: make([]byte, 0, usualSize)} }}

// newSending has one user: who calls it.
func newSending() *sending {
	return &sending{users: 1, encoder: encoders.Get().(*Encoder)}
}

// small is the length of bodies that leave with their headers. Before a body that
// it does not know net/http sends the headers by themselves, which costs a call
// of add a fifth more: a copy in a reader that it knows does not.
const small = 2 << 10

// post returns the request.
func (s *sending) post(ctx context.Context, url string) (*http.Request, error) {
	if len(s.encoder.buf) <= small {
		return http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(bytes.Clone(s.encoder.buf)))
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, nil)
	if err != nil {
		return nil, err
	}
	r.ContentLength, r.GetBody = int64(len(s.encoder.buf)), s.open
	r.Body, err = s.open()
	return r, err
}

// open is what http.Request calls GetBody.
func (s *sending) open() (io.ReadCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.encoder == nil {
		return nil, errors.New("jsonrpc: the request is over")
	}
	s.users++
	return &sendingReader{sending: s}, nil
}

func (s *sending) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leave()
}

// leave is release for who holds the lock.
func (s *sending) leave() {
	if s.users--; s.users > 0 {
		return
	}
	if cap(s.encoder.buf) <= keptBytes {
		s.encoder.truncate(0)
		encoders.Put(s.encoder)
	}
	s.encoder = nil
}

// sendingReader reads a body from its start.
type sendingReader struct {
	*sending
	pos    int
	closed bool
}

// Read implements [io.Reader].
func (r *sendingReader) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return 0, errors.New("jsonrpc: the body is closed")
	case r.pos == len(r.encoder.buf):
		return 0, io.EOF
	}
	n := copy(p, r.encoder.buf[r.pos:])
	r.pos += n
	return n, nil
}

// Close implements [io.Closer].
func (r *sendingReader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed {
		r.closed = true
		r.leave()
	}
	return nil
}

// answers are the memory that answers are read into. Nothing may refer to it
// once an answer is decoded: decoders, and errors too, copy what they keep.
var answers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func releaseAnswer(b *bytes.Buffer) {
	if b.Cap() <= keptBytes {
		b.Reset()
		answers.Put(b)
	}
}
