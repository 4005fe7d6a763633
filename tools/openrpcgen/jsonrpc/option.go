package jsonrpc

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// HandlerOption configures a [Handler].
type HandlerOption interface{ applyToHandler(*Handler) }

// ClientOption configures a [Client].
type ClientOption interface{ applyToClient(*Client) }

// Option configures either end.
type Option interface {
	HandlerOption
	ClientOption
}

type handlerOption func(*Handler)

func (o handlerOption) applyToHandler(h *Handler) { o(h) }

type clientOption func(*Client)

func (o clientOption) applyToClient(c *Client) { o(c) }

type option struct {
	handlerOption
	clientOption
}

// WithInterceptor wraps every call in i. The first that is given is the
// outermost. A server calls it for methods that the contract declares only.
func WithInterceptor(i Interceptor) Option {
	return option{
		func(h *Handler) { h.interceptors = append(h.interceptors, i) },
		func(c *Client) { c.interceptors = append(c.interceptors, i) },
	}
}

// WithObserver has f told what became of each request, once its calls are
// answered and before the answer is sent. What HTTP refuses is not among them.
// The context is that of the HTTP request.
func WithObserver(f func(ctx context.Context, s Summary)) HandlerOption {
	return handlerOption(func(h *Handler) { h.observe = f })
}

// WithTimeout bounds how long a request may take, a batch as a whole; 0 is no
// bound. On a server the calls that are cut short are answered with
// [CodeInternalError] and the reason, and those after them in the batch do not
// run; the default is 10 s. On a client there is no default.
func WithTimeout(d time.Duration) Option {
	return option{
		func(h *Handler) { h.timeout = d },
		func(c *Client) { c.timeout = d },
	}
}

// WithMaxBody bounds the body of a request, in bytes; a larger one is answered
// with HTTP's 413. The default is 1 MiB.
func WithMaxBody(n int) HandlerOption { return handlerOption(func(h *Handler) { h.maxBody = n }) }

// WithMaxBatch bounds the calls in a batch; a larger one is refused as a whole
// with [CodeInvalidRequest]. The default is 100.
func WithMaxBatch(n int) HandlerOption { return handlerOption(func(h *Handler) { h.maxBatch = n }) }

// WithBatchWorkers bounds how many calls of a batch may run at the same time:
// those that follow each other and whose methods the contract says to change
// nothing. Other calls run alone and in the order given, and answers are in the
// order of the calls: responses that wait for an earlier one are 1 MiB and one
// for each worker at the most. The default is 8; 1 runs all calls in turn.
func WithBatchWorkers(n int) HandlerOption {
	return handlerOption(func(h *Handler) { h.batchWorkers = n })
}

// WithMaxAnswer bounds the body of an answer, in bytes.
//
// On a server the call whose result no longer fits, and those after it in the
// batch, are answered with [CodeInternalError] and the reason; those that have
// not begun do not run, be they notifications. The result of a call that may
// have changed something is answered all the same. The default is 8 MiB.
//
// On a client a larger answer is a [*ResponseError]. The default is 64 MiB.
func WithMaxAnswer(n int) Option {
	return option{
		func(h *Handler) { h.maxAnswer = n },
		func(c *Client) { c.maxAnswer = n },
	}
}

// WithLogger says where errors go that callers may not see: those that are not
// of the contract, panics, and errors of notifications. The default is
// [slog.Default].
func WithLogger(l *slog.Logger) HandlerOption {
	return handlerOption(func(h *Handler) { h.log = l })
}

// WithHTTPClient says what sends the requests of a client. The default is made of
// [http.DefaultTransport], and keeps as many connections open as there were
// calls at once, until they have been idle for its IdleConnTimeout.
func WithHTTPClient(hc *http.Client) ClientOption {
	return clientOption(func(c *Client) { c.http = hc })
}

// WithToken is [Client.SetToken] at the start.
func WithToken(token string) ClientOption {
	return clientOption(func(c *Client) { c.SetToken(token) })
}
