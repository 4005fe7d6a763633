package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// suite is where the official JSON Schema test suite lies.
const suite = "../../../shared/json-schema-test-suite"

// suiteExceptions are the tests of the suite that cannot hold in this design,
// by file, case and test ("" is all of a case), and why.
var suiteExceptions = map[[3]string]string{
	{"additionalProperties.json", "additionalProperties being false does not allow other properties", "ignores arrays"}:            onlyObjects,
	{"additionalProperties.json", "additionalProperties being false does not allow other properties", "ignores strings"}:           onlyObjects,
	{"additionalProperties.json", "additionalProperties being false does not allow other properties", "ignores other non-objects"}: onlyObjects,
	{"properties.json", "object properties validation", "ignores arrays"}:                                                          onlyObjects,
	{"properties.json", "object properties validation", "ignores other non-objects"}:                                               onlyObjects,
	{"properties.json", "properties whose names are Javascript object property names", "ignores arrays"}:                           onlyObjects,
	{"properties.json", "properties whose names are Javascript object property names", "ignores other non-objects"}:                onlyObjects,
	{"ref.json", "root pointer ref", "match"}:                                                                                      onlyObjects,
	{"ref.json", "root pointer ref", "recursive match"}:                                                                            onlyObjects,
	{"ref.json", "simple URN base URI with $ref via the URN", "valid under the URN IDed schema"}:                                   onlyObjects,
	{"required.json", "required validation", "ignores arrays"}:                                                                     onlyObjects,
	{"required.json", "required validation", "ignores strings"}:                                                                    onlyObjects,
	{"required.json", "required validation", "ignores other non-objects"}:                                                          onlyObjects,
	{"required.json", "required validation", "ignores null"}:                                                                       onlyObjects,
	{"required.json", "required validation", "ignores boolean"}:                                                                    onlyObjects,

	{"bignum.json", "integer", "a bignum is an integer"}:                                     "an integer is an int64 where its bounds ask for no more",
	{"bignum.json", "integer", "a negative bignum is an integer"}:                            "an integer is an int64 where its bounds ask for no more",
	{"bignum.json", "number", "a bignum is a number"}:                                        "a number is a float64, which would round this",
	{"bignum.json", "number", "a negative bignum is a number"}:                               "a number is a float64, which would round this",
	{"float-overflow.json", "all integers are multiples of 0.5, if overflow is handled", ""}: "an integer is an int64 where its bounds ask for no more",

	{"ecmascript-regex.json", `ECMA 262 regex escapes control codes with \c and upper letter`, ""}: "Go has no \\c: such a pattern is not enforced",
	{"ecmascript-regex.json", `ECMA 262 regex escapes control codes with \c and lower letter`, ""}: "Go has no \\c: such a pattern is not enforced",
	{"ecmascript-regex.json", `ECMA 262 \s matches whitespace`, ""}:                                "Go's \\s is ASCII",
	{"ecmascript-regex.json", `ECMA 262 \S matches everything but whitespace`, ""}:                 "Go's \\S is ASCII",
	{"cross-draft.json", "refs to future drafts are processed as future drafts", ""}:               "only draft-07 is spoken here",
}

const onlyObjects = "a schema with properties and without a type becomes a struct, which holds objects only"

// suiteCase is one schema of the suite with the values that are tried on it.
type suiteCase struct {
	Description string
	Schema      json.RawMessage
	Tests       []struct {
		Description string
		Data        json.RawMessage
		Valid       bool
	}
}

// verdict is a call of a generated method, and whether the suite says that its
// params are valid.
type verdict struct {
	Name, Method string
	Params       json.RawMessage
	Valid        bool
}

// TestSuite makes a method of each schema of the suite, whose param it is, and
// lets the generated server judge the suite's values: with its fast lanes and
// without them.
func TestSuite(t *testing.T) {
	if _, err := os.Stat(suite); err != nil {
		t.Skipf("the JSON Schema test suite is not at hand: %v", err)
	}
	module := newModule(t, "example.test/suite")
	document := document{OpenRPC: "1.3.2", Info: map[string]string{"title": "Suite", "version": "7"}}
	var verdicts []verdict
	excepted := map[[3]string]bool{}
	for _, pattern := range []string{"tests/draft7/*.json", "tests/draft7/optional/*.json"} {
		files, _ := filepath.Glob(filepath.Join(suite, pattern))
		if len(files) < 5 {
			t.Fatalf("the suite is not whole: %d files match %s", len(files), pattern)
		}
		for _, file := range files {
			for i, c := range readSuite(t, file) {
				if except([3]string{filepath.Base(file), c.Description}, excepted) {
					continue
				}
				name := fmt.Sprintf("%s_%d", packageOf(file), i)
				schema := filepath.Join("schemas", name+".json")
				write(t, filepath.Join(module, schema), string(c.Schema))
				document.add(name, schema)
				for _, test := range c.Tests {
					key := [3]string{filepath.Base(file), c.Description, test.Description}
					if except(key, excepted) {
						continue
					}
					params := fmt.Sprintf(`{"value":%s}`, test.Data)
					verdicts = append(verdicts, verdict{fmt.Sprint(key), name, json.RawMessage(params), test.Valid})
				}
			}
		}
	}
	for key := range suiteExceptions {
		if !excepted[key] {
			t.Errorf("%v is excepted, but the suite has no such test", key)
		}
	}
	writeJSON(t, filepath.Join(module, "openrpc.json"), document)
	writeJSON(t, filepath.Join(module, "verdicts.json"), verdicts)
	write(t, filepath.Join(module, "suite", "suiteserver", "verdicts_test.go"), verdictsTest)
	args := append([]string{"-in", filepath.Join(module, "openrpc.json"), "-out", module, "-package", "suite", "-tests"}, remotes(t)...)
	var stdout, stderr bytes.Buffer
	if code := run(args, &stdout, &stderr); code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr.String())
	}
	t.Logf("%s%d verdicts", stdout.String(), len(verdicts))
	goIn(t, module, "test", "./...")
}

// except notes the exception that a test falls under, if there is one.
func except(key [3]string, noted map[[3]string]bool) bool {
	for _, k := range [][3]string{key, {key[0], key[1], ""}} {
		if _, ok := suiteExceptions[k]; ok {
			noted[k] = true
			return true
		}
	}
	return false
}

// document is an OpenRPC document of methods that have one param each.
type document struct {
	OpenRPC string            `json:"openrpc"`
	Info    map[string]string `json:"info"`
	Methods []map[string]any  `json:"methods"`
}

func (d *document) add(name, schema string) {
	d.Methods = append(d.Methods, map[string]any{
		"name":   name,
		"params": []map[string]any{{"name": "value", "required": true, "schema": map[string]string{"$ref": filepath.ToSlash(schema)}}},
		"result": map[string]any{"name": "done", "schema": map[string]string{"type": "null"}},
	})
}

func readSuite(t *testing.T, file string) (cases []suiteCase) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

// remotes maps the URLs that the suite's schemas refer to to its files.
func remotes(t *testing.T) (flags []string) {
	t.Helper()
	root := filepath.Join(suite, "remotes")
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			below, _ := filepath.Rel(root, name)
			flags = append(flags, "-map", "http://localhost:1234/"+filepath.ToSlash(below)+"="+name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	metaSchema := filepath.Join(filepath.Dir(suite), "openrpc-meta-schema", "json-schema-tools.json")
	return append(flags, "-map", "http://json-schema.org/draft-07/schema="+metaSchema)
}

func writeJSON(t *testing.T, name string, v any) {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	write(t, name, string(text))
}

// verdictsTest is put into the package of the generated server. A method that is
// not implemented has had its params accepted.
const verdictsTest = `package suiteserver

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"example.test/suite/jsonrpc"
	"example.test/suite/jsonrpc/jsonrpctest"
	"example.test/suite/suite"
)

func TestVerdicts(t *testing.T) {
	text, err := os.ReadFile("../../verdicts.json")
	if err != nil {
		t.Fatal(err)
	}
	var calls []struct {
		Name, Method string
		Params       json.RawMessage
		Valid        bool
	}
	if err := json.Unmarshal(text, &calls); err != nil {
		t.Fatal(err)
	}
	handler := NewHandler(suite.UnimplementedService{})
	fast := 0
	for _, call := range calls {
		body := fmt.Sprintf("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":%q,\"params\":%s}", call.Method, call.Params)
		request := httptest.NewRequest("POST", "/", strings.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		var answer struct{ Error jsonrpc.Error }
		if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
		want := jsonrpc.CodeInvalidParams
		if call.Valid {
			want = jsonrpc.CodeMethodNotFound
		}
		if answer.Error.Code != want {
			t.Errorf("%s: %s: want valid=%v, got %s", call.Name, call.Params, call.Valid, recorder.Body)
		}
		lane := paramsLanes[slices.IndexFunc(paramsLanes, func(l jsonrpctest.Lane) bool { return l.Method == call.Method })]
		if err := lane.Slow(CheckParams, call.Params); (err == nil) != call.Valid {
			t.Errorf("%s: %s: want valid=%v, got %v from the slow lane", call.Name, call.Params, call.Valid, err)
		}
		if lane.Fast(call.Params) {
			fast++
		}
	}
	if fast == 0 {
		t.Error("the fast lanes take nothing")
	}
}
`
