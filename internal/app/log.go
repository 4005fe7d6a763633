package app

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/rollcall-rpc/rollcall/gen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/internal/auth"
)

// withOrigin gives every request an id, which the answer's header and all its
// log lines carry, and finds out where it came from. The id is made here: a
// client's own could forge log lines.
func withOrigin(log *slog.Logger, proxies trustedProxies, next http.Handler) http.Handler {
	var unheard sync.Once
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := auth.Origin{RequestID: rand.Text(), Address: proxies.client(r)}
		w.Header().Set("X-Request-Id", origin.RequestID)
		if proxies.disbelieve(r) {
			unheard.Do(func() {
				log.Warn("X-Forwarded-For comes from an address that is no trusted proxy: if it is one, name it by --trusted-proxy, "+
					"or all clients behind it count as one", "address", origin.Address)
			})
		}
		next.ServeHTTP(w, r.WithContext(auth.WithOrigin(r.Context(), origin)))
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
	if id := auth.OriginFrom(ctx).RequestID; id != "" {
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

// logCalls logs a line for each call: the method, how it ended, how long it
// took. Those of a batch are summed up by logRequests, unless they fail or take
// as long as slow. Params and results are never logged.
func logCalls(log *slog.Logger, slow time.Duration) jsonrpc.Interceptor {
	return func(next jsonrpc.Func) jsonrpc.Func {
		return func(ctx context.Context, call *jsonrpc.Call) error {
			start := time.Now()
			err := next(ctx, call)
			end := time.Now()
			if call.Batch && err == nil && end.Sub(start) < slow {
				return nil
			}
			code := slog.Attr{} // is left out
			if e, ok := errors.AsType[jsonrpc.Declared](err); ok {
				code = slog.Int("code", e.RPCError().Code)
			}
			logAt(ctx, log, end, "call",
				slog.String("method", call.Method), duration(end.Sub(start)), slog.String("outcome", outcome(ctx, err)), code)
			return err
		}
	}
}

// logRequests logs a line for each batch, and for each other request of which no
// method has run. What was asked for then is not logged: it is anybody's text; nor
// are calls of a batch for which none has run, of which there may be many: the
// batch's line counts them by their codes.
func logRequests(log *slog.Logger) func(context.Context, jsonrpc.Summary) {
	return func(ctx context.Context, s jsonrpc.Summary) {
		if s.Batch && s.Calls > 0 {
			end := time.Now()
			logAt(ctx, log, end, "batch", slog.Int("calls", s.Calls), slog.Int("failed", s.Failed), codes(s.Codes), duration(end.Sub(s.Start)))
		} else if s.Ran == 0 {
			logAt(ctx, log, time.Now(), "refused", slog.Int("code", s.Code))
		}
	}
}

// logAt logs what was at a time that is known already. It does not look up
// which line of code logs, as the functions of slog do, for more than a line
// costs.
func logAt(ctx context.Context, log *slog.Logger, at time.Time, message string, attrs ...slog.Attr) {
	if !log.Enabled(ctx, slog.LevelInfo) {
		return
	}
	r := slog.NewRecord(at, slog.LevelInfo, message, 0)
	r.AddAttrs(attrs...)
	_ = log.Handler().Handle(ctx, r) // nobody could be told
}

// codes are how many calls failed with each: the one place where those appear
// that no method was run for. It is left out where there are none.
func codes(failed map[int]int) slog.Attr {
	var attrs []slog.Attr
	for _, code := range slices.Sorted(maps.Keys(failed)) {
		attrs = append(attrs, slog.Int(strconv.Itoa(code), failed[code]))
	}
	return slog.GroupAttrs("codes", attrs...)
}

// duration is text with a unit, which JSON would lose.
func duration(d time.Duration) slog.Attr { return slog.String("duration", d.String()) }

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
