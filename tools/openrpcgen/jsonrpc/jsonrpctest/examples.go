// Package jsonrpctest plays the examples of a contract, for the tests that
// openrpcgen generates.
package jsonrpctest

import (
	"bytes"
	"context"
	"encoding/json"
	"math/big"
	"reflect"
	"testing"
	"time"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// Example is a call and its answer, as JSON.
type Example struct {
	Name   string
	Params string // by name; "" if the method has none
	Result string // "" if the method has none
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

// RoundTrip decodes a value and encodes it again: what the type declares must
// come back, and nothing else may.
func RoundTrip[T any](t *testing.T, where, text string, c Codec[T]) {
	t.Helper()
	v, ok := c.decode(t, where, text)
	if !ok {
		return
	}
	c.known(t, where, &v)
	c.same(t, where, &v, text)
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
			mock(func(_ context.Context, got P) (R, error) {
				want, _ := params.decode(t, "params", e.Params)
				if d, ok := any(&want).(interface{ SetDefaults() }); ok {
					d.SetDefaults()
				}
				params.known(t, "params", &got)
				if g, w := params.encode(t, "params", &got), params.encode(t, "params", &want); !bytes.Equal(g, w) {
					t.Errorf("the server got params %s, want %s", g, w)
				}
				return answer, nil
			})
			got, err := call(t.Context(), sent)
			if err != nil {
				t.Fatal(err)
			}
			result.known(t, "result", &got)
			result.same(t, "result", &got, e.Result)
		})
	}
}

// PlayNoParams is [Play] for a method without params.
func PlayNoParams[R any](t *testing.T, examples []Example, result Codec[R],
	mock func(method func(context.Context) (R, error)), call func(context.Context) (R, error)) {
	for _, e := range examples {
		t.Run(e.Name, func(t *testing.T) {
			answer, ok := result.decode(t, "result", e.Result)
			if !ok {
				return
			}
			mock(func(context.Context) (R, error) { return answer, nil })
			got, err := call(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			result.known(t, "result", &got)
			result.same(t, "result", &got, e.Result)
		})
	}
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

// same encodes v and compares it with the text that it came from.
func (c Codec[T]) same(t *testing.T, where string, v *T, text string) {
	t.Helper()
	encoded := c.encode(t, where, v)
	again, ok := c.decode(t, where, string(encoded))
	if ok && !bytes.Equal(c.encode(t, where, &again), encoded) {
		t.Errorf("%s: comes back as another value\n got %s\nwant %s", where, encoded, text)
	}
	if !within(parse(encoded), parse([]byte(text))) {
		t.Errorf("%s:\n got %s\nwant %s", where, encoded, text)
	}
}

// known fails where a union met a value that none of its variants fits.
func (c Codec[T]) known(t *testing.T, where string, v *T) {
	t.Helper()
	if reason := unknown(reflect.ValueOf(v)); reason != nil {
		t.Errorf("%s: a union does not know the value: %v", where, reason)
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

// within reports whether got is want, but for members of open objects that no
// schema declares: those are dropped.
func within(got, want any) bool {
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			return false
		}
		for name, v := range object {
			if other, ok := want[name]; !ok || !within(v, other) {
				return false
			}
		}
		return true
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return false
		}
		for i := range list {
			if !within(list[i], want[i]) {
				return false
			}
		}
		return true
	case json.Number:
		n, ok := got.(json.Number)
		return ok && sameNumber(string(n), string(want))
	case string:
		s, ok := got.(string)
		return ok && (s == want || sameInstant(s, want))
	}
	return got == want
}

func sameNumber(a, b string) bool {
	x, okX := new(big.Rat).SetString(a)
	y, okY := new(big.Rat).SetString(b)
	return okX && okY && x.Cmp(y) == 0
}

func sameInstant(a, b string) bool {
	x, errX := time.Parse(time.RFC3339, a)
	y, errY := time.Parse(time.RFC3339, b)
	return errX == nil && errY == nil && x.Equal(y)
}
