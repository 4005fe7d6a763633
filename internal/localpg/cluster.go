package localpg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// cluster is a data directory as initdb makes it and a server serves it. All its methods need the claim on the folder around it.
type cluster struct {
	dir     string
	durable bool
	account account
	locks   []*os.File // for whatever works on the data to inherit
}

// open returns the binaries that the data needs, or the given ones, and makes an empty cluster if there is no data yet.
func (c cluster) open(ctx context.Context, given *Binaries) (Binaries, error) {
	major, err := c.major()
	if err != nil {
		return Binaries{}, err
	}
	var b Binaries
	if given != nil {
		b = *given
	} else if b, err = Find(major); err != nil {
		return Binaries{}, err
	}
	if major == 0 {
		return b, c.create(ctx, b)
	}
	return b, c.removeStalePidFile()
}

// major returns the version of Postgres that the data belongs to, or 0 if there is no data yet.
func (c cluster) major() (int, error) {
	text, err := os.ReadFile(filepath.Join(c.dir, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}

// create makes an empty cluster. It takes its name last, so that an initdb that is interrupted leaves nothing that looks like one;
// what it does leave is removed here the next time.
func (c cluster) create(ctx context.Context, b Binaries) error {
	fresh := c.dir + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	if err := c.account.makeOwn(fresh); err != nil {
		return err
	}
	if err := c.initdb(ctx, b, fresh); err != nil {
		return errors.Join(err, os.RemoveAll(fresh))
	}
	if err := os.Rename(fresh, c.dir); err != nil {
		return err
	}
	return c.syncName()
}

// syncName makes the new name safe against power failure: data under the old one would be taken for an interrupted initdb.
func (c cluster) syncName() error {
	if !c.durable {
		return nil
	}
	parent, err := os.Open(filepath.Dir(c.dir))
	if err != nil {
		return err
	}
	defer parent.Close()
	return parent.Sync()
}

func (c cluster) initdb(ctx context.Context, b Binaries, dir string) error {
	// The socket's folder is what keeps others out, so there is no password.
	args := []string{"-D", dir, "-U", superuser, "--auth=trust", "--no-locale", "-E", "UTF8"}
	if !c.durable {
		args = append(args, "--no-sync")
	}
	log := new(tail)
	cmd := c.account.command(ctx, b, "initdb", args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = c.locks
	if err := c.account.run(cmd); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return fmt.Errorf("initdb: %w%s", err, log.quoted())
	}
	return nil
}

// removeStalePidFile removes what a server that had no time to tidy up left behind. Postgres would do so itself, but takes any
// process of its user that has the old id by now, after a reboot or in a new container, for the old server, and refuses to start.
// Our own servers have gone when the claim is held; one that somebody started by hand is known by its working directory. Where
// there is no /proc to tell, Postgres decides.
func (c cluster) removeStalePidFile() error {
	pid, _ := c.pidFile()
	if pid == 0 || existing("/proc/self/cwd") == "" {
		return nil
	}
	dir, err := filepath.EvalSymlinks(c.dir)
	if err != nil {
		return err
	}
	if cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid)); err == nil && cwd == dir {
		return &InUseError{Dir: c.dir, Holder: fmt.Sprintf("process %d (postgres)", pid)}
	}
	return os.Remove(filepath.Join(c.dir, pidFile))
}

// pidFile is what Postgres says about itself in its data directory.
const pidFile = "postmaster.pid"

// pidFile returns the process id in Postgres' own file, or 0 if there is none, and whether that process takes connections. The file
// has a fixed number of lines, which pg_ctl relies on as well; see src/include/utils/pidfile.h of Postgres.
func (c cluster) pidFile() (pid int, ready bool) {
	text, err := os.ReadFile(filepath.Join(c.dir, pidFile))
	if err != nil {
		return 0, false
	}
	lines := strings.Split(string(text), "\n")
	pid, _ = strconv.Atoi(strings.TrimSpace(lines[0]))
	return pid, len(lines) >= 8 && strings.TrimSpace(lines[7]) == "ready"
}
