package localpg

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// account is the operating system's user that Postgres runs as: this process' own or, because Postgres refuses to run as root,
// another one where this process is root.
type account struct {
	name     string
	uid, gid uint32
	drop     bool // root must become this user
}

// DataDir makes the folder to keep base's data in, and returns its name. That is base itself, but for root where the user that
// Postgres runs as cannot reach base (a checkout in root's home, say): then it is a folder of /var/lib/rollcall, always the same one
// for the same base.
func DataDir(base string) (string, error) {
	base, err := filepath.Abs(base)
	if err != nil {
		return "", err
	}
	account, err := serverAccount()
	if err != nil {
		return "", err
	}
	if !account.drop {
		return base, os.MkdirAll(base, 0o700)
	}
	dir := base
	if !account.canEnter(base) {
		sum := sha256.Sum256([]byte(base))
		name := strings.TrimLeft(filepath.Base(base), ".")
		dir = fmt.Sprintf("/var/lib/rollcall/%s-%x", name, sum[:4])
	}
	return dir, makeEnterable(dir)
}

// serverAccount returns the account to use. postgres is the user that distributions make for this; nobody exists everywhere else.
func serverAccount() (account, error) {
	if os.Geteuid() != 0 {
		return account{uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.ParseUint(u.Uid, 10, 32)
		gid, errGID := strconv.ParseUint(u.Gid, 10, 32)
		if errUID == nil && errGID == nil {
			return account{name: name, uid: uint32(uid), gid: uint32(gid), drop: true}, nil
		}
	}
	return account{}, errors.New("this is root, as whom Postgres does not run, and there is no user postgres or nobody to run it as:" +
		" make one, or start this as an ordinary user")
}

// canEnter reports whether the account can work in dir or, where that does not exist yet, in the nearest folder above it. The kernel
// is asked, by entering it: it knows about links, access lists and mounts.
func (a account) canEnter(dir string) bool {
	if !a.drop {
		return true
	}
	for {
		if _, err := os.Stat(dir); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	cmd := exec.Command("/bin/sh", "-c", ":")
	cmd.Dir = dir
	cmd.SysProcAttr = a.attributes()
	return a.run(cmd) == nil
}

// makeEnterable makes dir, and what is missing above it, so that others can pass through but not list it, whatever the umask says.
func makeEnterable(dir string) error {
	if existing(dir) != "" {
		return nil
	}
	if err := makeEnterable(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o711); errors.Is(err, fs.ErrExist) {
		return nil // another process was quicker
	} else if err != nil {
		return err
	}
	return os.Chmod(dir, 0o711)
}

// makeOwn makes dir for the account alone; its parent must exist.
func (a account) makeOwn(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	return a.own(dir)
}

func (a account) own(path string) error {
	if !a.drop {
		return nil
	}
	return os.Chown(path, int(a.uid), int(a.gid))
}

// command prepares one of Postgres' programs. It runs in a process group of its own: Control-C at the terminal is for this process,
// which then stops the server in its own time.
func (a account) command(ctx context.Context, b Binaries, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(b.Dir, program), args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
	cmd.WaitDelay = 5 * time.Second
	cmd.Dir = "/"
	cmd.Env = b.environ()
	cmd.SysProcAttr = a.attributes()
	return cmd
}

func (a account) attributes() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if a.drop {
		attr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
	dieWithParent(attr)
	return attr
}

// run runs a short command. The thread is kept because it is the thread's end that dieWithParent is about.
func (a account) run(cmd *exec.Cmd) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return cmd.Run()
}

// output returns the one line that a program prints, or an error with what it printed.
func (a account) output(b Binaries, program string, args ...string) (string, error) {
	log := new(tail)
	cmd := a.command(context.Background(), b, program, args...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := a.run(cmd); err != nil {
		return "", fmt.Errorf("%s does not run: %w%s", cmd.Path, err, log.quoted())
	}
	return strings.TrimSpace(log.String()), nil
}
