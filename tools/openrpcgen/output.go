package main

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/emit"
)

// output is a folder of generated files, complete in memory before any of them
// is written.
type output struct {
	dir          string
	importPath   string
	root, module string            // of the Go module that dir is in: its folder, its path
	folders      map[string]bool   // below dir, with slashes: what is generated there is all part of the output
	files        map[string][]byte // by path below dir, with slashes
}

// openOutput finds out under which import path the packages in dir will be.
func openOutput(dir string) (*output, error) {
	full, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	for root := full; ; root = filepath.Dir(root) {
		content, err := os.ReadFile(filepath.Join(root, "go.mod"))
		switch {
		case err == nil:
			modulePath := modfile.ModulePath(content)
			if modulePath == "" {
				return nil, fmt.Errorf("%s names no module", filepath.Join(root, "go.mod"))
			}
			below, err := filepath.Rel(root, full)
			if err != nil {
				return nil, err
			}
			below = filepath.ToSlash(below)
			importPath := path.Join(modulePath, below)
			if err := cmp.Or(module.CheckImportPath(importPath), checkFolders(below)); err != nil {
				return nil, fmt.Errorf("packages cannot be in %s: %w: name another folder by -out", dir, err)
			}
			return &output{full, importPath, root, modulePath, map[string]bool{}, map[string][]byte{}}, nil
		case !errors.Is(err, fs.ErrNotExist):
			return nil, err
		case root == filepath.Dir(root):
			return nil, fmt.Errorf("%s is in no Go module: run go mod init first, or name another folder by -out", dir)
		}
	}
}

// checkFolders refuses what Go builds no packages in, whoever imports them, and
// what go build ./... passes over.
func checkFolders(below string) error {
	for name := range strings.SplitSeq(below, "/") {
		switch {
		case name == "vendor":
			return errors.New("a folder vendor is for copies of other modules")
		case name != "." && (name[0] == '.' || name[0] == '_'):
			return fmt.Errorf("./... means no packages in %s", name)
		}
	}
	return nil
}

// own takes a folder, of which nothing stays that was generated earlier and is
// not added now.
func (o *output) own(folder string) { o.folders[folder] = true }

func (o *output) add(name string, content []byte) {
	o.own(path.Dir(name))
	o.files[name] = content
}

// runtimeSource is the runtime as it is written and tested, an ordinary
// package beside this one.
//
//go:embed jsonrpc/*.go jsonrpc/validate/*.go jsonrpc/pattern/*.go jsonrpc/jsonrpctest/*.go
var runtimeSource embed.FS

const runtimePath = "github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"

// runtimeParts are the folders of the runtime and whether an output needs them:
// clients go without what only servers link, and without tests there is no test
// kit.
func runtimeParts(o emit.Options) map[string]bool {
	return map[string]bool{".": true, "validate": o.Server, "pattern": o.Server, "jsonrpctest": o.Tests}
}

// addRuntime adds a copy of the runtime, which will have its own import path.
// Others may use the one that is there, so that it keeps the parts that this
// output has no need of.
func (o *output) addRuntime(dir string, options emit.Options) {
	for part, needed := range runtimeParts(options) {
		if !needed && !hasGo(o.path(path.Join(dir, part))) {
			continue
		}
		names, _ := fs.Glob(runtimeSource, path.Join("jsonrpc", part, "*.go")) // the pattern is valid
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			source, _ := runtimeSource.ReadFile(name) // what is embedded can be read
			source = bytes.ReplaceAll(source, []byte(`"`+runtimePath), []byte(`"`+options.Runtime))
			header := emit.Header + ". DO NOT EDIT.\n\n"
			o.add(path.Join(dir, part, path.Base(name)), append([]byte(header), source...))
		}
	}
}

// checkRuntime reports what a runtime that another output wrote lacks, if it is
// in this module; of others the compiler will tell.
func (o *output) checkRuntime(options emit.Options) error {
	below, here := strings.CutPrefix(options.Runtime+"/", o.module+"/")
	if !here {
		return nil
	}
	folder := filepath.Join(o.root, filepath.FromSlash(below))
	if !hasGo(folder) {
		return fmt.Errorf("there is no runtime in %s: leave -runtime out where it is to be written", folder)
	}
	parts := runtimeParts(options)
	for _, part := range slices.Sorted(maps.Keys(parts)) {
		if parts[part] && !hasGo(filepath.Join(folder, part)) {
			return fmt.Errorf("the runtime in %s was written for less than this, without its folder %s: "+
				"leave -runtime out and write to the same -out, where the runtime grows as needed", folder, part)
		}
	}
	return nil
}

func hasGo(folder string) bool {
	entries, _ := os.ReadDir(folder)
	return slices.ContainsFunc(entries, func(entry fs.DirEntry) bool { return path.Ext(entry.Name()) == ".go" })
}

// write writes the files that differ and removes those that an earlier run
// left. It touches nothing if a file is in the way that is somebody's own.
func (o *output) write() error {
	stale, err := o.stale()
	if err != nil {
		return err
	}
	var own []string
	for _, name := range o.names() {
		content, err := os.ReadFile(o.path(name))
		if err == nil && !generated(content) {
			own = append(own, o.path(name))
		} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if len(own) > 0 {
		return fmt.Errorf("not written by openrpcgen, so it will not overwrite them; move them away: %s", strings.Join(own, ", "))
	}
	for _, name := range o.names() {
		if err := writeFile(o.path(name), o.files[name]); err != nil {
			return err
		}
	}
	for _, name := range stale {
		if err := os.Remove(o.path(name)); err != nil {
			return err
		}
	}
	return nil
}

func (o *output) names() []string         { return slices.Sorted(maps.Keys(o.files)) }
func (o *output) path(name string) string { return filepath.Join(o.dir, filepath.FromSlash(name)) }

// stale lists the generated files that are not part of the output any more, in
// its own folders. What is below them may be another output's.
func (o *output) stale() (stale []string, err error) {
	for _, folder := range slices.Sorted(maps.Keys(o.folders)) {
		entries, err := os.ReadDir(o.path(folder))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, entry := range entries {
			name := path.Join(folder, entry.Name())
			if entry.IsDir() || o.files[name] != nil || path.Ext(name) != ".go" {
				continue
			}
			content, err := os.ReadFile(o.path(name))
			if err != nil {
				return nil, err
			}
			if generated(content) {
				stale = append(stale, name)
			}
		}
	}
	return stale, nil
}

func generated(content []byte) bool { return bytes.HasPrefix(content, []byte(emit.Header)) }

// writeFile replaces a file as a whole, and only if it changes.
func writeFile(name string, content []byte) error {
	if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, content) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(name), ".openrpcgen-*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name()) // gone already if all went well
	_, err = temporary.Write(content)
	if err := errors.Join(err, temporary.Chmod(0o644), temporary.Close()); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), name)
}
