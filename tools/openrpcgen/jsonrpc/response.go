package jsonrpc

import (
	"encoding/json"
	"errors"
	"fmt"
)

// response is an answer as a client reads it (section 5).
type response struct {
	id     []byte
	result json.RawMessage
	err    *Error
	fault  error // why this is no response
}

// readResponses reads an answer: one response or, if batch, an array of them.
// There is at least one unless err or batch is set.
func readResponses(data []byte) (responses []response, batch bool, err error) {
	s := scanner{data: data}
	if batch = s.peek() == '['; !batch {
		r, err := s.response()
		return []response{r}, false, errors.Join(err, s.endAfter(err))
	}
	err = s.array(func() error {
		r, err := s.response()
		responses = append(responses, r)
		return err
	})
	return responses, true, errors.Join(err, s.endAfter(err))
}

func (s *scanner) endAfter(err error) error {
	if err != nil {
		return nil
	}
	return s.end()
}

// response passes one value and reads it as a response. Servers before this
// version of the protocol send "error": null beside a result, and null for the
// result beside an error: both are read as left out.
func (s *scanner) response() (r response, err error) {
	if s.peek() != '{' {
		r.fault = errors.New("a response is an object")
		return r, s.value()
	}
	var version, rpcError []byte
	err = s.object(func(name []byte) error {
		value, err := s.slice()
		switch string(name) {
		case "jsonrpc":
			version = value
		case "id":
			r.id = value
		case "result":
			r.result = value
		case "error":
			rpcError = value
		}
		return err
	})
	if err != nil {
		return r, err
	}
	switch {
	case !isText(version, "2.0"):
		r.fault = errors.New(`jsonrpc is not "2.0"`)
	case len(rpcError) > 0 && string(rpcError) != "null":
		r.err = new(Error)
		r.fault = r.err.decode(NewDecoder(rpcError))
	case r.result == nil:
		r.fault = errors.New("neither a result nor an error")
	}
	return r, nil
}

// decode reads an error object (section 5.1).
func (e *Error) decode(d *Decoder) error {
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
		return fmt.Errorf("error object: %w", err)
	}
	if !hasCode {
		return errors.New("error object without a code")
	}
	return nil
}
