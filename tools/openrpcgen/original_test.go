package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// original is a document as its author wrote it, and jsonschema/v5 on it: none
// of what the generator makes of it. Schemas are named by their JSON pointers.
type original struct {
	t        *testing.T
	text     string
	root     any
	compiled map[string]*jsonschema.Schema
}

func newOriginal(t *testing.T, text string) *original {
	t.Helper()
	return &original{t, text, parseJSON(t, text), map[string]*jsonschema.Schema{}}
}

// parseJSON keeps numbers as they are written.
func parseJSON(t *testing.T, text string) (v any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return v
}

// fits is jsonschema/v5's verdict.
func (o *original) fits(pointer string, value any) bool {
	if o.compiled[pointer] == nil {
		o.compiled[pointer] = o.compile(pointer)
	}
	return o.compiled[pointer].Validate(value) == nil
}

func (o *original) compile(pointer string) *jsonschema.Schema {
	const document = "document:openrpc.json"
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft7
	c.LoadURL = func(url string) (io.ReadCloser, error) { return nil, errors.New(url + " is not the document") }
	if err := c.AddResource(document, strings.NewReader(o.text)); err != nil {
		o.t.Fatal(err)
	}
	schema, err := c.Compile(document + "#" + (&url.URL{Fragment: pointer}).EscapedFragment())
	if err != nil {
		o.t.Fatal(err)
	}
	return schema
}

// at is the object at a pointer; nil if that is none, such as the schema true.
func (o *original) at(pointer string) object {
	value := o.root
	for _, step := range splitPointer(pointer) {
		switch whole := value.(type) {
		case object:
			value = whole[step]
		case []any:
			i, _ := strconv.Atoi(step)
			value = whole[i]
		}
	}
	s, _ := value.(object)
	return s
}

func splitPointer(pointer string) []string {
	steps := strings.Split(pointer, "/")[1:]
	for i, step := range steps {
		steps[i] = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
	}
	return steps
}

// any reports whether it is so for one of the schemas.
func (o *original) any(pointers []string, is func(s object) bool) bool {
	return slices.ContainsFunc(pointers, func(p string) bool { return is(o.at(p)) })
}

// choice picks those alternatives of anyOf or oneOf that are to be looked at.
type choice func(alternatives []string) []string

func all(alternatives []string) []string { return alternatives }

// inPlace adds to schemas those that speak of the same value: what they refer
// to, their allOf, and what choose picks.
func (o *original) inPlace(pointers []string, choose choice) []string {
	for i := 0; i < len(pointers); i++ {
		s := o.at(pointers[i])
		if reference, ok := s["$ref"].(string); ok {
			target, _ := url.PathUnescape(strings.TrimPrefix(reference, "#"))
			pointers = appendNew(pointers, target)
			continue
		}
		for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
			var parts []string
			list, _ := s[keyword].([]any)
			for n := range list {
				parts = append(parts, fmt.Sprintf("%s/%s/%d", pointers[i], keyword, n))
			}
			if keyword != "allOf" {
				parts = choose(parts)
			}
			pointers = appendNew(pointers, parts...)
		}
	}
	return pointers
}

func appendNew(list []string, more ...string) []string {
	for _, s := range more {
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

// member are the schemas that say what a member is.
func (o *original) member(pointers []string, name string) (parts []string) {
	for _, pointer := range pointers {
		s := o.at(pointer)
		before := len(parts)
		if properties, _ := s["properties"].(object); properties[name] != nil {
			parts = append(parts, jsonrpc.AppendPointer(pointer+"/properties", name))
		}
		patterns, _ := s["patternProperties"].(object)
		for pattern := range patterns {
			if regexp.MustCompile(pattern).MatchString(name) {
				parts = append(parts, jsonrpc.AppendPointer(pointer+"/patternProperties", pattern))
			}
		}
		if s["additionalProperties"] != nil && len(parts) == before {
			parts = append(parts, pointer+"/additionalProperties")
		}
	}
	return parts
}

// element are the schemas that say what an element is.
func (o *original) element(pointers []string, i int) (parts []string) {
	for _, pointer := range pointers {
		s := o.at(pointer)
		tuple, isTuple := s["items"].([]any)
		switch {
		case i < len(tuple):
			parts = append(parts, fmt.Sprintf("%s/items/%d", pointer, i))
		case isTuple && s["additionalItems"] != nil:
			parts = append(parts, pointer+"/additionalItems")
		case !isTuple && s["items"] != nil:
			parts = append(parts, pointer+"/items")
		}
	}
	return parts
}

// says reports whether one of the schemas asks for a format; contentEncoding is
// the format byte by another name.
func (o *original) says(pointers []string, format string) bool {
	return o.any(pointers, func(s object) bool {
		return s["format"] == format || format == "byte" && s["contentEncoding"] == "base64"
	})
}

// isOnlyItem reports whether one schema stands in a list of items, and none for
// the elements behind it: it is taken for that of all.
func isOnlyItem(s object) bool {
	tuple, _ := s["items"].([]any)
	return len(tuple) == 1 && (s["additionalItems"] == nil || s["additionalItems"] == false)
}

// isOnlyPattern reports whether one pattern is all that a schema says of
// members, and does not match a name: its schema is taken for that of all.
func isOnlyPattern(s object, name string) bool {
	patterns, _ := s["patternProperties"].(object)
	properties, _ := s["properties"].(object)
	for pattern := range patterns {
		return len(patterns) == 1 && len(properties) == 0 && s["additionalProperties"] == nil && !regexp.MustCompile(pattern).MatchString(name)
	}
	return false
}
