package app

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/rollcall-rpc/rollcall/gen/jsonrpc"
)

type requestIDKey struct{}

// withRequestID gives every request an id, which the answer's header and all
// its log lines carry. It is made here: a client's own could forge log lines.
func withRequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := rand.Text()
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
	})
}

// logRefusals logs a line for each request that HTTP itself refuses: whoever
// runs the service by a name that --host does not say finds out here why.
func logRefusals(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status := &statusWriter{ResponseWriter: w}
		next.ServeHTTP(status, r)
		if status.code >= http.StatusBadRequest {
			log.LogAttrs(r.Context(), slog.LevelInfo, "refused", slog.Int("status", status.code))
		}
	})
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	code int
}

func (w *statusWriter) WriteHeader(code int) {
	w.code = code
	w.ResponseWriter.WriteHeader(code)
}

// Unwrap is for [http.ResponseController].
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// requestIDHandler adds the request's id to whatever is logged for it.
type requestIDHandler struct{ slog.Handler }

func (h requestIDHandler) Handle(ctx context.Context, r slog.Record) error {
	if id, ok := ctx.Value(requestIDKey{}).(string); ok {
		r.AddAttrs(slog.String("request_id", id))
	}
	return h.Handler.Handle(ctx, r)
}

func (h requestIDHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return requestIDHandler{h.Handler.WithAttrs(attrs)}
}

func (h requestIDHandler) WithGroup(name string) slog.Handler {
	return requestIDHandler{h.Handler.WithGroup(name)}
}

// slowCall is how long a call in a batch may take without a log line of its own.
const slowCall = time.Second

// logCalls logs a line for each call: the method, how it ended, how long it
// took. Those of a batch are summed up by logRequests, unless they fail or are
// slow. Params and results are never logged.
func logCalls(log *slog.Logger) jsonrpc.Interceptor {
	return func(next jsonrpc.Func) jsonrpc.Func {
		return func(ctx context.Context, call *jsonrpc.Call) error {
			start := time.Now()
			err := next(ctx, call)
			duration := time.Since(start)
			if call.Batch && err == nil && duration < slowCall {
				return nil
			}
			attrs := []slog.Attr{
				slog.String("method", call.Method),
				slog.Duration("duration", duration),
				slog.String("outcome", outcome(ctx, err)),
			}
			if e, ok := errors.AsType[jsonrpc.Declared](err); ok {
				attrs = append(attrs, slog.Int("code", e.RPCError().Code))
			}
			log.LogAttrs(ctx, slog.LevelInfo, "call", attrs...)
			return err
		}
	}
}

// logRequests logs a line for each batch, and for each other request of which no
// method has run. What was asked for then is not logged: it is anybody's text.
func logRequests(log *slog.Logger) func(context.Context, jsonrpc.Summary) {
	return func(ctx context.Context, s jsonrpc.Summary) {
		switch {
		case s.Batch && s.Calls > 0:
			log.LogAttrs(ctx, slog.LevelInfo, "batch",
				slog.Int("calls", s.Calls), slog.Int("failed", s.Failed), slog.Duration("duration", s.Duration))
		case s.Ran == 0:
			log.LogAttrs(ctx, slog.LevelInfo, "refused", slog.Int("code", s.Code))
		}
	}
}

// outcome is one word: ok, refused (an error of the contract), canceled (time
// ran out, or the client went away) or failed (any other error, which has a log
// line of its own).
func outcome(ctx context.Context, err error) string {
	if err == nil {
		return "ok"
	}
	if _, ok := errors.AsType[jsonrpc.Declared](err); ok {
		return "refused"
	}
	if ctx.Err() != nil {
		return "canceled"
	}
	return "failed"
}
