package openrpc

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"pgregory.net/rapid"
)

// shared is where reference material lies in the checkout of those who have it.
const shared = "../../../../shared"

func skipWithoutShared(t testing.TB) {
	t.Helper()
	if _, err := os.Stat(shared); err != nil {
		t.Skipf("the reference material is not here: %v", err)
	}
}

// stricter lists what the official meta-schemas accept and we report: our message, the pointers where (all, if empty), and why.
var stricter = []struct{ message, pointer, reason string }{
	{`leads nowhere|does not exist|is on the network|is neither a file nor|where .* is wanted|leads back to itself|cannot be read`, ``,
		"a meta-schema cannot follow references"},
	{`the method .* is there twice, first at`, ``, "prose: method names are unique"},
	{`the method has two params`, ``, "prose: param names are unique"},
	{`stands behind the optional`, ``, "prose: required params come first"},
	{`the method has two errors with code`, ``, "prose: error codes are unique within a method"},
	{`method names that begin with rpc\. are reserved`, ``, "JSON-RPC 2.0, section 4.2"},
	{`the link leads to .*, and no method has that name`, ``, "prose: a link leads to an existing method"},
	{`has no param|has \d+ params and the method|leaves out the required param|has a result, and the method`, `/(examples|examplePairings)/`,
		"prose: an example is one of the method"},
	{`does not fit (its|this) schema|was not checked against its schema|were not checked`, ``, "prose: examples fit their schemas"},
	{`stands beside a \$ref and is ignored`, ``, "draft-07, section 8.3: siblings of $ref are ignored"},
	{`this is in the (allOf|anyOf) twice`, ``, "it says the same again"},
	{`this choice is the schema that it is a choice of`, ``, "JSON Schema core, section 7.1: such schemas should not be"},
	{`is required, and no properties (declare|allow) it`, ``, "nobody could set it in Go but as raw JSON"},
	{`JSON Schema has no "nullable"`, ``, "not a keyword of JSON Schema"},
	{``, `/x-(auth|auth-token|auth-logout|roles|readonly|additional-params|go-name|sensitive)(/|$)`, "extensions that have a meaning here"},
	{`does not say who may call it`, `^/methods/\d+$`, "x-auth has a meaning here"},
	{`integer of at most 64 bits`, `/code$`, "no JSON-RPC implementation has larger error codes"},
	{`beyond what can be computed with`, ``, "numbers that would take too long to compute with"},
	{`Go cannot compile the pattern`, `/patternProperties/`, "the meta-schema judges only the names that propertyNames lets it see"},
	{``, `^/(methods/\d+/errors/\d+|components/errors/\w+)/data/`, "data may be anything; faults in what is taken for a schema are warnings"},
	{`want an info object|want a link|want a string`, `^/info$|/links/[^/]+(/name)?$`, "1.4's meta-schema forgets the types of info, link and a link's name"},
	{`want a string`, `/(examples|examplePairings)/.*\$ref$`, "an example with a $ref is meant to be a reference"},
	{`the specification has no references here`, `^/components/examplePairings/`, "an example pairing with a $ref is meant to be a reference"},
	{``, `^/components/\w+/$|/variables/$`, "the meta-schemas look only at names with a character from 0 to z"},
}

// looser lists what the official meta-schemas refuse and we accept without a fault, and why.
var looser = []struct {
	keyword, message, reason string
}{
	{"/errorObject/additionalProperties", "'x-", "x-go-name is useful for errors, and every other object may have extensions"},
	{"/format", "uri-reference", "a reference is judged by where it leads; $id is taken as it stands"},
}

// metaSchemas compiles the official meta-schemas as their README says, by the version that they are for.
func metaSchemas(t testing.TB) map[string]*jsonschema.Schema {
	t.Helper()
	folder := filepath.Join(shared, "openrpc-meta-schema")
	tools := stripped(t, filepath.Join(folder, "json-schema-tools.json"), "$schema", "$id")
	compile := func(name string) *jsonschema.Schema {
		const url = "https://meta.open-rpc.org/"
		c := jsonschema.NewCompiler()
		c.Draft = jsonschema.Draft7
		c.Formats["uri"] = func(any) bool { return true }
		for url, text := range map[string][]byte{
			"https://meta.json-schema.tools": tools, "https://meta.json-schema.tools/": tools,
			url: stripped(t, filepath.Join(folder, name), "$schema"),
		} {
			if err := c.AddResource(url, bytes.NewReader(text)); err != nil {
				t.Fatal(err)
			}
		}
		schema, err := c.Compile(url)
		if err != nil {
			t.Fatal(err)
		}
		return schema
	}
	return map[string]*jsonschema.Schema{"1.3": compile("openrpc-1.3.json"), "1.4": compile("openrpc-1.4.json")}
}

// stripped returns a file without some of its top-level members.
func stripped(t testing.TB, path string, members ...string) []byte {
	t.Helper()
	n := newObject()
	for _, m := range mustParse(t, path).Members {
		if !slices.Contains(members, m.Name) {
			n.add(Member{Name: m.Name, Value: m.Value.clone()})
		}
	}
	return n.JSON()
}

func mustParse(t testing.TB, path string) *Node {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return parseText(t, path, string(text))
}

// failer is what *testing.T and *rapid.T have in common.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

func parseText(t failer, path, text string) *Node {
	t.Helper()
	c := &collector{file: path}
	s := newSource(path, text)
	s.parse(c)
	if len(c.faults) > 0 {
		t.Fatalf("%v", c.faults)
	}
	return s.root
}

// verdict is that of the meta-schema for the document's version: the leaves of its error, none if it accepts.
func verdict(schemas map[string]*jsonschema.Schema, document *Node) []*jsonschema.ValidationError {
	schema := schemas["1.3"]
	if v := document.Get("openrpc"); v != nil && strings.HasPrefix(v.Text, "1.4") {
		schema = schemas["1.4"]
	}
	err := schema.Validate(document.Any())
	if invalid, ok := errors.AsType[*jsonschema.ValidationError](err); ok {
		return leaves(invalid)
	}
	return nil
}

func leaves(e *jsonschema.ValidationError) []*jsonschema.ValidationError {
	if len(e.Causes) == 0 {
		return []*jsonschema.ValidationError{e}
	}
	var all []*jsonschema.ValidationError
	for _, cause := range e.Causes {
		all = append(all, leaves(cause)...)
	}
	return all
}

// differences compares our verdict with the meta-schema's and returns what is not in the lists above.
func differences(faults Faults, refused []*jsonschema.ValidationError) []string {
	var found []string
	if len(refused) > 0 && len(faults) == 0 && !slices.ContainsFunc(refused, isLooser) {
		for _, e := range refused {
			found = append(found, "only the meta-schema refuses: "+e.InstanceLocation+" "+e.AbsoluteKeywordLocation+" "+e.Message)
		}
	}
	for _, f := range faults {
		if f.Line == 0 {
			found = append(found, "no place: "+f.String())
		}
		if len(refused) == 0 && !isStricter(f) {
			found = append(found, "only we report: "+f.String())
		}
	}
	return found
}

func isLooser(e *jsonschema.ValidationError) bool {
	for _, l := range looser {
		if strings.HasSuffix(e.AbsoluteKeywordLocation, l.keyword) && strings.Contains(e.Message, l.message) {
			return true
		}
	}
	return false
}

func isStricter(f Fault) bool {
	for _, s := range stricter {
		if regexp.MustCompile(s.message).MatchString(f.Message) && regexp.MustCompile(s.pointer).MatchString(f.Pointer) {
			return true
		}
	}
	return false
}

func TestCorpusAgainstMetaSchema(t *testing.T) {
	skipWithoutShared(t)
	schemas := metaSchemas(t)
	for _, path := range corpus(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			_, faults := Read(path, Options{Base: filepath.Join(shared, "corpus/starknet-specs")})
			for _, d := range differences(faults, verdict(schemas, mustParse(t, path))) {
				t.Error(d)
			}
		})
	}
}

// corpus lists the documents of real systems.
func corpus(t testing.TB) []string {
	t.Helper()
	var paths []string
	err := filepath.WalkDir(filepath.Join(shared, "corpus"), func(path string, _ fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".json" {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) != 42 {
		t.Fatalf("want 42 documents, found %d", len(paths))
	}
	return paths
}

// TestMutationsAgainstMetaSchema breaks a good document in one place, and compares the verdicts: what the meta-schema refuses we
// report, at that place, and what it accepts we report only for a reason that is listed.
func TestMutationsAgainstMetaSchema(t *testing.T) {
	skipWithoutShared(t)
	schemas := metaSchemas(t)
	good := mustParse(t, "testdata/complete.json")
	rapid.Check(t, func(t *rapid.T) {
		for range 10 {
			document := good.clone()
			if rapid.Bool().Draw(t, "1.4") {
				document.Get("openrpc").Text = "1.4.1"
			}
			checkMutation(t, schemas, document, mutate(t, document))
		}
	})
}

func checkMutation(t *rapid.T, schemas map[string]*jsonschema.Schema, document *Node, place string) {
	text := string(document.Indented())
	_, faults := Read("openrpc.json", Options{Open: inMemory(map[string]string{"openrpc.json": text})})
	refused := verdict(schemas, document)
	for _, d := range differences(faults, refused) {
		t.Errorf("mutated %s: %s", place, d)
	}
	near := func(f Fault) bool { return strings.HasPrefix(f.Pointer, place) || strings.HasPrefix(place, f.Pointer) }
	if len(refused) > 0 && len(faults) > 0 && !slices.ContainsFunc(faults, near) {
		t.Errorf("mutated %s, and no fault is near it:\n%s", place, faults)
	}
}

// inMemory opens files of a map.
func inMemory(files map[string]string) func(string) ([]byte, error) {
	return func(path string) ([]byte, error) {
		text, ok := files[filepath.ToSlash(path)]
		if !ok {
			return nil, fs.ErrNotExist
		}
		return []byte(text), nil
	}
}

// mutate changes one thing in the document and returns in what.
func mutate(t *rapid.T, document *Node) string {
	n := rapid.SampledFrom(descendants(document)).Draw(t, "node")
	place := n.parent.Pointer()
	switch rapid.SampledFrom([]string{"delete", "replace", "add", "repeat", "rename"}).Draw(t, "mutation") {
	case "delete":
		parent := n.parent
		parent.replace(slices.Delete(parent.values(), n.index, n.index+1))
	case "add":
		if n.Kind == Object {
			name := rapid.SampledFrom([]string{"unknown", "x-known", "name", "type", "$ref", "required", "nullable", "x-auth", "x-go-name",
				"schema", "enum", "minimum", "items", "params"}).Draw(t, "name")
			if n.Get(name) == nil {
				n.add(Member{Name: name, Value: anyValue(t)})
			}
		}
	case "repeat":
		if n.parent.Kind == Array {
			n.parent.append(n.clone())
		}
	case "rename":
		if n.parent.Kind == Object && n.parent.Get("renamed") == nil {
			n.parent.Members[n.index].Name = "renamed"
			n.parent.replace(n.parent.values())
		}
	case "replace":
		v := anyValue(t)
		n.Kind, n.Text, n.Members, n.Elements, n.byName = v.Kind, v.Text, v.Members, v.Elements, v.byName
	}
	return place
}

func anyValue(t *rapid.T) *Node {
	text := rapid.SampledFrom([]string{`null`, `true`, `false`, `0`, `-1`, `1.5`, `1e3`, `1e30`, `1e399`, `""`, `"text"`, `"string"`, `"by-name"`,
		`"1.2.6"`, `"2.0.0"`, `"^("`, `"#/components/schemas/Book"`, `"#/info"`, `"http://a b"`, `[]`, `["a"]`, `["a", "a"]`, `["string"]`, `[{}]`, `{}`,
		`{"name": "a"}`, `{"$ref": "#/components/schemas/Book"}`, `{"$ref": 1}`, `{"type": "string"}`, `{"name": "a", "schema": true}`,
		`{"code": 1, "message": "m"}`, `{"": {}}`, `{"required": true}`}).Draw(t, "value")
	c := &collector{}
	s := newSource("", text)
	s.parse(c)
	return s.root.clone()
}

// descendants returns all values within n.
func descendants(n *Node) []*Node {
	var all []*Node
	for _, v := range n.values() {
		all = append(append(all, v), descendants(v)...)
	}
	return all
}

func (n *Node) values() []*Node {
	values := slices.Clone(n.Elements)
	for _, m := range n.Members {
		values = append(values, m.Value)
	}
	return values
}

// replace makes n hold only the given ones of its values.
func (n *Node) replace(values []*Node) {
	members := n.Members
	n.Members, n.Elements, n.byName = nil, nil, nil
	for _, v := range values {
		if n.Kind == Array {
			n.append(v)
		} else {
			n.add(Member{Name: members[v.index].Name, Value: v})
		}
	}
}
