package openrpc

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestViolation holds that the same words come out each time, though the validator goes through maps.
func TestViolation(t *testing.T) {
	s := components(t, `{"S": {
		"type": "object",
		"properties": {
			"a": {"type": "integer"}, "b": {"enum": ["x", "y"]}, "c": {"items": {"maxLength": 1}},
			"d": {"oneOf": [{"type": "string"}, {"minLength": 3}]}, "e": {"anyOf": [{"type": "string"}, {"type": "null"}]},
			"f~/%": {"const": 1}
		},
		"required": ["z", "y"],
		"additionalProperties": false
	}}`)["S"]
	v, err := newValidator([]*Schema{s})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ value, pointer, message string }{
		{`{"y":1,"x":1,"w":1,"z":1}`, "", "has members that are not allowed: 'w', 'x', 'y', 'z'"},
		{`{}`, "", "missing properties: 'z', 'y'"},
		{`{"d":1,"c":["ok"],"b":5,"a":"x"}`, "", "missing properties: 'z', 'y'"},
		{`5`, "", "expected object, but got number"},
	}
	for _, test := range tests {
		for range 20 {
			found, err := v.check(s, parsed(test.value))
			if err != nil || found == nil {
				t.Fatalf("%s: %v, %v", test.value, found, err)
			}
			if found.node.Pointer() != test.pointer || found.message != test.message {
				t.Errorf("%s: want %q %q, got %q %q", test.value, test.pointer, test.message, found.node.Pointer(), found.message)
			}
		}
	}
}

func TestViolationPlaces(t *testing.T) {
	s := components(t, `{"S": {"type": "object", "properties": {
		"b": {"enum": ["x", "y"]}, "c": {"items": {"maxLength": 1}}, "f~/%": {"const": 1},
		"d": {"oneOf": [{"type": "string"}, {"minLength": 3}]}, "e": {"anyOf": [{"type": "string"}, {"type": "null"}]}}}}`)["S"]
	v, err := newValidator([]*Schema{s})
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{
		`{"c":["a","bb","ccc"],"b":"z"}`: `/c/1: length must be <= 1, but got 2`,
		`{"b":"z","c":["a","bb"]}`:       `/b: value must be one of "x", "y"`,
		`{"f~/%":2}`:                     `/f~0~1%: value must be "1"`,
		`{"d":"four"}`:                   `/d: fits more than one of the schemas in oneOf`,
		`{"e":5}`:                        `/e: fits none of the schemas in anyOf`,
		`{"e":null}`:                     ``,
	}
	for value, want := range tests {
		found, err := v.check(s, parsed(value))
		got := ""
		if found != nil {
			got = found.node.Pointer() + ": " + found.message
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", value, err, diff)
		}
	}
}

// TestUnchecked holds that what would panic or not end is not handed to the validator.
func TestUnchecked(t *testing.T) {
	schemas := components(t, `{
		"Explodes": {"anyOf": [{"properties": {"x": {"$ref": "#/components/schemas/Explodes"}}}, {"properties": {"x": {"$ref": "#/components/schemas/Explodes"}}}]},
		"Unique": {"uniqueItems": true},
		"Number": {"type": "number", "minimum": 0}}`)
	list := []*Schema{schemas["Explodes"], schemas["Unique"], schemas["Number"]}
	v, err := newValidator(list)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ key, value, want string }{
		{"Explodes", strings.Repeat(`{"x":`, 100) + `1` + strings.Repeat(`}`, 100), "that takes too many steps"},
		{"Explodes", `{"x":{"x":{"x":1}}}`, ""},
		{"Unique", `[` + strings.Repeat("1,", 10_000) + `1]`, "that takes too many steps"},
		{"Number", `1e2000000`, "it holds the number 1e2000000, which is beyond what is computed with"},
		{"Number", `1e400`, ""},
		{"Number", strings.Repeat("9", 65), "it holds the number " + strings.Repeat("9", 65) + ", which is beyond what is computed with"},
	}
	for _, test := range tests {
		_, err := v.check(schemas[test.key], parsed(test.value))
		if got := errorText(err); got != test.want {
			t.Errorf("%s %.40s: want %q, got %q", test.key, test.value, test.want, got)
		}
	}
}

func TestTotalWorkIsBounded(t *testing.T) {
	s := components(t, `{"S": {"uniqueItems": true}}`)["S"]
	v, err := newValidator([]*Schema{s})
	if err != nil {
		t.Fatal(err)
	}
	value := parsed(`[` + strings.TrimSuffix(strings.Repeat("1,", 600), ",") + `]`)
	for range maxTotalSteps / (600 * 599 / 2) {
		if _, err := v.check(s, value); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := v.check(s, value); err == nil {
		t.Error("the work has no bound")
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestTooManySchemas(t *testing.T) {
	s := components(t, `{"S": {"items": [`+strings.Repeat("true,", maxSchemas)+`true]}}`)["S"]
	if _, err := newValidator([]*Schema{s}); errorText(err) != "there are more than 100000 schemas" {
		t.Errorf("got %v", err)
	}
}
