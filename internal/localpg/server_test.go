package localpg

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestTemporaryServer(t *testing.T) {
	t.Setenv("PGPORT", "1")
	t.Setenv("PGHOST", "127.0.0.1")
	t.Setenv("PGDATA", "/nonexistent")
	s := start(t, Config{})
	if got := query[string](t, s, "SHOW listen_addresses"); got != "" {
		t.Errorf("the server listens on TCP: %q", got)
	}
	if got := query[string](t, s, "SHOW server_encoding"); got != "UTF8" {
		t.Errorf("encoding %s", got)
	}
	if got := query[string](t, s, "SELECT datcollate FROM pg_database WHERE datname = 'postgres'"); got != "C" {
		t.Errorf("collation %s", got)
	}
	info := must(os.Stat(s.temp.path))
	if info.Mode().Perm() != 0o700 {
		t.Errorf("the socket's folder has mode %v", info.Mode())
	}
	if err := s.Err(); err != nil {
		t.Errorf("Err of a running server: %v", err)
	}

	pid := s.command.Process.Pid
	for range 2 {
		if err := s.Stop(); err != nil {
			t.Fatal(err)
		}
	}
	<-s.Done()
	if err := s.Err(); err != nil {
		t.Errorf("Err after Stop: %v", err)
	}
	if err := syscall.Kill(-pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("the server's process group still has members: %v", err)
	}
	if _, err := os.Stat(s.temp.path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the temporary folder is still there: %v", err)
	}
}

func TestDataStays(t *testing.T) {
	t.Parallel()
	config := Config{Dir: filepath.Join(tempDir(t), "a", "b")}
	first := start(t, config)
	if got := query[string](t, first, "SHOW fsync"); got != "on" {
		t.Errorf("fsync %s", got)
	}
	execute(t, first, "CREATE TABLE kept AS SELECT 42 AS answer")
	if err := first.Stop(); err != nil {
		t.Fatal(err)
	}
	if got := query[int](t, start(t, config), "SELECT answer FROM kept"); got != 42 {
		t.Errorf("got %d", got)
	}
}

func TestStarterIsKilled(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(tempDir(t), "pg")
	child, socketDir := startChild(t, dir)
	data := cluster{dir: filepath.Join(dir, "data")}
	pid, _ := data.pidFile()

	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	child.Wait()
	// At once: the old server is still there, and the start has to wait for it.
	s := start(t, Config{Dir: dir})
	// It may be a moment until the init process has taken note of its end.
	for syscall.Kill(pid, 0) == nil {
		time.Sleep(pollInterval)
	}
	if got := query[int](t, s, "SELECT answer FROM kept"); got != 42 {
		t.Errorf("got %d", got)
	}

	long := time.Now().Add(-2 * sweepAge)
	if err := os.Chtimes(socketDir, long, long); err != nil {
		t.Fatal(err)
	}
	sweep(s.cluster.account, filepath.Dir(socketDir))
	if _, err := os.Stat(socketDir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder of the killed process' socket is still there: %v", err)
	}
}

// startChild runs this test binary as a process that holds a server, and returns when the server is there.
func startChild(t *testing.T, dir string) (child *exec.Cmd, socketDir string) {
	t.Helper()
	child = exec.Command(must(os.Executable()))
	child.Env = append(os.Environ(), childDir+"="+dir)
	child.Stderr = os.Stderr
	out := must(child.StdoutPipe())
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		child.Process.Kill()
		child.Wait()
		awaitRelease(t, dir)
		os.RemoveAll(socketDir)
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	socketDir = strings.TrimSpace(line)
	return child, socketDir
}

// awaitRelease returns when the server of a process that was killed has gone
// too: until then it writes to its folder, which nobody can remove.
func awaitRelease(t *testing.T, dir string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), lingerTimeout)
	defer cancel()
	if claim, err := claimDir(ctx, dir); err == nil {
		claim.release()
	} else if !isInUse(err) && !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestSweepSparesTheLiving(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	long := time.Now().Add(-2 * sweepAge)
	if err := os.Chtimes(s.temp.path, long, long); err != nil {
		t.Fatal(err)
	}
	sweep(s.cluster.account, filepath.Dir(s.temp.path))
	if got := query[int](t, s, "SELECT 1"); got != 1 {
		t.Errorf("got %d", got)
	}
}

func TestFolderInUse(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(tempDir(t), "pg")
	child, _ := startChild(t, dir)
	_, err := Start(startContext(t), Config{Dir: dir})
	inUse, ok := errors.AsType[*InUseError](err)
	if !ok {
		t.Fatalf("got %v", err)
	}
	if want := fmt.Sprintf("process %d (%s)", child.Process.Pid, filepath.Base(child.Path)); inUse.Holder != want {
		t.Errorf("in use by %s, want %s", inUse.Holder, want)
	}
}

func TestFolderInUseByThisProcess(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(tempDir(t), "pg")
	start(t, Config{Dir: dir})
	if _, err := Start(startContext(t), Config{Dir: dir}); !isInUse(err) {
		t.Fatalf("got %v", err)
	}
}

func isInUse(err error) bool {
	_, ok := errors.AsType[*InUseError](err)
	return ok
}

// A server that somebody started by hand on the data directory holds none of our locks.
func TestFolderInUseByStrangeServer(t *testing.T) {
	t.Parallel()
	if existing("/proc/self/cwd") == "" {
		t.Skip("needs /proc; without it Postgres itself refuses, in its own words")
	}
	dir := filepath.Join(tempDir(t), "pg")
	s := start(t, Config{Dir: dir})
	stranger := s.cluster.account.command(context.Background(), must(Find(0)), "postgres", s.settings()...)
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}

	socket := must(newTempFolder(s.cluster.account, false))
	t.Cleanup(func() { socket.remove() })
	stranger.Args = append(stranger.Args, "-c", "unix_socket_directories="+socket.path)
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stranger.Process.Signal(syscall.SIGINT)
		stranger.Wait()
	})
	for ready := false; !ready; time.Sleep(pollInterval) {
		_, ready = s.cluster.pidFile()
	}
	if _, err := Start(startContext(t), Config{Dir: dir}); !isInUse(err) {
		t.Fatalf("got %v", err)
	}
}

// Postgres takes any living process of its user for the server that wrote the pid file.
func TestPidFileOfAnotherProgram(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(tempDir(t), "pg")
	s := start(t, Config{Dir: dir})
	account, path := s.cluster.account, filepath.Join(s.cluster.dir, pidFile)
	text := must(os.ReadFile(path))
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}

	other := exec.Command("/bin/sleep", "600")
	other.SysProcAttr = account.attributes()
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		other.Process.Kill()
		other.Wait()
	})
	_, rest, _ := strings.Cut(string(text), "\n")
	if err := os.WriteFile(path, fmt.Appendf(nil, "%d\n%s", other.Process.Pid, rest), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := account.own(path); err != nil {
		t.Fatal(err)
	}
	start(t, Config{Dir: dir})
}

func TestServerDies(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	if err := s.command.Process.Signal(syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	<-s.Done()
	if err := s.Err(); err == nil || !strings.Contains(err.Error(), "received immediate shutdown request") {
		t.Errorf("the error lacks the log's last lines: %v", err)
	}
}

func TestStartFails(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(tempDir(t), "pg")
	s := start(t, Config{Dir: dir})
	execute(t, s, "SELECT 1")
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	conf := filepath.Join(dir, "data", "postgresql.conf")
	if err := os.WriteFile(conf, []byte("nonsense = on\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Start(startContext(t), Config{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), `unrecognized configuration parameter "nonsense"`) {
		t.Errorf("the error lacks the log's last lines: %v", err)
	}
}

func TestStartIsCancelled(t *testing.T) {
	t.Parallel()
	binaries := fakeBinaries(t, must(Find(0)), `echo half > "$2/PG_VERSION"; exec sleep 600`)
	dir := filepath.Join(tempDir(t), "pg")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := Start(ctx, Config{Dir: dir, Binaries: &binaries}); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
	start(t, Config{Dir: dir})
}

// What a process leaves that was killed during initdb must not be taken for a cluster, nor be in the way.
func TestInterruptedInitdb(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(tempDir(t), "pg")
	half := filepath.Join(dir, "data.new", "base")
	if err := os.MkdirAll(half, 0o711); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "data.new", "PG_VERSION"), []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, Config{Dir: dir})
	if _, err := os.Stat(half); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the half made cluster is still there: %v", err)
	}
}

func TestInitdbFails(t *testing.T) {
	t.Parallel()
	binaries := fakeBinaries(t, must(Find(0)), `echo "initdb: error: no space" >&2; exit 1`)
	_, err := Start(startContext(t), Config{Binaries: &binaries})
	if err == nil || !strings.Contains(err.Error(), "initdb: error: no space") {
		t.Errorf("the error lacks what initdb said: %v", err)
	}
}
