package jsonrpc_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// within serves one call whose method does what is given with its context, and
// returns that context, which has ended by then.
func within(parent context.Context, f func(ctx context.Context), opts ...jsonrpc.HandlerOption) (kept context.Context) {
	h := jsonrpc.NewHandler(jsonrpc.Methods{"m": mutating(func(ctx context.Context, _ *jsonrpc.Call) error {
		kept = ctx
		f(ctx)
		return nil
	})}, opts...)
	r := httptest.NewRequestWithContext(parent, http.MethodPost, "/", strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"m"}`))
	r.Header.Set("Content-Type", "application/json")
	h.ServeHTTP(httptest.NewRecorder(), r)
	return kept
}

// The context of a method, and one that is made of it, end in all the ways that
// one of package context does. Each way is looked at by a method that has waited
// for it, and by one that has not.
func TestContextOfMethods(t *testing.T) {
	for _, waits := range []bool{false, true} {
		look := func(ctx context.Context) {
			if waits {
				_ = ctx.Done()
			}
		}
		for _, test := range []struct {
			name    string
			timeout time.Duration
			end     func(cancelParent func())
			want    error
		}{
			{"nothing happens", time.Second, func(func()) {}, nil},
			{"nothing happens, and nothing bounds it", 0, func(func()) {}, nil},
			{"nearly", time.Second, func(func()) { time.Sleep(time.Second - 1) }, nil},
			{"the time runs out", time.Second, func(func()) { time.Sleep(time.Second) }, context.DeadlineExceeded},
			{"the client goes", time.Second, func(cancel func()) { cancel() }, context.Canceled},
			{"the client goes, and nothing bounds it", 0, func(cancel func()) { cancel() }, context.Canceled},
		} {
			synctest.Test(t, func(t *testing.T) {
				type key struct{}
				parent, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "value"))
				defer cancel()
				var first error
				var child context.Context
				kept := within(parent, func(ctx context.Context) {
					look(ctx)
					if ctx.Err() != nil || ctx.Value(key{}) != "value" {
						t.Errorf("%s: at the begin: %v, value %v", test.name, ctx.Err(), ctx.Value(key{}))
					}
					at, ok := ctx.Deadline()
					if ok != (test.timeout > 0) || (ok && time.Until(at) != test.timeout) {
						t.Errorf("%s: deadline in %v, %v", test.name, time.Until(at), ok)
					}
					test.end(cancel)
					synctest.Wait()
					if first = ctx.Err(); first != test.want || !errors.Is(context.Cause(ctx), test.want) {
						t.Errorf("%s: ended by %v, caused by %v, want %v", test.name, first, context.Cause(ctx), test.want)
					}
					select {
					case <-ctx.Done():
						if test.want == nil {
							t.Errorf("%s: done", test.name)
						}
					default:
						if test.want != nil {
							t.Errorf("%s: not done", test.name)
						}
					}
					var end func()
					child, end = context.WithCancel(ctx)
					t.Cleanup(end)
					if child.Err() != test.want || child.Value(key{}) != "value" {
						t.Errorf("%s: a child ended by %v, want %v", test.name, child.Err(), test.want)
					}
				}, jsonrpc.WithTimeout(test.timeout))
				if first == nil {
					first = context.Canceled // by the end of the request
				}
				cancel()
				time.Sleep(time.Minute)
				if kept.Err() != first || child.Err() != first {
					t.Errorf("%s: after the request: %v, a child %v, want %v", test.name, kept.Err(), child.Err(), first)
				}
			})
		}
	}
}

// A deadline that the request's context had already is kept, if it is earlier.
func TestDeadlineOfParent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, test := range []struct{ parent, own, want time.Duration }{
			{1, 2, 1}, {2, 1, 1}, {1, 0, 1},
		} {
			parent, cancel := context.WithTimeout(t.Context(), test.parent*time.Second)
			within(parent, func(ctx context.Context) {
				if at, ok := ctx.Deadline(); !ok || time.Until(at) != test.want*time.Second {
					t.Errorf("%v: deadline in %v, %v", test, time.Until(at), ok)
				}
				<-ctx.Done()
				if at, _ := ctx.Deadline(); ctx.Err() != context.DeadlineExceeded || time.Now() != at {
					t.Errorf("%v: ended by %v", test, ctx.Err())
				}
			}, jsonrpc.WithTimeout(test.own*time.Second))
			cancel()
		}
	})
}

// Who keeps a context that nobody has waited for finds it ended all the same.
func TestContextAfterTheRequest(t *testing.T) {
	kept := within(t.Context(), func(context.Context) {})
	<-kept.Done()
	if kept.Err() != context.Canceled {
		t.Errorf("ended by %v", kept.Err())
	}
}
