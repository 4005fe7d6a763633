package openrpc

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func components(t testing.TB, schemas string) map[string]*Schema {
	t.Helper()
	d := readText(t, `{"openrpc":"1.3.2","info":{"title":"","version":""},"methods":[],"components":{"schemas":`+schemas+`}}`)
	byKey := map[string]*Schema{}
	for _, s := range d.Components.Schemas {
		byKey[s.Key] = s
	}
	return byKey
}

// TestSchemaKeywords reads every keyword and writes it again: a bundle has what was understood.
func TestSchemaKeywords(t *testing.T) {
	const text = `{"type":["array","object"],"enum":[1,"a",null],"const":{"a":1},"multipleOf":0.1,"minimum":-1,"maximum":1e2,` +
		`"exclusiveMinimum":1,"exclusiveMaximum":123456789012345678901234567890,"minLength":1,"maxLength":2,"pattern":"^a$","format":"date",` +
		`"contentEncoding":"base64","contentMediaType":"text/plain","items":{"type":"string"},"contains":true,"minItems":3,"maxItems":4,` +
		`"uniqueItems":true,"properties":{"b":true,"a":false},"required":["b","a"],"patternProperties":{"^x":{}},"additionalProperties":false,` +
		`"propertyNames":{"maxLength":5},"dependencies":{"a":["b"],"b":{"type":"null"}},"minProperties":5,"maxProperties":6,"allOf":[{}],` +
		`"anyOf":[true,{}],"oneOf":[{}],"not":false,"if":{},"then":true,"else":{"items":[{},true],"additionalItems":false}}`
	s := components(t, `{"S":`+text+`}`)["S"]
	document, names := Bundle(s)
	if got := string(document.Get("definitions").Get(names[0]).JSON()); got != text {
		t.Errorf("want %s\n got %s", text, got)
	}
	if got := s.ExclusiveMaximum.Text; got != "123456789012345678901234567890" {
		t.Errorf("a number has lost something: %s", got)
	}
	if !s.RequiresMember("a") || s.RequiresMember("c") || *s.Property("a").Boolean || s.Property("c") != nil {
		t.Errorf("properties were read as %+v, required %v", s.Properties, s.Required)
	}
	// The typed view has no keyword that is left unread here: but for what says nothing about values, every field is set.
	unset := []string{"Key", "Boolean", "Ref", "Reference", "Title", "Description", "Comment", "Default", "Examples", "ReadOnly", "WriteOnly",
		"Deprecated", "GoName", "Sensitive", "Extensions", "Nullable", "Vast", "Undeclared", "Beside", "Tuple", "AdditionalItems", "Definitions"}
	v := reflect.ValueOf(*s)
	for i := range v.NumField() {
		if name := v.Type().Field(i).Name; v.Field(i).IsZero() && !slices.Contains(unset, name) {
			t.Errorf("%s is not set", name)
		}
	}
	if tuple := s.Else; len(tuple.Tuple) != 2 || *tuple.AdditionalItems.Boolean {
		t.Errorf("a tuple was read as %+v", tuple)
	}
}

func TestSchemaAnnotations(t *testing.T) {
	schemas := components(t, `{
		"A": {"title": "T", "description": "D", "$comment": "C", "default": 1, "examples": [1, 2], "readOnly": true, "writeOnly": true,
			"deprecated": true, "x-go-name": "G", "x-sensitive": true, "x-other": 5, "definitions": {"In": {}}, "$defs": {"Too": {}}},
		"B": {"$ref": "#/components/schemas/A", "title": "Beside", "type": "string", "properties": {"a": {}}}}`)
	a, b := schemas["A"], schemas["B"]
	if a.Title != "T" || a.Description != "D" || a.Comment != "C" || a.Default.Text != "1" || len(a.Examples) != 2 || !a.ReadOnly ||
		!a.WriteOnly || !a.Deprecated || a.GoName != "G" || !a.Sensitive || len(a.Extensions) != 3 {
		t.Errorf("read as %+v", a)
	}
	if len(a.Definitions) != 2 || a.Definitions[0].Schema.Key != "In" || a.Definitions[1].Schema.Key != "Too" {
		t.Errorf("definitions were read as %+v", a.Definitions)
	}
	if b.Ref != a || b.Target() != a || b.Title != "Beside" || b.Types != nil || b.Properties != nil {
		t.Errorf("what stands beside a $ref was read as %+v", b)
	}
}

func TestSchemaIdentity(t *testing.T) {
	schemas := components(t, `{
		"Node": {"properties": {"next": {"$ref": "#/components/schemas/Node"}, "value": {"$ref": "#/components/schemas/Value"}}},
		"Deep": {"$ref": "#/components/schemas/Node/properties/value"},
		"Value": {"type": "string"},
		"Alias": {"$ref": "#/components/schemas/Deep"}}`)
	node := schemas["Node"]
	if node.Property("next").Ref != node {
		t.Error("a recursive schema is not a cycle of pointers")
	}
	if schemas["Deep"].Ref != node.Property("value") || schemas["Alias"].Target() != schemas["Value"] {
		t.Error("the same place gave different schemas")
	}
	if key := node.Property("value").Key; key != "" {
		t.Errorf("a property has the key %q", key)
	}
}

// TestChoiceOfItself is IOTA's MoveValue: an untagged Option<Self>.
func TestChoiceOfItself(t *testing.T) {
	s := components(t, `{"V": {"anyOf": [{"type": "string"}, {"anyOf": [{"$ref": "#/components/schemas/V"}, {"type": "null"}]}]}}`)["V"]
	if choice := s.AnyOf[1].AnyOf[0]; choice.Ref != nil || choice.Boolean == nil || *choice.Boolean {
		t.Errorf("the choice that adds nothing is %+v", choice)
	}
	v, err := newValidator([]*Schema{s})
	if err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string]bool{`"a"`: true, `null`: true, `5`: false} {
		if found, err := v.check(s, parsed(value)); err != nil || (found == nil) != want {
			t.Errorf("%s: want %v, got %v, %v", value, want, found, err)
		}
	}
}

// TestRandomReferences holds that of schemas that refer to each other at random, those that were read follow to an end and compile, and
// that those with a cycle do not.
func TestRandomReferences(t *testing.T) {
	keys := []string{"A", "B", "C", "D", "E"}
	rapid.Check(t, func(t *rapid.T) {
		var members []string
		for _, key := range keys {
			members = append(members, fmt.Sprintf("%q: %s", key, randomSchema(keys, 3).Draw(t, key)))
		}
		text := `{"openrpc":"1.3.2","info":{"title":"","version":""},"methods":[],"components":{"schemas":{` + strings.Join(members, ",") + `}}}`
		document, faults := Read("openrpc.json", Options{Open: inMemory(map[string]string{"openrpc.json": text})})
		if document == nil {
			if !strings.Contains(faults.String(), "leads back to itself") {
				t.Errorf("%s\n%s", text, faults)
			}
			return
		}
		v, err := newValidator(document.Components.Schemas)
		if err != nil {
			t.Fatalf("%s\n%v", text, err)
		}
		for _, s := range document.Components.Schemas {
			s.Target()
			if _, err := v.check(s, parsed(`{"p":[{"p":1}]}`)); err != nil {
				t.Errorf("%s\n%v", text, err)
			}
		}
	})
}

func randomSchema(keys []string, depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		if depth == 0 || rapid.IntRange(0, 2).Draw(t, "leaf") == 0 {
			return rapid.SampledFrom([]string{`true`, `{}`, `{"type":"object"}`, `{"type":"array"}`,
				`{"$ref":"#/components/schemas/` + rapid.SampledFrom(keys).Draw(t, "key") + `"}`}).Draw(t, "schema")
		}
		inner := randomSchema(keys, depth-1)
		one, other := inner.Draw(t, "one"), inner.Draw(t, "other")
		shape := rapid.SampledFrom([]string{`{"properties":{"p":%s,"q":%s}}`, `{"items":[%s,%s]}`, `{"allOf":[%s,%s]}`, `{"anyOf":[%s,%s]}`,
			`{"oneOf":[%s,%s]}`, `{"not":%s,"items":%s}`, `{"if":%s,"then":%s}`, `{"additionalProperties":%s,"propertyNames":%s}`,
			`{"dependencies":{"p":%s,"q":%s}}`}).Draw(t, "shape")
		return fmt.Sprintf(shape, one, other)
	})
}

// TestChainsAreBounded doubles a schema until following it would take for ever, and puts one into the other until the stack would.
func TestChainsAreBounded(t *testing.T) {
	for name, test := range map[string]struct {
		depth int
		shape string
	}{
		"doubled": {30, `{"allOf": [{"$ref": "#/components/schemas/S%d"}, {"title": "again", "allOf": [{"$ref": "#/components/schemas/S%[2]d"}]}]}`},
		"either":  {30, `{"oneOf": [{"$ref": "#/components/schemas/S%d"}, {"$ref": "#/components/schemas/S%[2]d"}]}`},
		"long":    {1000, `{"$ref": "#/components/schemas/S%d"}`},
	} {
		_, faults := Read("openrpc.json", Options{Open: inMemory(map[string]string{"openrpc.json": chainText(test.depth, test.shape)})})
		if !strings.Contains(faults.String(), "too many schemas apply to the same value") {
			t.Errorf("%s:\n%s", name, faults)
		}
	}
}

// chainText is a document of schemas that each refer to the next.
func chainText(depth int, shape string) string {
	var members []string
	for i := range depth {
		members = append(members, fmt.Sprintf(`"S%d": `+shape, i, i+1))
	}
	return fmt.Sprintf(`{"openrpc": "1.3.2", "info": {"title": "", "version": ""}, "methods": [], "components": {"schemas": {%s, "S%d": {}}}}`,
		strings.Join(members, ","), depth)
}

// TestRepeatedReferences says the same twice at each of many levels.
func TestRepeatedReferences(t *testing.T) {
	for _, keyword := range []string{"allOf", "anyOf"} {
		text := chainText(60, `{"`+keyword+`": [{"$ref": "#/components/schemas/S%d"}, {"type": "string"}, {"$ref": "#/components/schemas/S%[2]d"}]}`)
		d, faults := Read("openrpc.json", Options{Open: inMemory(map[string]string{"openrpc.json": text})})
		if d == nil || len(faults) != 60 || !strings.HasSuffix(faults[0].String(), "this is in the "+keyword+" twice: remove one") {
			t.Fatalf("%s", faults)
		}
		if s := d.Components.Schemas[0]; len(s.AllOf)+len(s.AnyOf) != 2 {
			t.Errorf("%s was read as %+v", keyword, s)
		}
	}
}
