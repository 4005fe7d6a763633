package openrpc

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestReferenceTargets refers from the schema S of a document, in a folder of its own, and tells targets by their title.
func TestReferenceTargets(t *testing.T) {
	files := map[string]string{
		"api/beside.json":        `{"title": "beside", "definitions": {"a": {"title": "beside a"}, "up": {"$ref": "../shared/up.json"}}}`,
		"api/with space.json":    `{"title": "space"}`,
		"api/100%.json":          `{"title": "percent"}`,
		"shared/up.json":         `{"title": "up"}`,
		"shared/base.json":       `{"title": "in base"}`,
		"shared/beside.json":     `{"title": "hidden by the one beside"}`,
		"/absolute/file.json":    `{"title": "absolute"}`,
		"local/mapped.json":      `{"title": "mapped", "definitions": {"next": {"$ref": "next.json"}}}`,
		"local/next.json":        `{"title": "beside the mapped"}`,
		"local/with_id.json":     `{"$id": "https://example.com/real/id.json", "title": "by id", "definitions": {"r": {"$ref": "sibling.json"}}}`,
		"local/real_sibling.txt": `{"title": "sibling of the id"}`,
	}
	tests := []struct{ reference, want string }{
		{"#/components/schemas/T", "T"},
		{"#/components/schemas/a~1b", "slash"},
		{"#/components/schemas/a~0b", "tilde"},
		{"#/components/schemas/a~01b", "tilde one"},
		{"#/components/schemas/a%20b", "blank"},
		{"#/components/schemas/a b", "blank"},
		{"#/components/schemas/a%7E1b", "slash"},
		{"#/components/schemas/100%", "bare percent"},
		{"#/components/schemas/%41", "a letter"},
		{"#/components/schemas/Vec<T>", "angle"},
		{"#/components/schemas/Vec%3CT%3E", "angle"},
		{"#/components/schemas/List/oneOf/1", "second"},
		{"#/components/schemas/", "empty"},
		{"#name", "named"},
		{"https://example.com/inner", "inner"},
		{"https://example.com/inner#/definitions/x", "inner x"},
		{"beside.json", "beside"},
		{"./beside.json#", "beside"},
		{"beside.json#/", "beside"},
		{"beside.json#/definitions/a", "beside a"},
		{"beside.json#/definitions/up", "up"},
		{"../api/beside.json", "beside"},
		{"with%20space.json", "space"},
		{"with space.json", "space"},
		{"100%.json", "percent"},
		{"base.json", "in base"},
		{"openrpc.json#/components/schemas/T", "T"},
		{"/absolute/file.json", "absolute"},
		{"file:///absolute/file.json", "absolute"},
		{"file:/absolute/file.json", "absolute"},
		{"file://localhost/absolute/file.json", "absolute"},
		{"https://example.com/mapped.json", "mapped"},
		{"https://example.com/mapped.json#", "mapped"},
		{"https://example.com/mapped.json#/definitions/next", "beside the mapped"},
		{"https://example.com/folder/", "mapped"},
		{"https://example.com/folder", "mapped"},
		{"urn:example:mapped", "mapped"},
		{"https://example.com/id.json#/definitions/r", "sibling of the id"},
	}
	for _, test := range tests {
		files["api/openrpc.json"] = `{"openrpc":"1.3.2","info":{"title":"","version":""},"methods":[],"components":{"schemas":{
			"S": {"$ref": "` + test.reference + `"},
			"T": {"title": "T"}, "a/b": {"title": "slash"}, "a~b": {"title": "tilde"}, "a~1b": {"title": "tilde one"}, "a b": {"title": "blank"},
			"100%": {"title": "bare percent"}, "A": {"title": "a letter"}, "Vec<T>": {"title": "angle"}, "": {"title": "empty"},
			"List": {"oneOf": [{"title": "first"}, {"title": "second"}]},
			"Name": {"$id": "#name", "title": "named"},
			"Inner": {"$id": "https://example.com/inner", "title": "inner", "definitions": {"x": {"title": "inner x"}}},
			"Sample": {"const": {"$id": "https://example.com/inner", "title": "no schema"}}
		}}}`
		d, faults := Read("api/openrpc.json", Options{Open: inMemory(files), Base: "shared", Map: map[string]string{
			"https://example.com/mapped.json":       "local/mapped.json",
			"https://example.com/folder/":           "local/mapped.json",
			"urn:example:mapped":                    "local/mapped.json",
			"https://example.com/id.json":           "local/with_id.json",
			"https://example.com/real/sibling.json": "local/real_sibling.txt",
		}})
		if d == nil {
			t.Errorf("%s:\n%s", test.reference, faults)
			continue
		}
		if got := d.Components.Schemas[0].Target().Title; got != test.want {
			t.Errorf("%s: want %q, got %q", test.reference, test.want, got)
		}
	}
}

// TestReferenceWithinID holds that a fragment counts from the $id around it, and else from the file, which is what most documents mean.
func TestReferenceWithinID(t *testing.T) {
	schemas := components(t, `{
		"Out": {"title": "outer"},
		"In": {"$id": "https://example.com/in", "definitions": {"x": {"title": "inner"}},
			"properties": {"a": {"$ref": "#/definitions/x"}, "b": {"$ref": "#/components/schemas/Out"}, "c": {"$ref": "#"}}}}`)
	in := schemas["In"]
	if got := in.Property("a").Ref.Title; got != "inner" {
		t.Errorf("a leads to %q", got)
	}
	if in.Property("b").Ref != schemas["Out"] || in.Property("c").Ref != in {
		t.Error("b does not lead out, or c not to the resource itself")
	}
}

// TestMetaSchemaReference is rpc.discover as the specification writes it: nothing is fetched, and any value fits.
func TestMetaSchemaReference(t *testing.T) {
	for _, uri := range []string{
		"https://raw.githubusercontent.com/open-rpc/meta-schema/master/schema.json", "https://meta.open-rpc.org/",
		"http://json-schema.org/draft-07/schema#", "https://meta.json-schema.tools", "https://unpkg.com/@open-rpc/meta-schema@1.14.9/",
	} {
		d := readText(t, `{"openrpc":"1.3.2","info":{"title":"","version":""},"methods":[{"name":"rpc.discover","params":[],
			"result":{"name":"document","schema":{"$ref":"`+uri+`"}}}]}`)
		target := d.Methods[0].Result.Schema.Target()
		if target.Boolean == nil || !*target.Boolean {
			t.Errorf("%s leads to %+v", uri, target)
		}
		if document, names := Bundle(target); names[0] != "schema" || document.Get("definitions").Get("schema").Text != "true" {
			t.Errorf("%s is bundled as %s", uri, document.JSON())
		}
	}
}

// TestLongReferences follows references up to a bound that no real document comes near.
func TestLongReferences(t *testing.T) {
	for length, want := range map[int]string{60: "", 70: "more than 64 references follow one another"} {
		var members []string
		for i := range length {
			members = append(members, fmt.Sprintf(`"c%d":{"$ref":"#/components/contentDescriptors/c%d"}`, i, i+1))
		}
		text := fmt.Sprintf(`{"openrpc":"1.3.2","info":{"title":"","version":""},"methods":[{"name":"m","params":[
			{"$ref":"#/components/contentDescriptors/c0"}]}],"components":{"contentDescriptors":{%s,"c%d":{"name":"last","schema":true}}}}`,
			strings.Join(members, ","), length)
		d, faults := Read("openrpc.json", Options{Open: inMemory(map[string]string{"openrpc.json": text})})
		switch {
		case want == "" && (d == nil || d.Methods[0].Params[0].Key != fmt.Sprintf("c%d", length)):
			t.Errorf("%d references: %v\n%s", length, d, faults)
		case want != "" && !strings.Contains(faults.String(), want):
			t.Errorf("%d references: want %q, got\n%s", length, want, faults)
		}
	}
}

func TestFilesAreReadOnce(t *testing.T) {
	opened := map[string]int{}
	files := inMemory(map[string]string{
		"openrpc.json": `{"openrpc":"1.3.2","info":{"title":"","version":""},"methods":[],"components":{"schemas":{
			"A": {"$ref": "x/a.json"}, "B": {"$ref": "./x/../x/a.json#/definitions/b"}, "C": {"$ref": "none.json"}, "D": {"$ref": "none.json"}}}}`,
		"x/a.json": `{"definitions": {"b": {"$ref": "a.json"}, "root": {"$ref": "../openrpc.json#/components/schemas/A"}}}`,
	})
	Read("openrpc.json", Options{Open: func(path string) ([]byte, error) {
		opened[filepath.ToSlash(path)]++
		return files(path)
	}})
	for path, times := range opened {
		if times != 1 {
			t.Errorf("%s was opened %d times", path, times)
		}
	}
	if len(opened) != 3 {
		t.Errorf("want 3 files opened, got %v", opened)
	}
}

// TestFileSystem reads real files, and refuses what could go on without end.
func TestFileSystem(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const document = `{"openrpc":"1.3.2","info":{"title":"","version":""},"methods":[],"components":{"schemas":{"A":{"$ref":%q}}}}`
	write("a.json", `{"title":"a"}`)
	for reference, want := range map[string]string{
		"a.json":                        "",
		filepath.Join(folder, "a.json"): "",
		"file://" + filepath.ToSlash(filepath.Join(folder, "a.json")): "",
		"file:///dev/zero": "is not a regular file",
		".":                "is not a regular file",
		"b.json":           "does not exist",
	} {
		path := write("openrpc.json", strings.ReplaceAll(document, "%q", `"`+reference+`"`))
		_, faults := Read(path, Options{})
		if want == "" && len(faults) > 0 || want != "" && !strings.Contains(faults.String(), want) {
			t.Errorf("%s: want %q, got\n%s", reference, want, faults)
		}
	}
	_, faults := Read(filepath.Join(folder, "none.json"), Options{})
	if got := faults.String(); !strings.HasSuffix(got, "none.json: cannot be read: no such file or directory\n") {
		t.Errorf("a missing document: %s", got)
	}
}

func TestSizeIsBounded(t *testing.T) {
	large := slices.Repeat([]byte(" "), maxSize)
	_, faults := Read("openrpc.json", Options{Open: func(path string) ([]byte, error) {
		if path != "openrpc.json" {
			return nil, fs.ErrNotExist
		}
		return append(large, "{}"...), nil
	}})
	if got, want := faults.String(), "openrpc.json: cannot be read: the document and what it refers to are larger than 32 MiB\n"; got != want {
		t.Errorf("want %s got %s", want, got)
	}
}
