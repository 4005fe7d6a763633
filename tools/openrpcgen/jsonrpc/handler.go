package jsonrpc

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Handler answers JSON-RPC 2.0 over HTTP POST.
//
// Well-formed requests are answered with 200 and a JSON-RPC response, errors
// too, or with 204 if they hold notifications only. The rest is HTTP's: 405,
// 413 and 415 mean that nothing has run.
type Handler struct {
	dispatcher   Dispatcher
	serve        Func
	interceptors []Interceptor
	log          *slog.Logger
	timeout      time.Duration
	maxBody      int
	maxBatch     int
	maxAnswer    int
}

// Dispatcher is what a generated server package makes of a document.
type Dispatcher interface {
	// Class tells what has to be known of a method before it runs.
	Class(method string) Class

	// Serve runs a call of a method that has a class.
	Serve(ctx context.Context, call *Call) error
}

// Class is what has to be known of a method before it runs.
type Class uint8

// The classes of methods.
const (
	Undeclared Class = iota // the contract has no such method
	Mutating                // may change something
	ReadOnly                // changes nothing: x-readonly in the contract
)

// NewHandler is called by the generated constructors of the same name.
func NewHandler(d Dispatcher, opts ...HandlerOption) *Handler {
	h := &Handler{
		dispatcher: d,
		log:        slog.Default(),
		timeout:    10 * time.Second,
		maxBody:    1 << 20,
		maxBatch:   100,
		maxAnswer:  8 << 20,
	}
	for _, o := range opts {
		o.applyToHandler(h)
	}
	// Interceptors see a panic of the method as an error; their own is caught too.
	h.serve = recovered(chain(recovered(d.Serve), h.interceptors))
	return h
}

// ServeHTTP implements [http.Handler].
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !acceptable(w, r) {
		return
	}
	x := exchanges.Get().(*exchange)
	defer x.release()
	if err := x.readBody(w, r, h.maxBody); err != nil {
		refuse(w, err, h.maxBody)
		return
	}
	ctx, cancel := withTimeout(r.Context(), h.timeout)
	defer cancel()
	h.answer(ctx, x, r.Header)
	if len(x.answer.buf) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(x.answer.buf)))
	_, _ = w.Write(x.answer.buf) // who is gone needs no answer
}

// withTimeout bounds ctx by d; 0 is no bound.
func withTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if d <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, d, fmt.Errorf("timed out after %v", d))
}

// acceptable turns away what is not a POST of JSON.
func acceptable(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "JSON-RPC is spoken by POST.", http.StatusMethodNotAllowed)
		return false
	}
	if !isJSON(r.Header.Get("Content-Type")) {
		http.Error(w, "Send the header Content-Type: application/json.", http.StatusUnsupportedMediaType)
		return false
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		w.Header().Set("Accept-Encoding", "identity")
		http.Error(w, "Send the body without a Content-Encoding.", http.StatusUnsupportedMediaType)
		return false
	}
	return true
}

func isJSON(contentType string) bool {
	if contentType == "application/json" {
		return true
	}
	mediaType, _, err := mime.ParseMediaType(contentType)
	return err == nil && mediaType == "application/json"
}

// exchange is the memory of one request and its answer, used again and again.
type exchange struct {
	data   []byte
	body   body
	answer Encoder
}

var exchanges = sync.Pool{New: func() any { return new(exchange) }}

// keptBytes is how large a buffer may be and yet be kept for the next request.
const keptBytes = 64 << 10

func (x *exchange) release() {
	if cap(x.data) > keptBytes || cap(x.answer.buf) > keptBytes {
		return
	}
	clear(x.body.requests)
	x.body = body{requests: x.body.requests[:0]}
	x.data = x.data[:0]
	x.answer.truncate(0)
	exchanges.Put(x)
}

func (x *exchange) readBody(w http.ResponseWriter, r *http.Request, limit int) error {
	if r.ContentLength > int64(limit) {
		return &http.MaxBytesError{Limit: int64(limit)}
	}
	if n := int(r.ContentLength) + 1; n > cap(x.data) {
		x.data = make([]byte, 0, n)
	}
	reader := http.MaxBytesReader(w, r.Body, int64(limit))
	for {
		if len(x.data) == cap(x.data) {
			x.data = append(x.data, 0)[:len(x.data)]
		}
		n, err := reader.Read(x.data[len(x.data):cap(x.data)])
		x.data = x.data[:len(x.data)+n]
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// refuse answers a request whose body could not be read.
func refuse(w http.ResponseWriter, err error, limit int) {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		w.Header().Set("Connection", "close")
		http.Error(w, fmt.Sprintf("The body is larger than %d bytes.", limit), http.StatusRequestEntityTooLarge)
		return
	}
	http.Error(w, "The body could not be read.", http.StatusBadRequest)
}

// answer runs what the body asks for. An empty answer means that nobody wants
// one.
func (h *Handler) answer(ctx context.Context, x *exchange, header http.Header) {
	err := x.body.read(x.data, h.maxBatch)
	switch {
	case err != nil:
		x.answer.error(nil, parseError(err))
	case x.body.excess:
		x.answer.error(nil, invalidRequest(fmt.Sprintf("a batch holds at most %d calls", h.maxBatch)))
	case x.body.batch && len(x.body.requests) == 0:
		x.answer.error(nil, invalidRequest("a batch holds at least one call"))
	case x.body.batch:
		h.answerBatch(ctx, x, header)
	default:
		h.answerRequest(ctx, &x.answer, &x.body.requests[0], header)
	}
}

// answerBatch runs calls in the order given, so that a call sees what those
// before it have changed.
func (h *Handler) answerBatch(ctx context.Context, x *exchange, header http.Header) {
	e := &x.answer
	e.buf = append(e.buf, '[')
	full := false
	for i := range x.body.requests {
		r := &x.body.requests[i]
		full = full || len(e.buf) > h.maxAnswer
		if full && r.fault == "" && !r.notification() {
			e.error(r.id, h.answerFull())
			continue
		}
		full = h.answerRequest(ctx, e, r, header) || full
	}
	if len(e.buf) == 1 {
		e.buf = e.buf[:0]
		return
	}
	e.buf = append(e.buf, ']')
}

func (h *Handler) answerFull() *Error {
	return internalError(fmt.Sprintf("the answer would be larger than %d bytes; ask for less at once", h.maxAnswer))
}

// answerRequest runs one request and reports whether its result did not fit.
func (h *Handler) answerRequest(ctx context.Context, e *Encoder, r *request, header http.Header) (full bool) {
	if r.fault != "" {
		e.error(r.id, invalidRequest(r.fault))
		return false
	}
	class := h.dispatcher.Class(r.method)
	if class == Undeclared {
		if !r.notification() {
			e.error(r.id, methodNotFound(r.method))
		}
		return false
	}
	call := &Call{Method: r.method, Params: r.params, Header: header, Notification: r.notification(), answer: e}
	start := len(e.buf)
	e.envelope(r.id)
	e.buf = append(e.buf, `"result":`...)
	result := len(e.buf)
	err := h.run(ctx, call)
	switch {
	case call.Notification:
		h.logNotification(ctx, call, err)
		e.truncate(start)
	case err != nil:
		rpcError := h.errorObject(ctx, call, err)
		e.truncate(start)
		e.error(r.id, rpcError)
	default:
		e.keepResult(result, call.Result)
		if len(e.buf) > h.maxAnswer && class == ReadOnly {
			e.truncate(start)
			e.error(r.id, h.answerFull())
			return true
		}
	}
	return false
}

// run does not start what has no time left.
func (h *Handler) run(ctx context.Context, call *Call) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return h.serve(ctx, call)
}

// errorObject says what a caller may know of err, and logs the rest.
func (h *Handler) errorObject(ctx context.Context, call *Call, err error) *Error {
	if declared, ok := errors.AsType[Declared](err); ok {
		return declared.RPCError()
	}
	if _, panicked := errors.AsType[*panicError](err); !panicked && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return internalError(context.Cause(ctx).Error())
	}
	id := rand.Text()
	h.logIncident(ctx, call, id, err)
	return incident(id)
}

func (h *Handler) logIncident(ctx context.Context, call *Call, id string, err error) {
	attrs := []slog.Attr{slog.String("method", call.Method), slog.String("incident", id), slog.Any("error", err)}
	if p, ok := errors.AsType[*panicError](err); ok {
		attrs = append(attrs, slog.String("stack", p.stack))
	}
	level := slog.LevelError
	if ctx.Err() != nil { // the caller has gone: nothing is wrong here
		level = slog.LevelInfo
	}
	h.log.LogAttrs(ctx, level, "call failed", attrs...)
}

// logNotification is all that becomes of a notification's error.
func (h *Handler) logNotification(ctx context.Context, call *Call, err error) {
	if err == nil {
		return
	}
	e := h.errorObject(ctx, call, err)
	h.log.LogAttrs(ctx, slog.LevelInfo, "notification failed", slog.String("method", call.Method), slog.Int("code", e.Code))
}

// panicError is a panic of a method.
type panicError struct {
	value any
	stack string
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

func recovered(next Func) Func {
	return func(ctx context.Context, call *Call) (err error) {
		defer func() {
			if v := recover(); v != nil {
				err = &panicError{v, strings.TrimSpace(string(debug.Stack()))}
			}
		}()
		return next(ctx, call)
	}
}

// envelope opens a response (section 5).
func (e *Encoder) envelope(id []byte) {
	e.comma()
	e.buf = append(e.buf, `{"jsonrpc":"2.0","id":`...)
	if id == nil {
		e.buf = append(e.buf, "null,"...)
		return
	}
	e.buf = append(e.buf, id...)
	e.buf = append(e.buf, ',')
}

// keepResult closes a response whose result begins at start, where the method
// wrote it unless an interceptor put another in its place.
func (e *Encoder) keepResult(start int, result []byte) {
	written := e.buf[start:]
	if len(result) == 0 || len(result) != len(written) || &result[0] != &written[0] {
		e.truncate(start)
		e.JSON(result)
	}
	e.buf = append(e.buf, '}')
}

// error writes a whole response that is an error.
func (e *Encoder) error(id []byte, rpcError *Error) {
	e.envelope(id)
	e.buf = append(e.buf, `"error":{"code":`...)
	e.buf = strconv.AppendInt(e.buf, int64(rpcError.Code), 10)
	e.FieldStart("message")
	e.Str(rpcError.Message)
	if len(rpcError.Data) > 0 {
		e.FieldStart("data")
		e.JSON(rpcError.Data)
	}
	e.buf = append(e.buf, "}}"...)
}
