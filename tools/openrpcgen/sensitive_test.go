package main

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/ir"
	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// TestSensitiveAnywhere marks some or all schemas of public documents, and asks
// for code that compiles. That it hides what is marked, testdata/sensitive.txtar
// shows.
func TestSensitiveAnywhere(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(corpus, "*.json"))
	if err != nil || len(paths) == 0 {
		t.Skip("../shared/corpus, the public documents, is not there")
	}
	random := rand.New(rand.NewPCG(1, 2))
	tried := 0
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := decide(path, "api", openrpc.Options{}, ir.Options{}); err != nil || len(text) > 400_000 {
			continue
		}
		for _, share := range []float64{0.05, 0.5, 1} {
			var document any
			if err := json.Unmarshal(text, &document); err != nil {
				t.Fatal(err)
			}
			mark(document, func() bool { return random.Float64() < share })
			marked, err := json.Marshal(document)
			if err != nil {
				t.Fatal(err)
			}
			name := strings.TrimSuffix(filepath.Base(path), ".json")
			t.Run(name, func(t *testing.T) {
				file := filepath.Join(t.TempDir(), "openrpc.json")
				write(t, file, string(marked))
				o, files := emitted(t, file, "api", openrpc.Options{IgnoreExamples: true}, ir.Options{})
				typeCheck(t, o, files)
			})
			tried++
		}
	}
	if tried < 60 {
		t.Errorf("only %d documents were tried", tried)
	}
}

// mark makes what looks like a schema sensitive, where some says so.
func mark(v any, some func() bool) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			mark(e, some)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if !slices.Contains([]string{"examples", "default", "enum", "const"}, name) {
				mark(v[name], some)
			}
		}
		_, typed := v["type"].(string)
		_, refers := v["$ref"].(string)
		_, described := v["schema"].(map[string]any)
		if (typed || refers || described) && some() {
			v["x-sensitive"] = true
		}
	}
}
