package jsonrpc

import "slices"

// request is the envelope around params (section 4): what was sent, or why it
// is no request, and what became of it. What was sent is parts of the body.
type request struct {
	id     []byte // as it was sent; nil if left out: a notification
	method []byte
	params []byte // nil if left out
	fault  string // why this is no valid request; empty if it is one
	end    int    // where in the body it ends

	declared *method // nil if the contract has no such method
	ran      bool    // the method was called
	code     int     // of the error object; 0 if there is none
}

func (r *request) notification() bool { return r.id == nil && r.fault == "" }

// isRead reports whether the response is a result and nothing is lost without
// it.
func (r *request) isRead() bool {
	return r.declared != nil && r.declared.ReadOnly && r.code == 0 && !r.notification()
}

// fail answers the request with an error, if it wants an answer.
func (r *request) fail(e *Encoder, rpcError *Error) {
	r.code = rpcError.Code
	if !r.notification() {
		e.error(r.id, rpcError)
	}
}

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
	excess   bool   // the batch is larger than it may be; requests is cut short
	names    []span // the scanner's memory
}

// usualBytes is the least that a request is likely to take.
const usualBytes = 64

// read scans all of data before anybody acts on a part of it. Its error is a
// [*SyntaxError].
func (b *body) read(data []byte, maxBatch int) error {
	s := scanner{data: data, names: b.names}
	if b.batch = s.peek() == '['; b.batch {
		b.requests = slices.Grow(b.requests, min(maxBatch, len(data)/usualBytes))
		for more := s.open(']'); more; more = s.next(']') {
			if b.excess = len(b.requests) >= maxBatch; b.excess {
				s.value()
			} else {
				b.requests = append(b.requests, s.request())
			}
		}
	} else {
		b.requests = append(b.requests, s.request())
	}
	s.end()
	b.names = s.names
	return s.err
}

// release forgets what was sent.
func (b *body) release() {
	clear(b.requests)
	*b = body{requests: b.requests[:0], names: b.names[:0]}
}

// request passes one value and reads it as a request.
func (s *scanner) request() (r request) {
	if s.peek() != '{' {
		r.fault = faultNoObject
		s.value()
		return r
	}
	seen := nameSet{first: len(s.names)}
	more := s.open('}')
	is2 := more && s.isUsual(&seen)
	for ; more; more = s.next('}') {
		switch name := s.memberName(); string(name) {
		case "jsonrpc":
			seen.addKnown(s, nameVersion)
			is2 = string(s.textValue()) == "2.0"
		case "method":
			seen.addKnown(s, nameMethod)
			r.method = s.textValue()
		case "params":
			seen.addKnown(s, nameParams)
			r.params = s.slice()
		case "id":
			seen.addKnown(s, nameID)
			r.id = s.slice()
		default:
			seen.add(s, name)
			s.value()
		}
	}
	s.names = s.names[:seen.first]
	r.end = s.pos
	if s.err == nil {
		r.judge(is2)
	}
	return r
}

// The names of envelopes, as bits of a nameSet.
const (
	nameVersion = iota
	nameID
	nameMethod
	nameParams
	nameResult
	nameError
)

// isUsual passes what nearly every envelope begins with, in one step; the next
// member follows.
func (s *scanner) isUsual(seen *nameSet) bool {
	const usual = `"jsonrpc":"2.0",`
	if len(s.data)-s.pos < len(usual) || string(s.data[s.pos:s.pos+len(usual)]) != usual {
		return false
	}
	seen.addKnown(s, nameVersion)
	s.pos += len(usual)
	return true
}

// textValue passes one value; if it is a string, it returns what it stands for,
// else nil.
func (s *scanner) textValue() []byte {
	if s.peek() != '"' {
		s.value()
		return nil
	}
	text, escaped := s.text()
	if escaped {
		return unescape(text)
	}
	return text
}

func (r *request) judge(is2 bool) {
	switch {
	case r.id != nil && !isID(r.id[0]):
		r.id, r.fault = nil, faultID
	case !is2:
		r.fault = faultVersion
	case r.method == nil:
		r.fault = faultMethod
	case r.params != nil && r.params[0] != '[' && r.params[0] != '{':
		r.fault = faultParams
	}
}

// isID tells by its first byte whether a value is a string, a number or null.
func isID(first byte) bool {
	return first == '"' || first == 'n' || first == '-' || first-'0' < 10
}
