package openrpc

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// suiteCase is one schema of the official JSON Schema test suite with its values.
type suiteCase struct {
	Description string
	Schema      json.RawMessage
	Tests       []struct {
		Description string
		Data        json.RawMessage
		Valid       bool
	}
}

// suiteExceptions are cases of the suite, all optional ones, that cannot hold here, by file and description, and why.
var suiteExceptions = map[string]string{
	"cross-draft.json/refs to future drafts are processed as future drafts":               "only draft-07 is spoken here",
	`ecmascript-regex.json/ECMA 262 regex escapes control codes with \c and upper letter`: "Go has no \\c: such a pattern is not enforced",
	`ecmascript-regex.json/ECMA 262 regex escapes control codes with \c and lower letter`: "Go has no \\c: such a pattern is not enforced",
	`ecmascript-regex.json/ECMA 262 \s matches whitespace`:                                "Go's \\s is ASCII",
	`ecmascript-regex.json/ECMA 262 \S matches everything but whitespace`:                 "Go's \\S is ASCII",
}

// TestJSONSchemaSuite reads each schema of the suite as a file that a document refers to, bundles it, and lets the validator judge the
// suite's values by the bundle alone: what was read and written again must mean the same.
func TestJSONSchemaSuite(t *testing.T) {
	skipWithoutShared(t)
	suite := filepath.Join(shared, "json-schema-test-suite")
	remotes := remoteFiles(t, filepath.Join(suite, "remotes"))
	remotes["http://json-schema.org/draft-07/schema"] = filepath.Join(shared, "openrpc-meta-schema/json-schema-tools.json")
	required, _ := filepath.Glob(filepath.Join(suite, "tests/draft7/*.json"))
	optional, _ := filepath.Glob(filepath.Join(suite, "tests/draft7/optional/*.json"))
	if len(required) < 30 || len(optional) < 5 {
		t.Fatalf("want the whole suite, found %d and %d files", len(required), len(optional))
	}
	for _, path := range slices.Concat(required, optional) {
		var cases []suiteCase
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &cases); err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			name := filepath.Base(path) + "/" + c.Description
			if _, ok := suiteExceptions[name]; !ok {
				t.Run(name, func(t *testing.T) { checkSuiteCase(t, c, remotes) })
			}
		}
	}
}

// remoteFiles maps the URLs that the suite's schemas refer to to files.
func remoteFiles(t *testing.T, folder string) map[string]string {
	urls := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			relative, _ := filepath.Rel(folder, path)
			urls["http://localhost:1234/"+filepath.ToSlash(relative)] = path
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return urls
}

func checkSuiteCase(t *testing.T, c suiteCase, remotes map[string]string) {
	document := `{"openrpc": "1.3.2", "info": {"title": "", "version": ""}, "methods": [
		{"name": "m", "params": [{"name": "p", "schema": {"$ref": "schema.json"}}]}]}`
	open := inMemory(map[string]string{"openrpc.json": document, "schema.json": string(c.Schema)})
	d, faults := Read("openrpc.json", Options{Map: remotes, Open: func(path string) ([]byte, error) {
		if slices.Contains(slices.Collect(maps.Values(remotes)), path) {
			return os.ReadFile(path)
		}
		return open(path)
	}})
	if d == nil {
		t.Fatalf("not read:\n%s", faults)
	}
	v, err := newValidator([]*Schema{d.Methods[0].Params[0].Schema})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range c.Tests {
		value := parseText(t, "value.json", string(test.Data))
		err := v.validate(d.Methods[0].Params[0].Schema, value)
		if _, refused := errors.AsType[*jsonschema.ValidationError](err); err != nil && !refused {
			t.Errorf("%s: %v", test.Description, err)
		} else if refused == test.Valid {
			t.Errorf("%s: want valid=%v, got %v", test.Description, test.Valid, err)
		}
	}
}
