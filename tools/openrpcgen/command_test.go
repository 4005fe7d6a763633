package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/tools/txtar"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/emit"
	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/ir"
	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// TestMain makes openrpcgen a command of the scripts.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"openrpcgen": main})
}

// TestScripts runs testdata/*.txtar: a document in; files, or the exact text
// of the faults, out. UPDATE_GOLDENS=1 writes what comes out into them.
func TestScripts(t *testing.T) {
	checkout, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		UpdateScripts:       os.Getenv("UPDATE_GOLDENS") != "",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			// Scripts build what was generated, with this module's own versions.
			env.Setenv("CHECKOUT", checkout)
			for _, name := range []string{"HOME", "GOCACHE", "GOMODCACHE", "GOPROXY", "GOFLAGS", "GOTOOLCHAIN"} {
				if value, ok := os.LookupEnv(name); ok {
					env.Setenv(name, value)
				}
			}
			if home, err := os.UserHomeDir(); err == nil {
				env.Setenv("HOME", home)
			}
			return nil
		},
	})
}

// TestPackageNames gives a service's package each name that the code around it
// has for something else: either it compiles, or the name is refused.
func TestPackageNames(t *testing.T) {
	for _, name := range []string{"", "_", "Petstore", "2d", "pet-store", "pétstore", "type", "string", "error", "main", "jsonrpc", "http", "pet_test", "nul", "con", "aux", "documentation"} {
		if code := run([]string{"-package", name}, io.Discard, io.Discard); code != 2 {
			t.Errorf("-package %q: exit code %d", name, code)
		}
	}
	documents := []string{"../../openrpc.json"}
	for _, script := range []string{"shapes", "unions"} {
		archive, err := txtar.ParseFile(filepath.Join("testdata", script+".txtar"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if f.Name == "openrpc.json" {
				documents = append(documents, filepath.Join(t.TempDir(), script+".json"))
				write(t, documents[len(documents)-1], string(f.Data))
			}
		}
	}
	for _, document := range documents {
		_, files := emitted(t, document, "petstore", openrpc.Options{}, ir.Options{})
		for _, name := range usedNames(t, files) {
			if checkPackageName(name) == nil {
				t.Run(filepath.Base(document)+"/"+name, func(t *testing.T) {
					o, files := emitted(t, document, name, openrpc.Options{}, ir.Options{})
					typeCheck(t, o, files)
				})
			}
		}
	}
}

// usedNames are the names that the packages beside the service's declare
// anywhere, or import.
func usedNames(t *testing.T, files []emit.File) []string {
	t.Helper()
	names := map[string]bool{}
	for _, f := range files {
		syntax, err := parser.ParseFile(token.NewFileSet(), f.Path, f.Content, 0)
		if err != nil {
			t.Fatal(err)
		}
		if syntax.Name.Name == "petstore" {
			continue
		}
		ast.Inspect(syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				names[n.Name] = true
			case *ast.ImportSpec:
				name := path.Base(strings.Trim(n.Path.Value, `"`))
				names[name] = true
				names[strings.TrimSuffix(name, "test")] = true
			}
			return true
		})
	}
	return slices.Sorted(maps.Keys(names))
}
