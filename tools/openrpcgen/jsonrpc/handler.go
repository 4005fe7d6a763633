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
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Handler answers JSON-RPC 2.0 over HTTP POST.
//
// Well-formed requests are answered with 200 and a JSON-RPC response, errors
// too, or with 204 if they hold notifications only. The rest is HTTP's: 400,
// 405, 413 and 415 mean that nothing has run.
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
	h.serve = recovered(asObject(chain(recovered(d.Serve), h.interceptors)))
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
	return context.WithTimeout(ctx, d)
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
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
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
	x.body = body{requests: x.body.requests[:0], names: x.body.names}
	x.data = x.data[:0]
	x.answer.truncate(0)
	exchanges.Put(x)
}

// readBody gives a large body room as it arrives: what is announced need not
// come. What is announced too large is refused unread, and yet by way of
// MaxBytesReader: it makes net/http wait until the answer has arrived, where
// otherwise it might reset the connection of a client that is still sending.
func (x *exchange) readBody(w http.ResponseWriter, r *http.Request, limit int) error {
	reader := http.MaxBytesReader(w, r.Body, int64(limit))
	if r.ContentLength > int64(limit) {
		reader = http.MaxBytesReader(w, io.NopCloser(strings.NewReader("too large")), 0)
	}
	x.data = slices.Grow(x.data, int(min(r.ContentLength+1, keptBytes)))
	for {
		x.data = slices.Grow(x.data, 1)
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
// before it have changed. Once the answer is full nothing more runs: who asks
// again for less at once repeats no notification either.
func (h *Handler) answerBatch(ctx context.Context, x *exchange, header http.Header) {
	e := &x.answer
	e.buf = append(e.buf, '[')
	full := false
	for i := range x.body.requests {
		r := &x.body.requests[i]
		full = full || len(e.buf) > h.maxAnswer
		switch {
		case !full || r.fault != "":
			full = h.answerRequest(ctx, e, r, header) || full
		case !r.notification():
			e.error(r.id, h.answerFull())
		}
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

// answerRequest answers one request and reports whether its result did not fit.
func (h *Handler) answerRequest(ctx context.Context, e *Encoder, r *request, header http.Header) (full bool) {
	method := string(r.method)
	class := h.dispatcher.Class(method)
	switch {
	case r.fault != "":
		e.error(r.id, invalidRequest(r.fault))
	case r.notification():
		if class != Undeclared {
			h.notify(ctx, r, header)
		}
	case class == Undeclared:
		e.error(r.id, methodNotFound(method))
	default:
		return h.answerCall(ctx, e, r, header, class)
	}
	return false
}

// notify runs a notification. The log is all that learns of its error.
func (h *Handler) notify(ctx context.Context, r *request, header http.Header) {
	call := &Call{Method: string(r.method), Params: r.params, Header: header, Notification: true}
	if err := h.run(ctx, call); err != nil {
		e := h.errorObject(ctx, call, err)
		h.log.LogAttrs(ctx, slog.LevelInfo, "notification failed", slog.String("method", call.Method), slog.Int("code", e.Code))
	}
}

// answerCall runs a call and answers it. The result is written straight behind
// its envelope; both are taken back if the call fails, or if they do not fit.
func (h *Handler) answerCall(ctx context.Context, e *Encoder, r *request, header http.Header, class Class) (full bool) {
	before := len(e.buf)
	e.envelope(r.id)
	e.buf = append(e.buf, `"result":`...)
	call := &Call{Method: string(r.method), Params: r.params, Header: header, answer: e, start: len(e.buf)}
	err := h.run(ctx, call)
	if err == nil {
		err = call.keepResult()
	}
	if err != nil {
		rpcError := h.errorObject(ctx, call, err)
		e.truncate(before)
		e.error(r.id, rpcError)
		return false
	}
	e.buf = append(e.buf, '}')
	if full = class == ReadOnly && len(e.buf)+len("]") > h.maxAnswer; full {
		e.truncate(before)
		e.error(r.id, h.answerFull())
	}
	return full
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
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	attrs := []slog.Attr{slog.String("method", call.Method), slog.Any("error", err)}
	panicked, isPanic := errors.AsType[*panicError](err)
	if isPanic {
		attrs = append(attrs, slog.String("stack", panicked.stack))
	} else if ctx.Err() != nil {
		return h.cutShort(ctx, err, attrs)
	}
	id := rand.Text()
	h.log.LogAttrs(ctx, slog.LevelError, "call failed", append(attrs, slog.String("incident", id))...)
	return incident(id)
}

// cutShort is the answer to a call whose time ran out, or whose caller has gone
// and will not see it.
func (h *Handler) cutShort(ctx context.Context, err error, attrs []slog.Attr) *Error {
	level, reason := slog.LevelInfo, "the request was canceled"
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		level, reason = slog.LevelWarn, "the request timed out"
	}
	if err != ctx.Err() { // else it tells nothing more
		h.log.LogAttrs(ctx, level, "call cut short", attrs...)
	}
	return internalError(reason)
}

// asObject makes an error of the contract the error object that is sent. It
// belongs inside recovered: what is returned may be a nil pointer.
func asObject(next Func) Func {
	return func(ctx context.Context, call *Call) error {
		err := next(ctx, call)
		declared, ok := errors.AsType[Declared](err)
		if !ok {
			return err
		}
		if e := declared.RPCError(); e != nil {
			return e
		}
		return fmt.Errorf("the error is a nil %T", declared)
	}
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

// error writes a whole response that is an error. Data that is no JSON is left
// out: the error itself is worth more than its details.
func (e *Encoder) error(id []byte, rpcError *Error) {
	e.envelope(id)
	e.buf = append(e.buf, `"error":{"code":`...)
	e.buf = strconv.AppendInt(e.buf, int64(rpcError.Code), 10)
	e.FieldStart("message")
	e.Str(rpcError.Message)
	if len(rpcError.Data) > 0 && Check(rpcError.Data) == nil {
		e.FieldStart("data")
		e.JSON(rpcError.Data)
	}
	e.buf = append(e.buf, "}}"...)
}
