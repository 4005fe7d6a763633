package validate_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestMessages has each keyword of draft-07, and what is said of a value v that
// breaks it.
func TestMessages(t *testing.T) {
	for _, test := range []struct {
		schema, value string
		want          []violation
	}{
		{`{"type":"string"}`, `1`, []violation{{"/v", "type", "want a string"}}},
		{`{"type":"integer"}`, `1.5`, []violation{{"/v", "type", "want an integer"}}},
		{`{"type":"object"}`, `[]`, []violation{{"/v", "type", "want an object"}}},
		{`{"type":["string","null","array"]}`, `{}`, []violation{{"/v", "type", "want a string or null or an array"}}},
		{`{"enum":["a",1,null,{"b":[]}]}`, `"c"`, []violation{{"/v", "enum", `want one of "a", 1, null, {"b":[]}`}}},
		{`{"enum":[1,2,3,4,5,6,7,8,9,10,11,12,13,14]}`, `0`, []violation{{"/v", "enum", "want one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 2 more"}}},
		{`{"const":"<a>"}`, `"b"`, []violation{{"/v", "const", `want "<a>"`}}},
		{`{"minLength":1}`, `""`, []violation{{"/v", "minLength", "want at least 1 character"}}},
		{`{"minLength":3}`, `"😀😀"`, []violation{{"/v", "minLength", "want at least 3 characters"}}},
		{`{"maxLength":3}`, `"abcd"`, []violation{{"/v", "maxLength", "want at most 3 characters"}}},
		{`{"pattern":"^[a-z]+$"}`, `"A"`, []violation{{"/v", "pattern", "want text that matches ^[a-z]+$"}}},
		{`{"format":"email"}`, `"a"`, []violation{{"/v", "format", "want text in the format email"}}},
		{`{"contentEncoding":"base64"}`, `"?"`, []violation{{"/v", "contentEncoding", "want text encoded as base64"}}},
		{`{"contentMediaType":"application/json"}`, `"{"`, []violation{{"/v", "contentMediaType", "want text of the media type application/json"}}},
		{`{"minimum":10}`, `9.99`, []violation{{"/v", "minimum", "want at least 10"}}},
		{`{"maximum":1.50}`, `2`, []violation{{"/v", "maximum", "want at most 1.50"}}},
		{`{"exclusiveMinimum":0}`, `0`, []violation{{"/v", "exclusiveMinimum", "want more than 0"}}},
		{`{"exclusiveMaximum":0}`, `0`, []violation{{"/v", "exclusiveMaximum", "want less than 0"}}},
		{`{"multipleOf":0.5}`, `0.3`, []violation{{"/v", "multipleOf", "want a multiple of 0.5"}}},
		{`{"minItems":1}`, `[]`, []violation{{"/v", "minItems", "want at least 1 element"}}},
		{`{"maxItems":0}`, `[1]`, []violation{{"/v", "maxItems", "want at most 0 elements"}}},
		{`{"items":{"type":"string"}}`, `["",1,"",2]`, []violation{{"/v/1", "type", "want a string"}, {"/v/3", "type", "want a string"}}},
		{`{"items":[{"type":"string"},false]}`, `[1,1]`, []violation{{"/v/0", "type", "want a string"}, {"/v/1", "false", "no value is allowed here"}}},
		{`{"items":[{}],"additionalItems":false}`, `[1,1]`, []violation{{"/v", "additionalItems", "want no more elements"}}},
		{`{"items":[{}],"additionalItems":{"type":"null"}}`, `[1,1]`, []violation{{"/v/1", "type", "want null"}}},
		{`{"uniqueItems":true}`, `[1,2,1.0]`, []violation{{"/v", "uniqueItems", "want elements that differ"}}},
		{`{"contains":{"const":1}}`, `[2,3]`, []violation{{"/v", "contains", "want an element that the schema asks for"}}},
		{`{"contains":{"const":1}}`, `[]`, []violation{{"/v", "contains", "want an element that the schema asks for"}}},
		{`{"minProperties":2}`, `{"a":1}`, []violation{{"/v", "minProperties", "want at least 2 members"}}},
		{`{"maxProperties":1}`, `{"a":1,"b":2}`, []violation{{"/v", "maxProperties", "want at most 1 member"}}},
		{`{"required":["a","b","c"]}`, `{"b":1}`, []violation{{"/v", "required", `"a" is missing`}, {"/v", "required", `"c" is missing`}}},
		{`{"properties":{"a":{"type":"null"}}}`, `{"a":1}`, []violation{{"/v/a", "type", "want null"}}},
		{`{"patternProperties":{"^a/~":{"type":"null"}}}`, `{"a/~":1}`, []violation{{"/v/a~1~0", "type", "want null"}}},
		{`{"properties":{"a":{}},"patternProperties":{"^b":{}},"additionalProperties":false}`, `{"a":1,"bb":1,"c":1,"d":1}`,
			[]violation{{"/v/c", "additionalProperties", "no member of this name is known"}, {"/v/d", "additionalProperties", "no member of this name is known"}}},
		{`{"additionalProperties":{"type":"null"}}`, `{"a":1}`, []violation{{"/v/a", "type", "want null"}}},
		{`{"propertyNames":{"maxLength":1}}`, `{"ab":1}`, []violation{{"/v/ab", "maxLength", "want at most 1 character"}}},
		{`{"dependencies":{"a":["b","c"]}}`, `{"a":1,"b":1}`, []violation{{"/v", "dependencies", `"a" asks for "c", which is missing`}}},
		{`{"dependencies":{"a":{"required":["b"]}}}`, `{"a":1}`, []violation{{"/v", "required", `"b" is missing`}}},
		{`{"dependencies":{"a":false}}`, `{"a":1}`, []violation{{"/v", "false", "no value is allowed here"}}},
		{`{"anyOf":[{"type":"string"},{"minimum":5}]}`, `1`, []violation{{"/v", "anyOf", "want one of the schema's 2 alternatives"}}},
		{`{"oneOf":[{"type":"string"},{"minimum":5}]}`, `1`, []violation{{"/v", "oneOf", "want exactly one of the schema's 2 alternatives"}}},
		{`{"oneOf":[{"minimum":0},{"minimum":1}]}`, `1`, []violation{{"/v", "oneOf", "want exactly one of the schema's 2 alternatives"}}},
		{`{"allOf":[{"minimum":5},{"multipleOf":2}]}`, `1`, []violation{{"/v", "minimum", "want at least 5"}, {"/v", "multipleOf", "want a multiple of 2"}}},
		{`{"not":{"type":"number"}}`, `1`, []violation{{"/v", "not", "want anything but what the schema excludes"}}},
		{`{"if":{"type":"number"},"then":{"minimum":5}}`, `1`, []violation{{"/v", "minimum", "want at least 5"}}},
		{`{"if":{"type":"string"},"else":{"minimum":5}}`, `1`, []violation{{"/v", "minimum", "want at least 5"}}},
		{`false`, `1`, []violation{{"/v", "false", "no value is allowed here"}}},
	} {
		s := compile(t, `"v":`+test.schema, ``)
		if diff := cmp.Diff(test.want, check(t, s, "m", `{"v":`+test.value+`}`)); diff != "" {
			t.Errorf("%s of %s: (-want +got)\n%s", test.schema, test.value, diff)
		}
	}
}

// Properties that are called like keywords are properties.
func TestPropertiesNamedLikeKeywords(t *testing.T) {
	for _, name := range []string{
		"required", "additionalProperties", "dependencies", "anyOf", "oneOf", "contains", "minContains", "properties", "items", "not", "type", "0", "$ref",
	} {
		for _, test := range []struct {
			schema, value string
			want          []violation
		}{
			{`false`, `1`, []violation{{"/v/" + name, "false", "no value is allowed here"}}},
			{`{"type":"string"}`, `1`, []violation{{"/v/" + name, "type", "want a string"}}},
			{`{"minimum":5,"multipleOf":2}`, `1`, []violation{{"/v/" + name, "minimum", "want at least 5"}, {"/v/" + name, "multipleOf", "want a multiple of 2"}}},
			{`{"required":["x"]}`, `{}`, []violation{{"/v/" + name, "required", `"x" is missing`}}},
			{`{"properties":{"a":{"minLength":1}},"additionalProperties":false}`, `{"b":1}`, []violation{{"/v/" + name + "/b", "additionalProperties", "no member of this name is known"}}},
			{`{"properties":{"` + name + `":{"type":"null"}}}`, `{"` + name + `":1}`, []violation{{"/v/" + name + "/" + name, "type", "want null"}}},
		} {
			s := compile(t, `"v":{"properties":{"`+name+`":`+test.schema+`}}`, ``)
			if diff := cmp.Diff(test.want, check(t, s, "m", `{"v":{"`+name+`":`+test.value+`}}`)); diff != "" {
				t.Errorf("%s with %s: (-want +got)\n%s", name, test.schema, diff)
			}
		}
	}
}

// The message is written from the schema that a reference leads to.
func TestReferences(t *testing.T) {
	s := compileBundle(t, `{
		"methods":{"m":{"properties":{"v":{"$ref":"#/definitions/List~1of%25"},"w":{"$ref":"#/definitions/Alias"}}}},
		"definitions":{
			"List/of%":{"type":"array","items":{"$ref":"#/definitions/Node"}},
			"Node":{"type":"object","properties":{"next":{"$ref":"#/definitions/Node"},"n":{"type":"integer","maximum":7}},"additionalProperties":false},
			"Alias":{"$ref":"#/definitions/Node"}
		}}`)
	want := []violation{
		{"/0/1/next/n", "maximum", "want at most 7"},
		{"/1/next/next/x", "additionalProperties", "no member of this name is known"},
	}
	if diff := cmp.Diff(want, check(t, s, "m", `[[{},{"next":{"n":8}}],{"next":{"next":{"x":1}}}]`)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
