package jsonrpctest_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc/jsonrpctest"
)

// TestValues makes values near schemas of each keyword: there are some that fit,
// and some that do not.
func TestValues(t *testing.T) {
	for _, text := range []string{
		`{"type":"null"}`, `{"type":"boolean"}`, `{"type":"integer"}`, `{"type":"number"}`, `{"type":"string"}`, `{"type":["array","null"]}`,
		`{"enum":["a",1,null,{"b":[]}]}`, `{"const":{"a":[1.50,"x"]}}`,
		`{"minimum":10,"type":"integer"}`, `{"maximum":-10}`, `{"type":"number","exclusiveMinimum":0.5}`, `{"exclusiveMaximum":100}`, `{"type":"integer","multipleOf":7}`,
		`{"type":"integer","minimum":-128,"maximum":127}`, `{"type":"number","minimum":0,"maximum":1}`, `{"type":"integer","maximum":18446744073709551615,"minimum":0}`,
		`{"type":"string","minLength":3,"maxLength":5}`, `{"pattern":"^0x([1-9a-f][0-9a-f]*|0)$"}`, `{"type":"string","pattern":"^[^\\x00]{8,}$","maxLength":20}`,
		`{"format":"date-time"}`, `{"type":"string","format":"email"}`, `{"type":"string","format":"uuid"}`, `{"type":"string","contentEncoding":"base64"}`,
		`{"type":"array","items":{"type":"integer"},"minItems":1,"maxItems":3}`, `{"type":"array","items":[{"type":"string"},{"type":"integer"}],"additionalItems":false,"minItems":2}`,
		`{"type":"array","items":[{"type":"number"}],"minItems":20,"maxItems":20}`, `{"type":"array","items":{"enum":[1,2,3]},"uniqueItems":true}`,
		`{"type":"array","contains":{"const":5}}`, `{"items":[{"type":"null"}],"additionalItems":{"type":"string"}}`,
		`{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"},"c":false},"required":["a"]}`,
		`{"type":"object","properties":{"a":{}},"additionalProperties":false}`, `{"type":"object","additionalProperties":{"type":"boolean"},"minProperties":1}`,
		`{"type":"object","patternProperties":{"^x[a-z]$":{"type":"integer"}},"maxProperties":2}`, `{"type":"object","propertyNames":{"maxLength":3},"required":["zz"]}`,
		`{"type":"object","properties":{"a":{"type":"null"},"b":{"type":"null"}},"dependencies":{"a":["b"]}}`,
		`{"allOf":[{"properties":{"a":{"type":"integer"}},"required":["a"]},{"properties":{"a":{"minimum":3},"b":{"type":"string"}},"required":["b"]}]}`,
		`{"anyOf":[{"type":"string"},{"type":"integer","minimum":5}]}`, `{"oneOf":[{"type":"null"},{"type":"array","items":{"type":"boolean"}}]}`,
		`{"if":{"type":"string"},"then":{"minLength":3},"else":{"type":"integer"}}`,
		`{"definitions":{"a/b %":{"type":"object","properties":{"next":{"$ref":"#/definitions/a~1b%20%25"},"n":{"type":"integer"}},"required":["n"]}},"allOf":[{"$ref":"#/definitions/a~1b%20%25"}]}`,
	} {
		compiler := jsonschema.NewCompiler()
		compiler.Draft = jsonschema.Draft7
		if err := compiler.AddResource("s.json", strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		schema := compiler.MustCompile("s.json")
		fits, count := 0, 0
		values := jsonrpctest.NewValues(text, 1)
		for range 400 {
			value, ok := parse(t, values.Near(parseSchema(t, text)))
			if ok {
				count++
				if schema.Validate(value) == nil {
					fits++
				}
			}
		}
		if fits < 40 || fits == count {
			t.Errorf("%s: %d of %d values fit", text, fits, count)
		}
	}
}

func parseSchema(t *testing.T, text string) any {
	t.Helper()
	schema, _ := parse(t, []byte(text))
	return schema
}

// parse leaves out what jsonschema/v5 must not see.
func parse(t *testing.T, text []byte) (v any, ok bool) {
	t.Helper()
	if err := jsonrpc.Check(text); err != nil {
		t.Fatalf("no JSON: %v\n%s", err, text)
	}
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v, small(v)
}

func small(v any) bool {
	switch v := v.(type) {
	case json.Number:
		return jsonrpc.CheckNumber(string(v)) == nil
	case []any:
		for _, element := range v {
			if !small(element) {
				return false
			}
		}
	case map[string]any:
		for _, member := range v {
			if !small(member) {
				return false
			}
		}
	}
	return true
}

// TestParams makes params that differ from one call to the next, but not from
// one run to the next.
func TestParams(t *testing.T) {
	const bundle = `{"methods":{"m":{"type":"object","properties":{"b":{"type":"integer"},"a":{"type":"string"}},"required":["b"]}}}`
	one, again := jsonrpctest.NewValues(bundle, 7), jsonrpctest.NewValues(bundle, 7)
	seen := map[string]bool{}
	for range 2000 {
		params := string(one.Params("m"))
		if other := string(again.Params("m")); other != params {
			t.Fatalf("%s and %s come from the same seed", params, other)
		}
		seen[params] = true
	}
	for _, want := range []string{`[1]`, `[1,null]`, `{"b":1}`} {
		if !seen[want] {
			t.Errorf("%s is not among %d params", want, len(seen))
		}
	}
}
