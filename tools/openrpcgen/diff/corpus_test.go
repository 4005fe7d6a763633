package diff

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

const corpus = "../../../../shared/corpus"

// TestCorpus compares documents of real systems with themselves, and with copies in which something was changed.
func TestCorpus(t *testing.T) {
	if _, err := os.Stat(corpus); err != nil {
		t.Skipf("the public documents are not at hand: %v", err)
	}
	compared := 0
	err := fs.WalkDir(os.DirFS(corpus), ".", func(name string, _ fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(name) == ".json" {
			t.Run(name, func(t *testing.T) { compared += compareCopies(t, filepath.Join(corpus, name)) })
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d changed copies compared", compared)
	if compared == 0 {
		t.Error("no changed copy could be read")
	}
}

// compareCopies returns how many of the changed copies were documents still.
func compareCopies(t *testing.T, name string) (compared int) {
	options := openrpc.Options{Base: filepath.Join(corpus, "starknet-specs")}
	old, _ := openrpc.Read(name, options)
	if old == nil {
		return 0 // TestCorpus of package openrpc says why
	}
	again, _ := openrpc.Read(name, options)
	if changes := Documents(old, again); len(changes) > 0 {
		t.Errorf("differs from itself:\n%s", changes)
	}
	random := rand.New(rand.NewPCG(1, uint64(len(name))))
	for range 6 {
		text := mutated(t, name, random)
		copied := options
		copied.Open = func(path string) ([]byte, error) {
			if path == name {
				return text, nil
			}
			return os.ReadFile(path)
		}
		new, _ := openrpc.Read(name, copied)
		if new == nil {
			continue // not a document any more
		}
		compared++
		changes, mirrored := Documents(old, new), Documents(new, old)
		if changes.Break(Callers) != mirrored.Break(Servers) || changes.Break(Servers) != mirrored.Break(Callers) {
			t.Errorf("what breaks callers is not what breaks servers the other way round:\n%s\n%s", changes, mirrored)
		}
	}
	return compared
}

// mutated is the document with some values changed, at random.
func mutated(t *testing.T, name string, random *rand.Rand) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&document); err != nil {
		t.Fatal(err)
	}
	for range 1 + random.IntN(8) {
		mutate(document[[]string{"methods", "components"}[random.IntN(2)]], random)
	}
	text, err = json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

var (
	keywordNames = []string{"type", "maxLength", "minimum", "pattern", "format", "required", "additionalProperties", "enum", "anyOf", "not", "nullable", "default"}
	values       = []string{`"string"`, `"integer"`, `3`, `true`, `false`, `["a"]`, `{"type":"string"}`, `[{"type":"null"}]`, `{"not":{}}`}
)

// value is one that is shared with nothing.
func value(random *rand.Rand) (v any) {
	if err := json.Unmarshal([]byte(values[random.IntN(len(values))]), &v); err != nil {
		panic(err)
	}
	return v
}

// mutate changes something somewhere below a value.
func mutate(v any, random *rand.Rand) {
	for {
		m, ok := v.(map[string]any)
		if list, isList := v.([]any); isList && len(list) > 0 {
			v = list[random.IntN(len(list))]
			continue
		} else if !ok {
			return
		}
		names := make([]string, 0, len(m))
		for name := range m {
			names = append(names, name)
		}
		slices.Sort(names)
		if len(names) == 0 || random.IntN(6) == 0 {
			m[keywordNames[random.IntN(len(keywordNames))]] = value(random)
			return
		}
		name := names[random.IntN(len(names))]
		switch random.IntN(12) {
		case 0:
			delete(m, name)
			return
		case 1:
			m[name] = value(random)
			return
		case 2:
			m[fmt.Sprint(name, "2")] = m[name]
			delete(m, name)
			return
		}
		v = m[name]
	}
}

// TestWorkIsBounded compares documents whose schemas all lead to each other, through choices and members: without a bound it would
// take for ever.
func TestWorkIsBounded(t *testing.T) {
	old, new := read(t, "old", entangled(1)), read(t, "new", entangled(2))
	if changes := Documents(old, new); !changes.Break(Callers) || !changes.Break(Servers) {
		t.Errorf("what is not proven is compatible:\n%s", changes)
	}
}

func entangled(seed uint64) string {
	const count = 60
	random := rand.New(rand.NewPCG(seed, seed))
	schemas, methods := map[string]any{}, []any{}
	reference := func(from int) any {
		return map[string]any{"$ref": fmt.Sprintf("#/components/schemas/S%d", from+random.IntN(count-from))}
	}
	for i := range count {
		properties := map[string]any{}
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			properties[name] = reference(0)
		}
		s := map[string]any{"type": []string{"object", "array", "string"}, "properties": properties, "items": reference(0), "maxLength": random.IntN(9)}
		if i < count-6 {
			s[[]string{"anyOf", "oneOf", "allOf"}[random.IntN(3)]] = []any{reference(i + 1), reference(count - 6)}
		}
		schemas[fmt.Sprintf("S%d", i)] = s
		methods = append(methods, map[string]any{"name": fmt.Sprint("m", i), "params": []any{map[string]any{"name": "p", "schema": reference(0)}}})
	}
	text, err := json.Marshal(map[string]any{"openrpc": "1.3.2", "info": map[string]any{"title": "", "version": ""}, "methods": methods,
		"components": map[string]any{"schemas": schemas}})
	if err != nil {
		panic(err)
	}
	return string(text)
}
