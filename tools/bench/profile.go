package main

import (
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"syscall"
)

// profileVariable tells a process of this program where its profiles go: the
// beginning of their names.
const profileVariable = "BENCH_PROFILE"

// profileOf is the beginning of the names of a child's profiles: what it was
// started with, but for a URL.
func (s settings) profileOf(args []string) string {
	var words []string
	for _, arg := range args {
		if !strings.Contains(arg, "://") {
			words = append(words, arg)
		}
	}
	return filepath.Join(s.profile, strings.Join(words, "-"))
}

// profiled runs a process of this program until it is asked to end, and leaves
// its profiles where the environment says.
func profiled(run func() error) error {
	prefix := os.Getenv(profileVariable)
	if prefix == "" {
		return run()
	}
	file, err := os.Create(prefix + ".cpu.pprof")
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- run() }()
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	select {
	case err = <-ended:
	case <-asked:
	}
	pprof.StopCPUProfile()
	return errors.Join(err, file.Close(), writeHeapProfile(prefix+".heap.pprof"))
}

func writeHeapProfile(name string) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	runtime.GC()
	return errors.Join(pprof.WriteHeapProfile(file), file.Close())
}
