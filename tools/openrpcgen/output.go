package main

import (
	"bytes"
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

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/emit"
)

// output is a folder of generated files, complete in memory before any of them
// is written.
type output struct {
	dir        string
	importPath string
	files      map[string][]byte // by path below dir, with slashes
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
			module := modfile.ModulePath(content)
			if module == "" {
				return nil, fmt.Errorf("%s names no module", filepath.Join(root, "go.mod"))
			}
			below, err := filepath.Rel(root, full)
			if err != nil {
				return nil, err
			}
			return &output{full, path.Join(module, filepath.ToSlash(below)), map[string][]byte{}}, nil
		case !errors.Is(err, fs.ErrNotExist):
			return nil, err
		case root == filepath.Dir(root):
			return nil, fmt.Errorf("%s is in no Go module: run go mod init first, or name another folder by -out", dir)
		}
	}
}

func (o *output) add(name string, content []byte) { o.files[name] = content }

// runtimeSource is the runtime as it is written and tested, an ordinary
// package beside this one.
//
//go:embed jsonrpc/*.go jsonrpc/validate/*.go jsonrpc/pattern/*.go jsonrpc/jsonrpctest/*.go
var runtimeSource embed.FS

const runtimePath = "github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"

// addRuntime adds a copy of the runtime, which will have its own import path:
// for clients without what only servers link, and without the test kit if there
// are no tests.
func (o *output) addRuntime(dir string, options emit.Options) {
	parts := map[string]bool{
		"jsonrpc":             true,
		"jsonrpc/validate":    options.Server,
		"jsonrpc/pattern":     options.Server,
		"jsonrpc/jsonrpctest": options.Tests,
	}
	_ = fs.WalkDir(runtimeSource, "jsonrpc", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(name, "_test.go") || !parts[path.Dir(name)] {
			return err
		}
		source, err := runtimeSource.ReadFile(name)
		source = bytes.ReplaceAll(source, []byte(`"`+runtimePath+`"`), []byte(`"`+options.Runtime+`"`))
		header := emit.Header + ". DO NOT EDIT.\n\n"
		o.add(dir+strings.TrimPrefix(name, "jsonrpc"), append([]byte(header), source...))
		return err
	}) // an embedded file can be read
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
// the folders that the output has.
func (o *output) stale() ([]string, error) {
	folders := map[string]bool{}
	for name := range o.files {
		first, _, _ := strings.Cut(name, "/")
		folders[first] = true
	}
	var stale []string
	for folder := range folders {
		err := fs.WalkDir(os.DirFS(o.dir), folder, func(name string, entry fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil || entry.IsDir() || o.files[name] != nil || path.Ext(name) != ".go" {
				return err
			}
			content, err := os.ReadFile(o.path(name))
			if generated(content) {
				stale = append(stale, name)
			}
			return err
		})
		if err != nil {
			return nil, err
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
