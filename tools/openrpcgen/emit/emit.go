// Package emit spells a service in Go. It takes no decisions: what there is,
// and what it is called, comes from package ir.
package emit

import (
	"bytes"
	"path"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/ir"
)

// Options say where the code will live.
type Options struct {
	ImportPath string // of the service's package
	Runtime    string // import path of the runtime
	Client     bool   // write the client
	Server     bool   // write the server
	Tests      bool   // write tests: the document's examples, the lanes
}

// File is one file of the output.
type File struct {
	Path    string // with slashes, below the folder of the service's package
	Content []byte
}

// Folders are those that Service may write to, below that of the service's
// package, which is the first.
func Folders(packageName string) []string {
	return []string{"", packageName + "server", packageName + "test"}
}

// Service spells all packages of a service.
func Service(s *ir.Service, o Options) ([]File, error) {
	w := &writer{service: s, options: o}
	api := target{dir: "", name: s.Package, importPath: o.ImportPath}
	server, test := api.below(Folders(s.Package)[1]), api.below(Folders(s.Package)[2])

	w.file(api, "doc.go", w.packageDoc)
	w.file(api, "service.go", w.serviceInterface)
	w.file(api, "params.go", w.paramsTypes)
	w.file(api, "types.go", w.types)
	w.file(api, "errors.go", w.errors)
	w.file(api, "codec.go", w.codecs)
	w.file(test, "mock.go", w.mock)
	if o.Client {
		w.file(api, "client.go", w.client)
		w.file(api, "batch.go", w.batch)
	}
	if o.Server {
		w.file(server, "handler.go", w.handler)
		w.file(server, "fast.go", w.fastLanes)
		w.file(server, "schemas.go", w.schemas)
		w.file(server, "document.go", w.document)
	}
	if o.Client && o.Server {
		w.file(external(api), "example_test.go", w.example)
		if o.Tests {
			w.file(test, "examples_test.go", w.exampleTests)
			w.file(server, "lanes_test.go", w.lanesTest)
		}
	}
	return w.files, w.err
}

// target is a package of the output.
type target struct {
	dir, name, importPath string
}

// below is the package in a folder of t's.
func (t target) below(folder string) target {
	return target{dir: folder, name: folder, importPath: t.importPath + "/" + folder}
}

// external is the package of t's tests that see what its users see.
func external(t target) target {
	return target{dir: t.dir, name: t.name + "_test", importPath: t.importPath + "_test"}
}

// writer collects the files, and the first error.
type writer struct {
	service  *ir.Service
	options  Options
	files    []File
	err      error
	outdated bool // the service's package deprecates something
}

// file writes one file by calling body; nothing is written where body prints
// nothing.
func (w *writer) file(t target, name string, body func(*printer)) {
	p := &printer{target: t, service: w.options.ImportPath, runtime: w.options.Runtime, imports: map[string]bool{}}
	body(p)
	if p.body.Len() == 0 || w.err != nil {
		return
	}
	p.outdated = w.outdated && p.imports[p.service]
	content, err := p.source(w.service.Source)
	if err != nil {
		w.err = err
		return
	}
	w.outdated = w.outdated || bytes.Contains(content, []byte("// Deprecated: "))
	w.files = append(w.files, File{path.Join(t.dir, name), content})
}
