//go:build !linux

package machine

import (
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"
)

var errCannotPin = errors.New("this system does not let processes be pinned to a CPU")

func allowedCPUs() ([]int, error)           { return nil, errCannotPin }
func pinned(cpu int, fn func() error) error { return errCannotPin }
func pinAllThreads(cpu int) error           { return errCannotPin }

// usage asks ps, which counts hundredths of a second and knows no peak of
// memory.
func usage(pid int) (Usage, error) {
	out, err := exec.Command("ps", "-o", "time=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return Usage{}, fmt.Errorf("CPU time of process %d: %w", pid, err)
	}
	var cpu time.Duration // [[hours:]minutes:]seconds
	for part := range strings.SplitSeq(strings.TrimSpace(string(out)), ":") {
		seconds, err := strconv.ParseFloat(part, 64)
		if err != nil {
			return Usage{}, fmt.Errorf("CPU time of process %d: %w", pid, err)
		}
		cpu = cpu*60 + time.Duration(seconds*float64(time.Second))
	}
	return Usage{CPU: cpu}, nil
}

// Model names the CPU.
func Model() string { return runtime.GOARCH }
