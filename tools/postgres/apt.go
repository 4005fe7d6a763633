package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// apt asks apt for packages with lists and a cache of its own, so that it needs no root and leaves the system as it is.
type apt struct {
	work    string
	options []string
}

// unpackApt unpacks the version of Postgres that the system's distribution has, and the libraries that it needs and the system lacks.
func unpackApt(ctx context.Context, work, dir string) error {
	a, err := newApt(work)
	if err != nil {
		return err
	}
	// An update complains about each list that it cannot get; what we need may be in the others.
	_, updateErr := a.run(ctx, "apt-get", "update")
	server, err := a.unpackServer(ctx, dir)
	if err != nil {
		return errors.Join(err, updateErr)
	}
	if _, err := find(work); err == nil {
		return nil
	}
	return a.unpackLibraries(ctx, server, dir)
}

func newApt(work string) (*apt, error) {
	lists, cache := filepath.Join(work, "lists"), filepath.Join(work, "cache")
	for _, dir := range []string{filepath.Join(lists, "partial"), filepath.Join(cache, "archives", "partial")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
	}
	return &apt{work: work, options: []string{
		"-o", "Dir::State::lists=" + lists,
		"-o", "Dir::Cache=" + cache,
		"-o", "Debug::NoLocking=1",
		"-o", "APT::Update::Error-Mode=any",
	}}, nil
}

// unpackServer unpacks the server's package, and returns its name.
func (a *apt) unpackServer(ctx context.Context, dir string) (name string, err error) {
	out, err := a.run(ctx, "apt-cache", "depends", "--important", "postgresql")
	if err != nil {
		return "", err
	}
	name, major, err := serverPackage(dependencies(out))
	if err != nil {
		return "", err
	}
	if _, err := a.run(ctx, "apt-get", "download", name); err != nil {
		return "", err
	}
	if err := a.unpackAll(ctx, a.work, dir); err != nil {
		return "", err
	}
	home := filepath.Join("usr", "lib", "postgresql", major)
	// The just-in-time compiler comes as a module of its own, and needs all of LLVM; without the module Postgres does without.
	if err := removeAll(filepath.Join(dir, home, "lib", "llvmjit*")); err != nil {
		return "", err
	}
	return name, os.Symlink(filepath.Join(home, "bin"), filepath.Join(dir, "bin"))
}

// unpackLibraries gathers the shared libraries of the packages that apt would have to install for the server's sake.
func (a *apt) unpackLibraries(ctx context.Context, server, dir string) error {
	out, err := a.run(ctx, "apt-cache", "depends", "--important", server)
	if err != nil {
		return err
	}
	options := []string{"--yes", "--no-install-recommends", "--download-only"}
	if _, err := a.run(ctx, "apt-get", "install", slices.Concat(options, libraryPackages(dependencies(out)))...); err != nil {
		return err
	}
	tree := filepath.Join(a.work, "libraries")
	if err := a.unpackAll(ctx, filepath.Join(a.work, "cache", "archives"), tree); err != nil {
		return err
	}
	return gatherLibraries(tree, filepath.Join(dir, "lib"))
}

// unpackAll unpacks the packages in a folder into a tree.
func (a *apt) unpackAll(ctx context.Context, from, tree string) error {
	packages, err := filepath.Glob(filepath.Join(from, "*.deb"))
	if err != nil {
		return err
	}
	for _, file := range packages {
		if _, err := output(ctx, a.work, "dpkg", "--extract", file, tree); err != nil {
			return err
		}
	}
	return nil
}

func (a *apt) run(ctx context.Context, program, verb string, args ...string) (string, error) {
	return output(ctx, a.work, program, verb, slices.Concat(args, a.options)...)
}

// dependencies reads what `apt-cache depends` prints:
//
//	postgresql-15
//	 |Depends: locales
//	  Depends: locales-all
//	  Depends: libsystemd0
//	    libelogind0
//
// A bar says that the next line is an alternative; further indented are packages that provide the one above. The first choice is
// taken.
func dependencies(out string) []string {
	var names []string
	alternative := false
	for line := range strings.Lines(out) {
		kind, name, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			continue
		}
		if !alternative {
			names = append(names, name)
		}
		alternative = strings.HasPrefix(kind, "|")
	}
	return names
}

var serverPattern = regexp.MustCompile(`^postgresql-(\d+)$`)

// serverPackage picks the server from the dependencies of the package postgresql, which stands for the version that the distribution
// supports.
func serverPackage(dependencies []string) (name, major string, err error) {
	for _, name := range dependencies {
		if match := serverPattern.FindStringSubmatch(name); match != nil {
			return name, match[1], nil
		}
	}
	return "", "", errors.New("the package postgresql names no server")
}

// libraryPackages picks the libraries to be fetched. LLVM is only for the module that unpackServer removes; the C library must be the
// one of the system's own loader.
func libraryPackages(dependencies []string) []string {
	var names []string
	for _, name := range dependencies {
		library := strings.HasPrefix(name, "lib") || name == "zlib1g"
		if library && name != "libc6" && !strings.HasPrefix(name, "libllvm") {
			names = append(names, name)
		}
	}
	return names
}

// gatherLibraries moves the shared libraries from the folders where packages have them into one.
func gatherLibraries(tree, lib string) error {
	if err := os.Mkdir(lib, 0o755); err != nil {
		return err
	}
	for _, pattern := range []string{"lib/*/*.so*", "usr/lib/*/*.so*"} {
		files, err := filepath.Glob(filepath.Join(tree, pattern))
		if err != nil {
			return err
		}
		for _, file := range files {
			if err := os.Rename(file, filepath.Join(lib, filepath.Base(file))); err != nil {
				return err
			}
		}
	}
	return nil
}
