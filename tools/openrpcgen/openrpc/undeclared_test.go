package openrpc

import (
	"slices"
	"strings"
	"testing"
)

func TestUndeclared(t *testing.T) {
	for name, test := range map[string]struct {
		schemas string
		want    []string // of S
		warned  bool
	}{
		"declared":             {`"S": {"properties": {"a": {}}, "required": ["a"]}`, nil, false},
		"a slip of the pen":    {`"S": {"properties": {"a": {}}, "required": ["a", "b"]}`, []string{"b"}, true},
		"a map":                {`"S": {"type": "object", "required": ["b"]}`, nil, false},
		"a pattern":            {`"S": {"properties": {"a": {}}, "required": ["b"], "patternProperties": {"b": {}}}`, []string{"b"}, false},
		"others allowed":       {`"S": {"properties": {"a": {}}, "required": ["b"], "additionalProperties": true}`, []string{"b"}, false},
		"no others":            {`"S": {"properties": {"a": {}}, "required": ["b"], "additionalProperties": false}`, []string{"b"}, true},
		"in a part":            {`"S": {"required": ["a", "b"], "allOf": [{"properties": {"a": {}}}, {"oneOf": [{"properties": {"b": {}}}]}]}`, nil, false},
		"around":               {`"S": {"required": ["b"], "properties": {"a": {}}}, "T": {"allOf": [{"$ref": "#/components/schemas/S"}], "properties": {"b": {}}}`, nil, false},
		"around a choice":      {`"S": {"required": ["b"], "properties": {"a": {}}}, "T": {"anyOf": [{"$ref": "#/components/schemas/S"}], "properties": {"b": {}}}`, nil, false},
		"in another choice":    {`"S": {"required": ["b"], "properties": {"a": {}}}, "T": {"anyOf": [{"$ref": "#/components/schemas/S"}, {"properties": {"b": {}}}]}`, []string{"b"}, true},
		"of another value":     {`"S": {"required": ["b"], "properties": {"a": {}}}, "T": {"properties": {"b": {}, "c": {"$ref": "#/components/schemas/S"}}}`, []string{"b"}, true},
		"what must not be":     {`"S": {"properties": {"a": {}}, "not": {"required": ["b"], "properties": {"c": {}}}}`, nil, false},
		"a circle":             {`"S": {"required": ["b"], "properties": {"a": {"$ref": "#/components/schemas/S"}}}`, []string{"b"}, true},
		"within what it names": {`"S": {"required": ["b"], "properties": {"a": {}}, "if": {"required": ["c"]}, "then": {"properties": {"b": {}}}}`, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			text := `{"openrpc":"1.3.2","info":{"title":"","version":""},"methods":[],"components":{"schemas":{` + test.schemas + `}}}`
			d, faults := Read("openrpc.json", Options{Open: inMemory(map[string]string{"openrpc.json": text})})
			for _, s := range d.Components.Schemas {
				if s.Key == "S" && !slices.Equal(s.Undeclared, test.want) {
					t.Errorf("want %q, got %q", test.want, s.Undeclared)
				}
			}
			warned := slices.ContainsFunc(faults, func(f Fault) bool {
				return strings.HasPrefix(f.Pointer, "/components/schemas/S/required/") && strings.Contains(f.Message, `"b" is required`)
			})
			if warned != test.warned || len(faults) > 0 != warned {
				t.Errorf("the faults are %v", faults)
			}
		})
	}
}
