package validate_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc/validate"
)

// recursive are schemas U that apply themselves to what is inside a value in
// two ways or more. A value fits if the one deepest inside it is an integer.
var recursive = []struct {
	name, schema string
	list         bool // values nest as [v], not as {"child":v}
}{
	{name: "anyOf", schema: `{"anyOf":[{"type":"object","properties":{"child":U}},{"type":"object","required":["child"],"properties":{"child":U}},{"type":"integer"}]}`},
	{name: "oneOf", schema: `{"oneOf":[{"type":"object","properties":{"child":U}},{"type":"object","required":["a"],"properties":{"child":U}},{"type":"integer"}]}`},
	{name: "allOf", schema: `{"allOf":[{"properties":{"child":U}},{"properties":{"child":U}}],"type":["object","integer"]}`},
	{name: "not", schema: `{"not":{"anyOf":[{"properties":{"child":{"not":U}},"required":["child"],"type":"object"},
		{"properties":{"child":{"not":U}},"required":["child"],"type":"object"},{"type":"string"}]}}`},
	{name: "if", schema: `{"type":["object","integer"],"if":{"properties":{"child":U}},"then":{"properties":{"child":U}},"else":{"properties":{"child":U}}}`},
	{name: "dependencies", schema: `{"type":["object","integer"],"properties":{"child":U},"dependencies":{"child":{"properties":{"child":U}}}}`},
	{name: "patternProperties", schema: `{"type":["object","integer"],"patternProperties":{"^c":{"allOf":[U]},"d$":{"allOf":[U]}}}`},
	{name: "additionalProperties", schema: `{"anyOf":[{"type":"object","additionalProperties":U},{"type":"object","additionalProperties":U},{"type":"integer"}]}`},
	{name: "items", list: true, schema: `{"anyOf":[{"type":"array","items":U},{"type":"array","items":[U]},{"type":"integer"}]}`},
	{name: "contains", list: true, schema: `{"type":["array","integer"],"items":{"allOf":[U]},"contains":{"allOf":[U]}}`},
}

func compileRecursive(t testing.TB, schema string) *validate.Schemas {
	schema = strings.ReplaceAll(schema, "U", `{"$ref":"#/definitions/U"}`)
	return compileBundle(t, `{"methods":{"m":{"type":"object","properties":{"v":{"$ref":"#/definitions/U"}}}},"definitions":{"U":`+schema+`}}`)
}

// nest puts a value into as many others.
func nest(v any, levels int, list bool) any {
	for range levels {
		if list {
			v = []any{v}
		} else {
			v = object{"child": v}
		}
	}
	return v
}

// TestDeep would not end if each level doubled what is to be done. Callers send
// what is as deep as jsonrpc.MaxDepth; nothing hangs on that.
func TestDeep(t *testing.T) {
	for _, test := range recursive {
		s := compileRecursive(t, test.schema)
		for _, levels := range []int{0, 1, 2, 12, jsonrpc.MaxDepth - 1} {
			for leaf, fits := range map[any]bool{json.Number("1"): true, "x": false} {
				params, err := json.Marshal(object{"v": nest(leaf, levels, test.list)})
				if err != nil {
					t.Fatal(err)
				}
				if got := check(t, s, "m", string(params)); (got == nil) != fits {
					t.Errorf("%s, %d levels above %v: %v", test.name, levels, leaf, got)
				}
			}
		}
		for _, levels := range []int{100, 5000} {
			for leaf, fits := range map[any]bool{json.Number("1"): true, "x": false} {
				got, steps, err := s.Judge("m", object{"v": nest(leaf, levels, test.list)})
				if err != nil || (got == nil) != fits {
					t.Errorf("%s, %d levels above %v: %v, %v", test.name, levels, leaf, got, err)
				}
				if values := levels + 2; steps > 3*values { // the place of each, and the patterns for it
					t.Errorf("%s: took %d steps, but there are %d values", test.name, steps, values)
				}
			}
		}
	}
}

// TestDeepFault is about a fault deep inside, to which one way leads that holds
// no choice.
func TestDeepFault(t *testing.T) {
	s := compileRecursive(t, `{"allOf":[{"properties":{"child":U}},{"properties":{"child":U}}],"properties":{"child":U},"type":["object","integer"]}`)
	levels := jsonrpc.MaxDepth - 1
	got := check(t, s, "m", `{"v":`+strings.Repeat(`{"child":`, levels)+`"x"`+strings.Repeat(`}`, levels+1))
	pointer := "/v" + strings.Repeat("/child", levels)
	if len(got) != 1 || got[0].Keyword != "type" || !strings.HasPrefix(pointer, strings.TrimSuffix(got[0].Pointer, "…")) {
		t.Errorf("got %v, want one violation at %s", got, pointer)
	}
}

// TestLoop has schemas that say of a value what they say of it.
func TestLoop(t *testing.T) {
	s := compileBundle(t, `{"methods":{"m":{"properties":{"v":{"$ref":"#/definitions/A"}}}},"definitions":{
		"A":{"properties":{"a":{"$ref":"#/definitions/B"}},"dependencies":{"a":{"$ref":"#/definitions/B"}}},"B":{"allOf":[{"$ref":"#/definitions/A"}]}}}`)
	if got := check(t, s, "m", `{"v":{"b":1}}`); got != nil {
		t.Error(got)
	}
	err := s.Check(t.Context(), &jsonrpc.Call{Method: "m", Params: json.RawMessage(`{"v":{"a":1}}`)})
	if _, ok := errors.AsType[*jsonrpc.Error](err); err == nil || ok {
		t.Errorf("got %v, want an error that is the server's", err)
	}
}

// TestGivesUp has params that nobody waits for any more.
func TestGivesUp(t *testing.T) {
	numbers := strings.TrimSuffix(strings.Repeat("1,", 100_000), ",")
	different := strings.Builder{}
	for i := range 10_000 {
		fmt.Fprintf(&different, "%d,", i)
	}
	const slow = `"(?:[a-z]{1,60}[a-z]{1,60}){1,10}\\b!"` // and no table can tell it
	long := strings.Repeat("a", 1<<20)
	texts := `"` + strings.Repeat(strings.Repeat("a", 1000)+`","`, 10) + `"`
	names := strings.Builder{}
	for i := range 1000 {
		fmt.Fprintf(&names, `"%d":0,`, i)
	}
	for schema, value := range map[string]string{
		`{"pattern":` + slow + `}`:                   `"` + long + `"`,
		`{"items":{"pattern":` + slow + `}}`:         `[` + texts + `]`,
		`{"patternProperties":{` + slow + `:{}}}`:    `{` + names.String() + `"` + long + `":0}`,
		`{"propertyNames":{"pattern":` + slow + `}}`: `{"` + long + `":0}`,
		`{"items":{"type":"integer"}}`:               `[` + numbers + `]`,
		`{"uniqueItems":true}`:                       `[` + different.String() + `"last"]`,
		`{"uniqueItems":true,"maxItems":1}`:          `[[[` + numbers + `]]]`,
	} {
		s := compile(t, `"v":`+schema, ``)
		ctx := &fleeting{Context: t.Context()}
		err := s.Check(ctx, &jsonrpc.Call{Method: "m", Params: json.RawMessage(`{"v":` + value + `}`)})
		if !errors.Is(err, context.DeadlineExceeded) || ctx.looks != 2 {
			t.Errorf("%s: got %v after %d looks", schema, err, ctx.looks)
		}
	}
}

// fleeting is a context that ends after the first look at it.
type fleeting struct {
	context.Context
	looks int
}

func (c *fleeting) Err() error {
	if c.looks++; c.looks > 1 {
		return context.DeadlineExceeded
	}
	return nil
}

// BenchmarkDeep shows how the cost grows with the depth.
func BenchmarkDeep(b *testing.B) {
	for _, test := range recursive {
		s := compileRecursive(b, test.schema)
		for _, levels := range []int{10, 20, 40, 80, 160, 1280} {
			for kind, leaf := range map[string]any{"fits": json.Number("1"), "broken": "x"} {
				b.Run(fmt.Sprintf("%s/%d/%s", test.name, levels, kind), func(b *testing.B) {
					params := object{"v": nest(leaf, levels, test.list)}
					b.ReportAllocs()
					for b.Loop() {
						if got, _, _ := s.Judge("m", params); (got == nil) != (kind == "fits") {
							b.Fatal(got)
						}
					}
				})
			}
		}
	}
}

// BenchmarkWide has params as large as a body may be by default.
func BenchmarkWide(b *testing.B) {
	const size = 1 << 20
	s := compileRecursive(b, `{"anyOf":[{"type":"array","items":U},{"type":"object","additionalProperties":U},{"type":"integer"}]}`)
	for _, value := range []string{`1`, `"x"`, `[]`, `{}`, `[[[[1]]]]`, `{"a":1}`} {
		params := `{"v":[` + strings.Repeat(value+",", size/(len(value)+1)) + value + `]}`
		b.Run(value, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = s.Check(b.Context(), &jsonrpc.Call{Method: "m", Params: json.RawMessage(params)})
			}
		})
	}
}
