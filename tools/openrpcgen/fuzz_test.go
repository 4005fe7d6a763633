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

// FuzzGenerate makes code of whatever is a document: it must compile, whatever
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
				f.Add(file.Data, true)
				f.Add(file.Data, false)
			}
		}
	}
	f.Fuzz(func(t *testing.T, text []byte, keepUnknown bool) {
		read := openrpc.Options{Open: func(name string) ([]byte, error) {
			if name == "openrpc.json" {
				return text, nil
			}
			return nil, fs.ErrNotExist
		}}
		service, _, err := decide("openrpc.json", "fuzzed", read, ir.Options{KeepUnknown: keepUnknown})
		if err != nil {
			return
		}
		o := emit.Options{ImportPath: "example.test/fuzzed", Runtime: runtimePath, Client: true, Server: true, Tests: true}
		files, err := emit.Service(service, o)
		if err != nil {
			t.Fatal(err)
		}
		typeCheck(t, o, files)
	})
}
