package openrpc

import (
	"bytes"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v5"
)

// compileParams compiles the schema of each method of a bundle, with nothing to look up.
func compileParams(document *Node, methods []*Method) error {
	const base = "rollcall:params"
	c := jsonschema.NewCompiler()
	c.LoadURL = func(url string) (io.ReadCloser, error) { return nil, fmt.Errorf("looked up %s", url) }
	if err := c.AddResource(base, bytes.NewReader(document.JSON())); err != nil {
		return err
	}
	for _, m := range methods {
		if _, err := c.Compile(base + "#/methods/" + url.PathEscape(escapePointer(m.Name))); err != nil {
			return fmt.Errorf("%s: %w", m.Name, err)
		}
	}
	return nil
}

func readText(t testing.TB, text string) *Document {
	t.Helper()
	document, faults := Read("openrpc.json", Options{Open: inMemory(map[string]string{"openrpc.json": text})})
	if document == nil {
		t.Fatalf("not read:\n%s", faults)
	}
	return document
}

func TestBundleParams(t *testing.T) {
	document := readText(t, `{
		"openrpc": "1.3.2", "info": {"title": "", "version": ""},
		"methods": [
			{"name": "add", "params": [
				{"name": "a", "required": true, "schema": {"type": "integer", "minimum": 9007199254740993, "description": "An integer."}},
				{"name": "b", "schema": {"$ref": "#/components/schemas/Point", "description": "Beside."}},
				{"name": "c", "schema": {"$ref": "#/components/schemas/Point/properties/label"}}
			]},
			{"name": "echo", "params": [], "x-additional-params": true},
			{"name": "odd/~ %41#?\"ü ", "params": [{"name": "a", "schema": true}]}
		],
		"components": {"schemas": {
			"Unused": {"type": "string"},
			"Point": {
				"$id": "https://example.com/point",
				"title": "A point",
				"type": "object",
				"properties": {
					"label": {"type": ["string", "null"], "pattern": "^(?!x)", "maxLength": 1e400},
					"next": {"$ref": "#/components/schemas/Point"},
					"odd": {"$ref": "#/components/schemas/Vec%3CT%3E"}
				},
				"patternProperties": {"^(?=x)": true},
				"additionalProperties": false,
				"x-note": "gone"
			},
			"Vec<T>": {"enum": [1.50, {"a": [null, "\u00e9\n"]}], "nullable": true, "definitions": {"Gone": true}}
		}}}`)
	got := BundleParams(document.Methods)
	const want = `{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "definitions": {
    "Point": {
      "type": "object",
      "properties": {
        "label": {
          "$ref": "#/definitions/Point.properties.label"
        },
        "next": {
          "$ref": "#/definitions/Point"
        },
        "odd": {
          "$ref": "#/definitions/Vec_T"
        }
      },
      "patternProperties": {}
    },
    "Point.properties.label": {
      "type": [
        "string",
        "null"
      ],
      "maxLength": 2147483647
    },
    "Vec_T": {
      "anyOf": [
        {
          "type": "null"
        },
        {
          "enum": [
            1.50,
            {
              "a": [
                null,
                "é\n"
              ]
            }
          ]
        }
      ]
    }
  },
  "methods": {
    "add": {
      "type": "object",
      "properties": {
        "a": {
          "type": "integer",
          "minimum": 9007199254740993
        },
        "b": {
          "$ref": "#/definitions/Point"
        },
        "c": {
          "$ref": "#/definitions/Point.properties.label"
        }
      },
      "required": [
        "a"
      ],
      "additionalProperties": false
    },
    "echo": {
      "type": "object",
      "properties": {}
    },
    "odd/~ %41#?\"ü ": {
      "type": "object",
      "properties": {
        "a": true
      },
      "additionalProperties": false
    }
  }
}
`
	if diff := cmp.Diff(want, string(got.Indented())); diff != "" {
		t.Errorf("bundle (-want +got):\n%s", diff)
	}
	if err := compileParams(got, document.Methods); err != nil {
		t.Error(err)
	}
}

func TestBundleNames(t *testing.T) {
	document := readText(t, `{
		"openrpc": "1.3.2", "info": {"title": "", "version": ""},
		"methods": [{"name": "m", "params": [{"name": "p", "schema": {"type": "string"}}]}],
		"components": {"schemas": {
			"a b": {"const": 1},
			"a/b": {"const": 2},
			"a_b": {"const": 3},
			"///": {"const": 4},
			"Holder": {"definitions": {"a_b": {"const": 5}}, "properties": {"x": {"$ref": "#/components/schemas/Holder/definitions/a_b"}}}
		}}}`)
	schemas := append(document.Components.Schemas, document.Methods[0].Params[0].Schema)
	bundled, names := Bundle(schemas...)
	want := []string{"a_b", "a_b2", "a_b3", "schema", "Holder", "methods.0.params.0.schema"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	var inOrder []string
	for _, m := range bundled.Get("definitions").Members {
		inOrder = append(inOrder, m.Name)
	}
	const order = "methods.0.params.0.schema a_b a_b2 a_b3 schema Holder a_b4"
	if got := strings.Join(inOrder, " "); got != order {
		t.Errorf("want the document's order %s, got %s", order, got)
	}
}
