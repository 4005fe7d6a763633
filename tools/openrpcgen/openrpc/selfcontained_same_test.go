package openrpc_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/diff"
	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/ir"
	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// TestSelfContainedSame holds that the copies of real documents say what the documents do: nothing differs for programs, and they
// become as many methods and errors in Go, and at least as many types, since what stands in the components is always a named one.
func TestSelfContainedSame(t *testing.T) {
	const starknet = "../../../../shared/corpus/starknet-specs"
	if _, err := os.Stat(starknet); err != nil {
		t.Skipf("the reference material is not here: %v", err)
	}
	err := fs.WalkDir(os.DirFS(starknet), ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".json" {
			return err
		}
		document, faults := openrpc.Read(filepath.Join(starknet, name), openrpc.Options{Base: starknet})
		if document == nil {
			t.Fatal(faults)
		}
		text := document.SelfContained().Indented()
		alone, faults := openrpc.Read(name, openrpc.Options{Open: func(path string) ([]byte, error) {
			if path != name {
				return nil, fs.ErrNotExist
			}
			return text, nil
		}})
		if alone == nil {
			t.Errorf("%s: the copy cannot be read alone:\n%s", name, faults)
			return nil
		}
		want, _ := ir.Build(document, "p", ir.Options{})
		got, _ := ir.Build(alone, "p", ir.Options{})
		if changes := diff.Documents(document, alone); len(changes) > 0 {
			t.Errorf("%s: the copy says something else:\n%s", name, changes)
		}
		if len(got.Types) < len(want.Types) || len(got.Methods) != len(want.Methods) || len(got.Errors) != len(want.Errors) {
			t.Errorf("%s: want %d types, %d methods, %d errors, got %d, %d, %d", name, len(want.Types), len(want.Methods), len(want.Errors),
				len(got.Types), len(got.Methods), len(got.Errors))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
