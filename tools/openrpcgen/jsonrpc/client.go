package jsonrpc

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"sync/atomic"
	"time"
)

// Client sends calls to one URL. It is safe for use by several goroutines.
type Client struct {
	url          string
	declare      Declare
	http         *http.Client
	send         Func
	interceptors []Interceptor
	timeout      time.Duration
	maxAnswer    int
	token        atomic.Pointer[string]
	lastID       atomic.Int64
}

// Declare gives an error object the Go type that the contract has for it.
type Declare func(method string, e *Error) error

// NewClient is called by the generated constructors of the same name.
func NewClient(url string, declare Declare, opts ...ClientOption) *Client {
	c := &Client{url: url, declare: declare, maxAnswer: 64 << 20}
	for _, o := range opts {
		o.applyToClient(c)
	}
	if c.http == nil {
		c.http = defaultHTTPClient()
	}
	c.send = chain(c.post, c.interceptors)
	return c
}

// defaultHTTPClient keeps as many idle connections to the one server as there
// were calls at once, for as long as net/http does; its own default closes all
// but two. Where somebody has put a RoundTripper of their own in the place of
// net/http's, that decides.
func defaultHTTPClient() *http.Client {
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return &http.Client{Transport: http.DefaultTransport}
	}
	t = t.Clone()
	t.MaxIdleConns, t.MaxIdleConnsPerHost = 0, math.MaxInt // 0 is any number of the first
	return &http.Client{Transport: t}
}

// TransportError is a call that got no answer: the server could not be reached,
// the connection broke, or the context ended, which errors.Is can tell.
type TransportError struct {
	Method string
	Err    error
}

func (e *TransportError) Error() string { return fmt.Sprintf("%s: no answer: %v", e.Method, e.Err) }
func (e *TransportError) Unwrap() error { return e.Err }

// ResponseError is an answer that is no JSON-RPC response to the call, or whose
// result does not fit the contract; in a batch also a call that was answered
// twice, or not at all.
type ResponseError struct {
	Method string
	Status int    // of HTTP
	Body   []byte // the first 1,024 bytes; of the result if that is at fault
	Err    error

	result bool // is at fault
}

func (e *ResponseError) Error() string {
	if e.result {
		return fmt.Sprintf("%s: the result does not fit the contract: %v", e.Method, e.Err)
	}
	return fmt.Sprintf("%s: answered with HTTP status %d, but not as JSON-RPC: %v", e.Method, e.Status, e.Err)
}
func (e *ResponseError) Unwrap() error { return e.Err }

// SetToken makes calls carry the header Authorization: Bearer token.
func (c *Client) SetToken(token string) { c.token.Store(&token) }

// ClearToken makes calls carry no token.
func (c *Client) ClearToken() { c.token.Store(nil) }

// CloseIdleConnections closes the connections that no call is using. The client
// can be used as before.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }

type headerKey struct{}

// WithHeader returns a context whose calls carry one more HTTP header.
func WithHeader(ctx context.Context, key, value string) context.Context {
	h, _ := ctx.Value(headerKey{}).(http.Header)
	if h = h.Clone(); h == nil {
		h = http.Header{}
	}
	h.Set(key, value)
	return context.WithValue(ctx, headerKey{}, h)
}

// header is what a request carries: the client's own, and the context's.
func (c *Client) header(ctx context.Context) http.Header {
	own, _ := ctx.Value(headerKey{}).(http.Header)
	h := own.Clone()
	if h == nil {
		h = http.Header{}
	}
	if token := c.token.Load(); token != nil && h.Get("Authorization") == "" {
		h.Set("Authorization", "Bearer "+*token)
	}
	return h
}

// Invoke is the body of every generated method of a client: it sends a call
// and decodes its result.
func Invoke[R any](ctx context.Context, c *Client, method string, params ToJSON, decode func(*R, *Decoder) error) (result R, err error) {
	call, err := c.call(ctx, method, params, false)
	if err != nil {
		return result, err
	}
	defer call.release()
	return decodeResult(method, call.Result, decode)
}

// InvokeNoResult is [Invoke] for a method whose result is null.
func InvokeNoResult(ctx context.Context, c *Client, method string, params ToJSON) error {
	call, err := c.call(ctx, method, params, false)
	if err != nil {
		return err
	}
	call.release()
	return nil
}

// Call sends a call of any method. Params may be nil; the result is JSON.
func (c *Client) Call(ctx context.Context, method string, params ToJSON) (json.RawMessage, error) {
	call, err := c.call(ctx, method, params, false)
	if err != nil {
		return nil, err
	}
	defer call.release()
	return bytes.Clone(call.Result), nil
}

// Notify sends a notification of any method: nobody will tell what became of
// it. Params may be nil.
func (c *Client) Notify(ctx context.Context, method string, params ToJSON) error {
	call, err := c.call(ctx, method, params, true)
	if err != nil {
		return err
	}
	call.release()
	return nil
}

// call sends a call. Interceptors get params that are theirs to keep or replace;
// where there are none, params are written where they are sent from.
func (c *Client) call(ctx context.Context, method string, params ToJSON, notification bool) (*Call, error) {
	call := &Call{Method: method, Header: c.header(ctx), Notification: notification, unwritten: params}
	if params != nil && len(c.interceptors) > 0 {
		raw, err := Marshal(params)
		if err != nil {
			return nil, paramsError(method, err)
		}
		call.Params = raw
	}
	return call, c.send(ctx, call)
}

func paramsError(method string, err error) error { return fmt.Errorf("%s: params: %w", method, err) }

// release ends the use of a call's result.
func (c *Call) release() {
	if c.answer != nil {
		releaseAnswer(c.answer)
		c.answer = nil
	}
}

// Discover asks the server for its OpenRPC document.
func (c *Client) Discover(ctx context.Context) (json.RawMessage, error) {
	return c.Call(ctx, "rpc.discover", nil)
}

func decodeResult[R any](method string, raw json.RawMessage, decode func(*R, *Decoder) error) (result R, err error) {
	if err := decode(&result, newLenient(raw)); err != nil {
		return result, &ResponseError{Method: method, Status: http.StatusOK, Body: head(raw), Err: err, result: true}
	}
	return result, nil
}

// typed gives an error object its type of the contract.
func (c *Client) typed(method string, e *Error) error {
	if c.declare == nil {
		return e
	}
	return c.declare(method, e)
}

// post is the innermost Func of a client.
func (c *Client) post(ctx context.Context, call *Call) error {
	id := int64(0)
	if !call.Notification {
		id = c.lastID.Add(1)
	}
	params := call.unwritten
	if len(c.interceptors) > 0 {
		params = writtenParams(call.Params)
	}
	body := newSending()
	defer body.release()
	if err := body.encoder.request(id, call.Method, params); err != nil {
		return err
	}
	status, answer, err := c.roundTrip(ctx, call.Method, call.Header, body)
	if err != nil {
		return err
	}
	call.answer = answer
	err = c.readAnswer(call, id, status, answer.Bytes())
	if err != nil || len(c.interceptors) > 0 { // they may keep the result
		call.Result = bytes.Clone(call.Result)
		call.release()
	}
	return err
}

// written are params as JSON.
type written json.RawMessage

// EncodeJSON implements [ToJSON].
func (w written) EncodeJSON(e *Encoder) { e.JSON(json.RawMessage(w)) }

func writtenParams(raw json.RawMessage) ToJSON {
	if len(raw) == 0 {
		return nil
	}
	return written(raw)
}

// readAnswer finds the result of a call, a part of answer, or its error.
func (c *Client) readAnswer(call *Call, id int64, status int, answer []byte) error {
	if call.Notification && len(answer) == 0 {
		return nil
	}
	r, err := readResponse(answer)
	if err == nil && !call.Notification && !r.answers(id) {
		err = fmt.Errorf("the response is to another call: id %.40s instead of %d", cmp.Or(string(r.id), "left out"), id)
	}
	if err != nil {
		return &ResponseError{Method: call.Method, Status: status, Body: head(answer), Err: err}
	}
	if r.err != nil {
		return c.typed(call.Method, r.err)
	}
	call.Result = r.result
	return nil
}

// request writes a request object (section 4); without an id, 0, it is a
// notification. Its error is the params'.
func (e *Encoder) request(id int64, method string, params ToJSON) error {
	e.ObjStart()
	e.FieldStart("jsonrpc")
	e.Str("2.0")
	if id != 0 {
		e.FieldStart("id")
		e.Int(id)
	}
	e.FieldStart("method")
	e.Str(method)
	if params != nil {
		e.FieldStart("params")
		params.EncodeJSON(e)
	}
	e.ObjEnd()
	if e.err != nil {
		return paramsError(method, e.err)
	}
	return nil
}

// roundTrip posts a body and reads the answer's, whose memory the caller
// releases.
func (c *Client) roundTrip(ctx context.Context, method string, header http.Header, body *sending) (status int, answer *bytes.Buffer, err error) {
	ctx, cancel := withTimeout(ctx, c.timeout)
	defer cancel()
	req, err := body.post(ctx, c.url)
	if err != nil {
		return 0, nil, &TransportError{method, err}
	}
	req.Header = header
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	res, err := c.http.Do(req)
	if err != nil {
		return 0, nil, &TransportError{method, err}
	}
	defer res.Body.Close()
	answer = answers.Get().(*bytes.Buffer)
	if err := c.readBody(answer, method, res); err != nil {
		releaseAnswer(answer)
		return res.StatusCode, nil, err
	}
	return res.StatusCode, answer, nil
}

// readBody reads an answer. What is announced need not come: a large answer gets
// room as it does.
func (c *Client) readBody(answer *bytes.Buffer, method string, res *http.Response) error {
	answer.Grow(int(min(max(res.ContentLength, 0), keptBytes-bytes.MinRead)) + bytes.MinRead)
	_, err := answer.ReadFrom(io.LimitReader(res.Body, int64(c.maxAnswer)+1))
	switch {
	case err != nil:
		return &TransportError{method, err}
	case answer.Len() > c.maxAnswer:
		err = fmt.Errorf("the answer is larger than %d bytes", c.maxAnswer)
	case answer.Len() == 0 && res.StatusCode/100 != 2:
		err = errors.New(res.Status)
	default:
		return nil
	}
	return &ResponseError{Method: method, Status: res.StatusCode, Body: head(answer.Bytes()), Err: err}
}

// withTimeout bounds ctx by d; 0 is no bound.
func withTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if d <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, d)
}

func head(body []byte) []byte { return bytes.Clone(body[:min(len(body), 1024)]) }
