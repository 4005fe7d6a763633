package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestVerify(t *testing.T) {
	archive := filepath.Join(t.TempDir(), "archive.tgz")
	if err := os.WriteFile(archive, []byte("abc"), 0o644); err != nil {
		t.Fatal(err)
	}
	// The example of FIPS 180-4.
	const abc = "3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw=="
	if err := verify(archive, abc); err != nil {
		t.Error(err)
	}
	err := verify(archive, "other"+abc)
	if err == nil || !strings.HasPrefix(err.Error(), "archive.tgz is not the archive that is expected: ") {
		t.Errorf("got %v", err)
	}
}

func TestMakeLinks(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"pg-symlinks.json":  `[{"source":"native/lib/libpq.so.5.17","target":"native/lib/libpq.so.5"}]`,
		"lib/libpq.so.5.17": "the library",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := makeLinks(dir); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(dir, "lib", "libpq.so.5"))
	if err != nil || string(content) != "the library" {
		t.Errorf("got %q, %v", content, err)
	}
}
