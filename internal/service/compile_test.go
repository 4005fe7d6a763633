package service_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const checkout = "../.."

// Whoever deletes the implementation of a method is told its name by the
// compiler.
func TestDeletedMethodDoesNotCompile(t *testing.T) {
	t.Parallel()
	deleted := 0
	for _, path := range must(filepath.Glob("*.go"))(t) {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		text := must(os.ReadFile(path))(t)
		files := token.NewFileSet()
		for _, d := range must(parser.ParseFile(files, path, text, 0))(t).Decls {
			method, ok := d.(*ast.FuncDecl)
			if !ok || method.Recv == nil || !method.Name.IsExported() {
				continue
			}
			deleted++
			from, to := files.Position(method.Pos()).Offset, files.Position(method.End()).Offset
			without := bytes.Join([][]byte{text[:from], text[to:]}, nil)
			output := buildFails(t, map[string][]byte{must(filepath.Abs(path))(t): without})
			if !strings.Contains(output, "missing method "+method.Name.Name+")") {
				t.Errorf("without %s the compiler says only:\n%s", method.Name.Name, output)
			}
		}
	}
	if methods := len(readContract(t).Methods) - 1; deleted != methods { // rpc.discover is generated whole
		t.Errorf("deleted %d methods of %d", deleted, methods)
	}
}

// Whoever adds a method to the contract is told its name by the compiler.
func TestNewMethodDoesNotCompile(t *testing.T) {
	t.Parallel()
	const method = `{
      "name": "method_of_this_test",
      "summary": "Renames a user.",
      "params": [],
      "result": {"name": "done", "schema": {"type": "boolean"}}
    },`
	text := string(must(os.ReadFile(contractFile))(t))
	text = strings.Replace(text, `"methods": [`, `"methods": [`+method, 1)
	goMod := must(os.ReadFile(filepath.Join(checkout, "go.mod")))(t)
	dir := t.TempDir()
	document, gen := filepath.Join(dir, "openrpc.json"), filepath.Join(dir, "gen")
	for path, content := range map[string][]byte{document: []byte(text), filepath.Join(dir, "go.mod"): goMod} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	generate := exec.CommandContext(t.Context(), "go", "run", "./tools/openrpcgen", "-in", document, "-out", gen, "-package", "rollcall")
	generate.Dir = checkout
	if output, err := generate.CombinedOutput(); err != nil {
		t.Fatalf("%v:\n%s", err, output)
	}

	generated := map[string][]byte{}
	err := fs.WalkDir(os.DirFS(gen), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			generated[must(filepath.Abs(filepath.Join(checkout, "gen", path)))(t)] = must(os.ReadFile(filepath.Join(gen, path)))(t)
		}
		return err
	})
	if err != nil || len(generated) == 0 {
		t.Fatalf("generated %d files: %v", len(generated), err)
	}
	if output := buildFails(t, generated); !strings.Contains(output, "missing method MethodOfThisTest)") {
		t.Errorf("the compiler says only:\n%s", output)
	}
}

// buildFails builds this package with other files in place of its own, and
// returns what the compiler says.
func buildFails(t *testing.T, replaced map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for path, content := range replaced {
		file := must(os.CreateTemp(dir, "*.go"))(t)
		overlay.Replace[path] = file.Name()
		must(file.Write(content))(t)
		file.Close()
	}
	list := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, []byte(toJSON(t, overlay)), 0o600); err != nil {
		t.Fatal(err)
	}
	output, err := exec.CommandContext(t.Context(), "go", "build", "-overlay", list, ".").CombinedOutput()
	if err == nil {
		t.Error("it compiles")
	}
	return string(output)
}
