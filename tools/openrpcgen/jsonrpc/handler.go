package jsonrpc

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
)

// Handler answers JSON-RPC 2.0 over HTTP POST.
//
// Well-formed requests are answered with 200 and a JSON-RPC response, errors
// too, or with 204 if they hold notifications only. The rest is HTTP's: 400,
// 405, 408, 413 and 415 mean that nothing has run.
type Handler struct {
	methods      []method         // the first is none
	index        map[string]int32 // of methods, by name
	serve        Func
	interceptors []Interceptor
	log          *slog.Logger
	timeout      time.Duration
	maxBody      int
	maxBatch     int
	maxAnswer    int
	batchWorkers int
	observe      func(context.Context, Summary) // nil: nobody wants to know
}

// Methods are those of a contract, by name: what a generated server package
// makes of a document. A map finds one in about 8 ns, among a thousand as among
// ten; a switch, which is a search, takes from 2 to 22.
type Methods map[string]Method

// Method is what a server knows of a method of its contract.
type Method struct {
	Serve    Func // runs a call
	ReadOnly bool // changes nothing: x-readonly in the contract
}

// method is a Method that knows its name: a call's is a part of its request,
// and gone with it.
type method struct {
	Method
	name string
}

// NewHandler is called by the generated constructors of the same name.
func NewHandler(methods Methods, opts ...HandlerOption) *Handler {
	h := &Handler{
		methods:      make([]method, 1, 1+len(methods)),
		index:        make(map[string]int32, len(methods)),
		log:          slog.Default(),
		timeout:      10 * time.Second,
		maxBody:      1 << 20,
		maxBatch:     100,
		maxAnswer:    8 << 20,
		batchWorkers: 8,
	}
	for _, o := range opts {
		o.applyToHandler(h)
	}
	for name, m := range methods {
		h.index[name] = int32(len(h.methods))
		h.methods = append(h.methods, method{m, name})
	}
	h.serve = recovered(asObject(h.run))
	if len(h.interceptors) > 0 { // they see a panic of the method as an error; their own is caught too
		h.serve = recovered(asObject(chain(recovered(h.run), h.interceptors)))
	}
	return h
}

// ServeHTTP implements [http.Handler].
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !acceptable(w, r) {
		return
	}
	x := newExchange(r.ContentLength)
	defer x.release()
	if err := x.read(w, r, h.maxBody); err != nil {
		refuse(w, err, h.maxBody)
		return
	}
	x.header = r.Header
	start := time.Now()
	ctx := newDeadline(r.Context(), start, h.timeout)
	defer ctx.end()
	h.answer(ctx, x)
	if h.observe != nil {
		h.observe(r.Context(), x.summary(start))
	}
	x.write(w)
}

// acceptable turns away what is not a POST of JSON.
func acceptable(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "JSON-RPC is spoken by POST.", http.StatusMethodNotAllowed)
		return false
	}
	if types := r.Header["Content-Type"]; len(types) == 0 || !all(types, isJSON) {
		http.Error(w, "Send the header Content-Type: application/json.", http.StatusUnsupportedMediaType)
		return false
	}
	if !all(r.Header["Content-Encoding"], isIdentity) {
		w.Header().Set("Accept-Encoding", "identity")
		http.Error(w, "Send the body without a Content-Encoding.", http.StatusUnsupportedMediaType)
		return false
	}
	return true
}

// all reports whether each line of a header is right: who else reads the request
// may go by another than we do. The names of headers are spelled as net/http
// spells them; to make sure of that, as [http.Header.Values] does, took 0.1 µs of
// the 0.5 that a call of add takes.
func all(lines []string, isRight func(string) bool) bool {
	for _, line := range lines {
		if !isRight(line) {
			return false
		}
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

func isIdentity(coding string) bool { return coding == "" || strings.EqualFold(coding, "identity") }

// answer runs what the body asks for.
func (h *Handler) answer(ctx context.Context, x *exchange) {
	err := x.body.read(x.data, h.maxBatch)
	switch {
	case err != nil:
		x.refuse(parseError(err))
	case x.body.excess:
		x.refuse(invalidRequest(fmt.Sprintf("a batch holds at most %d calls", h.maxBatch)))
	case x.body.batch && len(x.body.requests) == 0:
		x.refuse(invalidRequest("a batch holds at least one call"))
	case x.body.batch:
		h.answerBatch(ctx, x)
	default:
		h.answerAlone(ctx, x)
	}
}

// refuse answers a body of which nothing runs.
func (x *exchange) refuse(rpcError *Error) {
	x.body.requests = x.body.requests[:0]
	x.code = rpcError.Code
	x.worker.answer.error(nil, rpcError)
}

// answerAlone answers a request that is no batch.
func (h *Handler) answerAlone(ctx context.Context, x *exchange) {
	r, e := &x.body.requests[0], &x.worker.answer
	h.find(r, x)
	h.answerRequest(ctx, &x.worker, r, x)
	if h.isRead(r) && len(e.buf)+len("]") > h.maxAnswer {
		e.truncate(0)
		x.fail(r, e, h.answerFull())
		h.logFull(ctx, r)
	}
}

func (h *Handler) find(r *request, x *exchange) {
	if r.fault == faultNone {
		r.declared = h.index[string(r.method.of(x.data))]
	}
}

// isRead reports whether the response to r is a result and nothing is lost
// without it.
func (h *Handler) isRead(r *request) bool {
	return h.methods[r.declared].ReadOnly && r.code == 0 && !r.notification()
}

func (h *Handler) answerFull() *Error {
	return internalError(fmt.Sprintf("the answer would be larger than %d bytes; ask for less at once", h.maxAnswer))
}

// logFull tells which method it was whose result no longer fit: to those around
// it, its calls have gone well.
func (h *Handler) logFull(ctx context.Context, r *request) {
	h.log.LogAttrs(ctx, slog.LevelInfo, "answer full", slog.String("method", h.methods[r.declared].name))
}

// answerRequest leaves the response to r, if there is one, with w.
func (h *Handler) answerRequest(ctx context.Context, w *worker, r *request, x *exchange) {
	switch {
	case r.fault != faultNone:
		x.fail(r, &w.answer, invalidRequest(r.fault.String()))
	case r.declared == 0:
		x.fail(r, &w.answer, methodNotFound(string(r.method.of(x.data))))
	default:
		m := &h.methods[r.declared]
		w.call = Call{
			Method: m.name, Params: r.params.of(x.data), Header: x.header, Notification: r.notification(), Batch: x.body.batch,
			declared: m, worker: w,
		}
		h.answerCall(ctx, w, r, x)
	}
}

// answerCall runs a call. The result is written straight behind its envelope;
// both are taken back if the call fails, or if it is a notification: then the
// log is all that learns of an error.
func (h *Handler) answerCall(ctx context.Context, w *worker, r *request, x *exchange) {
	call, e := &w.call, &w.answer
	e.envelope(r.id.of(x.data))
	e.buf = append(e.buf, `"result":`...)
	w.start = len(e.buf)
	err := ctx.Err() // what has no time left is not begun
	if err == nil {
		r.ran = true
		err = h.serve(ctx, call)
	}
	if err == nil {
		err = w.keepResult()
	}
	switch {
	case err != nil:
		e.truncate(0)
		x.fail(r, e, h.errorObject(ctx, call, err))
		if r.notification() {
			h.log.LogAttrs(ctx, slog.LevelInfo, "notification failed", slog.String("method", h.methods[r.declared].name), slog.Int("code", r.code))
		}
	case r.notification():
		e.truncate(0)
	default:
		e.buf = append(e.buf, '}')
	}
}

// run runs the method that was found for call; or the one that call names, if
// that is an interceptor's word.
func (h *Handler) run(ctx context.Context, call *Call) error {
	m := call.declared
	if m == nil || m.name != call.Method {
		i, ok := h.index[call.Method]
		if !ok {
			return NotImplemented(call.Method)
		}
		m = &h.methods[i]
	}
	return m.Serve(ctx, call)
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
