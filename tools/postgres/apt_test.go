package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Debian 12's answers, and Ubuntu 24.04's names.
const (
	metaPackage = `postgresql
  Depends: postgresql-15
`
	debian12 = `postgresql-15
 |Depends: locales
  Depends: locales-all
  Depends: postgresql-client-15
  Depends: postgresql-common
  Depends: tzdata
 |Depends: debconf
  Depends: <debconf-2.0>
    cdebconf
    debconf
  Depends: libc6
  Depends: libicu72
  Depends: libllvm14
  Depends: libpq5
  Depends: libsystemd0
    libelogind0
  Depends: zlib1g
`
	ubuntu24 = `postgresql-16
  Depends: postgresql-client-16
  Depends: libc6
  Depends: libicu74
  Depends: libllvm17t64
  Depends: libpam0g
 |Depends: libssl3t64
  Depends: libssl3
`
)

func TestServerPackage(t *testing.T) {
	name, major, err := serverPackage(dependencies(metaPackage))
	if err != nil || name != "postgresql-15" || major != "15" {
		t.Errorf("got %s, %s, %v", name, major, err)
	}
	if _, _, err := serverPackage(dependencies(debian12)); err == nil {
		t.Error("postgresql-client-15 was taken for a server")
	}
}

func TestLibraryPackages(t *testing.T) {
	for _, test := range []struct {
		out  string
		want []string
	}{
		{debian12, []string{"libicu72", "libpq5", "libsystemd0", "zlib1g"}},
		{ubuntu24, []string{"libicu74", "libpam0g", "libssl3t64"}},
	} {
		if diff := cmp.Diff(test.want, libraryPackages(dependencies(test.out))); diff != "" {
			t.Error(diff)
		}
	}
}

func TestGatherLibraries(t *testing.T) {
	tree := t.TempDir()
	for _, file := range []string{
		"lib/x86_64-linux-gnu/libcom_err.so.2.1",
		"usr/lib/x86_64-linux-gnu/libicuuc.so.72.1",
		"usr/lib/x86_64-linux-gnu/engines/padlock.so",
		"usr/share/doc/libicu72/copyright",
	} {
		path := filepath.Join(tree, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("libicuuc.so.72.1", filepath.Join(tree, "usr/lib/x86_64-linux-gnu/libicuuc.so.72")); err != nil {
		t.Fatal(err)
	}
	lib := filepath.Join(t.TempDir(), "lib")
	if err := gatherLibraries(tree, lib); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"libcom_err.so.2.1", "libicuuc.so.72", "libicuuc.so.72.1"}, entries(t, lib)); diff != "" {
		t.Error(diff)
	}
	if _, err := os.Stat(filepath.Join(lib, "libicuuc.so.72")); err != nil {
		t.Errorf("the link leads nowhere: %v", err)
	}
}
