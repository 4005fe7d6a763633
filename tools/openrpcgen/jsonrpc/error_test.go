package jsonrpc_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// notFoundError is an error of a contract, as the generator writes it.
type notFoundError struct{ Name string }

func (e *notFoundError) Error() string { return e.RPCError().Error() }
func (e *notFoundError) Unwrap() error { return e.RPCError() }

func (e *notFoundError) RPCError() *jsonrpc.Error {
	return &jsonrpc.Error{Code: -32003, Message: "Not found", Data: jsonrpc.EncodeErrorData(&e.Name, jsonrpc.EncodeString)}
}

const secret = "password=hunter2"

// Errors of methods that a contract allows are answered as they are, and are
// not logged.
func TestDeclaredErrors(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{&notFoundError{"bob"}, `{"code":-32003,"message":"Not found","data":"bob"}`},
		{fmt.Errorf("%s: %w", secret, &notFoundError{"bob"}), `{"code":-32003,"message":"Not found","data":"bob"}`},
		{errors.Join(errors.New(secret), &notFoundError{"bob"}), `{"code":-32003,"message":"Not found","data":"bob"}`},
		{&jsonrpc.Error{Code: 1, Message: "a \"b\"\n"}, `{"code":1,"message":"a \"b\"\n"}`},
		{&jsonrpc.Error{Code: 1, Data: json.RawMessage(`null`)}, `{"code":1,"message":"","data":null}`},
		{&jsonrpc.Error{Code: 1, Data: json.RawMessage(`[{"a":1}]`)}, `{"code":1,"message":"","data":[{"a":1}]}`},
		{&jsonrpc.Error{Code: 1, Data: json.RawMessage(`}],"id":2`)}, `{"code":1,"message":""}`},
		{jsonrpc.NotImplemented("fail"), `{"code":-32601,"message":"Method not found","data":{"method":"fail"}}`},
		{jsonrpc.InvalidParams(errors.New("why")), `{"code":-32602,"message":"Invalid params","data":{"message":"the params do not fit the method; see violations","violations":[{"pointer":"","keyword":"type","message":"why"}]}}`},
	} {
		var log records
		url := serve(t, jsonrpc.Methods{"fail": mutating(failing(test.err))}, log.option())
		_, answer := post(t, url, `{"jsonrpc":"2.0","id":1,"method":"fail"}`)
		if diff := cmp.Diff(`{"jsonrpc":"2.0","id":1,"error":`+test.want+`}`, answer); diff != "" {
			t.Errorf("%v: (-want +got)\n%s", test.err, diff)
		}
		if log.String() != "" {
			t.Errorf("%v: logged %s", test.err, log.String())
		}
	}
}

var incidentAnswer = regexp.MustCompile(`^\{"jsonrpc":"2\.0","id":1,"error":\{"code":-32603,"message":"Internal error","data":\{"id":"([A-Z2-7]{26})"\}\}\}$`)

// Of any other error the caller learns the id of the line in the log.
func TestIncidents(t *testing.T) {
	for name, test := range map[string]struct {
		serve jsonrpc.Func
		log   string // a part of what is logged as error
		stack string // of what is logged as stack
	}{
		"an error":                   {failing(errors.New(secret)), secret, ""},
		"a panic":                    {func(context.Context, *jsonrpc.Call) error { panic(secret) }, "panic: " + secret, "TestIncidents"},
		"a panic of an error":        {func(context.Context, *jsonrpc.Call) error { panic(&notFoundError{secret}) }, "panic: jsonrpc: Not found", "TestIncidents"},
		"a panic of the runtime":     {func(_ context.Context, call *jsonrpc.Call) error { _ = call.Params[call.Params[0]]; return nil }, "panic: runtime error", "TestIncidents"},
		"a panic of nil":             {func(context.Context, *jsonrpc.Call) error { panic(nil) }, "panic: panic called with nil", "TestIncidents"},
		"a nil declared error":       {failing((*notFoundError)(nil)), "panic: runtime error", "RPCError"},
		"a nil error object":         {failing((*jsonrpc.Error)(nil)), "the error is a nil *jsonrpc.Error", ""},
		"a result that is no number": {half, "+Inf is no JSON number", ""},
		"a result that is no JSON":   {result(secret), "raw JSON", ""},
		"a result put there": {func(_ context.Context, call *jsonrpc.Call) error {
			call.Result = json.RawMessage(`1,"x":2`)
			return nil
		}, "raw JSON", ""},
		"a context that ended": {failing(context.DeadlineExceeded), "context deadline exceeded", ""},
	} {
		var log records
		url := serve(t, jsonrpc.Methods{"fail": mutating(test.serve), "ping": readOnly(result(`"pong"`))}, log.option())
		_, answer := post(t, url, `[{"jsonrpc":"2.0","id":0,"method":"ping"},{"jsonrpc":"2.0","id":1,"method":"fail","params":["topsecret"]},{"jsonrpc":"2.0","id":2,"method":"ping"}]`)
		failed, ok := strings.CutPrefix(answer, `[{"jsonrpc":"2.0","id":0,"result":"pong"},`)
		failed, ok2 := strings.CutSuffix(failed, `,{"jsonrpc":"2.0","id":2,"result":"pong"}]`)
		incident := incidentAnswer.FindStringSubmatch(failed)
		if !ok || !ok2 || incident == nil {
			t.Errorf("%s: answered %s", name, answer)
			continue
		}
		lines := log.lines(t)
		if len(lines) != 1 {
			t.Errorf("%s: %d lines are logged: %v", name, len(lines), lines)
			continue
		}
		line := lines[0]
		stack, _ := line["stack"].(string)
		if line["level"] != "ERROR" || line["msg"] != "call failed" || line["method"] != "fail" || line["incident"] != incident[1] ||
			!strings.Contains(line["error"].(string), test.log) || !strings.Contains(stack, test.stack) || (stack != "") != (test.stack != "") {
			t.Errorf("%s: logged %v", name, line)
		}
		if strings.Contains(log.String(), "topsecret") {
			t.Errorf("%s: params are logged: %s", name, log.String())
		}
	}
}

// half answers with one half of a result, and then with what is no JSON.
func half(ctx context.Context, call *jsonrpc.Call) error {
	return jsonrpc.ServeNoParams(ctx, call, anyParams, func(context.Context) (float64, error) { return 1e308, nil },
		func(v *float64, e *jsonrpc.Encoder) {
			e.ArrStart()
			e.Float(*v)
			e.Float(*v * 10)
			e.ArrEnd()
		})
}

// What a result cannot say is found out after the envelope was written; the
// calls that follow must not feel it.
func TestFailureWhileEncoding(t *testing.T) {
	url := serve(t, jsonrpc.Methods{"fail": readOnly(half), "ping": readOnly(result(`"pong"`))})
	_, answer := post(t, url, `[{"jsonrpc":"2.0","id":1,"method":"fail"},{"jsonrpc":"2.0","id":2,"method":"ping"},{"jsonrpc":"2.0","id":3,"method":"fail"}]`)
	got := regexp.MustCompile(`[A-Z2-7]{26}`).ReplaceAllString(answer, "ID")
	const failed = `,"error":{"code":-32603,"message":"Internal error","data":{"id":"ID"}}}`
	want := `[{"jsonrpc":"2.0","id":1` + failed + `,{"jsonrpc":"2.0","id":2,"result":"pong"},{"jsonrpc":"2.0","id":3` + failed + `]`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestNullResult(t *testing.T) {
	none := func(ctx context.Context, call *jsonrpc.Call) error {
		return jsonrpc.ServeNothing(ctx, call, anyParams, func(context.Context) error { return nil })
	}
	null := func(ctx context.Context, call *jsonrpc.Call) error {
		return jsonrpc.ServeNoParams(ctx, call, anyParams, func(context.Context) (*string, error) { return nil, nil }, jsonrpc.EncodePtrOf(jsonrpc.EncodeString[string]))
	}
	url := serve(t, jsonrpc.Methods{"none": mutating(none), "null": readOnly(null), "raw": readOnly(result(``))})
	_, answer := post(t, url, `[{"jsonrpc":"2.0","id":1,"method":"none"},{"jsonrpc":"2.0","id":2,"method":"null"},{"jsonrpc":"2.0","id":3,"method":"raw"}]`)
	want := `[{"jsonrpc":"2.0","id":1,"result":null},{"jsonrpc":"2.0","id":2,"result":null},{"jsonrpc":"2.0","id":3,"result":null}]`
	if diff := cmp.Diff(want, answer); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestErrorsOfNotifications(t *testing.T) {
	var log records
	url := serve(t, jsonrpc.Methods{
		"declared": mutating(failing(&notFoundError{secret})),
		"other":    mutating(failing(errors.New("broken"))),
		"panics":   mutating(func(context.Context, *jsonrpc.Call) error { panic("broken") }),
	}, log.option())
	status, answer := post(t, url, `[{"jsonrpc":"2.0","method":"declared"},{"jsonrpc":"2.0","method":"other"},{"jsonrpc":"2.0","method":"panics"},{"jsonrpc":"2.0","method":"`+secret+`"}]`)
	if status != 204 || answer != "" {
		t.Errorf("got %d %s, want 204 and nothing", status, answer)
	}
	var got []string
	for _, line := range log.lines(t) {
		got = append(got, fmt.Sprint(line["msg"], " ", line["method"], " ", line["code"], " ", line["error"]))
	}
	want := []string{
		"notification failed declared -32003 <nil>",
		"call failed other <nil> broken", "notification failed other -32603 <nil>",
		"call failed panics <nil> panic: broken", "notification failed panics -32603 <nil>",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("log: (-want +got)\n%s", diff)
	}
	if strings.Contains(log.String(), secret) {
		t.Errorf("logged what it must not: %s", log.String())
	}
}

func TestServeParams(t *testing.T) {
	var checked []string
	check := func(_ context.Context, call *jsonrpc.Call) error {
		checked = append(checked, string(call.Params))
		if string(call.Params) == `[1]` {
			return jsonrpc.InvalidParamsError([]jsonrpc.Violation{{Pointer: "/0", Keyword: "minimum", Message: "want at least 2"}})
		}
		return nil
	}
	url := serve(t, jsonrpc.Methods{"page": readOnly(func(ctx context.Context, call *jsonrpc.Call) error {
		return jsonrpc.Serve(ctx, call, check, nil, func(_ context.Context, p page) (int64, error) { return p.Limit, nil }, jsonrpc.EncodeInt[int64])
	})})
	for _, test := range []struct{ params, want string }{
		{``, `"result":10`},
		{`,"params":[]`, `"result":10`},
		{`,"params":{}`, `"result":10`},
		{`,"params":[null]`, `"result":10`},
		{`,"params":[5]`, `"result":5`},
		{`,"params":{"limit":6}`, `"result":6`},
		{`,"params":[1]`, `"error":{"code":-32602,"message":"Invalid params","data":{"message":"the params do not fit the method; see violations","violations":[{"pointer":"/0","keyword":"minimum","message":"want at least 2"}]}}`},
		{`,"params":{"limit":"x"}`, `"error":{"code":-32602,"message":"Invalid params","data":{"message":"the params do not fit the method; see violations","violations":[{"pointer":"/limit","keyword":"type","message":"want an integer, got a string"}]}}`},
	} {
		_, answer := post(t, url, `{"jsonrpc":"2.0","id":1,"method":"page"`+test.params+`}`)
		if diff := cmp.Diff(`{"jsonrpc":"2.0","id":1,`+test.want+`}`, answer); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", test.params, diff)
		}
	}
	if want := []string{``, `[]`, `{}`, `[null]`, `[5]`, `{"limit":6}`, `[1]`, `{"limit":"x"}`}; !cmp.Equal(want, checked) {
		t.Errorf("checked %q, want %q", checked, want)
	}
}

// page has a param with a default.
type page struct{ Limit int64 }

func (v *page) SetDefaults() {
	if v.Limit == 0 {
		v.Limit = 10
	}
}

func (v *page) DecodeJSON(d *jsonrpc.Decoder) error {
	return d.Params([]string{"limit"}, func(string) error { return jsonrpc.DecodeOptional(&v.Limit, d, jsonrpc.DecodeInt) })
}

func TestDiscover(t *testing.T) {
	const document = `{"openrpc":"1.3.2"}`
	url := serve(t, jsonrpc.Methods{"rpc.discover": jsonrpc.Discover(func() []byte { return []byte(document) })})
	const refused = `"error":{"code":-32602,"message":"Invalid params","data":{"message":"the params do not fit the method; see violations","violations":[{"pointer":"","keyword":"maxProperties","message":"want no params"}]}}`
	for params, want := range map[string]string{
		``:                       `"result":` + document,
		`,"params":[]`:           `"result":` + document,
		`,"params":{}`:           `"result":` + document,
		`,"params": [ ] `:        `"result":` + document,
		`,"params":{ ` + "\n\t}": `"result":` + document,
		`,"params":[null]`:       refused,
		`,"params":[[]]`:         refused,
		`,"params":{"a":1}`:      refused,
	} {
		_, answer := post(t, url, `{"jsonrpc":"2.0","id":1,"method":"rpc.discover"`+params+`}`)
		if diff := cmp.Diff(`{"jsonrpc":"2.0","id":1,`+want+`}`, answer); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", params, diff)
		}
	}
}
