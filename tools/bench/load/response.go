package load

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// responseReader reads the responses that come on one connection (RFC 9112).
// It knows what servers of an API send: a Content-Length or chunks, never a body
// that ends with the connection.
type responseReader struct {
	in   *bufio.Reader
	body []byte // of the last response
}

func newResponseReader(r io.Reader) responseReader {
	return responseReader{in: bufio.NewReaderSize(r, 16<<10)}
}

// next returns the body of the next response, which must have status 200. It is
// valid until the next call.
func (r *responseReader) next() ([]byte, error) {
	status, err := r.line()
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 200")) {
		return nil, fmt.Errorf("answered with %q", status)
	}
	length, chunked, err := r.header()
	if err != nil {
		return nil, err
	}
	r.body = r.body[:0]
	switch {
	case chunked:
		err = r.chunks()
	case length >= 0:
		err = r.more(length)
	default:
		err = errors.New("an answer has neither a Content-Length nor chunks")
	}
	return r.body, err
}

// line is valid until the next read.
func (r *responseReader) line() ([]byte, error) {
	line, err := r.in.ReadSlice('\n')
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return bytes.TrimRight(line, "\r\n"), err
}

// header reads up to the empty line; length is -1 if there is none.
func (r *responseReader) header() (length int, chunked bool, err error) {
	length = -1
	for {
		line, err := r.line()
		if err != nil || len(line) == 0 {
			return length, chunked, err
		}
		if value, ok := field(line, "Content-Length"); ok {
			if length, err = strconv.Atoi(string(value)); err != nil || length < 0 {
				return 0, false, fmt.Errorf("an answer has the header %q", line)
			}
		} else if value, ok := field(line, "Transfer-Encoding"); ok {
			chunked = bytes.EqualFold(value, []byte("chunked"))
		}
	}
}

// field returns the value of a header line, if it has this name.
func field(line []byte, name string) (value []byte, ok bool) {
	n := len(name)
	if len(line) <= n || line[n] != ':' || !bytes.EqualFold(line[:n], []byte(name)) {
		return nil, false
	}
	return bytes.TrimSpace(line[n+1:]), true
}

// more appends n bytes to the body.
func (r *responseReader) more(n int) error {
	start := len(r.body)
	r.body = slices.Grow(r.body, n)[:start+n]
	_, err := io.ReadFull(r.in, r.body[start:])
	return err
}

// chunks reads a body in chunks (section 7.1), and the trailer, which it drops.
func (r *responseReader) chunks() error {
	for {
		line, err := r.line()
		if err != nil {
			return err
		}
		size, _, _ := bytes.Cut(line, []byte(";"))
		n, err := strconv.ParseUint(string(bytes.TrimSpace(size)), 16, 31)
		if err != nil {
			return fmt.Errorf("a chunk begins with %q", line)
		}
		if n == 0 {
			_, _, err := r.header()
			return err
		}
		if err := r.more(int(n)); err != nil {
			return err
		}
		if end, err := r.line(); err != nil || len(end) > 0 {
			return fmt.Errorf("a chunk ends with %q: %w", end, err)
		}
	}
}
