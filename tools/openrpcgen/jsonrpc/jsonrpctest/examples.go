// Package jsonrpctest plays the examples of a contract, for the tests that
// openrpcgen generates.
package jsonrpctest

import (
	"bytes"
	"context"
	"encoding/json"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// Example is a call and its answer, as JSON.
type Example struct {
	Name   string
	Params string // as the client sends them; null if the method has none
	Result string // null if the method has none
	// Droppable are the members and params that need not come back, by JSON
	// pointers that begin with /params or /result: no schema declares them, or
	// they are Go's zero and the default.
	Droppable []string
}

// Codec is how a type is read and written.
type Codec[T any] struct {
	Decode func(*T, *jsonrpc.Decoder) error
	Encode func(*T, *jsonrpc.Encoder)
}

// Everybody is an authenticator that knows every caller, as somebody who has
// all of its roles.
type Everybody []string

// Authenticate implements [jsonrpc.Authenticator].
func (roles Everybody) Authenticate(ctx context.Context, _ *jsonrpc.Call) (context.Context, jsonrpc.Caller, error) {
	return ctx, jsonrpc.Caller{Roles: roles}, nil
}

// Denied implements [jsonrpc.Authenticator].
func (Everybody) Denied(_ context.Context, call *jsonrpc.Call) error {
	return &jsonrpc.Error{Code: jsonrpc.CodeInternalError, Message: "denied: " + call.Method}
}

// RoundTrip decodes a value and encodes it again: all of it must come back, but
// for droppable members, which are given by their JSON pointers.
func RoundTrip[T any](t *testing.T, where, text string, c Codec[T], droppable ...string) {
	t.Helper()
	if v, ok := c.decode(t, where, text); ok {
		c.same(t, where, &v, text, droppable)
	}
}

// Play sends each example's params by the client; mock makes the server check
// them and answer with the example's result, which must arrive.
func Play[P, R any](t *testing.T, examples []Example, params Codec[P], result Codec[R],
	mock func(method func(context.Context, P) (R, error)), call func(context.Context, P) (R, error)) {
	for _, e := range examples {
		t.Run(e.Name, func(t *testing.T) {
			sent, ok := params.decode(t, "params", e.Params)
			answer, okAnswer := result.decode(t, "result", e.Result)
			if !ok || !okAnswer {
				return
			}
			params.same(t, "params", &sent, e.Params, below(e.Droppable, "/params"))
			arrived := false
			mock(func(_ context.Context, got P) (R, error) {
				params.arrives(t, &got, e.Params)
				arrived = true
				return answer, nil
			})
			got, err := call(t.Context(), sent)
			if err != nil || !arrived {
				t.Fatalf("called: %v, error: %v", arrived, err)
			}
			result.same(t, "result", &got, e.Result, below(e.Droppable, "/result"))
		})
	}
}

// PlayNoParams is [Play] for a method without params.
func PlayNoParams[R any](t *testing.T, examples []Example, result Codec[R],
	mock func(method func(context.Context) (R, error)), call func(context.Context) (R, error)) {
	Play(t, examples, nothing, result,
		func(method func(context.Context, none) (R, error)) {
			mock(func(ctx context.Context) (R, error) { return method(ctx, none{}) })
		},
		func(ctx context.Context, _ none) (R, error) { return call(ctx) })
}

// PlayNoResult is [Play] for a method without a result.
func PlayNoResult[P any](t *testing.T, examples []Example, params Codec[P],
	mock func(method func(context.Context, P) error), call func(context.Context, P) error) {
	Play(t, examples, params, nothing,
		func(method func(context.Context, P) (none, error)) {
			mock(func(ctx context.Context, params P) error {
				_, err := method(ctx, params)
				return err
			})
		},
		func(ctx context.Context, params P) (none, error) { return none{}, call(ctx, params) })
}

// none stands for params or a result that there are not; its JSON is null.
type none struct{}

var nothing = Codec[none]{
	Decode: func(_ *none, d *jsonrpc.Decoder) error { return d.Skip() },
	Encode: func(_ *none, e *jsonrpc.Encoder) { e.Null() },
}

// below are the pointers that begin with prefix, without it.
func below(pointers []string, prefix string) (rest []string) {
	for _, pointer := range pointers {
		if after, ok := strings.CutPrefix(pointer, prefix); ok {
			rest = append(rest, after)
		}
	}
	return rest
}

func (c Codec[T]) decode(t *testing.T, where, text string) (v T, ok bool) {
	t.Helper()
	if err := jsonrpc.Check([]byte(text)); err != nil {
		t.Errorf("%s: %v", where, err)
		return v, false
	}
	if err := c.Decode(&v, jsonrpc.NewDecoder([]byte(text))); err != nil {
		t.Errorf("%s: %v\n%s", where, err, text)
		return v, false
	}
	return v, true
}

func (c Codec[T]) encode(t *testing.T, where string, v *T) []byte {
	t.Helper()
	var e jsonrpc.Encoder
	c.Encode(v, &e)
	encoded, err := e.Finish()
	if err != nil {
		t.Errorf("%s: %v", where, err)
	}
	return encoded
}

// arrives fails where got is not what the text says, with its defaults.
func (c Codec[T]) arrives(t *testing.T, got *T, text string) {
	t.Helper()
	want, _ := c.decode(t, "params", text)
	if d, ok := any(&want).(interface{ SetDefaults() }); ok {
		d.SetDefaults()
	}
	if g, w := c.encode(t, "params", got), c.encode(t, "params", &want); !bytes.Equal(g, w) {
		t.Errorf("the server got params %s, want %s", g, w)
	}
}

// same fails where v is not the value of the text that it came from, or where
// a union in it met a value that none of its variants fits.
func (c Codec[T]) same(t *testing.T, where string, v *T, text string, droppable []string) {
	t.Helper()
	if reason := unknown(reflect.ValueOf(v)); reason != nil {
		t.Errorf("%s: a union does not know the value: %v", where, reason)
	}
	encoded := c.encode(t, where, v)
	again, ok := c.decode(t, where, string(encoded))
	if ok && !bytes.Equal(c.encode(t, where, &again), encoded) {
		t.Errorf("%s: comes back as another value\n got %s\nwant %s", where, encoded, text)
	}
	if pointer, differ := difference("", parse(encoded), parse([]byte(text)), droppable); differ {
		t.Errorf("%s: differs at %q\n got %s\nwant %s", where, pointer, encoded, text)
	}
}

// unknown looks for a generated Unknown, which has a Reason, within v.
func unknown(v reflect.Value) error {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return unknown(v.Elem())
		}
	case reflect.Struct:
		if v.Type().Name() == "Unknown" {
			if reason, ok := v.FieldByName("Reason").Interface().(error); ok {
				return reason
			}
		}
		for i := range v.NumField() {
			if !v.Type().Field(i).IsExported() {
				continue
			}
			if reason := unknown(v.Field(i)); reason != nil {
				return reason
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if reason := unknown(v.Index(i)); reason != nil {
				return reason
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			if reason := unknown(v.MapIndex(key)); reason != nil {
				return reason
			}
		}
	}
	return nil
}

func parse(text []byte) (v any) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	_ = d.Decode(&v) // has passed Check
	return v
}

// difference finds where got is not want. Numbers are compared by their value,
// date-times as instants; what is droppable may be missing.
func difference(at string, got, want any, droppable []string) (pointer string, differ bool) {
	switch want := want.(type) {
	case map[string]any:
		if got, ok := got.(map[string]any); ok {
			return membersDiffer(at, got, want, droppable)
		}
	case []any:
		if got, ok := got.([]any); ok && len(got) <= len(want) {
			return elementsDiffer(at, got, want, droppable)
		}
	case json.Number:
		n, ok := got.(json.Number)
		return at, !ok || !sameNumber(string(n), string(want))
	case string:
		s, ok := got.(string)
		return at, !ok || s != want && !sameInstant(s, want)
	default:
		return at, got != want
	}
	return at, true
}

func membersDiffer(at string, got, want map[string]any, droppable []string) (pointer string, differ bool) {
	for name := range got {
		if _, ok := want[name]; !ok {
			return jsonrpc.AppendPointer(at, name), true
		}
	}
	for name, v := range want {
		pointer := jsonrpc.AppendPointer(at, name)
		other, ok := got[name]
		if !ok && slices.Contains(droppable, pointer) {
			continue
		}
		if pointer, differ := difference(pointer, other, v, droppable); !ok || differ {
			return pointer, true
		}
	}
	return "", false
}

// elementsDiffer takes null for a droppable element: params are elements, too.
func elementsDiffer(at string, got, want []any, droppable []string) (pointer string, differ bool) {
	for i, v := range want {
		pointer := jsonrpc.AppendPointer(at, strconv.Itoa(i))
		missing := i >= len(got)
		if slices.Contains(droppable, pointer) && (missing || got[i] == nil) {
			continue
		}
		if missing {
			return pointer, true
		}
		if pointer, differ := difference(pointer, got[i], v, droppable); differ {
			return pointer, true
		}
	}
	return "", false
}

// sameNumber compares integers exactly, others as what they are in Go: float64.
func sameNumber(a, b string) bool {
	x, okX := new(big.Rat).SetString(a)
	y, okY := new(big.Rat).SetString(b)
	if !okX || !okY || x.Cmp(y) == 0 {
		return okX && okY
	}
	f, _ := x.Float64()
	g, _ := y.Float64()
	return f == g && !x.IsInt() && !y.IsInt()
}

func sameInstant(a, b string) bool {
	x, errX := time.Parse(time.RFC3339, strings.ToUpper(a))
	y, errY := time.Parse(time.RFC3339, strings.ToUpper(b))
	return errX == nil && errY == nil && x.Equal(y)
}
