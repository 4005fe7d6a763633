package localpg

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fakeBinaries makes a folder with b's postgres and a shell script for initdb, whose $2 is the new data directory.
func fakeBinaries(t *testing.T, b Binaries, initdb string) Binaries {
	t.Helper()
	dir := tempDir(t)
	if err := os.Symlink(filepath.Join(b.Dir, "postgres"), filepath.Join(dir, "postgres")); err != nil {
		t.Fatal(err)
	}
	script(t, filepath.Join(dir, "initdb"), initdb)
	b.Dir = dir
	return b
}

func script(t *testing.T, path, body string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	const (
		v14    = `echo "postgres (PostgreSQL) 14.9 (Debian 14.9-1)"`
		v15    = `echo "postgres (PostgreSQL) 15.18"`
		v17    = `echo "postgres (PostgreSQL) 17rc1"`
		v9     = `echo "postgres (PostgreSQL) 9.6.24"`
		broken = `echo "libpq.so.5: cannot open shared object file" >&2; exit 127`
		libs   = `[ -e "$LD_LIBRARY_PATH/libpq.so.5" ] && echo "postgres (PostgreSQL) 16.1"`
	)
	for _, test := range []struct {
		name  string
		have  map[string]string // folder to what its postgres does
		major int
		want  string // folder
		lib   string
		err   string
	}{
		{name: "newest", have: map[string]string{"path": v14, "system/17/bin": v17, "private/a/bin": v15}, want: "system/17/bin"},
		{name: "first of equals", have: map[string]string{"path": v15, "system/15/bin": v15, "private/a/bin": v15}, want: "path"},
		{name: "of a version", have: map[string]string{"path": v17, "system/15/bin": v15, "private/a/bin": v14}, major: 14, want: "private/a/bin"},
		{name: "by pg_config", have: map[string]string{"elsewhere": v15}, want: "elsewhere"},
		{name: "not broken", have: map[string]string{"path": broken, "system/15/bin": v15}, want: "system/15/bin"},
		{name: "private with libraries", have: map[string]string{"private/a/bin": libs}, want: "private/a/bin", lib: "private/a/lib"},
		{name: "not what is being fetched", have: map[string]string{"private/.new-1/a/bin": v15},
			err: "no Postgres (13 or newer) found: run `go run ./tools/postgres`, which fetches it, or install it yourself"},
		{name: "too old", have: map[string]string{"path": v9},
			err: "no Postgres (13 or newer) found: run `go run ./tools/postgres`, which fetches it, or install it yourself\n" +
				"found Postgres 9 in ROOT/path"},
		{name: "other version", have: map[string]string{"path": v15}, major: 14,
			err: "the data directory needs Postgres 14, which is not here: install that version, or move the data directory away to" +
				" begin with an empty one\nfound Postgres 15 in ROOT/path"},
		{name: "only broken", have: map[string]string{"system/15/bin": broken},
			err: "no Postgres (13 or newer) found: run `go run ./tools/postgres`, which fetches it, or install it yourself\n" +
				"ROOT/system/15/bin/postgres does not run: exit status 127\n\tlibpq.so.5: cannot open shared object file"},
		{name: "not Postgres", have: map[string]string{"path": `echo hello`},
			err: "no Postgres (13 or newer) found: run `go run ./tools/postgres`, which fetches it, or install it yourself\n" +
				"ROOT/path/postgres is not Postgres: it calls itself \"hello\""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			root := tempDir(t)
			for dir, body := range test.have {
				script(t, filepath.Join(root, dir, "postgres"), body)
				script(t, filepath.Join(root, dir, "initdb"), body)
			}
			if test.lib != "" {
				script(t, filepath.Join(root, test.lib, "libpq.so.5"), "")
			}
			script(t, filepath.Join(root, "path", "pg_config"), "echo "+filepath.Join(root, "elsewhere"))
			places := Places{
				Path:    []string{"", ".", filepath.Join(root, "path")},
				Globs:   []string{filepath.Join(root, "system", "*", "bin")},
				Private: filepath.Join(root, "private"),
			}
			got, err := places.Find(test.major)
			var message string
			if err != nil {
				message = strings.ReplaceAll(err.Error(), root, "ROOT")
			}
			if diff := cmp.Diff(test.err, message); diff != "" {
				t.Fatal(diff)
			}
			if dir, _ := filepath.Rel(root, got.Dir); err == nil && dir != test.want {
				t.Errorf("found %s, want %s", dir, test.want)
			}
			if test.lib != "" && got.Lib != filepath.Join(root, test.lib) {
				t.Errorf("libraries in %q, want %s", got.Lib, test.lib)
			}
		})
	}
}
