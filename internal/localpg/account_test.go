package localpg

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

func TestDataDir(t *testing.T) {
	t.Parallel()
	base := filepath.Join(tempDir(t), "checkout", ".rollcall")
	dir, err := DataDir(base)
	if err != nil {
		t.Fatal(err)
	}
	if dir != base {
		t.Errorf("got %s, want %s", dir, base)
	}
	start(t, Config{Dir: filepath.Join(dir, "postgres")})
}

func TestDataDirThatCannotBeReached(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root runs Postgres as another user")
	}
	closed := t.TempDir()
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	dirs := map[string]bool{}
	for _, name := range []string{"a/.rollcall", "b/.rollcall", "a/.rollcall"} {
		dir, err := DataDir(filepath.Join(closed, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.RemoveAll(dir) })
		if !regexp.MustCompile(`^/var/lib/rollcall/rollcall-[0-9a-f]{8}$`).MatchString(dir) {
			t.Errorf("got %s", dir)
		}
		dirs[dir] = true
	}
	if len(dirs) != 2 {
		t.Errorf("two folders have %d data directories: %v", len(dirs), dirs)
	}
	for dir := range dirs {
		start(t, Config{Dir: filepath.Join(dir, "postgres")})
	}

	if _, err := Start(startContext(t), Config{Dir: closed}); err == nil {
		t.Error("no error for a folder that the server's account cannot enter")
	}
}
