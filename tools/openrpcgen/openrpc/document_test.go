package openrpc

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func readComplete(t *testing.T) *Document {
	t.Helper()
	d, faults := Read("testdata/complete.json", Options{Strict: true})
	if d == nil {
		t.Fatalf("not read:\n%s", faults)
	}
	return d
}

// comparing compares typed values without where they come from; schemas are compared by their text, members by name.
var comparing = cmp.Options{
	cmpopts.IgnoreFields(Server{}, "Node"),
	cmpopts.IgnoreFields(Tag{}, "Node"),
	cmpopts.IgnoreFields(Link{}, "Node"),
	cmpopts.IgnoreFields(Example{}, "Node"),
	cmpopts.IgnoreFields(ExamplePairing{}, "Node"),
	cmpopts.IgnoreFields(ContentDescriptor{}, "Node"),
	cmpopts.IgnoreFields(ErrorObject{}, "Node"),
	cmpopts.IgnoreFields(Method{}, "Node"),
	cmpopts.IgnoreFields(Auth{}, "Node"),
	cmpopts.IgnoreUnexported(Document{}, Method{}, ExamplePairing{}, ErrorObject{}),
	cmp.Transformer("schema", func(s *Schema) string {
		if s == nil {
			return ""
		}
		return string(s.Node.JSON())
	}),
	cmp.Transformer("node", func(n *Node) string {
		if n == nil {
			return ""
		}
		return string(n.JSON())
	}),
	cmp.Transformer("member", func(m Member) string { return m.Name + "=" + string(m.Value.JSON()) }),
}

func parsed(text string) *Node {
	s := newSource("", text)
	s.parse(&collector{})
	return s.root
}

func schemaOf(text string) *Schema { return &Schema{Node: parsed(text)} }

func extension(name, text string) []Member { return []Member{{Name: name, Value: parsed(text)}} }

func TestDocument(t *testing.T) {
	d := readComplete(t)
	branch := &Server{
		Name: "branch", URL: "https://${branch}.library.example/rpc", Summary: "One branch.", Description: "Each branch has its own.",
		Variables: []*ServerVariable{{Name: "branch", Default: "main", Description: "The branch.", Enum: []string{"main", "north"}}},
	}
	want := Document{
		Version: "1.3.2",
		Info: Info{
			Title: "Library", Version: "2.0.1", Description: "Books and who has them.", TermsOfService: "https://library.example/terms",
			Contact:    &Party{Name: "Desk", Email: "desk@library.example", URL: "https://library.example", Extensions: extension("x-hours", `"9-17"`)},
			License:    &Party{Name: "MIT", URL: "https://opensource.org/license/mit"},
			Extensions: extension("x-audience", `"public"`),
		},
		Servers:      []*Server{branch},
		Sensitive:    true,
		Auth:         &Auth{},
		ExternalDocs: &ExternalDocs{URL: "https://library.example/docs", Description: "The handbook."},
		Extensions: slices.Concat(extension("x-auth", "false"), extension("x-roles", `["librarian"]`),
			extension("x-note", `"An extension."`)),
	}
	if diff := cmp.Diff(want, *d, comparing, cmpopts.IgnoreFields(Document{}, "Node", "Methods", "Components")); diff != "" {
		t.Errorf("document (-want +got):\n%s", diff)
	}
}

func TestMethod(t *testing.T) {
	d := readComplete(t)
	books := &Tag{Key: "books", Name: "books", Description: "About books.", ExternalDocs: &ExternalDocs{URL: "https://library.example/docs/books"}}
	title := &Example{Key: "Title", Name: "title", Summary: "A title.", Description: "A well-known one.", Value: parsed(`"The C Programming Language"`)}
	want := &Method{
		Name: "find_books", Summary: "Finds books.", Description: "Newest first.", ParamStructure: ByName, ReadOnly: true,
		Tags: []*Tag{books, {Name: "search", Description: "Finding."}},
		Params: []*ContentDescriptor{
			{Name: "title", Required: true, Summary: "Part of it.", Schema: schemaOf(`{"type":"string","minLength":1,"maxLength":200}`)},
			{Key: "Limit", Name: "limit", GoName: "Max", Schema: schemaOf(`{"type":"integer","minimum":1,"maximum":100,"default":20}`),
				Extensions: extension("x-go-name", `"Max"`)},
			{Name: "filter", Description: "What else.", Schema: schemaOf(`{"$ref":"#/components/schemas/Filter"}`)},
		},
		Result: &ContentDescriptor{Name: "books", Schema: schemaOf(`{"type":"array","items":{"$ref":"#/components/schemas/Book"},"uniqueItems":true}`)},
		Errors: []*ErrorObject{
			{Key: "Closed", Code: -32010, Message: "The library is closed."},
			{Code: 7, Message: "Too many books.", Data: parsed(`{"most":100}`)},
		},
		Links: []*Link{
			{Key: "Lend", Name: "lend", Method: "lend_book", Summary: "Lend it.", Description: "The first one found.",
				Params: parsed(`{"isbn":"${result.0.isbn}"}`), Server: &Server{URL: "https://lend.library.example"}},
			{Name: "again", Method: "find_books", Params: parsed(`{"title":"${result.title}"}`)},
		},
		Examples: []*ExamplePairing{
			{Key: "Found", Name: "found", Params: []*Example{title},
				Result: &Example{Name: "books", Value: parsed(`[{"isbn":"9780131103627","title":"The C Programming Language"}]`)}},
			{Name: "none", Description: "Nothing is found.",
				Params: []*Example{{Name: "title", Value: parsed(`"qwertz"`)}, {Name: "limit", Value: parsed(`5`)}},
				Result: &Example{Name: "books", Value: parsed(`[]`)}},
		},
		Servers:      []*Server{{URL: "https://search.library.example"}},
		ExternalDocs: &ExternalDocs{URL: "https://library.example/docs/find"},
		Auth:         &Auth{}, // the document's
		Extensions:   extension("x-readonly", "true"),
	}
	if diff := cmp.Diff(want, d.Methods[0], comparing); diff != "" {
		t.Errorf("method (-want +got):\n%s", diff)
	}
	if limit := d.Components.ContentDescriptors[0]; d.Methods[0].Params[1] != limit {
		t.Error("a param by reference is not the component itself")
	}
}

func TestMethodExtensions(t *testing.T) {
	d := readComplete(t)
	lend, login, read := d.Methods[1], d.Methods[2], d.Methods[3]
	want := &Auth{Required: true, Roles: []string{"librarian"}, Self: lend.Params[1]}
	if diff := cmp.Diff(want, lend.Auth, comparing); diff != "" {
		t.Errorf("x-auth (-want +got):\n%s", diff)
	}
	if lend.GoName != "Lend" || login.AuthToken != "token" || !login.AdditionalParams || !login.Params[0].Schema.Sensitive {
		t.Errorf("extensions were not read: %+v, %+v", lend, login)
	}
	if read.Result != nil || !read.Deprecated || read.ParamStructure != Either || read.Auth.Required {
		t.Errorf("a notification was read as %+v", read)
	}
	implied := readText(t, `{"openrpc":"1.3.2","info":{"title":"","version":""},"methods":[{"name":"a","params":[],"x-auth":{"roles":["r"]}},
		{"name":"b","params":[],"x-auth":{"required":false}}]}`)
	if !implied.Methods[0].Auth.Required || implied.Methods[1].Auth.Required {
		t.Error("roles imply required, and only they")
	}
}

func TestErrorData(t *testing.T) {
	tests := map[string]bool{
		`{"$ref":"#/components/schemas/S"}`: true, `{"type":"string"}`: true, `{"type":["string","null"]}`: true, `{"properties":{}}`: true,
		`{"oneOf":[true]}`: true, `{"const":1}`: true, `{"enum":[1]}`: true, `{"additionalProperties":{"type":"string"}}`: true,
		`"text"`: false, `true`: false, `null`: false, `5`: false, `[]`: false, `{}`: false, `{"type":"timeout"}`: false, `{"type":5}`: false,
		`{"items":[1,2]}`: false, `{"properties":"none"}`: false, `{"reason":"full","type":null}`: false, `{"type":[]}`: false,
	}
	for data, schema := range tests {
		d := readText(t, `{"openrpc":"1.3.2","info":{"title":"","version":""},"methods":[{"name":"m","params":[],
			"errors":[{"code":1,"message":"m","data":`+data+`}]}],"components":{"schemas":{"S":{"type":"string"}}}}`)
		e := d.Methods[0].Errors[0]
		if (e.DataSchema != nil) != schema || string(e.Data.JSON()) != data {
			t.Errorf("%s: want a schema: %v, got %v", data, schema, e.DataSchema)
		}
	}
}

// TestArguments covers names, and positions where the names are the examples' own.
func TestArguments(t *testing.T) {
	m := &Method{Params: []*ContentDescriptor{{Name: "a"}, {Name: "b"}, {Name: "c"}}}
	tests := []struct {
		names string
		want  []string
	}{
		{"", []string{"", "", ""}},
		{"abc", []string{"a", "b", "c"}},
		{"cab", []string{"a", "b", "c"}},
		{"b", []string{"", "b", ""}},
		{"xyz", []string{"x", "y", "z"}},
		{"xbz", []string{"x", "b", "z"}},
		{"xaz", []string{"a", "", "z"}},
		{"xyzw", []string{"x", "y", "z"}},
		{"aa", []string{"a", "a", ""}},
	}
	for _, test := range tests {
		p := &ExamplePairing{}
		for _, name := range test.names {
			p.Params = append(p.Params, &Example{Name: string(name)})
		}
		var got []string
		for _, e := range m.Arguments(p) {
			if e == nil {
				e = &Example{}
			}
			got = append(got, e.Name)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.names, diff)
		}
	}
}
