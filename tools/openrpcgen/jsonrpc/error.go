package jsonrpc

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// The codes that the specification fixes (section 5.1).
const (
	CodeParseError     = -32700 // the body is not JSON
	CodeInvalidRequest = -32600 // the JSON is no request
	CodeMethodNotFound = -32601 // there is no such method
	CodeInvalidParams  = -32602 // the params do not fit the method
	CodeInternalError  = -32603 // anything that is the server's fault
)

// Error is an error object (section 5.1). Every error that a server answered
// with is one by errors.As, whatever Go type the contract gives it.
type Error struct {
	Code    int
	Message string          // one short sentence
	Data    json.RawMessage // nil if left out
}

func (e *Error) Error() string { return fmt.Sprintf("jsonrpc: %s (code %d)", e.Message, e.Code) }

// RPCError returns e.
func (e *Error) RPCError() *Error { return e }

// Declared is an error that knows how it is sent: an [*Error], or a generated
// type for an error of the contract.
type Declared interface {
	error
	RPCError() *Error
}

// NotImplemented is what a generated UnimplementedService returns.
func NotImplemented(method string) error { return methodNotFound(method) }

// EncodeErrorData encodes the data of a generated error; nil is left out. So is
// data that cannot be encoded: the error itself is worth more than its details.
func EncodeErrorData[T any](data *T, encode func(*T, *Encoder)) json.RawMessage {
	if data == nil {
		return nil
	}
	var e Encoder
	encode(data, &e)
	if e.err != nil {
		return nil
	}
	return e.buf
}

// DecodeErrorData decodes the data of a generated error. Data that is left out,
// is null or does not fit is nil; it can still be read from the [*Error].
func DecodeErrorData[T any](raw json.RawMessage, decode func(*T, *Decoder) error) *T {
	data := new(T)
	if len(raw) == 0 || KindOf(raw) == KindNull || decode(data, newLenient(raw)) != nil {
		return nil
	}
	return data
}

// InvalidParams is [CodeInvalidParams] for params that a decoder refused; the
// place that it names goes into data.violations.
func InvalidParams(err error) *Error {
	v := Violation{Keyword: "type", Message: err.Error()}
	if at, ok := errors.AsType[*PathError](err); ok {
		v.Pointer, v.Message = at.Pointer, at.Err.Error()
	}
	return InvalidParamsError([]Violation{v})
}

// Violation is one place where params break their schema.
type Violation struct {
	Pointer string // JSON pointer (RFC 6901) into the params as they were sent
	Keyword string // of JSON Schema, for example "maxLength"
	Message string // what the schema asks for; never the value
}

// Bounds of data.violations: member names in the pointers are the caller's, and
// may be many and long.
const (
	maxViolations = 20
	maxPointer    = 256 // bytes
)

// InvalidParamsError is [CodeInvalidParams] with data.message and
// data.violations, of which there are at most 20.
func InvalidParamsError(violations []Violation) *Error {
	var e Encoder
	e.ObjStart()
	e.FieldStart("message")
	e.Str("the params do not fit the method; see violations")
	e.FieldStart("violations")
	e.ArrStart()
	for _, v := range violations[:min(len(violations), maxViolations)] {
		if len(v.Pointer) > maxPointer {
			v.Pointer = strings.ToValidUTF8(v.Pointer[:maxPointer], "") + "…"
		}
		e.ObjStart()
		e.FieldStart("pointer")
		e.Str(v.Pointer)
		e.FieldStart("keyword")
		e.Str(v.Keyword)
		e.FieldStart("message")
		e.Str(v.Message)
		e.ObjEnd()
	}
	e.ArrEnd()
	e.ObjEnd()
	return &Error{Code: CodeInvalidParams, Message: "Invalid params", Data: e.Bytes()}
}

func parseError(err error) *Error {
	return &Error{Code: CodeParseError, Message: "Parse error", Data: text("message", err.Error())}
}

func invalidRequest(why string) *Error {
	return &Error{Code: CodeInvalidRequest, Message: "Invalid Request", Data: text("message", why)}
}

func methodNotFound(method string) *Error {
	return &Error{Code: CodeMethodNotFound, Message: "Method not found", Data: text("method", method)}
}

// internalError's why is meant for the caller: it must tell nothing that only
// the log may know.
func internalError(why string) *Error {
	return &Error{Code: CodeInternalError, Message: "Internal error", Data: text("message", why)}
}

func incident(id string) *Error {
	return &Error{Code: CodeInternalError, Message: "Internal error", Data: text("id", id)}
}

// text is an object of one string member.
func text(name, value string) json.RawMessage {
	var e Encoder
	e.ObjStart()
	e.FieldStart(name)
	e.Str(value)
	e.ObjEnd()
	return e.Bytes()
}
