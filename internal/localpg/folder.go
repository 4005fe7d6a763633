package localpg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// folder is a folder that this process has claimed.
type folder struct {
	path  string
	claim *claim
}

const (
	tempPrefix = "rollcall-pg-"

	// memory is Linux' file system in memory. There a new cluster takes 0.35 s instead of 0.4 to 0.9 s, and a new database 6 ms
	// instead of 11.
	memory = "/dev/shm"

	// maxSocketPath is macOS' limit, in bytes. Linux allows four more.
	maxSocketPath = 103

	// sweepAge keeps a folder from being swept away between its making and its claim.
	sweepAge = time.Minute

	// lingerTimeout is how long a server may take to end after the process that started it.
	lingerTimeout = 30 * time.Second
)

// openFolder claims the folder for data that stays, and makes it if it is not there.
func openFolder(ctx context.Context, a account, path string) (*folder, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := makeEnterable(filepath.Dir(path)); err != nil {
		return nil, err
	}
	if err := a.makeOwn(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	if !a.canEnter(path) {
		return nil, fmt.Errorf("the data directory %s cannot be used: Postgres does not run as root, so it runs as %s, and that user"+
			" cannot go there: choose a directory elsewhere, below /var/lib for instance", path, a.name)
	}
	ctx, cancel := context.WithTimeout(ctx, lingerTimeout)
	defer cancel()
	claim, err := claimDir(ctx, path)
	if err != nil {
		return nil, err
	}
	return &folder{path: path, claim: claim}, nil
}

// newTempFolder makes a folder for the socket and perhaps for data. On the way it removes those of processes that were killed.
func newTempFolder(a account, forData bool) (*folder, error) {
	root := tempRoot(a)
	if forData && hasRoom(memory) {
		root = memory
	}
	sweep(a, root)
	path, err := os.MkdirTemp(root, tempPrefix)
	if err != nil {
		return nil, err
	}
	claim, err := tryClaim(path)
	if err == nil {
		err = a.own(path)
	}
	f := &folder{path: path, claim: claim}
	if err != nil {
		return nil, errors.Join(err, f.remove())
	}
	return f, nil
}

// release gives the folder up. No folder, or one that is not claimed, is no error here and in remove.
func (f *folder) release() {
	if f != nil && f.claim != nil {
		f.claim.release()
	}
}

func (f *folder) remove() error {
	if f == nil {
		return nil
	}
	defer f.release()
	return os.RemoveAll(f.path)
}

// tempRoot returns the folder for temporary folders: the usual one, unless it is one's own and closed to the server's account, or its
// name leaves too few bytes for a socket.
func tempRoot(a account) string {
	root := os.TempDir()
	socket := filepath.Join(root, tempPrefix+"0123456789", ".s.PGSQL."+port)
	if len(socket) > maxSocketPath || !a.canEnter(root) {
		return "/tmp"
	}
	return root
}

// hasRoom reports whether files can be made in dir, and 1 GiB of them: a server for tests takes some 100 MiB, but a container's
// memory file system has 64 MiB in all unless somebody asked for more.
func hasRoom(dir string) bool {
	const writable = 2
	var stat syscall.Statfs_t
	if syscall.Access(dir, writable) != nil || syscall.Statfs(dir, &stat) != nil {
		return false
	}
	return uint64(stat.Bavail)*uint64(stat.Bsize) >= 1<<30
}

// sweep removes the temporary folders that nobody holds any more. What cannot be removed is left to its owner.
func sweep(a account, root string) {
	for _, path := range globs(filepath.Join(root, tempPrefix+"*")) {
		info, err := os.Lstat(path)
		if err != nil || !info.IsDir() || time.Since(info.ModTime()) < sweepAge {
			continue
		}
		if stat, ok := info.Sys().(*syscall.Stat_t); !ok || stat.Uid != a.uid {
			continue
		}
		if claim, err := tryClaim(path); err == nil {
			(&folder{path: path, claim: claim}).remove()
		}
	}
}
