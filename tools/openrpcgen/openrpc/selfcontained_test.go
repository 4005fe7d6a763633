package openrpc

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSelfContained moves everything that a reference to another file can lead to.
func TestSelfContained(t *testing.T) {
	files := map[string]string{
		"api/openrpc.json": `{"openrpc":"1.3.2","info":{"title":"","version":""},
			"methods":[
				{"$ref":"methods.json#/get"},
				{"name":"local","params":[{"$ref":"#/components/contentDescriptors/Id"},{"$ref":"parts.json#/components/contentDescriptors/Id"}],
					"tags":[{"$ref":"parts.json#/components/tags/t"}],
					"result":{"name":"r","schema":{"$ref":"https://example.com/mapped.json","description":"Beside."}},
					"errors":[{"$ref":"parts.json#/components/errors/Gone"}],
					"examples":[{"$ref":"parts.json#/components/examplePairings/p"}],
					"x-ref":{"$ref":"parts.json"}},
				{"name":"rpc.discover","params":[],"result":{"name":"d","schema":{"$ref":"https://meta.open-rpc.org/"}}}
			],
			"components":{
				"schemas":{"Taken":{"const":{"$ref":"parts.json"}},"Self":{"$ref":"openrpc.json#/components/schemas/a b"},"a b":{"$id":"https://example.com/ab"},
					"ById":{"$ref":"https://example.com/ab"},
					"Moved in":{"$ref":"parts.json#/components/schemas/Alone"},"Again":{"$ref":"parts.json#/components/schemas/Alone"}},
				"contentDescriptors":{"Id":{"name":"id","schema":{"$ref":"parts.json#/components/schemas/Taken"}}}
			}}`,
		"api/methods.json": `{"get":{"name":"get","params":[{"$ref":"openrpc.json#/components/contentDescriptors/Id"}],
			"result":{"name":"r","schema":{"$ref":"openrpc.json#/components/schemas/a%20b"}}}}`,
		"api/parts.json": `{"components":{
			"schemas":{"Taken":{"$id":"https://example.com/taken","properties":{"next":{"$ref":"#"},"in":{"$ref":"#/definitions/in"}},"definitions":{"in":{"enum":[{"$id":"kept"}]}}},
				"Alias":{"$ref":"https://example.com/taken"},"Alone":{"type":"null"}},
			"contentDescriptors":{"Id":{"$ref":"#/components/contentDescriptors/Other"},"Other":{"name":"other","schema":{"$ref":"#/components/schemas/Alias"}}},
			"tags":{"t":{"name":"t"}},
			"errors":{"Gone":{"code":1,"message":"gone","data":{"$ref":"#/components/schemas/Taken/properties/in"}}},
			"examples":{"e":{"name":"other","value":{}}},
			"examplePairings":{"p":{"name":"p","params":[{"$ref":"#/components/examples/e"}],"result":{"name":"r","value":1}}}}}`,
		"local/mapped.json": `{"type":"integer"}`,
	}
	d, faults := Read("api/openrpc.json", Options{Open: inMemory(files), Map: map[string]string{"https://example.com/mapped.json": "local/mapped.json"}})
	if d == nil {
		t.Fatal(faults)
	}
	const want = `{"openrpc":"1.3.2","info":{"title":"","version":""},"methods":[` +
		`{"name":"get","params":[{"$ref":"#/components/contentDescriptors/Id"}],"result":{"name":"r","schema":{"$ref":"#/components/schemas/a%20b"}}},` +
		`{"name":"local","params":[{"$ref":"#/components/contentDescriptors/Id"},{"$ref":"#/components/contentDescriptors/Other"}],` +
		`"tags":[{"$ref":"#/components/tags/t"}],"result":{"name":"r","schema":{"$ref":"#/components/schemas/mapped","description":"Beside."}},` +
		`"errors":[{"$ref":"#/components/errors/Gone"}],"examples":[{"$ref":"#/components/examplePairings/p"}],"x-ref":{"$ref":"parts.json"}},` +
		`{"name":"rpc.discover","params":[],"result":{"name":"d","schema":{"$ref":"https://meta.open-rpc.org/"}}}],` +
		`"components":{"schemas":{"Taken":{"const":{"$ref":"parts.json"}},"Self":{"$ref":"#/components/schemas/a%20b"},` +
		`"a b":{"$id":"https://example.com/ab"},"ById":{"$ref":"https://example.com/ab"},` +
		`"Moved in":{"type":"null"},"Again":{"$ref":"#/components/schemas/Moved%20in"},` +
		`"mapped":{"type":"integer"},` +
		`"Taken2":{"properties":{"next":{"$ref":"#/components/schemas/Taken2"},"in":{"$ref":"#/components/schemas/in"}},"definitions":{"in":{"enum":[{"$id":"kept"}]}}},` +
		`"Alias":{"$ref":"#/components/schemas/Taken2"},` +
		`"Taken.properties.in":{"$ref":"#/components/schemas/in"},"in":{"enum":[{"$id":"kept"}]}},` +
		`"contentDescriptors":{"Id":{"name":"id","schema":{"$ref":"#/components/schemas/Taken2"}},"Other":{"name":"other","schema":{"$ref":"#/components/schemas/Alias"}}},` +
		`"tags":{"t":{"name":"t"}},` +
		`"errors":{"Gone":{"code":1,"message":"gone","data":{"$ref":"#/components/schemas/Taken.properties.in"}}},` +
		`"examplePairings":{"p":{"name":"p","params":[{"$ref":"#/components/examples/e"}],"result":{"name":"r","value":1}}},` +
		`"examples":{"e":{"name":"other","value":{}}}}}`
	text := string(d.SelfContained().Indented())
	if diff := cmp.Diff(string(parsed(want).Indented()), text); diff != "" {
		t.Errorf("self-contained document (-want +got):\n%s", diff)
	}
	alone := readText(t, text)
	if alone.SelfContained() != alone.Node {
		t.Error("what is self-contained already was copied")
	}
}

// TestSelfContainedCorpus reads the copies of real documents alone.
func TestSelfContainedCorpus(t *testing.T) {
	skipWithoutShared(t)
	copied := 0
	for _, path := range corpus(t) {
		d, _ := Read(path, Options{Base: filepath.Join(shared, "corpus/starknet-specs")})
		if d == nil {
			continue
		}
		n := d.SelfContained()
		if n == d.Node {
			continue
		}
		copied++
		alone, faults := Read("alone.json", Options{Open: inMemory(map[string]string{"alone.json": string(n.Indented())})})
		if alone == nil {
			t.Errorf("%s: the copy cannot be read alone:\n%s", path, faults)
			continue
		}
		if again := string(d.SelfContained().JSON()); again != string(n.JSON()) {
			t.Errorf("%s: another copy has other bytes", path)
		}
	}
	if want := 4; copied < want {
		t.Errorf("only %d documents refer to other files, want at least %d", copied, want)
	}
}
