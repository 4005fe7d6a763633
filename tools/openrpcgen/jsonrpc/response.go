package jsonrpc

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// response is an answer as a client reads it (section 5).
type response struct {
	id     []byte
	result json.RawMessage
	err    *Error
	fault  error // why this is no response
}

// readResponses reads an answer: one response or, if batch, an array of any
// number of them.
func readResponses(data []byte) (responses []response, batch bool, err error) {
	s := scanner{data: data}
	if batch = s.peek() == '['; batch {
		for more := s.open(']'); more; more = s.next(']') {
			responses = append(responses, s.response())
		}
	} else {
		responses = append(responses, s.response())
	}
	s.end()
	return responses, batch, s.err
}

// readResponse reads an answer that must be one response.
func readResponse(data []byte) (response, error) {
	responses, batch, err := readResponses(data)
	if err == nil && batch {
		err = errors.New("want one response, got an array")
	}
	if err != nil {
		return response{}, err
	}
	return responses[0], responses[0].fault
}

// response passes one value and reads it as a response. Servers before this
// version of the protocol send "error": null beside a result, and null for the
// result beside an error: both are read as left out.
func (s *scanner) response() (r response) {
	if s.peek() != '{' {
		r.fault = errors.New("a response is an object")
		s.value()
		return r
	}
	var rpcError []byte
	seen := nameSet{first: len(s.names)}
	more := s.open('}')
	is2 := more && s.isUsual(&seen)
	for ; more; more = s.next('}') {
		switch name := s.memberName(); string(name) {
		case "jsonrpc":
			seen.addKnown(s, nameVersion)
			is2 = string(s.textValue()) == "2.0"
		case "id":
			seen.addKnown(s, nameID)
			r.id = s.slice()
		case "result":
			seen.addKnown(s, nameResult)
			r.result = s.slice()
		case "error":
			seen.addKnown(s, nameError)
			rpcError = s.slice()
		default:
			seen.add(s, name)
			s.value()
		}
	}
	s.names = s.names[:seen.first]
	if s.err == nil {
		r.judge(is2, rpcError)
	}
	return r
}

func (r *response) judge(is2 bool, rpcError []byte) {
	hasError := rpcError != nil && string(rpcError) != "null"
	switch {
	case !is2:
		r.fault = errors.New(`jsonrpc is not "2.0"`)
	case hasError && r.result != nil && string(r.result) != "null":
		r.fault = errors.New("both a result and an error")
	case hasError:
		r.err, r.fault = decodeError(NewDecoder(rpcError))
	case r.result == nil:
		r.fault = errors.New("neither a result nor an error")
	}
}

// answers reports whether r answers the call with this id.
func (r *response) answers(id int64) bool {
	return r.errorToNobody() || string(r.id) == strconv.FormatInt(id, 10)
}

// errorToNobody reports whether r is an error without an id, or with null: it
// comes from a server that could not read the call.
func (r *response) errorToNobody() bool {
	return r.err != nil && (r.id == nil || string(r.id) == "null")
}

// decodeError reads an error object (section 5.1).
func decodeError(d *Decoder) (*Error, error) {
	var e Error
	hasCode := false
	err := d.Object(func(name string) error {
		switch name {
		case "code":
			hasCode = true
			var code int64
			err := DecodeInt(&code, d)
			e.Code = int(code)
			return err
		case "message":
			return DecodeOptional(&e.Message, d, DecodeString)
		case "data":
			return DecodeRaw(&e.Data, d)
		}
		return d.Skip()
	})
	if err != nil {
		return nil, fmt.Errorf("error object: %w", err)
	}
	if !hasCode {
		return nil, errors.New("error object without a code")
	}
	return &e, nil
}
