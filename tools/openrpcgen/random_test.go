package main

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strconv"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// random makes documents. References lead to components, and to definitions in
// them, so that all of them resolve.
type random struct {
	*rand.Rand
	components []string // references to all of them
	before     []string // references to what is made already
}

func newRandom(seed uint64) *random {
	return &random{Rand: rand.New(rand.NewPCG(seed, seed))}
}

// nasty are names that are no Go identifiers, clash with each other once they
// are made ones, or with what generated code has already.
var nasty = []string{
	"type", "func", "id", "ID", "Id", "i_d", "Client", "client", "Service", "service", "Unknown", "Batch", "NewClient", "Value", "value",
	"Variant", "Extra", "extra", "Error", "error", "String", "string", "Integer", "Data", "Message", "EncodeJSON", "DecodeJSON", "MarshalJSON",
	"a b", "a-b", "a.b", "a/b", "a~b", "a%b", "`", "\"", "\\", "é", "日本", "2d", "0x2", "-", "$ref", "x-go", " lead", "trail ", "*/", "//", "\n",
	"alloc::vec::Vec<u8>", "Send", "Notify", "Call", "Token", "SetToken", "raw", "err", "d", "e", "v", "x", "jsonrpc", "context", "params",
	"result", "MethodPing", "CodeGone", "Item0", "Rest", "Reason", "JSON", "IsZero", "Known", "SetDefaults", "_", "__", "…", "nil", "true", "-1", "+1", ">=", "🎉",
}

func (r *random) name() string {
	name := nasty[r.IntN(len(nasty))]
	if r.IntN(3) == 0 {
		name += nasty[r.IntN(len(nasty))]
	}
	return name
}

// names returns n names that differ.
func (r *random) names(n int) (names []string) {
	seen := map[string]bool{}
	for len(names) < n {
		name := r.name()
		for seen[name] {
			name += strconv.Itoa(r.IntN(10))
		}
		seen[name] = true
		names = append(names, name)
	}
	return names
}

type object = map[string]any

func (r *random) document() object {
	names := r.names(60)
	for _, name := range names {
		r.components = append(r.components, "#/components/schemas/"+pointer(name))
	}
	schemas := object{}
	for i, name := range names {
		schemas[name] = r.component()
		r.before = append(r.before, r.components[i])
		if s, ok := schemas[name].(object); ok && r.oneIn(4) {
			inner := r.name()
			s["definitions"] = object{inner: r.schema(2)}
			r.before = append(r.before, r.components[i]+"/definitions/"+pointer(inner))
		}
	}
	errors := object{}
	for _, name := range r.names(12) {
		errors[name] = object{"code": r.IntN(5), "message": r.name(), "data": r.schema(1)}
	}
	var methods []object
	for _, name := range r.names(60) {
		methods = append(methods, r.method("m"+name))
	}
	return object{
		"openrpc":    "1.3.2",
		"info":       object{"title": r.name(), "version": "1", "description": r.prose()},
		"methods":    methods,
		"components": object{"schemas": schemas, "errors": errors},
	}
}

func (r *random) method(name string) object {
	m := object{"name": name, "summary": r.prose(), "description": r.prose(), "x-readonly": r.IntN(2) == 0}
	params := []object{}
	for _, param := range r.names(r.IntN(4)) {
		schema := r.schema(r.IntN(4))
		if s, ok := schema.(object); ok && r.oneIn(2) {
			s["default"] = r.value(s)
		}
		params = append(params, object{"name": param, "description": r.prose(), "required": r.oneIn(3), "schema": schema})
	}
	m["params"] = params
	if r.IntN(8) > 0 {
		m["result"] = object{"name": r.name(), "schema": r.schema(0)}
	}
	m["paramStructure"] = pick(r, []string{"by-name", "by-position", "either"})
	r.some(m, object{"x-additional-params": true})
	return m
}

func (r *random) prose() string {
	list := []string{"", "plain", "*/ ends // nothing", "```\ncode\n```", "two\n\nparagraphs", "\tindented", "# heading", "\r\n", "`tick`", "Deprecated: no"}
	return list[r.IntN(len(list))] + list[r.IntN(len(list))]
}

// component makes a schema that is more than a reference: those might make a
// circle.
func (r *random) component() any {
	for {
		schema := r.schema(r.IntN(4))
		if s, ok := schema.(object); !ok || s["$ref"] == nil {
			return schema
		}
	}
}

// schema makes a schema that is deep levels below its component.
func (r *random) schema(deep int) any {
	switch {
	case deep > 0 && r.oneIn(16) && len(r.before) > 0:
		return object{"$ref": pick(r, r.before)}
	case deep > 3 && r.oneIn(2):
		return pick(r, []any{true, object{"type": "string"}, object{"type": "integer"}, object{"type": "boolean"}, object{"type": "null"}})
	case deep > 3, deep > 0 && r.oneIn(8):
		return object{"$ref": pick(r, r.components)}
	}
	if r.oneIn(16) {
		return !r.oneIn(4)
	}
	s := object{}
	switch r.IntN(16) {
	case 0, 1:
		s = r.text()
	case 2, 3:
		s = r.number()
	case 4:
		s["type"] = pick(r, []any{"boolean", "null", []string{"string", "null"}, []string{"integer", "string", "boolean"}, []string{"object", "array"}})
	case 5, 6, 7:
		s = r.object(deep)
	case 8, 9:
		s = r.array(deep)
	case 10, 11:
		s[pick(r, []string{"oneOf", "anyOf"})] = r.list(deep)
		if r.oneIn(4) {
			s = object{"anyOf": r.family(deep)}
		}
		if r.oneIn(4) {
			maps.Copy(s, r.object(deep))
		}
	case 12:
		s["allOf"] = r.list(deep)
	case 13: // keywords of several kinds
		for _, part := range []object{r.text(), r.number(), r.array(deep), r.object(deep)} {
			for _, name := range slices.Sorted(maps.Keys(part)) {
				if name != "type" && name != "const" && name != "enum" && r.oneIn(3) {
					s[name] = part[name]
				}
			}
		}
		r.some(s, object{"type": []string{"string", "number", "array", "object", "null"}})
	case 14:
		s["enum"] = r.anyValues()
		r.some(s, object{"type": []string{"string", "integer", "null"}})
	case 15:
		s["const"] = r.anyValues()[0]
	}
	if r.oneIn(12) {
		s["not"] = r.condition(deep)
	}
	if r.oneIn(12) {
		s["if"] = r.condition(deep)
		r.some(s, object{"then": r.condition(deep), "else": r.condition(deep)})
	}
	r.some(s, object{"title": r.name(), "description": r.prose(), "$comment": "none", "examples": []any{}, "readOnly": true})
	return s
}

// value makes a value that fits most schemas that are made here.
func (r *random) value(schema any) any {
	s, ok := schema.(object)
	if !ok {
		return []any{r.name(), nil}
	}
	for _, keyword := range []string{"oneOf", "anyOf", "allOf"} {
		if list, ok := s[keyword].([]any); ok {
			return r.value(pick(r, list))
		}
	}
	if s["const"] != nil {
		return s["const"]
	}
	if values, ok := s["enum"].([]any); ok {
		return pick(r, values)
	}
	switch s["type"] {
	case "string":
		return map[bool]string{true: "2026-01-01T00:00:00Z", false: "abcd"}[s["format"] == "date-time"]
	case "integer", "number":
		return json.Number("1.0")
	case "array":
		items, isTuple := s["items"].([]any)
		if !isTuple {
			items = []any{s["items"]}
		}
		value := []any{}
		for _, item := range items {
			value = append(value, r.value(item))
		}
		return value
	case "object":
		value := object{}
		properties, _ := s["properties"].(object)
		for _, name := range slices.Sorted(maps.Keys(properties)) {
			value[name] = r.value(properties[name])
		}
		return value
	}
	return true
}

func (r *random) text() object {
	s := object{"type": "string"}
	switch r.IntN(8) {
	case 0:
		s["enum"] = r.values()
	case 1:
		s["const"] = r.name()
	case 2:
		s["format"] = pick(r, []string{"date-time", "date-time", "date", "time", "email", "hostname", "ipv4", "ipv6", "uri", "uuid", "byte", "regex", "other"})
	case 3:
		s["contentEncoding"] = "base64"
		r.some(s, object{"contentMediaType": "application/json"})
	}
	r.some(s, object{"pattern": pick(r, []string{"^[a-z]+$", "^0x[0-9a-f]*$", "[^a]", "^(a|b)?$", `^\d{2,3}$`})})
	r.some(s, object{"minLength": r.IntN(3), "maxLength": 1 + r.IntN(5), "default": "d"})
	return s
}

func (r *random) number() object {
	s := object{"type": pick(r, []string{"integer", "number"})}
	switch r.IntN(8) {
	case 0:
		s["enum"] = []json.Number{"1", "2", "-3"}
	case 1:
		s["enum"] = []json.Number{"1.0", "2.5", "1e2", "9223372036854775808"}
	case 2:
		s["const"] = pick(r, []json.Number{"0", "1.5", "1e1"})
	case 3:
		s["format"] = pick(r, []string{"uint8", "int8", "int32", "uint64", "double", "other"})
	}
	r.some(s, object{
		"minimum":          pick(r, []json.Number{"-1", "0", "1", "0.1", "-9223372036854775808", "9007199254740993"}),
		"maximum":          pick(r, []json.Number{"100", "99.5", "18446744073709551615", "9223372036854775807", "1e30", "0.30000000000000004"}),
		"exclusiveMinimum": pick(r, []json.Number{"-1", "0", "-0.5"}),
		"exclusiveMaximum": pick(r, []json.Number{"1000", "2.5", "9223372036854775808"}),
		"multipleOf":       pick(r, []json.Number{"1", "2", "7", "0.5", "0.1", "1e2"}),
		"default":          r.IntN(2),
	})
	return s
}

func (r *random) array(deep int) object {
	s := object{"type": "array"}
	switch r.IntN(4) {
	case 0:
		s["items"] = []any{r.schema(deep + 1), r.schema(deep + 1)}
		r.some(s, object{"additionalItems": r.schema(deep + 1)})
	case 1:
		s["items"] = []any{r.schema(deep + 1)}
		r.some(s, object{"additionalItems": r.schema(deep + 1)})
	default:
		s["items"] = r.schema(deep + 1)
	}
	r.some(s, object{"minItems": r.IntN(3), "maxItems": 1 + r.IntN(3), "uniqueItems": true})
	if r.oneIn(8) {
		s["contains"] = r.schema(deep + 1)
	}
	return s
}

func (r *random) object(deep int) object {
	s := object{"type": "object"}
	properties := object{}
	names := r.names(r.IntN(5))
	if len(names) > 0 && r.oneIn(8) {
		names[0] = "" // a name as well
	}
	for _, name := range names {
		properties[name] = r.schema(deep + 1)
	}
	s["properties"] = properties
	if len(names) > 0 {
		s["required"] = names[:r.IntN(len(names)+1)]
	}
	r.some(s, object{"additionalProperties": r.schema(deep + 1)})
	if r.oneIn(8) {
		s["patternProperties"] = object{"^x": r.schema(deep + 1)}
	}
	if r.oneIn(8) && len(names) > 1 {
		s["dependencies"] = object{names[0]: pick(r, []any{names[1:], r.condition(deep)})}
	}
	if r.oneIn(8) {
		s["propertyNames"] = pick(r, []any{object{"minLength": 1}, object{"not": object{"const": "a"}}, r.schema(deep + 1)})
	}
	if r.oneIn(8) {
		r.some(s, object{"minProperties": r.IntN(3), "maxProperties": 1 + r.IntN(5)})
	}
	return s
}

// list makes alternatives or parts. In place, references lead to components
// before this one only: others would make chains without end.
func (r *random) list(deep int) []any {
	var list []any
	for range 1 + r.IntN(4) {
		switch r.IntN(6) {
		case 0:
			list = append(list, object{"type": "null"})
		case 1:
			list = append(list, object{"type": pick(r, []string{"string", "integer", "boolean", "number"}), "title": r.name()})
		case 2:
			o := r.object(deep + 1)
			o["properties"].(object)["kind"] = object{"const": r.name()}
			o["required"] = []string{"kind"}
			list = append(list, o)
		case 3:
			list = append(list, r.condition(deep))
		case 4:
			if len(r.before) > 0 {
				list = append(list, object{"$ref": pick(r, r.before)})
				continue
			}
			fallthrough
		default:
			list = append(list, object{"type": "array", "items": r.schema(deep + 1)})
		}
	}
	return list
}

// family makes schemas of objects that are not told apart, of which a value may
// fit several.
func (r *random) family(deep int) (list []any) {
	name := r.name()
	for range 2 + r.IntN(2) {
		properties := object{name: r.schema(deep + 1)}
		for _, own := range r.names(1 + r.IntN(2)) {
			properties[own] = pick(r, []any{r.schema(deep + 1), r.text(), true})
		}
		list = append(list, object{"type": "object", "properties": properties})
	}
	return list
}

// condition makes a schema that stands beside another.
func (r *random) condition(deep int) object {
	s := pick(r, []object{r.text(), r.number(), r.array(deep + 1), r.object(deep + 1), {"required": r.names(1)}, {"type": pick(r, []string{"object", "string", "integer", "array"})}})
	if r.oneIn(2) {
		delete(s, "type")
	}
	return s
}

// anyValues are values of any kind.
func (r *random) anyValues() []any {
	list := []any{nil, true, false, 0, -7, json.Number("1.0"), json.Number("2.50"), "", "a", r.name(), []any{}, []any{1, "b"}, object{}, object{"a": 1, r.name(): nil}}
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list[:1+r.IntN(4)]
}

func (r *random) values() (values []any) {
	for _, name := range r.names(1 + r.IntN(4)) {
		values = append(values, name)
	}
	return values
}

func (r *random) oneIn(n int) bool { return r.IntN(n) == 0 }

func pick[T any](r *random, list []T) T { return list[r.IntN(len(list))] }

// some adds each keyword once in four times.
func (r *random) some(s, keywords object) {
	for _, name := range slices.Sorted(maps.Keys(keywords)) {
		if r.IntN(4) == 0 {
			s[name] = keywords[name]
		}
	}
}

// pointer is a step of a JSON pointer in a URI.
func pointer(name string) string {
	return url.PathEscape(jsonrpc.AppendPointer("", name)[1:])
}
