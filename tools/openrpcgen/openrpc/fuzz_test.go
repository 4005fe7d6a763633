package openrpc

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// FuzzRead holds that any bytes give a document or errors, the same each time, with places that exist, and that what was read can be
// bundled so that the validator understands it.
func FuzzRead(f *testing.F) {
	for _, seed := range seeds(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		o := Options{Open: inMemory(map[string]string{"openrpc.json": string(text)})}
		document, faults := Read("openrpc.json", o)
		if (document == nil) != faults.HasErrors() {
			t.Errorf("document %v with faults\n%s", document, faults)
		}
		if _, again := Read("openrpc.json", o); again.String() != faults.String() {
			t.Errorf("first\n%s\nthen\n%s", faults, again)
		}
		for _, fault := range faults {
			if fault.Line < 0 || fault.Line > len(text)+1 || fault.Column < 0 || fault.Column > len(text)+1 {
				t.Errorf("a place outside of the file: %s", fault)
			}
		}
		if document != nil {
			checkBundles(t, document)
		}
	})
}

// seeds are the documents of the tests, and the small ones of real systems.
func seeds(t testing.TB) [][]byte {
	var list [][]byte
	paths, _ := filepath.Glob("testdata/*")
	if _, err := os.Stat(shared); err == nil {
		paths = append(paths, corpus(t)...)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil || len(text) > 8<<10 {
			continue
		}
		if archive := txtar.Parse(text); len(archive.Files) > 0 {
			text = archive.Files[0].Data
		}
		list = append(list, text)
	}
	return list
}

func checkBundles(t *testing.T, document *Document) {
	if _, err := newValidator(document.Components.Schemas); err != nil {
		t.Errorf("the bundle of the components does not compile: %v", err)
	}
	if err := compileParams(BundleParams(document.Methods), document.Methods); err != nil {
		t.Errorf("the bundle of the params does not compile: %v", err)
	}
}
