package main

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/emit"
	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/ir"
	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// emitted is all that is generated for a document, in memory.
func emitted(t *testing.T, document, packageName string, read openrpc.Options, options ir.Options) (emit.Options, []emit.File) {
	t.Helper()
	service, _, err := decide(document, packageName, read, options)
	if err != nil {
		t.Fatal(err)
	}
	o := emit.Options{ImportPath: "example.test/" + packageName, Runtime: runtimePath, Client: true, Server: true, Tests: true}
	files, err := emit.Service(service, o)
	if err != nil {
		t.Fatal(err)
	}
	return o, files
}

// typeCheck reports what a compiler would not take in the generated files of a
// service, which use this module's own runtime. Nothing is written or linked,
// so that it can be asked for thousands of documents.
func typeCheck(t *testing.T, o emit.Options, files []emit.File) {
	t.Helper()
	exported, err := exports()
	if err != nil {
		t.Fatal(err)
	}
	c := &typeChecker{fset: token.NewFileSet(), generated: map[string]*types.Package{}, syntax: map[string][]*ast.File{}}
	c.exported = importer.ForCompiler(c.fset, "gc", func(importPath string) (io.ReadCloser, error) {
		if exported[importPath] == "" {
			return nil, fmt.Errorf("%s is not among the packages that exports lists", importPath)
		}
		return os.Open(exported[importPath])
	})
	for _, f := range files {
		syntax, err := parser.ParseFile(c.fset, f.Path, f.Content, 0)
		if err != nil {
			t.Fatal(err)
		}
		importPath := path.Join(o.ImportPath, path.Dir(f.Path))
		if strings.HasSuffix(syntax.Name.Name, "_test") {
			importPath += "_test"
		}
		c.syntax[importPath] = append(c.syntax[importPath], syntax)
	}
	for importPath := range c.syntax {
		if _, err := c.Import(importPath); err != nil {
			t.Error(err)
		}
	}
}

// exports are the files that hold what the packages export that generated code
// may import.
var exports = sync.OnceValues(func() (map[string]string, error) {
	command := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}}\t{{.Export}}", "./jsonrpc/...", "net/http/httptest", "log")
	command.Stderr = os.Stderr
	out, err := command.Output()
	files := map[string]string{}
	for line := range strings.Lines(string(out)) {
		importPath, file, _ := strings.Cut(strings.TrimSpace(line), "\t")
		files[importPath] = file
	}
	return files, err
})

// typeChecker imports what is generated from its syntax.
type typeChecker struct {
	fset      *token.FileSet
	syntax    map[string][]*ast.File
	generated map[string]*types.Package
	exported  types.Importer
}

// Import implements [types.Importer].
func (c *typeChecker) Import(importPath string) (*types.Package, error) {
	syntax := c.syntax[importPath]
	if syntax == nil {
		return c.exported.Import(importPath)
	}
	if c.generated[importPath] == nil {
		config := types.Config{Importer: c}
		checked, err := config.Check(importPath, c.fset, syntax, nil)
		if err != nil {
			return nil, err
		}
		c.generated[importPath] = checked
	}
	return c.generated[importPath], nil
}

// TestDeepDocuments generates schemas that nest deeper than what is sent may,
// in time that does not double with each level.
func TestDeepDocuments(t *testing.T) {
	for name, level := range map[string]string{
		"objects":          `{"type":"object","properties":{"a":%s}}`,
		"required objects": `{"type":"object","required":["a"],"properties":{"a":%s,"b":{"type":"integer"}}}`,
		"arrays":           `{"type":"array","items":%s}`,
		"maps":             `{"type":"object","additionalProperties":%s}`,
		"unions":           `{"oneOf":[%s,{"type":"integer"}]}`,
		"unions of shapes": `{"anyOf":[{"type":"object","properties":{"a":%s}},{"type":"object","properties":{"b":{"type":"string"}}}]}`,
		"allOf":            `{"allOf":[{"type":"object","properties":{"a":%s}},{"description":"one"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			schema := `{"type":"string"}`
			for range 50 {
				schema = fmt.Sprintf(level, schema)
			}
			document := filepath.Join(t.TempDir(), "deep.json")
			write(t, document, `{"openrpc":"1.3.2","info":{"title":"Deep","version":"1"},"methods":[{"name":"get",
				"params":[{"name":"in","schema":`+schema+`}],"result":{"name":"out","schema":`+schema+`}}]}`)
			o, files := emitted(t, document, "deep", openrpc.Options{}, ir.Options{})
			typeCheck(t, o, files)
		})
	}
}

// TestWideDocuments generates what hundreds of schemas may say of the same
// value, in time that a person waits: all of them keep what the others declare.
func TestWideDocuments(t *testing.T) {
	const count = 300
	for name, alternative := range map[string]string{
		"objects":   `{"type":"object","properties":{"t%d":{"type":"integer"},"v":{"type":"integer"}}}`,
		"levels":    `{"type":"object","properties":{"v":{"type":"object","properties":{"t%d":{"type":"integer"}}}}}`,
		"patterns":  `{"type":"object","properties":{"t%d":{"type":"object","properties":{"v":{"type":"integer"}}}},"patternProperties":{"^x":{"type":"integer"}}}`,
		"sensitive": `{"type":"object","properties":{"t%d":{"type":"integer"},"v":{"type":"string","x-sensitive":true}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			var alternatives []string
			for i := range count {
				alternatives = append(alternatives, fmt.Sprintf(alternative, i))
			}
			document := filepath.Join(t.TempDir(), "wide.json")
			write(t, document, `{"openrpc":"1.3.2","info":{"title":"Wide","version":"1"},"methods":[{"name":"get",
				"params":[{"name":"in","schema":{"anyOf":[`+strings.Join(alternatives, ",")+`]}}],"result":{"name":"out","schema":true}}]}`)
			_, files := emitted(t, document, "wide", openrpc.Options{}, ir.Options{})
			i := slices.IndexFunc(files, func(f emit.File) bool { return f.Path == "types.go" })
			if kept := strings.Count(string(files[i].Content), "\n\tExtra "); kept < count {
				t.Errorf("%d of %d objects keep what others declare", kept, count)
			}
		})
	}
}
