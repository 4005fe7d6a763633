package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// TestRandomDocuments generates documents of names and schemas that nobody
// would write: whatever is generated must build and vet clean, and its server
// must fill in the defaults. RANDOM_SEED tries another one.
func TestRandomDocuments(t *testing.T) {
	seeds := []uint64{1, 2, 3}
	if seed, err := strconv.ParseUint(os.Getenv("RANDOM_SEED"), 10, 64); err == nil {
		seeds = []uint64{seed}
	}
	module := newModule(t, "example.test/random")
	for _, seed := range seeds {
		name := filepath.Join(module, fmt.Sprintf("random%d.json", seed))
		writeJSON(t, name, newRandom(seed).document())
		args := []string{"-in", name, "-out", module, "-tests", "-package", fmt.Sprintf("random%d", seed)}
		if seed != seeds[0] {
			args = append(args, "-runtime", "example.test/random/jsonrpc")
		}
		var stdout, stderr bytes.Buffer
		if code := run(args, &stdout, &stderr); code != 0 {
			_, fault, _ := strings.Cut(stderr.String(), "openrpcgen: ") // behind the warnings
			t.Fatalf("seed %d: exit code %d\n%s", seed, code, fault)
		}
		t.Logf("seed %d: %s", seed, stdout.String())
		packageName := fmt.Sprintf("random%d", seed)
		write(t, filepath.Join(module, packageName+"_test.go"), strings.ReplaceAll(defaultsTest, "PACKAGE", packageName))
	}
	goIn(t, module, "vet", "./...")
	goIn(t, module, "test", ".")
}

// defaultsTest runs in the module of the generated code, and calls each method
// with nothing. Those that are not implemented, or whose params are refused,
// have come through; a default that is no value of its type would panic.
const defaultsTest = `package random_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"example.test/random/jsonrpc"
	"example.test/random/PACKAGE"
	"example.test/random/PACKAGE/PACKAGEserver"
)

func TestDefaultsOf_PACKAGE(t *testing.T) {
	text, err := os.ReadFile("PACKAGE.json")
	if err != nil {
		t.Fatal(err)
	}
	var document struct{ Methods []struct{ Name string } }
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	handler := PACKAGEserver.NewHandler(PACKAGE.UnimplementedService{})
	for _, method := range document.Methods {
		name, _ := json.Marshal(method.Name)
		r := httptest.NewRequest("POST", "/", strings.NewReader(fmt.Sprintf("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":%s}", name)))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		var answer struct{ Error jsonrpc.Error }
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
		if code := answer.Error.Code; code != jsonrpc.CodeMethodNotFound && code != jsonrpc.CodeInvalidParams {
			t.Errorf("%s: %s", name, w.Body)
		}
	}
}
`

// random makes documents. References lead to components only, so that all of
// them resolve.
type random struct {
	*rand.Rand
	components []string
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
	r.components = r.names(60)
	schemas := object{}
	for _, name := range r.components {
		schemas[name] = r.schema(0)
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
		schema := r.schema(0)
		if s, ok := schema.(object); ok && r.IntN(2) == 0 {
			s["default"] = r.value(s)
		}
		params = append(params, object{"name": param, "description": r.prose(), "required": r.IntN(3) == 0, "schema": schema})
	}
	m["params"] = params
	if r.IntN(8) > 0 {
		m["result"] = object{"name": r.name(), "schema": r.schema(0)}
	}
	m["paramStructure"] = []string{"by-name", "by-position", "either"}[r.IntN(3)]
	return m
}

func (r *random) prose() string {
	list := []string{"", "plain", "*/ ends // nothing", "```\ncode\n```", "two\n\nparagraphs", "\tindented", "# heading", "\r\n", "`tick`", "Deprecated: no"}
	return list[r.IntN(len(list))] + list[r.IntN(len(list))]
}

// schema makes a schema that is deep levels below its component.
func (r *random) schema(deep int) any {
	if deep > 3 {
		return object{"$ref": "#/components/schemas/" + pointer(r.components[r.IntN(len(r.components))])}
	}
	s := object{}
	switch r.IntN(15) {
	case 0:
		return r.IntN(4) > 0
	case 1, 2:
		if deep > 0 {
			return object{"$ref": "#/components/schemas/" + pointer(r.components[r.IntN(len(r.components))])}
		}
		fallthrough
	case 3:
		s["type"] = "string"
		r.some(s, object{"enum": r.values(), "pattern": "^[a-z]+$", "minLength": 1, "default": "d", "const": r.name(), "format": "date-time", "contentEncoding": "base64"})
	case 4:
		s["type"] = []string{"integer", "number"}[r.IntN(2)]
		r.some(s, object{"minimum": r.IntN(3) - 1, "maximum": json.Number("18446744073709551615"), "default": r.IntN(2), "format": "uint8", "enum": []int{1, 2}})
	case 5:
		s["type"] = []any{"boolean", "null", []string{"string", "null"}, []string{"integer", "string", "boolean"}, []string{"object", "array"}}[r.IntN(5)]
	case 6, 7, 8:
		s = r.object(deep)
	case 9:
		s["type"] = "array"
		s["items"] = r.schema(deep + 1)
	case 10:
		s["type"] = "array"
		s["items"] = []any{r.schema(deep + 1), r.schema(deep + 1)}
		r.some(s, object{"minItems": 1, "additionalItems": r.schema(deep + 1)})
	case 11, 12:
		s[[]string{"oneOf", "anyOf"}[r.IntN(2)]] = r.list(deep)
		if r.IntN(4) == 0 {
			for name, keyword := range r.object(deep) {
				s[name] = keyword
			}
		}
	case 13:
		s["allOf"] = r.list(deep)
	case 14:
		values := []any{1, r.name(), nil, true, 2.5, []any{1}, object{"a": 1}, r.name() + "2", -1}
		r.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
		s["enum"] = values[:1+r.IntN(len(values))]
		r.some(s, object{"type": []string{"string", "integer", "null"}})
	}
	r.some(s, object{"title": r.name(), "description": r.prose()})
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
			return r.value(list[r.IntN(len(list))])
		}
	}
	if s["const"] != nil {
		return s["const"]
	}
	if values, ok := s["enum"].([]any); ok {
		return values[r.IntN(len(values))]
	}
	switch s["type"] {
	case "string":
		return map[bool]string{true: "2026-01-01T00:00:00Z", false: "abcd"}[s["format"] == "date-time"]
	case "integer", "number":
		return json.Number("1.0")
	case "array":
		if items, ok := s["items"].([]any); ok {
			return []any{r.value(items[0]), r.value(items[1])}
		}
		return []any{r.value(s["items"])}
	case "object":
		value := object{}
		for _, name := range slices.Sorted(maps.Keys(s["properties"].(object))) {
			value[name] = r.value(s["properties"].(object)[name])
		}
		return value
	}
	return true
}

func (r *random) object(deep int) object {
	s := object{"type": "object"}
	properties := object{}
	names := r.names(r.IntN(5))
	for _, name := range names {
		properties[name] = r.schema(deep + 1)
	}
	s["properties"] = properties
	if len(names) > 0 {
		s["required"] = names[:r.IntN(len(names)+1)]
	}
	r.some(s, object{"additionalProperties": r.schema(deep + 1), "patternProperties": object{"^x": r.schema(deep + 1)}})
	return s
}

// list makes alternatives or parts; in place, references would make chains
// without end.
func (r *random) list(deep int) []any {
	var list []any
	for range 1 + r.IntN(4) {
		switch r.IntN(4) {
		case 0:
			list = append(list, object{"type": "null"})
		case 1:
			list = append(list, object{"type": []string{"string", "integer", "boolean", "number"}[r.IntN(4)], "title": r.name()})
		case 2:
			o := r.object(deep + 1)
			o["properties"].(object)["kind"] = object{"const": r.name()}
			o["required"] = []string{"kind"}
			list = append(list, o)
		default:
			list = append(list, object{"type": "array", "items": r.schema(deep + 1)})
		}
	}
	return list
}

func (r *random) values() (values []any) {
	for _, name := range r.names(1 + r.IntN(4)) {
		values = append(values, name)
	}
	return values
}

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
