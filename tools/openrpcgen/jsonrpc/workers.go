package jsonrpc

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"sync"
	"time"
)

// workers run the calls of a batch and put their responses in order. Calls that
// change nothing may run at the same time; one that may change something waits
// for those before it, and those after it wait for it.
//
// The goroutine of the request takes the calls in turn. It gets help once it
// turns out to be slow, as it is where methods wait for a database: calls that
// only compute are done before a goroutine for each would pay.
type workers struct {
	*Handler
	ctx context.Context
	x   *exchange

	mu      sync.Mutex
	next    int            // the first request that nobody has taken
	end     int            // requests from here on have to wait
	done    int            // requests before this one are answered in x.batch
	early   map[int][]byte // responses to requests after it
	waiting int            // bytes of them
	fewer   sync.Cond      // there are fewer of them
	lost    bool           // a response will never come
	filler  *request       // with which the answer was full: nothing more runs; nil as long as it is not

	group    sync.WaitGroup // of the helpers and of watch
	timer    *time.Timer    // of watch
	seen     int            // next, when watch looked last
	panicked any            // by a helper
}

// The goroutine of a request is slow if it takes fewer than quickCalls in a
// time of patience. Nothing but time tells a call that waits from one that
// computes. Time errs where the machine is short of it: with programs waiting
// for each CPU, helpers came in vain to one batch of 100 additions in 2,000, on
// two threads, and in 40,000, on one. Such a batch costs 4 % more on one thread,
// and 30 % on two.
const (
	patience   = 100 * time.Microsecond
	quickCalls = 4
)

// Responses that wait for an earlier one are copies. Where there are more bytes
// of them than mayWait, those who made them wait too: a goroutine that the system
// has stopped in mid-call, as it does where all others compute, would else let
// them make the rest of a large batch before it.
const mayWait = 1 << 20

// For manyCalls, a timer that ends their context costs less than to look at the
// clock before each.
const manyCalls = 64

// answerBatch answers a batch. Once the answer is full nothing more runs: who
// asks again for less at once repeats no notification either.
func (h *Handler) answerBatch(ctx context.Context, x *exchange) {
	requests := x.body.requests
	for i := range requests {
		h.find(&requests[i], x)
	}
	if len(requests) >= manyCalls {
		_ = ctx.Done()
	}
	b := &workers{Handler: h, ctx: ctx, x: x}
	b.fewer.L = &b.mu
	for b.next < len(requests) && b.filler == nil {
		b.end = b.next + h.atOnce(requests[b.next:])
		b.run()
		b.settle()
	}
	if b.filler != nil {
		h.logFull(ctx, b.filler)
	}
	for ; b.next < len(requests); b.next++ {
		if requests[b.next].fault != faultNone {
			h.answerRequest(ctx, &x.worker, &requests[b.next], x)
		}
		b.append(&requests[b.next], x.worker.answer.buf)
		x.worker.answer.truncate(0)
	}
	if x.batch.size > 0 {
		x.batch.write([]byte("]"))
	}
}

// atOnce tells how many requests, from the first on, may run at the same time.
func (h *Handler) atOnce(requests []request) int {
	for i := range requests {
		if m := requests[i].declared; m != 0 && !h.methods[m].ReadOnly {
			return max(i, 1)
		}
	}
	return len(requests)
}

// run answers the requests before end, unless the answer is full before.
func (b *workers) run() {
	defer b.group.Wait() // also where a method ends this goroutine
	if b.end-b.next > 1 && b.batchWorkers > 1 {
		b.startWatch()
		defer b.stopWatch()
	}
	b.work(&b.x.worker)
}

func (b *workers) startWatch() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seen = b.next
	b.group.Add(1)
	b.timer = time.AfterFunc(patience, b.watch)
}

func (b *workers) stopWatch() {
	if b.timer.Stop() {
		b.group.Done()
	}
}

// watch starts helpers if the goroutine of the request is slow.
func (b *workers) watch() {
	defer b.group.Done()
	b.mu.Lock()
	defer b.mu.Unlock()
	quick := b.next-b.seen >= quickCalls
	b.seen = b.next
	switch {
	case !b.more():
	case quick:
		b.group.Add(1)
		b.timer.Reset(patience)
	default:
		if b.early == nil {
			b.early = map[int][]byte{}
		}
		for range min(b.batchWorkers-1, b.end-b.next) {
			b.group.Go(b.help)
		}
	}
}

// help is what helpers do. A panic that no call has caught, as of a logger, goes
// to the goroutine of the request, where net/http catches it.
func (b *workers) help() {
	w := workerPool.Get().(*worker)
	defer func() {
		w.release()
		workerPool.Put(w)
		if v := recover(); v != nil {
			b.mu.Lock()
			b.panicked = v
			b.mu.Unlock()
		}
	}()
	b.work(w)
}

// work answers requests as long as there are some that need not wait.
func (b *workers) work(w *worker) {
	lost := true // what is under way, where a method ends this goroutine
	defer func() {
		if lost {
			b.lose()
		}
	}()
	b.mu.Lock()
	for i, ok := b.take(); ok; i, ok = b.take() {
		b.mu.Unlock()
		b.answerRequest(b.ctx, w, &b.x.body.requests[i], b.x)
		b.mu.Lock()
		b.put(i, w.answer.buf)
		w.answer.truncate(0)
	}
	b.mu.Unlock()
	lost = false
}

// lose has nobody wait for a response that will not come.
func (b *workers) lose() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lost = true
	b.fewer.Broadcast()
}

// take gives a worker a request.
func (b *workers) take() (i int, ok bool) {
	for b.waiting > mayWait && !b.lost && b.more() {
		b.fewer.Wait()
	}
	if ok = b.more(); ok {
		i = b.next
		b.next++
	}
	return i, ok
}

// more reports whether there is something to take. There is nothing if the
// responses that are there are more than an answer may hold, whatever becomes of
// those under way: one slow call does not pile up all others behind it.
func (b *workers) more() bool {
	return b.next < b.end && b.filler == nil && b.x.batch.size+b.waiting <= b.maxAnswer
}

// put appends a response to the answer once those before it are there.
func (b *workers) put(i int, response []byte) {
	requests := b.x.body.requests
	if i > b.done {
		b.early[i] = bytes.Clone(response)
		b.waiting += len(response)
		return
	}
	b.append(&requests[i], response)
	for b.done++; ; b.done++ {
		response, ok := b.early[b.done]
		if !ok {
			return
		}
		b.append(&requests[b.done], response)
		b.waiting -= len(response)
		b.fewer.Broadcast()
		delete(b.early, b.done)
	}
}

// settle answers requests whose helper was ended.
func (b *workers) settle() {
	if b.panicked != nil {
		panic(b.panicked)
	}
	for b.done < b.next {
		var e Encoder
		r := &b.x.body.requests[b.done]
		b.x.fail(r, &e, b.errorObject(b.ctx, &Call{Method: b.methods[r.declared].name}, errExited))
		b.put(b.done, e.buf)
	}
}

var errExited = errors.New("the method ended its goroutine by runtime.Goexit")

// append writes the next response of the answer, which is empty for a
// notification, or what it is answered with once the answer is full.
func (b *workers) append(r *request, response []byte) {
	answer := &b.x.batch
	if b.isRead(r) && answer.size+len(",")+len(response)+len("]") > b.maxAnswer {
		b.fill(r)
	}
	if b.filler != nil && r.fault == faultNone {
		var e Encoder
		b.x.fail(r, &e, b.answerFull())
		response = e.buf
	}
	if len(response) > 0 {
		separator := byte(',')
		if answer.size == 0 {
			separator = '['
		}
		answer.write([]byte{separator})
		answer.write(response)
	}
	answer.body = b.x.data[:r.end]
	if answer.size > b.maxAnswer {
		b.fill(r)
	}
}

// fill makes r the request with which the answer was full, if it is the first.
func (b *workers) fill(r *request) { b.filler = cmp.Or(b.filler, r) }
