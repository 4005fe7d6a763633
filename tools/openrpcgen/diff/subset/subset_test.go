package subset

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// read reads schemas that may refer to each other by #/components/schemas/KEY.
func read(t interface {
	Helper()
	Fatalf(string, ...any)
}, schemas string) (map[string]*openrpc.Schema, openrpc.Faults) {
	t.Helper()
	text := `{"openrpc":"1.3.2","info":{"title":"","version":""},"methods":[],"components":{"schemas":` + schemas + `}}`
	d, faults := openrpc.Read("openrpc.json", openrpc.Options{Open: func(name string) ([]byte, error) {
		if name != "openrpc.json" {
			return nil, fs.ErrNotExist
		}
		return []byte(text), nil
	}})
	if d == nil {
		return nil, faults
	}
	byKey := map[string]*openrpc.Schema{}
	for _, s := range d.Components.Schemas {
		byKey[s.Key] = s
	}
	// A component that is only a reference is not listed; these tests have none.
	return byKey, faults
}

func TestSubset(t *testing.T) {
	const proven, not = true, false
	tests := []struct {
		a, b string
		want bool
	}{
		// Kinds.
		{`{"type":"string"}`, `{}`, proven},
		{`{"type":"string"}`, `true`, proven},
		{`false`, `{"type":"string"}`, proven},
		{`{}`, `{"type":"string"}`, not},
		{`true`, `false`, not},
		{`{"type":"integer"}`, `{"type":"number"}`, proven},
		{`{"type":"number"}`, `{"type":"integer"}`, not},
		{`{"type":"number"}`, `{"type":["integer","number"]}`, proven},
		{`{"type":["string","null"]}`, `{"type":["null","integer","string"]}`, proven},
		{`{"type":["string","null"]}`, `{"type":"string"}`, not},
		{`{"type":"string","nullable":true}`, `{"type":["string","null"]}`, proven},
		{`{"type":["string","null"]}`, `{"type":"string","nullable":true}`, proven},
		{`{"type":"string","nullable":true}`, `{"type":"string"}`, not},
		{`{"type":["array","boolean","integer","null","number","object","string"]}`, `{"maxLength":3}`, not},
		{`{"type":["array","boolean","integer","null","number","object"]}`, `{"maxLength":3}`, proven},
		// Values.
		{`{"enum":["a","b"]}`, `{"enum":["c","b","a"]}`, proven},
		{`{"enum":["a","b"]}`, `{"enum":["a"]}`, not},
		{`{"const":1}`, `{"enum":[1.0]}`, proven},
		{`{"const":"abc"}`, `{"type":"string","pattern":"^a","maxLength":3}`, proven},
		{`{"enum":["abc",5]}`, `{"type":"string"}`, not},
		{`{"enum":["abc",5],"type":"string"}`, `{"type":"string"}`, proven},
		{`{"type":"boolean"}`, `{"enum":[true,false]}`, proven},
		{`{"type":"boolean"}`, `{"enum":[true]}`, not},
		{`{"type":"string"}`, `{"enum":["a"]}`, not},
		{`{"const":{"a":[1]}}`, `{"type":"object","properties":{"a":{"type":"array"}},"additionalProperties":false}`, proven},
		// Numbers.
		{`{"type":"integer","minimum":1}`, `{"type":"integer","minimum":0}`, proven},
		{`{"type":"integer","minimum":0}`, `{"type":"integer","minimum":1}`, not},
		{`{"type":"integer","exclusiveMinimum":0}`, `{"type":"integer","minimum":1}`, proven},
		{`{"type":"number","exclusiveMinimum":0}`, `{"type":"number","minimum":1}`, not},
		{`{"type":"number","exclusiveMinimum":0}`, `{"type":"number","minimum":0}`, proven},
		{`{"type":"number","minimum":0}`, `{"type":"number","exclusiveMinimum":0}`, not},
		{`{"type":"number","exclusiveMinimum":0,"maximum":5}`, `{"type":"number","exclusiveMinimum":0}`, proven},
		{`{"type":"integer","maximum":5,"exclusiveMaximum":4}`, `{"maximum":3}`, proven},
		{`{"type":"integer","maximum":-0.5}`, `{"maximum":-1}`, proven},
		{`{"minimum":2,"maximum":1,"type":"number"}`, `false`, proven},
		{`{"type":"integer","exclusiveMinimum":1,"exclusiveMaximum":2}`, `false`, proven},
		{`{"type":"number","multipleOf":6}`, `{"multipleOf":3}`, proven},
		{`{"type":"number","multipleOf":3}`, `{"multipleOf":6}`, not},
		{`{"type":"integer"}`, `{"multipleOf":0.5}`, proven},
		{`{"type":"number"}`, `{"multipleOf":0.5}`, not},
		{`{"type":"integer","maximum":9007199254740992}`, `{"maximum":9007199254740991}`, not},
		// Strings.
		{`{"type":"string","minLength":2,"maxLength":3}`, `{"minLength":1,"maxLength":3}`, proven},
		{`{"type":"string","maxLength":4}`, `{"maxLength":3}`, not},
		{`{"type":"string"}`, `{"maxLength":3}`, not},
		{`{"type":"string","pattern":"^a$"}`, `{"pattern":"^a$"}`, proven},
		{`{"type":"string","pattern":"^a$"}`, `{"pattern":"^a"}`, not},
		{`{"type":"string","format":"date-time"}`, `{"type":"string"}`, proven},
		{`{"type":"string"}`, `{"type":"string","format":"date-time"}`, not},
		{`{"type":"string"}`, `{"type":"string","contentEncoding":"base64"}`, not},
		{`{"type":"string","minLength":5,"maxLength":4}`, `false`, proven},
		// Objects.
		{`{"type":"object","required":["a"]}`, `{"type":"object"}`, proven},
		{`{"type":"object"}`, `{"type":"object","required":["a"]}`, not},
		{`{"type":"object","properties":{"a":{"type":"integer"}}}`, `{"type":"object","properties":{"a":{"type":"number"}}}`, proven},
		{`{"type":"object"}`, `{"type":"object","properties":{"a":{"type":"number"}}}`, not},
		{`{"type":"object","properties":{"a":true,"b":{"type":"string"}}}`, `{"type":"object","properties":{"a":true}}`, proven},
		{`{"type":"object","properties":{"a":true},"additionalProperties":false}`, `{"type":"object","properties":{"b":{"type":"number"}}}`, proven},
		{`{"type":"object","properties":{"a":true}}`, `{"type":"object","properties":{"a":true},"additionalProperties":false}`, not},
		{`{"type":"object","properties":{"a":true,"b":true},"additionalProperties":false}`, `{"properties":{"a":true},"additionalProperties":false}`, not},
		{`{"type":"object","properties":{"a":true,"b":false},"additionalProperties":false}`, `{"properties":{"a":true},"additionalProperties":false}`, proven},
		{`{"type":"object","properties":{"a":{"const":1}},"additionalProperties":{"type":"string"}}`, `{"additionalProperties":{"type":["string","integer"]}}`, proven},
		{`{"type":"object","additionalProperties":{"type":"string"}}`, `{"properties":{"a":{"type":"string"}}}`, proven},
		{`{"type":"object","patternProperties":{"^x":{"type":"integer"}},"additionalProperties":false}`, `{"patternProperties":{"^x":{"type":"number"}},"additionalProperties":false}`, proven},
		{`{"type":"object","patternProperties":{"^x":{"type":"integer"}},"additionalProperties":{"type":"string"}}`, `{"additionalProperties":{"type":["string","integer"]}}`, proven},
		{`{"type":"object","patternProperties":{"^x":{"type":"integer"}},"additionalProperties":false}`, `{"properties":{"xa":{"type":"integer"},"a":{"type":"string"}}}`, proven},
		{`{"type":"object","patternProperties":{"^x":{"type":"integer"}}}`, `{"patternProperties":{"^y":{"type":"integer"}}}`, not},
		{`{"type":"object","additionalProperties":{"type":"integer"}}`, `{"patternProperties":{"^y":{"type":"integer"}}}`, proven},
		{`{"type":"object","patternProperties":{"^(?!x)":{"type":"integer"}}}`, `{"patternProperties":{"^(?!x)":{"type":"number"}}}`, proven},
		{`{"type":"object","propertyNames":{"maxLength":3}}`, `{"propertyNames":{"maxLength":4}}`, proven},
		{`{"type":"object"}`, `{"propertyNames":{"maxLength":4}}`, not},
		{`{"type":"object","required":["a","b"]}`, `{"minProperties":2}`, proven},
		{`{"type":"object","maxProperties":2}`, `{"maxProperties":3}`, proven},
		{`{"type":"object","maxProperties":4}`, `{"maxProperties":3}`, not},
		{`{"type":"object","dependencies":{"a":["b","c"]}}`, `{"dependencies":{"a":["b"]}}`, proven},
		{`{"type":"object","required":["b"]}`, `{"dependencies":{"a":["b"]}}`, proven},
		{`{"type":"object"}`, `{"dependencies":{"a":["b"]}}`, not},
		{`{"type":"object","dependencies":{"a":{"required":["b"]}}}`, `{"dependencies":{"a":{"required":["b"]}}}`, proven},
		{`{"type":"object","required":["a"],"properties":{"a":false}}`, `false`, proven},
		// Arrays.
		{`{"type":"array","items":{"type":"integer"}}`, `{"type":"array","items":{"type":"number"}}`, proven},
		{`{"type":"array"}`, `{"type":"array","items":{"type":"number"}}`, not},
		{`{"type":"array","maxItems":0}`, `{"type":"array","items":{"type":"number"}}`, proven},
		{`{"type":"array","items":[{"type":"integer"},{"type":"string"}],"additionalItems":false}`, `{"items":{"type":["integer","string"]},"maxItems":2}`, proven},
		{`{"type":"array","items":[{"type":"integer"}]}`, `{"items":{"type":"integer"}}`, not},
		{`{"type":"array","items":{"type":"integer"}}`, `{"items":[{"type":"number"}],"additionalItems":{"type":"integer"}}`, proven},
		{`{"type":"array","minItems":1,"items":{"const":1}}`, `{"contains":{"type":"integer"}}`, proven},
		{`{"type":"array","contains":{"type":"integer"}}`, `{"contains":{"type":"number"}}`, proven},
		{`{"type":"array"}`, `{"contains":{"type":"number"}}`, not},
		{`{"type":"array","uniqueItems":true}`, `{"uniqueItems":true}`, proven},
		{`{"type":"array"}`, `{"uniqueItems":true}`, not},
		{`{"type":"array","minItems":1,"items":false}`, `false`, proven},
		// Combinations.
		{`{"anyOf":[{"const":1},{"const":"a"}]}`, `{"type":["string","integer"]}`, proven},
		{`{"type":"string"}`, `{"anyOf":[{"type":"integer"},{"type":"string"}]}`, proven},
		{`{"type":["string","null"]}`, `{"anyOf":[{"type":"null"},{"type":"string"}]}`, proven},
		{`{"anyOf":[{"type":"integer"},{"type":"string"}]}`, `{"anyOf":[{"type":"string"},{"type":"boolean"},{"type":"number"}]}`, proven},
		{`{"anyOf":[{"type":"integer"},{"type":"boolean"}]}`, `{"type":"integer"}`, not},
		{`{"oneOf":[{"type":"integer"},{"type":"string"}]}`, `{"oneOf":[{"type":"string"},{"type":"boolean"},{"type":"integer"}]}`, proven},
		{`{"type":"integer"}`, `{"oneOf":[{"type":"integer"},{"minimum":5}]}`, not},
		{`{"oneOf":[{"minimum":1},{"maximum":5}]}`, `{"oneOf":[{"maximum":5,"title":"x"},{"minimum":1}]}`, proven},
		{`{"oneOf":[{"type":"number","minimum":1},{"type":"number","maximum":5}]}`, `{"oneOf":[{"maximum":5,"type":"number"},{"minimum":1,"type":"number"},{"type":"null"}]}`, proven},
		{`{"type":"object","required":["t"],"properties":{"t":{"const":"a"},"x":{"type":"integer"}}}`,
			`{"oneOf":[{"type":"object","required":["t"],"properties":{"t":{"const":"b"}}},{"type":"object","required":["t"],"properties":{"t":{"const":"a"}}}]}`, proven},
		{`{"allOf":[{"type":"object","required":["a"]},{"required":["b"]}]}`, `{"type":"object","required":["a","b"]}`, proven},
		{`{"type":"object","required":["a","b"]}`, `{"allOf":[{"type":"object","required":["a"]},{"required":["b"]}]}`, proven},
		{`{"allOf":[{"type":"object"},{"type":"string"}]}`, `false`, proven},
		{`{"type":"string"}`, `{"not":{"type":"integer"}}`, proven},
		{`{"type":"string","not":{"maxLength":5}}`, `{"not":{"maxLength":3}}`, proven},
		{`{"type":"string","not":{"maxLength":3}}`, `{"not":{"maxLength":5}}`, not},
		{`{"type":"object","if":{"required":["a"]},"then":{"required":["b"]}}`, `{"if":{"required":["a"]},"then":{"required":["b"]}}`, proven},
		{`{"if":{"type":"string"},"then":{"maxLength":3},"else":{"type":"integer"}}`, `{"anyOf":[{"type":"string","maxLength":4},{"type":"number"}]}`, proven},
		{`{"type":"string","maxLength":3}`, `{"if":{"type":"string"},"then":{"maxLength":4},"else":{"type":"integer"}}`, proven},
		{`{"type":"string"}`, `{"if":{"type":"string"},"then":{"maxLength":4}}`, not},
	}
	for _, test := range tests {
		s, faults := read(t, `{"A":`+test.a+`,"B":`+test.b+`}`)
		if s == nil {
			t.Errorf("%s, %s:\n%s", test.a, test.b, faults)
			continue
		}
		if got := New().Subset(s["A"], s["B"]); got != test.want {
			t.Errorf("%s within %s: want %v, got %v", test.a, test.b, test.want, got)
		}
	}
}

// TestRecursion compares schemas that contain themselves, or each other.
func TestRecursion(t *testing.T) {
	s, faults := read(t, `{
		"List": {"type":"object","properties":{"value":{"type":"integer"},"next":{"$ref":"#/components/schemas/List"}},"required":["value"]},
		"Wide": {"type":"object","properties":{"value":{"type":"number"},"next":{"$ref":"#/components/schemas/Wide"}}},
		"Twice": {"type":"object","properties":{"value":{"type":"integer"},"next":{"type":"object","properties":{"value":{"type":"integer"},
			"next":{"$ref":"#/components/schemas/Twice"}},"required":["value"]}},"required":["value"]},
		"Late": {"type":"object","properties":{"value":{"type":"integer"},"next":{"type":"object","properties":{"value":{"type":"string"},
			"next":{"$ref":"#/components/schemas/Late"}}}},"required":["value"]},
		"Endless": {"type":"object","properties":{"next":{"$ref":"#/components/schemas/Endless"}},"required":["next"]},
		"Tree": {"anyOf":[{"type":"integer"},{"type":"array","items":{"$ref":"#/components/schemas/Tree"}}]},
		"WideTree": {"oneOf":[{"type":"array","items":{"$ref":"#/components/schemas/WideTree"}},{"type":"string"},{"type":"number"}]}
	}`)
	if s == nil {
		t.Fatal(faults)
	}
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"List", "Wide", true}, {"Wide", "List", false}, {"List", "Twice", true}, {"Twice", "List", true}, {"List", "Late", false},
		{"Late", "List", false}, {"Tree", "WideTree", true}, {"WideTree", "Tree", false},
		{"Endless", "List", true}, // nothing is endless, so nothing fits
	} {
		if got := New().Subset(s[test.a], s[test.b]); got != test.want {
			t.Errorf("%s within %s: want %v, got %v", test.a, test.b, test.want, got)
		}
	}
	p := New()
	if !p.Same(s["List"], s["Twice"]) || p.Same(s["List"], s["Late"]) || p.Same(s["List"], s["Wide"]) {
		t.Error("sameness does not follow references")
	}
}

// TestAssumptions holds that what was proven under an assumption is forgotten when that fails.
func TestAssumptions(t *testing.T) {
	s, faults := read(t, `{
		"A": {"type":"object","properties":{"x":{"$ref":"#/components/schemas/InA"},"y":{"type":"integer"}}},
		"B": {"type":"object","properties":{"x":{"$ref":"#/components/schemas/InB"},"y":{"type":"string"}}},
		"InA": {"type":"object","properties":{"up":{"$ref":"#/components/schemas/A"}}},
		"InB": {"type":"object","properties":{"up":{"$ref":"#/components/schemas/B"}}},
		"AroundA": {"type":"object","properties":{"in":{"$ref":"#/components/schemas/InA"}}},
		"AroundB": {"type":"object","properties":{"in":{"$ref":"#/components/schemas/InB"}}}
	}`)
	if s == nil {
		t.Fatal(faults)
	}
	p := New()
	for _, pair := range [][2]string{{"A", "B"}, {"AroundA", "AroundB"}, {"InA", "InB"}} {
		if p.Subset(s[pair[0]], s[pair[1]]) || p.Same(s[pair[0]], s[pair[1]]) {
			t.Errorf("%s within %s is taken for proven", pair[0], pair[1])
		}
	}
}

// TestSoundness draws schemas and values: what is proven holds for every value, by the verdict of jsonschema/v5.
func TestSoundness(t *testing.T) {
	proofs, values := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		a := drawSchema(t, 3)
		b := drawSchema(t, 3)
		if rapid.IntRange(0, 3).Draw(t, "related") > 0 {
			b = vary(t, a)
		}
		text, err := json.Marshal(map[string]any{"A": a, "B": b, "R": drawSchema(t, 2)})
		if err != nil {
			t.Fatalf("%v", err)
		}
		s, _ := read(t, string(text))
		if s == nil || s["A"] == nil || s["B"] == nil {
			return // refers to itself in place
		}
		p := New()
		forward, backward := p.Subset(s["A"], s["B"]), p.Subset(s["B"], s["A"])
		if !forward && !backward {
			return
		}
		proofs++
		inA, inB := checker(t, s["A"]), checker(t, s["B"])
		for range 20 {
			v := drawValue(t, rapid.SampledFrom([]any{a, b}).Draw(t, "from"), 3)
			fitsA, fitsB := fits(t, inA, v), fits(t, inB, v)
			if fitsA || fitsB {
				values++
			}
			if forward && fitsA && !fitsB || backward && fitsB && !fitsA {
				t.Fatalf("proven, but does not hold for %v (forward %v, backward %v, in A %v, in B %v):\n%s", v, forward, backward, fitsA, fitsB, text)
			}
		}
	})
	t.Logf("%d proofs tried with %d values that fit", proofs, values)
	if proofs == 0 || values == 0 {
		t.Error("nothing was tried")
	}
}

func checker(t *rapid.T, s *openrpc.Schema) *openrpc.Checker {
	c, err := openrpc.NewChecker(s)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return c
}

func fits(t *rapid.T, c *openrpc.Checker, v any) bool {
	ok, err := c.Fits(node(v))
	if err != nil {
		t.Fatalf("%v", err)
	}
	return ok
}

// node makes a document's value of a Go value.
func node(v any) *openrpc.Node {
	switch v := v.(type) {
	case nil:
		return &openrpc.Node{Kind: openrpc.Null}
	case bool:
		return &openrpc.Node{Kind: openrpc.Bool, Text: fmt.Sprint(v)}
	case string:
		return &openrpc.Node{Kind: openrpc.String, Text: v}
	case []any:
		n := &openrpc.Node{Kind: openrpc.Array}
		for _, e := range v {
			n.Elements = append(n.Elements, node(e))
		}
		return n
	case jsonObject:
		n := &openrpc.Node{Kind: openrpc.Object}
		for name, e := range v {
			n.Members = append(n.Members, openrpc.Member{Name: name, Value: node(e)})
		}
		return n
	}
	return &openrpc.Node{Kind: openrpc.Number, Text: fmt.Sprint(v)}
}

type jsonObject = map[string]any

var (
	names    = []string{"a", "b", "xc"}
	scalars  = []any{nil, true, false, 0, 1, 2, 1.5, -1, "", "a", "xa", "abcd"}
	typeList = []string{"null", "boolean", "integer", "number", "string", "array", "object"}
)

func drawSchema(t *rapid.T, depth int) any {
	shapes := 8
	if depth > 0 {
		shapes = 24
	}
	sub := func() any { return drawSchema(t, depth-1) }
	list := func() []any { return []any{sub(), sub()} }
	count := func() int { return rapid.IntRange(0, 3).Draw(t, "count") }
	switch rapid.IntRange(0, shapes).Draw(t, "shape") {
	case 0:
		return rapid.Bool().Draw(t, "boolean")
	case 1, 2:
		return jsonObject{"type": rapid.SampledFrom(typeList).Draw(t, "type")}
	case 3:
		return jsonObject{"type": rapid.SliceOfNDistinct(rapid.SampledFrom(typeList), 1, 3, rapid.ID).Draw(t, "types")}
	case 4:
		return jsonObject{"enum": rapid.SliceOfNDistinct(rapid.SampledFrom(scalars), 1, 3, func(v any) string { return fmt.Sprint(v) }).Draw(t, "enum")}
	case 5:
		return jsonObject{"const": rapid.SampledFrom(scalars).Draw(t, "const")}
	case 6:
		keyword := rapid.SampledFrom([]string{"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}).Draw(t, "bound")
		return jsonObject{"type": rapid.SampledFrom([]string{"integer", "number"}).Draw(t, "number"), keyword: rapid.SampledFrom([]any{0, 1, 1.5, 2}).Draw(t, "limit")}
	case 7:
		return jsonObject{"type": "string", rapid.SampledFrom([]string{"minLength", "maxLength"}).Draw(t, "length"): count()}
	case 8:
		return jsonObject{"pattern": rapid.SampledFrom([]string{"^x", "a$"}).Draw(t, "pattern"), "multipleOf": rapid.SampledFrom([]any{1, 0.5, 2}).Draw(t, "multiple")}
	case 9:
		return jsonObject{"$ref": "#/components/schemas/" + rapid.SampledFrom([]string{"A", "B", "R"}).Draw(t, "ref")}
	case 10, 11, 12, 13:
		s := jsonObject{"type": "object", "properties": drawMap(t, depth)}
		if rapid.Bool().Draw(t, "required") {
			s["required"] = rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, 2, rapid.ID).Draw(t, "names")
		}
		if rapid.Bool().Draw(t, "additional") {
			s["additionalProperties"] = sub()
		}
		if rapid.IntRange(0, 3).Draw(t, "patterned") == 0 {
			s["patternProperties"] = jsonObject{"^x": sub()}
		}
		return s
	case 14:
		return jsonObject{"minProperties": count(), "maxProperties": count(), "propertyNames": sub()}
	case 15:
		return jsonObject{"dependencies": jsonObject{rapid.SampledFrom(names).Draw(t, "dependent"): rapid.SampledFrom([]any{[]any{"b"}, sub()}).Draw(t, "dependency")}}
	case 16, 17:
		return jsonObject{"type": "array", "items": sub(), "minItems": count()}
	case 18:
		return jsonObject{"items": list(), "additionalItems": sub(), "maxItems": count()}
	case 19:
		return jsonObject{"type": "array", "contains": sub(), "uniqueItems": rapid.Bool().Draw(t, "unique")}
	case 20:
		return jsonObject{"allOf": list(), "nullable": rapid.Bool().Draw(t, "nullable")}
	case 21:
		return jsonObject{"anyOf": list()}
	case 22:
		return jsonObject{"oneOf": list()}
	case 23:
		return jsonObject{"not": sub()}
	}
	return jsonObject{"if": sub(), "then": sub(), "else": sub()}
}

func drawMap(t *rapid.T, depth int) jsonObject {
	m := jsonObject{}
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(names), 0, 2, rapid.ID).Draw(t, "properties") {
		m[name] = drawSchema(t, depth-1)
	}
	return m
}

// vary returns a schema that differs little.
func vary(t *rapid.T, s any) any {
	m, ok := s.(jsonObject)
	if !ok || rapid.IntRange(0, 5).Draw(t, "replace") == 0 {
		return rapid.SampledFrom([]any{s, jsonObject{"anyOf": []any{s, drawSchema(t, 1)}}, jsonObject{"allOf": []any{s, drawSchema(t, 1)}},
			jsonObject{"oneOf": []any{drawSchema(t, 1), s}}, jsonObject{"not": jsonObject{"not": s}}, drawSchema(t, 1)}).Draw(t, "instead")
	}
	out := jsonObject{}
	keys := sortedKeys(m)
	at := rapid.SampledFrom(append(keys, "")).Draw(t, "keyword")
	for _, key := range keys {
		out[key] = m[key]
		if key != at {
			continue
		}
		switch v := m[key].(type) {
		case jsonObject:
			out[key] = vary(t, v)
			if strings.HasSuffix(key, "roperties") && key != "additionalProperties" || key == "dependencies" {
				out[key] = varyMember(t, v)
			}
		case []any:
			if strings.HasSuffix(key, "Of") || key == "items" {
				list := append([]any{}, v...)
				i := rapid.IntRange(0, len(list)-1).Draw(t, "index")
				list[i] = vary(t, list[i])
				out[key] = list
			}
		case int:
			if key != "multipleOf" && key != "const" {
				out[key] = max(0, v+rapid.IntRange(-1, 1).Draw(t, "step"))
			}
		default:
			if rapid.Bool().Draw(t, "drop") {
				delete(out, key)
			}
		}
	}
	return out
}

func varyMember(t *rapid.T, m jsonObject) jsonObject {
	out := jsonObject{}
	keys := sortedKeys(m)
	at := rapid.SampledFrom(append(keys, "")).Draw(t, "member")
	for _, key := range keys {
		out[key] = m[key]
		if key == at {
			if _, list := m[key].([]any); rapid.IntRange(0, 2).Draw(t, "without") == 0 || list {
				delete(out, key)
			} else {
				out[key] = vary(t, m[key])
			}
		}
	}
	return out
}

func sortedKeys(m jsonObject) []string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// drawValue draws a value that often fits the schema.
func drawValue(t *rapid.T, schema any, depth int) any {
	s, _ := schema.(jsonObject)
	if depth == 0 || rapid.IntRange(0, 7).Draw(t, "wild") == 0 {
		return rapid.SampledFrom(append([]any{[]any{}, jsonObject{}, jsonObject{"a": 1}, []any{1, "a"}}, scalars...)).Draw(t, "value")
	}
	for _, key := range sortedKeys(s) {
		switch v := s[key].(type) {
		case []any:
			if strings.HasSuffix(key, "Of") {
				return drawValue(t, rapid.SampledFrom(v).Draw(t, "variant"), depth)
			}
			if key == "enum" {
				return rapid.SampledFrom(v).Draw(t, "listed")
			}
		}
	}
	if v, ok := s["const"]; ok {
		return v
	}
	if then, ok := s["then"]; ok {
		return drawValue(t, rapid.SampledFrom([]any{then, s["else"], s["if"]}).Draw(t, "branch"), depth)
	}
	kind, _ := s["type"].(string)
	if kind == "" {
		kind = rapid.SampledFrom(typeList).Draw(t, "kind")
	}
	switch kind {
	case "array":
		list := []any{}
		for i := range rapid.IntRange(0, 3).Draw(t, "length") {
			item := s["items"]
			if tuple, ok := item.([]any); ok && i < len(tuple) {
				item = tuple[i]
			} else if ok {
				item = s["additionalItems"]
			}
			if item == nil {
				item = s["contains"]
			}
			list = append(list, drawValue(t, item, depth-1))
		}
		return list
	case "object":
		m := jsonObject{}
		properties, _ := s["properties"].(jsonObject)
		for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(names), 0, 3, rapid.ID).Draw(t, "members") {
			if p, ok := properties[name]; ok {
				m[name] = drawValue(t, p, depth-1)
			} else {
				m[name] = drawValue(t, s["additionalProperties"], depth-1)
			}
		}
		return m
	case "integer", "number":
		return rapid.SampledFrom([]any{0, 1, 2, -1, 1.5, 3}).Draw(t, "number")
	case "string":
		return rapid.SampledFrom([]any{"", "a", "xa", "abcd", "x"}).Draw(t, "text")
	case "boolean":
		return rapid.Bool().Draw(t, "truth")
	}
	return nil
}
