package jsonrpc

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// Batch collects calls and sends them in one request (section 6). It is meant
// for one goroutine, and to be sent once.
type Batch struct {
	client *Client
	body   *sending // nil before the first call
	calls  []batchCall
	err    error // the first that queueing met
	sent   bool
	lastID int64
}

// batchCall is one call of a batch.
type batchCall struct {
	id     int64 // 0 for a notification
	method string
	settle func(result json.RawMessage, err error) // nil for a notification
}

// NewBatch returns an empty batch. It does not pass through interceptors: they
// wrap calls that are on their own.
func NewBatch(c *Client) *Batch { return &Batch{client: c} }

// Pending is a call in a batch.
type Pending[R any] struct {
	result R
	err    error
}

var errNotSent = errors.New("jsonrpc: the batch has not been sent")

// Get returns the result of the call or its error, once the batch was sent.
func (p *Pending[R]) Get() (R, error) { return p.result, p.err }

// Queue is the body of every generated method of a batch.
func Queue[R any](b *Batch, method string, params ToJSON, decode func(*R, *Decoder) error) *Pending[R] {
	p := &Pending[R]{err: errNotSent}
	b.add(method, params, func(raw json.RawMessage, err error) {
		if p.err = err; err == nil {
			p.result, p.err = decodeResult(method, raw, decode)
		}
	})
	return p
}

// QueueNoResult is [Queue] for a method whose result is null.
func QueueNoResult(b *Batch, method string, params ToJSON) *Pending[struct{}] {
	p := &Pending[struct{}]{err: errNotSent}
	b.add(method, params, func(_ json.RawMessage, err error) { p.err = err })
	return p
}

// Notify adds a notification of any method. Params may be nil.
func (b *Batch) Notify(method string, params ToJSON) { b.add(method, params, nil) }

func (b *Batch) add(method string, params ToJSON, settle func(json.RawMessage, error)) {
	if b.body == nil {
		b.body = newSending()
		b.body.encoder.ArrStart()
	}
	call := batchCall{method: method, settle: settle}
	if settle != nil {
		b.lastID++
		call.id = b.lastID
	}
	b.calls = append(b.calls, call)
	e := b.body.encoder
	start := len(e.buf)
	if err := e.request(call.id, method, params); err != nil {
		b.err = errors.Join(b.err, err)
		e.truncate(start)
	}
}

// Send sends the batch. Its error means that the calls have no answers of
// their own, and is the answer of each; else each has its own by
// [Pending.Get]. An empty batch sends nothing.
func (b *Batch) Send(ctx context.Context) error {
	if b.sent {
		return errors.New("jsonrpc: the batch has been sent already")
	}
	b.sent = true
	if len(b.calls) == 0 {
		return nil
	}
	defer b.body.release()
	err := b.exchange(ctx)
	if err == nil {
		return nil
	}
	for _, call := range b.calls {
		if call.settle != nil {
			call.settle(nil, err)
		}
	}
	return err
}

// exchange sends the calls and gives each what came back for it.
func (b *Batch) exchange(ctx context.Context) error {
	if b.err != nil {
		return b.err
	}
	b.body.encoder.ArrEnd()
	name := fmt.Sprintf("batch of %d", len(b.calls))
	status, buffer, err := b.client.roundTrip(ctx, name, b.client.header(ctx), b.body)
	if err != nil {
		return err
	}
	defer releaseAnswer(buffer)
	answer := buffer.Bytes()
	if len(answer) == 0 && b.lastID == 0 {
		return nil
	}
	responses, batch, err := readResponses(answer)
	if err == nil && !batch {
		if r := responses[0]; r.err != nil { // the server refused the batch as a whole
			return b.client.typed("", r.err)
		}
		err = errors.New("want an array of responses")
	}
	if err != nil {
		return &ResponseError{Method: name, Status: status, Body: head(answer), Err: err}
	}
	b.settle(status, responses)
	return nil
}

// settle gives each call its response, in whatever order they came.
func (b *Batch) settle(status int, responses []response) {
	byID, unanswered := b.sort(responses)
	for _, call := range b.calls {
		if call.settle == nil {
			continue
		}
		r := cmp.Or(byID[strconv.FormatInt(call.id, 10)], unanswered)
		switch {
		case r.fault != nil:
			call.settle(nil, &ResponseError{Method: call.method, Status: status, Err: r.fault})
		case r.err != nil:
			call.settle(nil, b.client.typed(call.method, r.err))
		default:
			call.settle(r.result, nil)
		}
	}
}

// sort finds the response to each id, and what stands for one where there is
// none: the reason of that is the first error without an id, if there is one.
func (b *Batch) sort(responses []response) (byID map[string]*response, unanswered *response) {
	byID = make(map[string]*response, len(responses))
	unanswered = &response{fault: errUnanswered}
	for i := range responses {
		r := &responses[i]
		switch {
		case !r.errorToNobody():
			if _, ok := byID[string(r.id)]; ok {
				r.fault = errTwice
			}
			byID[string(r.id)] = r
		case unanswered.fault == errUnanswered:
			unanswered.fault = fmt.Errorf("%w, and an error without an id says: %w", errUnanswered, b.client.typed("", r.err))
		}
	}
	return byID, unanswered
}

var (
	errUnanswered = errors.New("the call was left unanswered")
	errTwice      = errors.New("the call was answered twice")
)
