package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/ir"
	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// corpus is where public OpenRPC documents of real systems lie.
const corpus = "../../../shared/corpus"

// unusable are the documents that nothing can be generated from, and why.
var unusable = map[string]string{
	"MetaMask__api-specs__openrpc.json":         "refers to schemas of another repository as if they were its own",
	"alchemyplatform__docs__debug.json":         "refers to a YAML file that is not published beside it",
	"rdkcentral__firebolt-apis__discovery.json": "refers to schemas on the network",
}

// TestCorpus generates every document of the corpus into one module, which
// must build, vet clean, and pass the tests made of the documents' examples.
// UPDATE_GOLDENS=1 writes the faults of the unusable ones and the README's
// table.
func TestCorpus(t *testing.T) {
	if _, err := os.Stat(corpus); err != nil {
		t.Skipf("the public documents are not at hand: %v", err)
	}
	module := newModule(t, "example.test/corpus")
	var table strings.Builder
	table.WriteString("| document | methods | types | warnings | seconds |\n|---|---|---|---|---|\n")
	for _, name := range documents(t) {
		began := time.Now()
		stdout, stderr, code := generate(t, module, name)
		seconds := time.Since(began).Seconds()
		if reason := unusable[filepath.Base(name)]; reason != "" {
			fmt.Fprintf(&table, "| `%s` | %s | | | |\n", name, reason)
			if code != 1 || stdout != "" {
				t.Errorf("%s: exit code %d, but it %s", name, code, reason)
			}
			golden(t, filepath.Join("testdata", "corpus", filepath.Base(name)+".txt"), relative(stderr))
			continue
		}
		if code != 0 {
			t.Errorf("%s: exit code %d\n%s", name, code, stderr)
			continue
		}
		var methods, types int
		_, counts, _ := strings.Cut(stdout, ": ")
		if _, err := fmt.Sscanf(counts, "%d methods, %d types", &methods, &types); err != nil {
			t.Errorf("%s: %q: %v", name, stdout, err)
		}
		fmt.Fprintf(&table, "| `%s` | %d | %d | %d | %.2f |\n", name, methods, types, strings.Count(stderr, "warning:"), seconds)
	}
	goIn(t, module, "vet", "./...")
	checkLanes(t, goIn(t, module, "test", "-v", "-vet=off", "./..."))
	checkTable(t, table.String())
}

// TestCorpusKeepUnknown looks at what is generated where all members are kept:
// it must compile.
func TestCorpusKeepUnknown(t *testing.T) {
	if _, err := os.Stat(corpus); err != nil {
		t.Skipf("the public documents are not at hand: %v", err)
	}
	read := openrpc.Options{Base: filepath.Join(corpus, "starknet-specs")}
	for _, name := range documents(t) {
		if unusable[filepath.Base(name)] != "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			o, files := emitted(t, filepath.Join(corpus, name), "kept", read, ir.Options{KeepUnknown: true})
			typeCheck(t, o, files)
		})
	}
}

// TestContractLanes looks at the fast lanes of our own contract.
func TestContractLanes(t *testing.T) {
	checkLanes(t, goIn(t, "../..", "test", "-v", "-run=TestLanes", "./gen/rollcall/rollcallserver"))
}

var (
	laneStart = regexp.MustCompile(`=== RUN   TestLanes/(.*)`)
	idleLane  = regexp.MustCompile(`by (name|position) [1-9]\d* of \d+ are accepted, 0 by the fast lane`)
)

// checkLanes looks in the output of the generated tests for fast lanes that take
// nothing of what is accepted. They are of no use.
func checkLanes(t *testing.T, output string) {
	t.Helper()
	method, lanes := "", 0
	for line := range strings.Lines(output) {
		if m := laneStart.FindStringSubmatch(line); m != nil {
			method = m[1]
			lanes++
		}
		if m := idleLane.FindString(line); m != "" {
			t.Errorf("%s: %s", method, m)
		}
	}
	if lanes == 0 {
		t.Error("no fast lane was tested")
	}
	t.Logf("%d fast lanes", lanes)
}

// TestDeterminism generates a large document again and again, each time in a
// fresh folder.
func TestDeterminism(t *testing.T) {
	name := "ethereum__execution-apis__refs-openrpc.json"
	if _, err := os.Stat(filepath.Join(corpus, name)); err != nil {
		t.Skipf("the public documents are not at hand: %v", err)
	}
	var first map[string]string
	for range 20 {
		module := newModule(t, "example.test/again")
		if _, stderr, code := generate(t, module, name); code != 0 {
			t.Fatal(stderr)
		}
		got := tree(t, module)
		if first == nil {
			first = got
		}
		if diff := cmp.Diff(first, got); diff != "" {
			t.Fatalf("another run wrote other bytes:\n%s", diff)
		}
	}
}

// documents lists the corpus, by path below it.
func documents(t *testing.T) (names []string) {
	err := fs.WalkDir(os.DirFS(corpus), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && filepath.Ext(name) == ".json" {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// generate runs the command for one document. All share the first's runtime.
func generate(t *testing.T, module, name string) (stdout, stderr string, code int) {
	args := []string{"-in", filepath.Join(corpus, name), "-base", filepath.Join(corpus, "starknet-specs"), "-out", module, "-tests", "-package", packageOf(name)}
	if _, err := os.Stat(filepath.Join(module, "jsonrpc")); err == nil {
		args = append(args, "-runtime", modulePath(t, module)+"/jsonrpc")
	}
	var out, errs bytes.Buffer
	code = run(args, &out, &errs)
	return out.String(), errs.String(), code
}

var noLetter = regexp.MustCompile("[^a-z0-9]")

func packageOf(name string) string {
	name = strings.TrimSuffix(strings.ToLower(filepath.Base(name)), ".json")
	return "c" + noLetter.ReplaceAllString(name, "")
}

// newModule makes a module that can be built with this one's dependencies.
func newModule(t *testing.T, path string) string {
	t.Helper()
	dir := t.TempDir()
	sums, err := os.ReadFile("../../go.sum")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "go.sum"), string(sums))
	write(t, filepath.Join(dir, "go.mod"), "module "+path+"\n\ngo 1.26\n\nrequire github.com/santhosh-tekuri/jsonschema/v5 v5.3.1\n")
	return dir
}

func modulePath(t *testing.T, dir string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(content))[1]
}

// goIn runs the go command.
func goIn(t *testing.T, dir string, args ...string) (output string) {
	t.Helper()
	command := exec.Command("go", args...)
	command.Dir = dir
	out, err := command.CombinedOutput()
	if err != nil {
		t.Errorf("go %s: %v\n%s", strings.Join(args, " "), err, passed.ReplaceAll(out, nil))
	}
	return string(out)
}

// passed are the lines that tests print which pass.
var passed = regexp.MustCompile(`(?m)^ *(=== |--- PASS|PASS|ok|\?|\w+\.go:\d+: by name ).*\n`)

func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(name)
		below, _ := filepath.Rel(dir, name)
		files[below] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// relative leaves out where the corpus lies.
func relative(text string) string {
	text = strings.ReplaceAll(text, corpus+"/", "")
	root, err := filepath.Abs(corpus)
	if err != nil {
		return text
	}
	return strings.ReplaceAll(text, filepath.Dir(root)+"/", "../")
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if os.Getenv("UPDATE_GOLDENS") != "" {
		write(t, name, got)
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// checkTable compares all but the seconds with the README.
func checkTable(t *testing.T, table string) {
	t.Helper()
	const begin, end = "<!-- corpus -->\n", "<!-- /corpus -->"
	content, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(content), begin)
	old, after, okEnd := strings.Cut(rest, end)
	if !ok || !okEnd {
		t.Fatal("README.md has no place for the table")
	}
	if os.Getenv("UPDATE_GOLDENS") != "" {
		write(t, "README.md", before+begin+table+end+after)
		return
	}
	seconds := regexp.MustCompile(`\| [0-9.]+ \|\n`)
	if diff := cmp.Diff(seconds.ReplaceAllString(old, ""), seconds.ReplaceAllString(table, "")); diff != "" {
		t.Errorf("README.md's table is not what was found now (-README +now):\n%s", diff)
	}
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
