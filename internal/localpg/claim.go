package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// claim is the sole right to a folder. It is two file locks, which the kernel takes back however their holders end:
//
//   - owner is this process'. Whoever finds it taken knows at once that somebody is there, and reads in the file who.
//   - server is inherited by Postgres and all processes that it starts, and given back when the last of them has gone. After a
//     kill -9 that is a moment later than the owner's end, and worth waiting for.
//
// Postgres' own postmaster.pid can tell neither: it holds a process id, which another program may have by now.
type claim struct {
	owner, server *os.File
}

// InUseError says that a data directory cannot be used because somebody else does.
type InUseError struct {
	Dir    string
	Holder string // "process 123 (rollcall)"
}

func (e *InUseError) Error() string {
	return fmt.Sprintf("the data directory %s is in use by %s: stop that first, or use another directory", e.Dir, e.Holder)
}

// errLingering says that the owner of a folder has gone, and its server not yet.
var errLingering = errors.New("a Postgres that an earlier process left behind still runs there")

// claimDir claims a folder, waiting for a server whose owner has gone to go as well. If another process owns the folder, the error
// is an [*InUseError].
func claimDir(ctx context.Context, dir string) (*claim, error) {
	for {
		c, err := tryClaim(dir)
		if !errors.Is(err, errLingering) {
			return c, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%s: %w: %w", dir, err, ctx.Err())
		case <-time.After(pollInterval):
		}
	}
}

func tryClaim(dir string) (*claim, error) {
	owner, err := lock(filepath.Join(dir, "owner.lock"))
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, &InUseError{Dir: dir, Holder: holder(dir)}
	}
	if err != nil {
		return nil, err
	}
	server, err := lock(filepath.Join(dir, "server.lock"))
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = errLingering
	}
	if err == nil {
		err = sign(owner)
	}
	if err != nil {
		owner.Close()
		server.Close()
		return nil, err
	}
	return &claim{owner: owner, server: server}, nil
}

// release gives the claim up as far as it is this process'. A second time does no harm.
func (c *claim) release() {
	c.owner.Close()
	c.server.Close()
}

// lock opens and locks a file. The flags keep it from being led astray, or held up, by what somebody put in its place.
func lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, &os.PathError{Op: "lock", Path: path, Err: err}
	}
	return f, nil
}

// sign writes into the owner's file who that is.
func sign(owner *os.File) error {
	if err := owner.Truncate(0); err != nil {
		return err
	}
	_, err := fmt.Fprintf(owner, "process %d (%s)\n", os.Getpid(), filepath.Base(os.Args[0]))
	return err
}

func holder(dir string) string {
	text, _ := os.ReadFile(filepath.Join(dir, "owner.lock"))
	if name := strings.TrimSpace(string(text)); name != "" {
		return name
	}
	return "another process"
}
