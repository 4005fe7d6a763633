package openrpc

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// files are the documents that were read, and where a reference in one of them leads.
type files struct {
	options Options
	faults  *collector
	loaded  map[string]*source // by absolute path; nil: could not be read
	failed  map[string]error
	size    int              // of all that was read, in bytes
	named   map[string]*Node // by the absolute URI that $id gives a schema
	// anything stands for what the meta-schemas describe: documents and schemas as values.
	anything *Node
}

func newFiles(o Options, faults *collector) *files {
	if o.Open == nil {
		o.Open = readFile
	}
	return &files{
		options:  o,
		faults:   faults,
		loaded:   map[string]*source{},
		failed:   map[string]error{},
		named:    map[string]*Node{},
		anything: newBool(true),
	}
}

// maxSize bounds what is read, all files together: 15 times the largest document known.
const maxSize = 32 << 20

// readFile refuses what is no regular file: a reference could name a device that never ends.
func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxSize+1))
}

// load reads a file once. What is wrong with its JSON is reported, and leaves it without a root.
func (l *files) load(path string) (*source, error) {
	key, err := filepath.Abs(path)
	if err != nil {
		key = path
	}
	if s, ok := l.loaded[key]; ok {
		return s, l.failed[key]
	}
	l.loaded[key] = nil
	data, err := l.options.Open(path)
	if l.size += len(data); err == nil && l.size > maxSize {
		err = fmt.Errorf("the document and what it refers to are larger than %d MiB", maxSize>>20)
	}
	if err != nil {
		l.failed[key] = err
		return nil, err
	}
	s := newSource(path, string(data))
	l.loaded[key] = s
	s.parse(l.faults)
	s.index()
	for _, n := range s.named {
		if uri := baseURI(n); l.named[uri] == nil {
			l.named[uri] = n
		}
	}
	return s, nil
}

// relative finds a file beside the one that holds the reference, else in the base folder.
func (l *files) relative(from *Node, path string) (*Node, error) {
	path = filepath.FromSlash(path)
	if filepath.IsAbs(path) {
		return l.root(path)
	}
	root, err := l.root(filepath.Join(filepath.Dir(from.source.path), path))
	if errors.Is(err, fs.ErrNotExist) && l.options.Base != "" {
		if inBase, baseErr := l.root(filepath.Join(l.options.Base, path)); !errors.Is(baseErr, fs.ErrNotExist) {
			return inBase, baseErr
		}
	}
	return root, err
}

func (l *files) root(path string) (*Node, error) {
	s, err := l.load(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &missingFile{path}
	case err != nil:
		return nil, fmt.Errorf("cannot be read: %w", withoutPath(err))
	case s == nil || s.root == nil:
		return nil, fmt.Errorf("is in %s, which is not JSON", path)
	}
	return s.root, nil
}

// withoutPath is an error of the file system without the path, which the fault names anyway.
func withoutPath(err error) error {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		return pathError.Err
	}
	return err
}

// missingFile says what to do about a reference to a file that is not there.
type missingFile struct{ path string }

func (e *missingFile) Error() string {
	return fmt.Sprintf("needs the file %s, which does not exist: mend the path, or name the folder it counts from as the base (-base FOLDER)", e.path)
}

func (e *missingFile) Unwrap() error { return fs.ErrNotExist }
