package jsonrpc

import (
	"bytes"
	"errors"
	"io"
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
