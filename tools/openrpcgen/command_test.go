package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes openrpcgen a command of the scripts.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"openrpcgen": main})
}

// TestScripts runs testdata/*.txtar: a document in; files, or the exact text
// of the faults, out. UPDATE_GOLDENS=1 writes what comes out into them.
func TestScripts(t *testing.T) {
	checkout, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		UpdateScripts:       os.Getenv("UPDATE_GOLDENS") != "",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			// Scripts build what was generated, with this module's own versions.
			env.Setenv("CHECKOUT", checkout)
			for _, name := range []string{"HOME", "GOCACHE", "GOMODCACHE", "GOPROXY", "GOFLAGS", "GOTOOLCHAIN"} {
				if value, ok := os.LookupEnv(name); ok {
					env.Setenv(name, value)
				}
			}
			if home, err := os.UserHomeDir(); err == nil {
				env.Setenv("HOME", home)
			}
			return nil
		},
	})
}
