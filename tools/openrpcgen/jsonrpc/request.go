package jsonrpc

import "slices"

// request is the envelope around params (section 4): where in the body it was
// sent, or why it is no request, and what became of it. It has no pointer, so
// that the garbage collector passes by the thousands of a large batch.
type request struct {
	id     span // as it was sent; absent in a notification
	method span // unescaped
	params span
	end    int // where in the body it ends
	fault  fault

	ran      bool  // the method was called
	declared int32 // the index of the method; 0 if the contract has no such method
	code     int   // of the error object; 0 if there is none
}

func (r *request) notification() bool { return r.id.absent() && r.fault == faultNone }

// fail answers the request with an error, if it wants an answer.
func (x *exchange) fail(r *request, e *Encoder, rpcError *Error) {
	r.code = rpcError.Code
	if !r.notification() {
		e.error(r.id.of(x.data), rpcError)
	}
}

// fault is why something is no request.
type fault uint8

const (
	faultNone fault = iota
	faultNoObject
	faultVersion
	faultMethod
	faultParams
	faultID
)

var faults = [...]string{
	faultNoObject: "a request is an object",
	faultVersion:  `jsonrpc must be "2.0"`,
	faultMethod:   "method must be a string",
	faultParams:   "params must be an array or an object, or be left out",
	faultID:       "id must be a string, a number or null, or be left out",
}

func (f fault) String() string { return faults[f] }

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
			r.method = s.methodText()
		case "params":
			seen.addKnown(s, nameParams)
			r.params = s.part()
		case "id":
			seen.addKnown(s, nameID)
			r.id = s.part()
		default:
			seen.add(s, name)
			s.value()
		}
	}
	s.names = s.names[:seen.first]
	r.end = s.pos
	if s.err == nil {
		r.judge(is2, s.data)
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

// methodText passes one value; if it is a string, it returns where what it
// stands for is. That is written over the text, where some of it is escaped: it
// is no longer, and nobody reads the text again.
func (s *scanner) methodText() span {
	if s.peek() != '"' {
		s.value()
		return span{}
	}
	begin := s.pos + 1
	text, escaped := s.text()
	if escaped {
		text = text[:copy(text, unescape(text))]
	}
	return span{begin, begin + len(text)}
}

func (r *request) judge(is2 bool, data []byte) {
	switch {
	case !r.id.absent() && !isID(data[r.id.begin]):
		r.id, r.fault = span{}, faultID
	case !is2:
		r.fault = faultVersion
	case r.method.absent():
		r.fault = faultMethod
	case !r.params.absent() && data[r.params.begin] != '[' && data[r.params.begin] != '{':
		r.fault = faultParams
	}
}

// isID tells by its first byte whether a value is a string, a number or null.
func isID(first byte) bool {
	return first == '"' || first == 'n' || first == '-' || first-'0' < 10
}
