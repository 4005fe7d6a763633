package auth

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLoadOrCreateKeys(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token.key")
	if _, err := OpenKeyFile(path); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("OpenKeyFile without a file: error is %v", err)
	}

	const programs = 8
	made := make(chan string)
	for range programs {
		go func() {
			set, err := LoadOrCreateKeys(path)
			made <- fmt.Sprint(set, err)
		}()
	}
	want := <-made
	for range programs - 1 {
		if got := <-made; got != want {
			t.Errorf("one has the keys %s, another %s", got, want)
		}
	}
	checkFolder(t, path)
}

// checkFolder asks that there be one file in a folder, which nobody else may use.
func checkFolder(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Fatalf("in the folder: %v (%v)", entries, err)
	}
	if info, err := entries[0].Info(); err != nil || info.Mode() != 0o600 {
		t.Errorf("the file's mode is %v (%v)", info.Mode(), err)
	}
}

// What the README of many a service tells people to do.
func TestKeyOfOpenSSL(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key.pem")
	text, err := exec.Command("openssl", "genpkey", "-algorithm", "ed25519").Output()
	if errors.Is(err, exec.ErrNotFound) {
		text = []byte(pemOf(t, "PRIVATE KEY", newPrivate(t))) // which is what it writes
	} else if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := OpenKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	old, ok := file.Keys().Signer(noon)
	if !ok || !old.SignsFrom.IsZero() || !old.Created.IsZero() {
		t.Errorf("the signer is %v since %v", old, old.SignsFrom)
	}
	added, err := AddKey(path, noon, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.read(); err != nil {
		t.Fatal(err)
	}
	if signer, _ := file.Keys().Signer(noon.Add(time.Minute)); signer.ID != added.ID || len(file.Keys().All()) != 2 {
		t.Errorf("the keys are %v, and %v signs", file.Keys().All(), signer)
	}
}

func TestKeyFilesRefuseWhatOthersMayUse(t *testing.T) {
	t.Parallel()
	for _, mode := range []fs.FileMode{0o644, 0o640, 0o604, 0o620, 0o601} {
		path := filepath.Join(t.TempDir(), "token.key")
		key, err := AddKey(path, noon, 0)
		if err == nil {
			err = os.Chmod(path, mode)
		}
		if err != nil {
			t.Fatal(err)
		}
		_, opened := OpenKeyFile(path)
		_, loaded := LoadOrCreateKeys(path)
		_, added := AddKey(path, noon, 0)
		for name, err := range map[string]error{
			"open": opened, "load": loaded, "add": added, "retire": RetireKey(path, key.ID, noon, 0, true),
		} {
			if err == nil || !strings.Contains(err.Error(), "chmod 600 "+path) {
				t.Errorf("%s a file with mode %04o: error is %v", name, mode, err)
			}
		}
	}
}

func TestKeyFilesAreNeverReplacedByWorse(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token.key")
	if err := os.WriteFile(path, []byte("somebody's"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, loaded := LoadOrCreateKeys(path)
	_, added := AddKey(path, noon, 0)
	for name, err := range map[string]error{"load": loaded, "add": added, "retire": RetireKey(path, "x", noon, 0, true)} {
		if err == nil || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "somebody's") {
			t.Errorf("%s: error is %v, want one that names the file", name, err)
		}
	}
	if text, err := os.ReadFile(path); string(text) != "somebody's" {
		t.Errorf("the file has become %q (%v)", text, err)
	}
	large := bytes.Repeat([]byte("\n"), maxPrivateFile+1)
	if err := os.WriteFile(path, large, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKeyFile(path); err == nil || !strings.Contains(err.Error(), "more than 65536 bytes") {
		t.Errorf("a large file: error is %v", err)
	}
	nowhere := filepath.Join(t.TempDir(), "missing", "token.key")
	if _, err := LoadOrCreateKeys(nowhere); err == nil || !strings.Contains(err.Error(), "make the token key") {
		t.Errorf("in no folder: error is %v", err)
	}
}

// Edits at the same time do not lose each other's keys, nor the link by which the file is known, nor its owner.
func TestKeyFileEdits(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token.key")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	first, err := AddKey(path, noon, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if !first.SignsFrom.IsZero() {
		t.Errorf("a file's first key signs from %v", first.SignsFrom)
	}
	user := os.Getuid()
	if user == 0 { // Only root can give a file away.
		user = 12345
		if err := os.Chown(path, user, user); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{first.ID}
	var mu sync.Mutex
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			key, err := AddKey(link, noon, time.Duration(i+1)*time.Minute)
			if err != nil || !key.SignsFrom.Equal(noon.Add(time.Duration(i+1)*time.Minute)) || !key.Created.Equal(noon) {
				t.Errorf("added %v, to sign from %v (%v)", key, key.SignsFrom, err)
			}
			mu.Lock()
			defer mu.Unlock()
			want = append(want, key.ID)
		})
	}
	group.Wait()
	file, err := OpenKeyFile(link)
	if err != nil {
		t.Fatal(err)
	}
	ids := func() map[string]bool {
		set := map[string]bool{}
		for _, id := range file.describe() {
			set[id] = true
		}
		return set
	}
	for _, id := range want {
		if !ids()[id] {
			t.Errorf("%s is lost", id)
		}
	}
	if err := RetireKey(link, want[8], noon, time.Hour, false); err != nil {
		t.Error(err)
	}
	if changed, err := file.read(); err != nil || !changed || len(ids()) != 8 || ids()[want[8]] {
		t.Errorf("after one was retired: %v (%v)", ids(), err)
	}
	checkFolder(t, path)
	checkLinkAndOwner(t, link, path, user)
}

func checkLinkAndOwner(t *testing.T, link, path string, user int) {
	t.Helper()
	if target, err := os.Readlink(link); target != path {
		t.Errorf("the link leads to %s (%v)", target, err)
	}
	if got, err := owner(os.Stat(path)); got.user != user {
		t.Errorf("the file is user %d's, want %d's (%v)", got.user, user, err)
	}
}

func TestFollow(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token.key")
	synctest.Test(t, func(t *testing.T) {
		write := func(text string) {
			t.Helper()
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			time.Sleep(pollInterval)
			synctest.Wait()
		}
		old := pemOf(t, "PRIVATE KEY", newPrivate(t))
		next := pemOf(t, "PRIVATE KEY", newPrivate(t), "Signs-From: 2000-01-01T00:00:00Z")
		write(old)
		file, err := OpenKeyFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			file.Follow(ctx, slog.New(slog.NewTextHandler(&log, nil)))
			close(ended)
		}()
		for _, step := range []struct {
			name, text string
			keys       int
			logged     string // the level
		}{
			{"the same", old, 1, ""},
			{"one more", old + next, 2, "INFO"},
			{"broken", old + next[:60], 2, "ERROR"},
			{"still broken", old + next[:60], 2, ""},
			{"broken otherwise", next + next, 2, "ERROR"},
			{"whole as before", old + next, 2, ""},
			{"broken once more", next + next, 2, "ERROR"},
			{"one retired", next, 1, "INFO"},
		} {
			before := file.Keys()
			log.Reset()
			write(step.text)
			if got := len(file.Keys().All()); got != step.keys {
				t.Errorf("%s: %d keys, want %d", step.name, got, step.keys)
			}
			if kept := file.Keys() == before; kept != (step.logged != "INFO") {
				t.Errorf("%s: the set stayed: %v", step.name, kept)
			}
			_, level, _ := strings.Cut(log.String(), "level=")
			level, _, _ = strings.Cut(level, " ")
			if diff := cmp.Diff(step.logged, level); diff != "" || strings.Count(log.String(), "\n") > 1 {
				t.Errorf("%s: logged %s, want the level %q", step.name, log.String(), step.logged)
			}
		}
		cancel()
		<-ended
	})
}
