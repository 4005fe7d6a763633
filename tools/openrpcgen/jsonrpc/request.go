package jsonrpc

import "cmp"

// request is the envelope around params (section 4): what was sent, or why it
// is no request. Its slices are parts of the body.
type request struct {
	id     []byte // as it was sent; nil if left out: a notification
	method string
	params []byte // nil if left out
	fault  string // why this is no valid request; empty if it is one
}

func (r *request) notification() bool { return r.id == nil && r.fault == "" }

// Why something is no request.
const (
	faultNoObject = "a request is an object"
	faultVersion  = `jsonrpc must be "2.0"`
	faultMethod   = "method must be a string"
	faultParams   = "params must be an array or an object, or be left out"
	faultID       = "id must be a string, a number or null, or be left out"
)

// body is what a client sent: one request, or a batch of them (section 6).
type body struct {
	requests []request
	batch    bool
	excess   bool     // the batch is larger than it may be; requests is cut short
	names    [][]byte // the scanner's memory
}

// read scans all of data before anybody acts on a part of it. Its error is a
// [*SyntaxError].
func (b *body) read(data []byte, maxBatch int) error {
	s := scanner{data: data, names: b.names}
	add := func() error {
		if len(b.requests) == maxBatch && b.batch {
			b.excess = true
			return s.value()
		}
		r, err := s.request()
		b.requests = append(b.requests, r)
		return err
	}
	b.batch = s.peek() == '['
	err := s.oneOrMany(b.batch, add)
	b.names = s.names
	return err
}

// oneOrMany passes all of the data: one value or, if many, an array of them.
func (s *scanner) oneOrMany(many bool, value func() error) error {
	if many {
		return cmp.Or(s.array(value), s.end())
	}
	return cmp.Or(value(), s.end())
}

// request passes one value and reads it as a request.
func (s *scanner) request() (r request, err error) {
	if s.peek() != '{' {
		r.fault = faultNoObject
		return r, s.value()
	}
	var version, method []byte
	err = s.object(func(name []byte) error {
		value, err := s.slice()
		switch string(name) {
		case "jsonrpc":
			version = value
		case "method":
			method = value
		case "params":
			r.params = value
		case "id":
			r.id = value
		}
		return err
	})
	if err == nil {
		r.judge(version, method)
	}
	return r, err
}

// slice passes one value and returns its text.
func (s *scanner) slice() ([]byte, error) {
	s.peek()
	start := s.pos
	err := s.value()
	return s.data[start:s.pos], err
}

func (r *request) judge(version, method []byte) {
	if r.id != nil && r.id[0] != '"' && r.id[0] != 'n' && r.id[0] != '-' && r.id[0]-'0' >= 10 {
		r.id, r.fault = nil, faultID
		return
	}
	switch {
	case !isText(version, "2.0"):
		r.fault = faultVersion
	case len(method) == 0 || method[0] != '"':
		r.fault = faultMethod
	case r.params != nil && r.params[0] != '[' && r.params[0] != '{':
		r.fault = faultParams
	default:
		name, _ := NewDecoder(method).text()
		r.method = string(name)
	}
}

// isText reports whether value is a string that stands for want.
func isText(value []byte, want string) bool {
	if len(value) == 0 || value[0] != '"' {
		return false
	}
	text, _ := NewDecoder(value).text()
	return string(text) == want
}
