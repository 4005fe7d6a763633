package main

import (
	"io/fs"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/emit"
	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/ir"
	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// FuzzGenerate makes code of whatever is a document: it must parse, whatever
// the document's names and texts are.
func FuzzGenerate(f *testing.F) {
	scripts, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, script := range scripts {
		archive, err := txtar.ParseFile(script)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if filepath.Ext(file.Name) == ".json" {
				f.Add(file.Data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		read := openrpc.Options{Open: func(name string) ([]byte, error) {
			if name == "openrpc.json" {
				return text, nil
			}
			return nil, fs.ErrNotExist
		}}
		service, _, err := decide("openrpc.json", "fuzzed", read, ir.Options{})
		if err != nil {
			return
		}
		o := emit.Options{ImportPath: "example.test/fuzzed", Runtime: "example.test/jsonrpc", Client: true, Server: true, Tests: true}
		if _, err := emit.Service(service, o); err != nil {
			t.Error(err)
		}
	})
}
