package jsonrpc_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// gauge counts how many run at once.
type gauge struct{ now, most atomic.Int64 }

func (g *gauge) enter() {
	n := g.now.Add(1)
	for most := g.most.Load(); n > most && !g.most.CompareAndSwap(most, n); most = g.most.Load() {
	}
}

func (g *gauge) leave() { g.now.Add(-1) }

func batchOf(calls ...string) string { return "[" + strings.Join(calls, ",") + "]" }

// numbered are n calls of a method, whose ids count from 0.
func numbered(method string, n int) string {
	calls := make([]string, n)
	for i := range calls {
		calls[i] = fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":%q}`, i, method)
	}
	return batchOf(calls...)
}

func inOrder(n int, result string) string {
	responses := make([]string, n)
	for i := range responses {
		responses[i] = fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":%s}`, i, result)
	}
	return batchOf(responses...)
}

// Thirty reads of a second each take as long as there are workers to share them.
func TestBatchWorkers(t *testing.T) {
	for _, test := range []struct {
		options []jsonrpc.HandlerOption
		method  string
		workers int64
	}{
		{nil, "read", 8}, // the default
		{[]jsonrpc.HandlerOption{jsonrpc.WithBatchWorkers(3)}, "read", 3},
		{[]jsonrpc.HandlerOption{jsonrpc.WithBatchWorkers(100)}, "read", 30},
		{[]jsonrpc.HandlerOption{jsonrpc.WithBatchWorkers(1)}, "read", 1},
		{[]jsonrpc.HandlerOption{jsonrpc.WithBatchWorkers(0)}, "read", 1},
		{[]jsonrpc.HandlerOption{jsonrpc.WithBatchWorkers(-1)}, "read", 1},
		{nil, "write", 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			var g gauge
			sleep := func(ctx context.Context, call *jsonrpc.Call) error {
				g.enter()
				defer g.leave()
				time.Sleep(time.Second)
				return result(`1`)(ctx, call)
			}
			h := jsonrpc.NewHandler(jsonrpc.Methods{"read": readOnly(sleep), "write": mutating(sleep)},
				append(test.options, jsonrpc.WithTimeout(0))...)
			start := time.Now()
			answer := inProcess(h, numbered(test.method, 30))
			took := time.Since(start).Truncate(time.Second)
			if diff := cmp.Diff(inOrder(30, `1`), answer); diff != "" {
				t.Errorf("%s, %d workers: (-want +got)\n%s", test.method, test.workers, diff)
			}
			if n := g.most.Load(); n != test.workers {
				t.Errorf("%s: %d run at once, want %d", test.method, n, test.workers)
			}
			if want := time.Duration((30 + test.workers - 1) / test.workers * int64(time.Second)); took != want {
				t.Errorf("%s, %d workers: took %v, want %v", test.method, test.workers, took, want)
			}
		})
	}
}

// Two are enough to run at once, and a call that is quick by itself does not
// keep those behind it waiting for one that is not.
func TestFewSlowCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sleep := func(d time.Duration) jsonrpc.Method {
			return readOnly(func(ctx context.Context, call *jsonrpc.Call) error {
				time.Sleep(d)
				return result(`1`)(ctx, call)
			})
		}
		h := jsonrpc.NewHandler(jsonrpc.Methods{"slow": sleep(time.Second), "quick": sleep(0)})
		for _, methods := range [][]string{
			{"slow", "slow"},
			slices.Concat(slices.Repeat([]string{"quick"}, 20), []string{"slow", "slow", "quick", "slow"}),
		} {
			var calls []string
			for i, method := range methods {
				calls = append(calls, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":%q}`, i, method))
			}
			start := time.Now()
			if diff := cmp.Diff(inOrder(len(calls), `1`), inProcess(h, batchOf(calls...))); diff != "" {
				t.Errorf("%v: (-want +got)\n%s", methods, diff)
			}
			if took := time.Since(start); took < time.Second || took > time.Second+time.Millisecond {
				t.Errorf("%v: took %v, want a second", methods, took)
			}
		}
	})
}

// event is that a call of a batch, the index-th, begins or ends.
type event struct {
	method string
	index  int64
	begins bool
}

// recorder writes down what happens.
type recorder struct {
	mu     sync.Mutex
	events []event
}

func (r *recorder) add(e event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

// writes are the calls that may have changed something.
func (r *recorder) writes() (indexes []int64) {
	for _, e := range r.events {
		if e.method == "write" && e.begins {
			indexes = append(indexes, e.index)
		}
	}
	return indexes
}

// check looks whether a write runs by itself, after what comes before it in the
// batch and before what comes after it, and whether no more than workers run at
// once.
func (r *recorder) check(workers int) error {
	running := 0
	last, lastWrite := int64(-1), int64(-1) // of those that have begun
	for _, e := range r.events {
		isWrite := e.method == "write"
		switch {
		case !e.begins:
			running--
			continue
		case running == workers, isWrite && running > 0, isWrite && e.index < last, e.index < lastWrite:
			return fmt.Errorf("%v while %d run: %v", e, running, r.events)
		}
		running++
		last = max(last, e.index)
		if isWrite {
			lastWrite = e.index
		}
	}
	return nil
}

// plan is a call of a batch.
type plan struct {
	method string
	notify bool
	millis int // how long it takes
	bytes  int // of its result
}

var plans = rapid.Custom(func(t *rapid.T) plan {
	return plan{
		method: rapid.SampledFrom([]string{"read", "read", "read", "fail", "panic", "write", "unknown", "fault"}).Draw(t, "method"),
		notify: rapid.IntRange(0, 5).Draw(t, "notify") == 0,
		millis: rapid.SampledFrom([]int{0, 0, 1, 5}).Draw(t, "millis"),
		bytes:  rapid.SampledFrom([]int{0, 1, 100}).Draw(t, "bytes"),
	}
})

func (p plan) request(i int) string {
	if p.method == "fault" {
		return fmt.Sprintf(`{"jsonrpc":"1.0","id":%d}`, i)
	}
	id := fmt.Sprintf(`,"id":%d`, i)
	if p.notify {
		id = ""
	}
	return fmt.Sprintf(`{"jsonrpc":"2.0","method":%q,"params":[%d,%d,%d]%s}`, p.method, i, p.millis, p.bytes, id)
}

// planned are the methods of plans.
func planned(r *recorder) jsonrpc.Methods {
	perform := func(ctx context.Context, call *jsonrpc.Call) error {
		var p numbers
		if err := p.DecodeJSON(jsonrpc.NewDecoder(call.Params)); err != nil {
			return err
		}
		r.add(event{call.Method, p[0], true})
		defer r.add(event{call.Method, p[0], false})
		time.Sleep(time.Duration(p[1]) * time.Millisecond)
		switch call.Method {
		case "fail":
			return &jsonrpc.Error{Code: int(p[0]), Message: "no"}
		case "panic":
			panic("oh")
		}
		return result(`"`+strings.Repeat("x", int(p[2]))+`"`)(ctx, call)
	}
	return jsonrpc.Methods{"read": readOnly(perform), "fail": readOnly(perform), "panic": readOnly(perform), "write": mutating(perform)}
}

var incidentIDs = regexp.MustCompile(`"id":"[A-Z2-7]{26}"`)

// However many workers there are, a batch is answered as by one, and what
// changes something runs alone and in the order given.
func TestWorkersAnswerAsOneDoes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		batch := rapid.SliceOfN(plans, 1, 40).Draw(rt, "batch")
		workers := rapid.IntRange(2, 5).Draw(rt, "workers")
		maxAnswer := rapid.SampledFrom([]int{1 << 20, 2000, 300, 1}).Draw(rt, "max answer")
		var calls []string
		for i, p := range batch {
			calls = append(calls, p.request(i))
		}
		serve := func(workers int) (answer string, events *recorder) {
			events = new(recorder)
			synctest.Test(t, func(*testing.T) {
				h := jsonrpc.NewHandler(planned(events), jsonrpc.WithLogger(slog.New(slog.DiscardHandler)),
					jsonrpc.WithBatchWorkers(workers), jsonrpc.WithMaxAnswer(maxAnswer))
				answer = incidentIDs.ReplaceAllString(inProcess(h, batchOf(calls...)), `"id":"…"`)
			})
			if err := events.check(workers); err != nil {
				rt.Fatal(err)
			}
			return answer, events
		}
		want, inTurn := serve(1)
		got, atOnce := serve(workers)
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatalf("(-one worker +%d)\n%s", workers, diff)
		}
		if diff := cmp.Diff(inTurn.writes(), atOnce.writes()); diff != "" {
			rt.Fatalf("what may have changed something (-one worker +%d)\n%s", workers, diff)
		}
	})
}

// The same over HTTP, where the race detector sees real goroutines.
func TestBatchOfReadsAndWrites(t *testing.T) {
	var events recorder
	var calls, responses []string
	for i := range 100 {
		p := plan{method: "read", millis: i % 3}
		if i%10 == 9 {
			p.method = "write"
		}
		calls = append(calls, p.request(i))
		responses = append(responses, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":""}`, i))
	}
	url := serve(t, planned(&events), jsonrpc.WithBatchWorkers(4))
	_, answer := post(t, url, batchOf(calls...))
	if diff := cmp.Diff(batchOf(responses...), answer); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if err := events.check(4); err != nil {
		t.Error(err)
	}
}

// A panic of a method is the answer to its call alone, whoever runs it.
func TestPanicsOfWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log records
		h := jsonrpc.NewHandler(jsonrpc.Methods{"panic": readOnly(func(context.Context, *jsonrpc.Call) error {
			time.Sleep(time.Second)
			panic("oh")
		})}, log.option())
		var responses []struct {
			ID    int
			Error jsonrpc.Error
		}
		if err := json.Unmarshal([]byte(inProcess(h, numbered("panic", 30))), &responses); err != nil {
			t.Fatal(err)
		}
		logged := map[any]bool{}
		for _, line := range log.lines(t) {
			logged[line["incident"]] = line["error"] == "panic: oh"
		}
		for i, r := range responses {
			var data struct{ ID string }
			if err := json.Unmarshal(r.Error.Data, &data); err != nil || r.ID != i || r.Error.Code != -32603 || !logged[data.ID] {
				t.Errorf("response %d: %+v, %v", i, r, err)
			}
		}
		if len(responses) != 30 || len(logged) != 30 {
			t.Errorf("%d responses, %d lines", len(responses), len(logged))
		}
	})
}

// A method that ends its goroutine, as a test that fails within it does, leaves
// one call without a result, and no answer in pieces.
func TestWorkerThatExits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log records
		var calls atomic.Int64
		h := jsonrpc.NewHandler(jsonrpc.Methods{"read": readOnly(func(ctx context.Context, call *jsonrpc.Call) error {
			n := calls.Add(1)
			time.Sleep(time.Second)
			if n == 3 { // the first is that of the request's goroutine
				runtime.Goexit()
			}
			return result(`1`)(ctx, call)
		})}, log.option())
		answer := inProcess(h, numbered("read", 30))
		if n := strings.Count(answer, `"result":1}`); n != 29 || !json.Valid([]byte(answer)) || strings.Count(answer, `"code":-32603`) != 1 {
			t.Errorf("answered %s", answer)
		}
		if !strings.Contains(log.String(), "the method ended its goroutine by runtime.Goexit") {
			t.Errorf("logged %s", &log)
		}
	})
}

// A logger that panics does so in the goroutine of the request, where net/http
// catches it, and not before all others have come to their end.
func TestLoggerThatPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g gauge
		h := jsonrpc.NewHandler(jsonrpc.Methods{"fail": readOnly(func(context.Context, *jsonrpc.Call) error {
			g.enter()
			defer g.leave()
			time.Sleep(time.Second)
			return errors.New("oh")
		})}, jsonrpc.WithLogger(slog.New(panicking{})))
		defer func() {
			if v := recover(); v != "the log is full" || g.now.Load() != 0 || g.most.Load() != 8 {
				t.Errorf("panicked with %v while %d of %d run", v, g.now.Load(), g.most.Load())
			}
		}()
		inProcess(h, numbered("fail", 8))
	})
}

type panicking struct{ slog.Handler }

func (panicking) Enabled(context.Context, slog.Level) bool  { return true }
func (panicking) Handle(context.Context, slog.Record) error { panic("the log is full") }

// When a client goes, those of its calls that run learn it, and no other begins.
func TestCancelInMidBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var began, ended atomic.Int64
		h := jsonrpc.NewHandler(jsonrpc.Methods{"wait": readOnly(func(ctx context.Context, call *jsonrpc.Call) error {
			began.Add(1)
			defer ended.Add(1)
			return waitForEnd(ctx, call)
		})}, jsonrpc.WithTimeout(0), jsonrpc.WithBatchWorkers(4), jsonrpc.WithLogger(slog.New(slog.DiscardHandler)))
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader(numbered("wait", 100)))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		time.AfterFunc(time.Minute, cancel)
		h.ServeHTTP(w, r)
		if began.Load() != 4 || ended.Load() != 4 {
			t.Errorf("%d began and %d ended, want 4", began.Load(), ended.Load())
		}
		if n := strings.Count(w.Body.String(), "the request was canceled"); n != 100 {
			t.Errorf("%d calls are answered as canceled", n)
		}
	})
}

// One slow call at the front does not make the answers of all others pile up:
// who is ahead of it waits, and stops where the answer would be full. Nor does it
// keep them for ever if its goroutine ends.
func TestAnswersAhead(t *testing.T) {
	for _, test := range []struct {
		name      string
		maxAnswer int
		ends      bool  // the slow call's goroutine
		ahead     int64 // calls that run before the slow one has ended
		answered  int   // with a result
	}{
		{"a small answer", 100_000, false, 100, 97},
		{"a large answer", 10_000_000, false, 1000, 5001},
		{"a lost answer", 10_000_000, true, 1000, 5000},
	} {
		synctest.Test(t, func(t *testing.T) {
			var ran atomic.Int64
			h := jsonrpc.NewHandler(jsonrpc.Methods{
				"slow": readOnly(func(ctx context.Context, call *jsonrpc.Call) error {
					time.Sleep(time.Second)
					if n := ran.Load(); n < test.ahead*9/10 || n > test.ahead*11/10 {
						t.Errorf("%s: %d calls ran meanwhile", test.name, n)
					}
					if test.ends {
						runtime.Goexit()
					}
					return result(`1`)(ctx, call)
				}),
				"read": readOnly(func(ctx context.Context, call *jsonrpc.Call) error {
					if ran.Add(1) == 1 {
						time.Sleep(time.Millisecond) // helpers come, and one of them meets the slow call
					}
					return result(`"`+strings.Repeat("x", 1000)+`"`)(ctx, call)
				}),
			}, jsonrpc.WithMaxBatch(5001), jsonrpc.WithMaxAnswer(test.maxAnswer), jsonrpc.WithTimeout(0), jsonrpc.WithLogger(slog.New(slog.DiscardHandler)))
			calls := strings.SplitAfterN(numbered("read", 5000), ",{", 2)
			answer := inProcess(h, calls[0]+`"jsonrpc":"2.0","id":0,"method":"slow"},{`+calls[1])
			if !json.Valid([]byte(answer)) || strings.Count(answer, `"jsonrpc":`) != 5001 {
				t.Errorf("%s: answered %.200s…", test.name, answer)
			}
			if n := strings.Count(answer, `"result":`); n != test.answered {
				t.Errorf("%s: %d results, want %d", test.name, n, test.answered)
			}
		})
	}
}

// counter is a client that keeps nothing.
type counter struct {
	header http.Header
	bytes  int
}

func (c *counter) Header() http.Header         { return c.header }
func (c *counter) WriteHeader(int)             {}
func (c *counter) Write(b []byte) (int, error) { c.bytes += len(b); return len(b), nil }

// All that is allocated for a large answer, whether or not it is in use at the
// same time, is at most four times its size.
func TestMemoryOfALargeAnswer(t *testing.T) {
	const calls = 10_000
	body, text := numbered("read", calls), strings.Repeat("x", 1<<10)
	h := jsonrpc.NewHandler(jsonrpc.Methods{"read": readOnly(func(ctx context.Context, call *jsonrpc.Call) error {
		return jsonrpc.ServeNoParams(ctx, call, anyParams, func(context.Context) (string, error) { return text, nil }, jsonrpc.EncodeString)
	})}, jsonrpc.WithMaxBatch(calls), jsonrpc.WithMaxAnswer(1<<30))
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := counter{header: http.Header{}}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	h.ServeHTTP(&w, r)
	runtime.ReadMemStats(&after)
	if w.bytes < calls<<10 || w.header.Get("Content-Length") != fmt.Sprint(w.bytes) {
		t.Errorf("answered %d bytes, Content-Length %s", w.bytes, w.header.Get("Content-Length"))
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 4*uint64(w.bytes) {
		t.Errorf("%d bytes are allocated for an answer of %d", used, w.bytes)
	}
}
