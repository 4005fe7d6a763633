package jsonrpc_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// noting writes down when calls pass it.
func noting(notes *[]string, name string) jsonrpc.Option {
	return jsonrpc.WithInterceptor(func(next jsonrpc.Func) jsonrpc.Func {
		return func(ctx context.Context, call *jsonrpc.Call) error {
			*notes = append(*notes, fmt.Sprintf("%s> %s%s", name, call.Method, call.Params))
			err := next(ctx, call)
			*notes = append(*notes, fmt.Sprintf("<%s %s %v", name, call.Result, err))
			return err
		}
	})
}

func TestInterceptorsOfHandler(t *testing.T) {
	var notes []string
	url := serve(t, jsonrpc.Methods{"ping": readOnly(result(`"pong"`)), "fail": mutating(failing(&notFoundError{"x"}))}, noting(&notes, "a"), noting(&notes, "b"))
	post(t, url, `[{"jsonrpc":"2.0","id":1,"method":"ping","params":[]},{"jsonrpc":"2.0","method":"fail"},{"jsonrpc":"2.0","id":2,"method":"none"},{"id":3}]`)
	want := []string{
		`a> ping[]`, `b> ping[]`, `<b "pong" <nil>`, `<a "pong" <nil>`,
		`a> fail`, `b> fail`, `<b  jsonrpc: Not found (code -32003)`, `<a  jsonrpc: Not found (code -32003)`,
	}
	if diff := cmp.Diff(want, notes); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Whatever an interceptor does to a call, the answer is whole.
func TestInterceptorsThatMeddle(t *testing.T) {
	broken := errors.New("broken")
	for name, test := range map[string]struct {
		interceptor func(next jsonrpc.Func, ctx context.Context, call *jsonrpc.Call) error
		want        string
	}{
		"passes": {func(next jsonrpc.Func, ctx context.Context, call *jsonrpc.Call) error {
			return next(ctx, call)
		}, `"result":{"n":12}`},
		"replaces the result": {func(next jsonrpc.Func, ctx context.Context, call *jsonrpc.Call) error {
			err := next(ctx, call)
			call.Result = json.RawMessage(`["longer than it was before"]`)
			return err
		}, `"result":["longer than it was before"]`},
		"replaces the result by one of the same size": {func(next jsonrpc.Func, ctx context.Context, call *jsonrpc.Call) error {
			err := next(ctx, call)
			call.Result = json.RawMessage(`{"m":21}`)
			return err
		}, `"result":{"m":21}`},
		"cuts a part out of the result": {func(next jsonrpc.Func, ctx context.Context, call *jsonrpc.Call) error {
			err := next(ctx, call)
			call.Result = call.Result[len(`{"n":`) : len(call.Result)-len(`}`)]
			return err
		}, `"result":12`},
		"asks for a method that is not there": {func(next jsonrpc.Func, ctx context.Context, call *jsonrpc.Call) error {
			call.Method = "none"
			return next(ctx, call)
		}, `"error":{"code":-32601,"message":"Method not found","data":{"method":"none"}}`},
		"takes the result away": {func(next jsonrpc.Func, ctx context.Context, call *jsonrpc.Call) error {
			err := next(ctx, call)
			call.Result = nil
			return err
		}, `"result":null`},
		"does not call": {func(_ jsonrpc.Func, _ context.Context, call *jsonrpc.Call) error {
			call.Result = json.RawMessage(` "from a cache" `)
			return nil
		}, `"result": "from a cache" `},
		"calls twice": {func(next jsonrpc.Func, ctx context.Context, call *jsonrpc.Call) error {
			_ = next(ctx, call)
			return next(ctx, call)
		}, `"result":{"n":12}`},
		"calls again after a failure": {func(next jsonrpc.Func, ctx context.Context, call *jsonrpc.Call) error {
			method := call.Method
			call.Method = "half"
			if next(ctx, call) == nil {
				return errors.New("want an error")
			}
			call.Method = method
			return next(ctx, call)
		}, `"result":{"n":12}`},
		"forgives a failure to encode": {func(next jsonrpc.Func, ctx context.Context, call *jsonrpc.Call) error {
			call.Method = "half"
			_ = next(ctx, call)
			return nil
		}, `"result":null`},
		"makes a call of its own": {func(next jsonrpc.Func, ctx context.Context, call *jsonrpc.Call) error {
			own := &jsonrpc.Call{Method: call.Method}
			err := next(ctx, own)
			call.Result = own.Result
			return err
		}, `"result":{"n":12}`},
		"overwrites the call": {func(next jsonrpc.Func, ctx context.Context, call *jsonrpc.Call) error {
			*call = jsonrpc.Call{Method: "ping"}
			return next(ctx, call)
		}, `"result":{"n":12}`},
		"copies the call": {func(next jsonrpc.Func, ctx context.Context, call *jsonrpc.Call) error {
			own := *call
			err := next(ctx, &own)
			call.Result = own.Result
			return err
		}, `"result":{"n":12}`},
		"forgives an error": {func(next jsonrpc.Func, ctx context.Context, call *jsonrpc.Call) error {
			call.Method = "fail"
			if err := next(ctx, call); !errors.Is(err, broken) {
				return fmt.Errorf("want the method's error, got %w", err)
			}
			call.Result = json.RawMessage(`"forgiven"`)
			return nil
		}, `"result":"forgiven"`},
		"sees a panic as an error": {func(next jsonrpc.Func, ctx context.Context, call *jsonrpc.Call) error {
			call.Method = "panic"
			return &jsonrpc.Error{Code: 1, Message: next(ctx, call).Error()}
		}, `"error":{"code":1,"message":"panic: oh"}`},
		"makes an error of a result": {func(next jsonrpc.Func, ctx context.Context, call *jsonrpc.Call) error {
			_ = next(ctx, call)
			return &jsonrpc.Error{Code: 2, Message: "no", Data: json.RawMessage(`1`)}
		}, `"error":{"code":2,"message":"no","data":1}`},
	} {
		meddling := jsonrpc.WithInterceptor(func(next jsonrpc.Func) jsonrpc.Func {
			return func(ctx context.Context, call *jsonrpc.Call) error {
				if call.Method != "ping" {
					return next(ctx, call)
				}
				return test.interceptor(next, ctx, call)
			}
		})
		url := serve(t, jsonrpc.Methods{
			"ping":  readOnly(result(`{"n":12}`)),
			"other": readOnly(result(`"other"`)),
			"half":  readOnly(half),
			"fail":  readOnly(failing(broken)),
			"panic": readOnly(func(context.Context, *jsonrpc.Call) error { panic("oh") }),
		}, meddling)
		_, answer := post(t, url, `[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"other"}]`)
		if diff := cmp.Diff(`[{"jsonrpc":"2.0","id":1,`+test.want+`},{"jsonrpc":"2.0","id":2,"result":"other"}]`, answer); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}

func TestInterceptorThatPanics(t *testing.T) {
	var log records
	url := serve(t, jsonrpc.Methods{"ping": readOnly(result(`"pong"`))}, log.option(), jsonrpc.WithInterceptor(func(jsonrpc.Func) jsonrpc.Func {
		return func(context.Context, *jsonrpc.Call) error { panic("in an interceptor") }
	}))
	status, answer := post(t, url, `{"jsonrpc":"2.0","id":1,"method":"ping"}`)
	if status != 200 || !incidentAnswer.MatchString(answer) {
		t.Errorf("got %d %s, want an incident", status, answer)
	}
	if !strings.Contains(log.String(), "in an interceptor") {
		t.Errorf("logged %s", log.String())
	}
}

// guard knows everybody by the header that they send.
type guard struct{}

type callerKey struct{}

func (guard) Authenticate(ctx context.Context, call *jsonrpc.Call) (context.Context, jsonrpc.Caller, error) {
	id, role, ok := strings.Cut(call.Header.Get("X-Caller"), ":")
	if !ok {
		return ctx, jsonrpc.Caller{}, &jsonrpc.Error{Code: -32001, Message: "Authentication failed"}
	}
	return context.WithValue(ctx, callerKey{}, id), jsonrpc.Caller{ID: id, Roles: strings.Fields(role)}, nil
}

func (guard) Denied(context.Context, *jsonrpc.Call) error {
	return &jsonrpc.Error{Code: -32002, Message: "Permission denied"}
}

func TestAccess(t *testing.T) {
	who := func(ctx context.Context, call *jsonrpc.Call) error {
		name, _ := json.Marshal(ctx.Value(callerKey{}))
		return result(string(name))(ctx, call)
	}
	admit := func(roles ...string) jsonrpc.Method {
		return readOnly(func(ctx context.Context, call *jsonrpc.Call) error {
			ctx, err := jsonrpc.Admit(ctx, guard{}, call, roles...)
			if err != nil {
				return err
			}
			return who(ctx, call)
		})
	}
	about := func(roles ...string) jsonrpc.Method {
		return readOnly(func(ctx context.Context, call *jsonrpc.Call) error {
			ctx, self, err := jsonrpc.AdmitSelf(ctx, guard{}, call, roles...)
			if err != nil {
				return err
			}
			var params []string
			if err := json.Unmarshal(call.Params, &params); err != nil {
				return err
			}
			if err := self(params[0]); err != nil {
				return err
			}
			return who(ctx, call)
		})
	}
	url := serve(t, jsonrpc.Methods{
		"open": readOnly(who), "any": admit(), "admin": admit("admin"), "two": admit("admin", "editor"),
		"self": about("admin"), "only_self": about(),
	})
	const (
		unknown = `"error":{"code":-32001,"message":"Authentication failed"}`
		denied  = `"error":{"code":-32002,"message":"Permission denied"}`
	)
	for _, test := range []struct{ caller, call, want string }{
		{"", `"open"`, `"result":null`},
		{"7:user", `"open"`, `"result":null`}, // what needs no caller does not look for one
		{"", `"any"`, unknown}, {"7:", `"any"`, `"result":"7"`}, {"7:user", `"any"`, `"result":"7"`},
		{"", `"admin"`, unknown}, {"7:user", `"admin"`, denied}, {"7:", `"admin"`, denied}, {"7:Admin", `"admin"`, denied}, {"1:user admin", `"admin"`, `"result":"1"`},
		{"7:user", `"two"`, denied}, {"7:editor", `"two"`, `"result":"7"`}, {"7:admin", `"two"`, `"result":"7"`},
		{"", `"self","params":["7"]`, unknown}, {"7:user", `"self","params":["7"]`, `"result":"7"`}, {"7:user", `"self","params":["8"]`, denied},
		{"7:user", `"self","params":[""]`, denied}, {"1:admin", `"self","params":["8"]`, `"result":"1"`},
		{":user", `"self","params":[""]`, denied}, // nobody is not anybody
		{"1:admin", `"only_self","params":["8"]`, denied}, {"1:admin", `"only_self","params":["1"]`, `"result":"1"`},
	} {
		body := `{"jsonrpc":"2.0","id":1,"method":` + test.call + `}`
		res := send(t, "POST", url, strings.NewReader(body), "Content-Type", "application/json", "X-Caller", test.caller)
		if diff := cmp.Diff(`{"jsonrpc":"2.0","id":1,`+test.want+`}`, res.body); diff != "" {
			t.Errorf("%q calls %s: (-want +got)\n%s", test.caller, test.call, diff)
		}
	}
}

// Whoever prints a call prints nothing secret.
func TestPrintedCall(t *testing.T) {
	call := &jsonrpc.Call{
		Method: "authenticate", Params: json.RawMessage(`["ada","canary"]`), Result: json.RawMessage(`"canary"`),
		Header: http.Header{"Authorization": {"Bearer canary"}},
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("", "call", call)
	slog.New(slog.NewTextHandler(&log, nil)).Info("", "call", call)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		fmt.Fprintf(&log, verb, call)
	}
	if text := log.String(); strings.Contains(text, "canary") || strings.Count(text, "authenticate") != 7 {
		t.Errorf("printed %s", text)
	}
}
