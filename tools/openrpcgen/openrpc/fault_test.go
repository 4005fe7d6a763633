package openrpc

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write the faults that were found into testdata")

// TestFaults reads openrpc.json of each archive, whose other files it may refer to, and compares the faults with the file want. The
// archive's comment may set options, one a line: "strict", "base FOLDER", "map URL PATH"; what begins with # is for people.
func TestFaults(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			document, faults := Read("openrpc.json", archiveOptions(t, archive))
			if (document == nil) != faults.HasErrors() {
				t.Errorf("a document and errors exclude each other: got %v and\n%s", document, faults)
			}
			want := &archive.Files[len(archive.Files)-1]
			if want.Name != "want" {
				t.Fatalf("the last file is %s, not want", want.Name)
			}
			if *update {
				want.Data = []byte(faults.String())
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(want.Data), faults.String()); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func archiveOptions(t *testing.T, archive *txtar.Archive) Options {
	files := map[string]string{}
	for _, f := range archive.Files {
		files[f.Name] = string(bytes.TrimSuffix(f.Data, []byte("\n")))
	}
	o := Options{Open: inMemory(files), Map: map[string]string{}}
	for line := range strings.Lines(string(archive.Comment)) {
		switch words := strings.Fields(line); {
		case len(words) == 0 || strings.HasPrefix(line, "#"):
		case words[0] == "strict":
			o.Strict = true
		case words[0] == "base":
			o.Base = words[1]
		case words[0] == "map":
			o.Map[words[1]] = words[2]
		default:
			t.Fatalf("unknown option: %s", line)
		}
	}
	return o
}

// TestFaultsOfOthers is what later stages of the generator add: faults of their own, sorted in.
func TestFaultsOfOthers(t *testing.T) {
	root := parseText(t, "openrpc.json", "{\"a\": 1,\n \"b/c\": [true]}")
	faults := Faults{Errorf(root.Get("b/c").Elements[0], "no %s", "name"), Warnf(root.Get("a"), "odd"), {Severity: Warning, Message: "of no place"}}
	faults.Sort()
	const want = ": warning: of no place\nopenrpc.json:1:7: /a: warning: odd\nopenrpc.json:2:10: /b~1c/0: no name\n"
	if diff := cmp.Diff(want, faults.String()); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	if !faults.HasErrors() || faults[:2].HasErrors() || !faults[:2].Strict().HasErrors() || faults[:2].HasErrors() {
		t.Error("errors are not told from warnings")
	}
}
