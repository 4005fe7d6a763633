package jsonrpc

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
)

// Call is one call, on its way out of a client or into a server. A server uses
// it and its slices again once the [Func] that got it has returned.
type Call struct {
	Method       string
	Params       json.RawMessage // an array or an object; nil if left out
	Result       json.RawMessage // set by the [Func] that ran the call
	Header       http.Header     // of the HTTP request; on a server the calls of a batch share it
	Notification bool            // wants no answer (section 4.1)
	Batch        bool            // server: the call is part of a batch

	declared *method // server: what Method was when the call came
	worker   *worker // server: whose memory is used

	unwritten ToJSON        // client: what Params stands for where no interceptor looks at it
	answer    *bytes.Buffer // client: what Result is a part of; nil if it is the call's own
}

// String, GoString and LogValue tell the method alone, so that an interceptor
// which prints a call does not print the params and tokens that it carries.
func (c *Call) String() string       { return c.Method }
func (c *Call) GoString() string     { return c.Method }
func (c *Call) LogValue() slog.Value { return slog.StringValue(c.Method) }

// Func carries a call: on a client it sends it, on a server it runs the
// method. It sets call.Result or returns an error.
type Func func(ctx context.Context, call *Call) error

// Interceptor wraps the calls of a client or of a server.
type Interceptor func(next Func) Func

// chain makes the first interceptor the outermost.
func chain(innermost Func, interceptors []Interceptor) Func {
	f := innermost
	for i := len(interceptors) - 1; i >= 0; i-- {
		f = interceptors[i](f)
	}
	return f
}

// memory is that of the worker that runs the call. A Call that an interceptor
// made has its own.
func (c *Call) memory() *worker {
	if c.worker == nil {
		c.worker = new(worker)
	}
	return c.worker
}

// encodeResult writes the result straight into the answer, in place of what an
// interceptor that tries twice got the first time. For all that the compiler
// knows encode keeps its pointer, which would cost each call new memory: hence
// the result moves to where the last of its type was.
func encodeResult[R any](c *Call, result R, encode func(*R, *Encoder)) error {
	w := c.memory()
	r, ok := w.result.(*R)
	if !ok {
		r = new(R)
		w.result = r
	}
	*r = result
	e := &w.answer
	e.truncate(w.start)
	encode(r, e)
	*r = *new(R)
	if e.err != nil {
		return e.err
	}
	c.Result = e.buf[w.start:]
	return nil
}

// keepResult makes the answer end in the call's result. There it is, where the
// method has written it, unless an interceptor put another in its place.
func (w *worker) keepResult() error {
	e, result := &w.answer, w.call.Result
	written := e.buf[w.start:]
	if len(written) > 0 && len(written) == len(result) && &written[0] == &result[0] {
		return nil
	}
	e.truncate(w.start)
	e.JSON(result)
	return e.err
}

// ParamsCheck is the slow lane's verdict on the params of a call. Its error is
// the answer.
type ParamsCheck func(ctx context.Context, call *Call) error

// paramsOf is a generated struct of params.
type paramsOf[P any] interface {
	*P
	FromJSON
}

// Serve is the body of every method of a generated server: it reads and checks
// the params, fills in their defaults, runs the method, and encodes its result.
// Read is the fast lane; it is nil where there is none.
func Serve[P, R any, PP paramsOf[P]](ctx context.Context, call *Call, check ParamsCheck, read func(*Decoder) (P, bool),
	method func(context.Context, P) (R, error), encode func(*R, *Encoder)) error {
	params, err := Params[P, PP](ctx, call, check, read)
	if err != nil {
		return err
	}
	result, err := method(ctx, params)
	if err != nil {
		return err
	}
	return encodeResult(call, result, encode)
}

// ServeNoResult is [Serve] for a method whose result is null, or that is only a
// notification.
func ServeNoResult[P any, PP paramsOf[P]](ctx context.Context, call *Call, check ParamsCheck, read func(*Decoder) (P, bool),
	method func(context.Context, P) error) error {
	params, err := Params[P, PP](ctx, call, check, read)
	if err != nil {
		return err
	}
	return method(ctx, params)
}

// ServeNoParams is [Serve] for a method that has no params.
func ServeNoParams[R any](ctx context.Context, call *Call, check ParamsCheck,
	method func(context.Context) (R, error), encode func(*R, *Encoder)) error {
	if err := checkNone(ctx, call, check); err != nil {
		return err
	}
	result, err := method(ctx)
	if err != nil {
		return err
	}
	return encodeResult(call, result, encode)
}

// ServeNothing is [Serve] for a method that has neither params nor a result.
func ServeNothing(ctx context.Context, call *Call, check ParamsCheck, method func(context.Context) error) error {
	if err := checkNone(ctx, call, check); err != nil {
		return err
	}
	return method(ctx)
}

// Discover is the method rpc.discover, which has no params and answers with the
// document that it gets as compact JSON.
func Discover(document func() []byte) Method {
	return Method{ReadOnly: true, Serve: func(_ context.Context, call *Call) error {
		if !isEmpty(call.Params) {
			return InvalidParamsError([]Violation{{Keyword: "maxProperties", Message: "want no params"}})
		}
		return encodeResult(call, document(), func(document *[]byte, e *Encoder) { e.buf = append(e.buf, *document...) })
	}}
}

// isEmpty reports whether params are left out, [] or {}.
func isEmpty(params json.RawMessage) bool {
	d := NewDecoder(params)
	return len(params) == 0 || d.next('[') && d.next(']') || d.next('{') && d.next('}')
}

// checkNone checks the params of a method that has none.
func checkNone(ctx context.Context, call *Call, check ParamsCheck) error {
	if isEmpty(call.Params) {
		return nil
	}
	return check(ctx, call)
}

// Params reads and checks the params of a call and fills in their defaults. It
// takes the fast lane, and the slow one where that is nil or says no.
func Params[P any, PP paramsOf[P]](ctx context.Context, call *Call, check ParamsCheck, read func(*Decoder) (P, bool)) (P, error) {
	if read != nil {
		d := &call.memory().decoder
		*d = Decoder{data: call.Params}
		if params, ok := read(d); ok {
			return params, nil
		}
	}
	return slowParams[P, PP](ctx, call, check)
}

// slowParams is a function of its own because its params lie on the heap.
func slowParams[P any, PP paramsOf[P]](ctx context.Context, call *Call, check ParamsCheck) (params P, err error) {
	if err := check(ctx, call); err != nil {
		return params, err
	}
	decoded := PP(&params)
	if len(call.Params) > 0 {
		if err := decoded.DecodeJSON(NewDecoder(call.Params)); err != nil {
			return params, InvalidParams(err)
		}
	}
	if p, ok := any(decoded).(interface{ SetDefaults() }); ok {
		p.SetDefaults()
	}
	return params, nil
}
