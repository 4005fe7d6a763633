package validate_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"pgregory.net/rapid"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc/validate"
)

type object = map[string]any

var components = []string{"A", "B", "C"}

// drawSchema draws a schema. Within a component, what applies to the same value
// refers only to components behind it, so that none applies itself.
func drawSchema(t *rapid.T, component, depth int, inside bool) any {
	if component = min(component, len(components)); inside {
		component = -1
	}
	switch kind := rapid.IntRange(0, 9).Draw(t, "kind"); {
	case kind < 4 && component < len(components)-1:
		return object{"$ref": "#/definitions/" + rapid.SampledFrom(components[component+1:]).Draw(t, "to")}
	case kind == 4:
		return rapid.Bool().Draw(t, "boolean")
	case depth == 0:
		return drawLeaf(t)
	}
	same := func() any { return drawSchema(t, component, depth-1, false) }
	within := func() any { return drawSchema(t, component, depth-1, true) }
	some := func(draw func() any) (list []any) {
		for range rapid.IntRange(1, 2).Draw(t, "parts") {
			list = append(list, draw())
		}
		return list
	}
	s := drawLeaf(t)
	for range rapid.IntRange(1, 3).Draw(t, "keywords") {
		switch keyword := rapid.SampledFrom([]string{
			"allOf", "anyOf", "oneOf", "not", "if", "properties", "patternProperties", "additionalProperties", "propertyNames", "dependencies",
			"items", "tuple", "additionalItems", "contains", "required", "enum",
		}).Draw(t, "keyword"); keyword {
		case "allOf", "anyOf", "oneOf":
			s[keyword] = some(same)
		case "not":
			s[keyword] = same()
		case "if":
			s["if"], s["then"], s["else"] = same(), same(), same()
		case "properties":
			s[keyword] = object{"a": within(), "b": within()}
		case "patternProperties":
			s[keyword] = object{"^a": within(), "b$": within(), `\bab`: within()}
		case "dependencies":
			s[keyword] = object{"a": same(), "b": []string{"ab"}}
		case "tuple":
			s["items"] = some(within)
		case "required":
			s[keyword] = []string{rapid.SampledFrom(memberNames).Draw(t, "required")}
		case "enum":
			s[keyword] = []any{1, "a", []any{}, object{"a": 1}, rapid.SampledFrom([]any{nil, true, object{}}).Draw(t, "enum")}
		default:
			s[keyword] = within()
		}
	}
	return s
}

var memberNames = []string{"a", "b", "ab", "c"}

func drawLeaf(t *rapid.T) object {
	return maps.Clone(rapid.SampledFrom([]object{
		{}, {}, {}, {"type": "object"}, {"type": []string{"array", "integer"}}, {"type": "string", "maxLength": 1}, {"minimum": 1, "multipleOf": 2},
		{"pattern": "^a"}, {"pattern": `\b1?$`},
		{"minItems": 1, "uniqueItems": true}, {"maxItems": 1, "uniqueItems": true}, {"maxProperties": 1}, {"const": 1}, {"format": "date"}, {"additionalItems": false}, {"additionalProperties": false},
	}).Draw(t, "leaf"))
}

func drawValue(t *rapid.T, depth int) any {
	kind := rapid.IntRange(0, 5).Draw(t, "kind of value")
	switch {
	case kind < 3 && depth > 0:
		v := object{}
		for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(memberNames), 0, 2, rapid.ID).Draw(t, "members") {
			v[name] = drawValue(t, depth-1)
		}
		return v
	case kind < 5 && depth > 0:
		v := []any{}
		for range rapid.IntRange(0, 2).Draw(t, "elements") {
			v = append(v, drawValue(t, depth-1))
		}
		return v
	}
	return rapid.SampledFrom([]any{nil, true, 1, 2, 1.5, json.Number("1.0"), json.Number("20e-1"), "", "a", "2000-01-01"}).Draw(t, "value")
}

// TestVerdicts holds verdicts, and what is said of the params that are refused,
// against jsonschema/v5 on the whole, by schemas that lie in themselves and in
// each other.
func TestVerdicts(t *testing.T) {
	accepted, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		definitions := object{}
		for i, name := range components {
			definitions[name] = drawSchema(t, i, 2, false)
		}
		bundle := marshal(t, object{"definitions": definitions, "methods": object{"m": object{"properties": object{"v": object{"$ref": "#/definitions/A"}}}}})
		whole := compileWhole(t, bundle)
		s, err := validate.Compile(bundle)
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			value := drawValue(t, 3)
			params := marshal(t, object{"v": value})
			fault, _ := errors.AsType[*jsonschema.ValidationError](whole.Validate(object{"v": value}))
			violations := check(t, s, "m", params)
			if (violations == nil) != (fault == nil) {
				t.Fatalf("%s\n%s\ngot %v, want %v", bundle, params, violations, fault)
			}
			if fault == nil {
				accepted++
				continue
			}
			refused++
			want := sorted(told(fault))
			if got := sorted(ours(violations)); len(violations) < 20 && !slices.Equal(got, want) {
				t.Fatalf("%s\n%s\ngot %q, want %q", bundle, params, got, want)
			}
		}
	})
	if min(accepted, refused) < 10 {
		t.Errorf("accepted %d, refused %d", accepted, refused)
	}
}

func marshal(t *rapid.T, v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func compileWhole(t *rapid.T, bundle string) *jsonschema.Schema {
	compiler := jsonschema.NewCompiler()
	compiler.Draft = jsonschema.Draft7
	if err := compiler.AddResource("bundle.json", strings.NewReader(bundle)); err != nil {
		t.Fatal(err)
	}
	whole, err := compiler.Compile("bundle.json#/methods/m")
	if err != nil {
		t.Fatal(err)
	}
	return whole
}

// told are the places and keywords of the causes of a fault that have no other.
// Those of alternatives are not told.
func told(fault *jsonschema.ValidationError) (list []string) {
	keyword := fault.AbsoluteKeywordLocation[strings.LastIndexByte(fault.AbsoluteKeywordLocation, '/')+1:]
	switch {
	case fault.Message == "not allowed":
		keyword = "false"
	case fault.Message == "" || len(fault.Causes) > 0 && !slices.Contains([]string{"anyOf", "oneOf", "minContains"}, keyword):
		for _, cause := range fault.Causes {
			list = append(list, told(cause)...)
		}
		return list
	case keyword == "minContains":
		keyword = "contains"
	case keyword == "0":
		keyword = "dependencies"
	}
	return []string{fault.InstanceLocation + " " + keyword}
}

// ours are the places and keywords of violations as jsonschema/v5 has them.
func ours(violations []violation) (list []string) {
	for _, v := range violations {
		if v.Keyword == "additionalProperties" {
			v.Pointer = v.Pointer[:strings.LastIndexByte(v.Pointer, '/')]
		}
		list = append(list, v.Pointer+" "+v.Keyword)
	}
	return list
}

// sorted leaves out where elements are not unique if there are too many of them:
// jsonschema/v5 tells both.
func sorted(list []string) []string {
	list = slices.DeleteFunc(list, func(fault string) bool {
		place, ok := strings.CutSuffix(fault, " uniqueItems")
		return ok && slices.Contains(list, place+" maxItems")
	})
	slices.Sort(list)
	return slices.Compact(list)
}
