package machine

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

func allowedCPUs() ([]int, error) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return nil, err
	}
	var cpus []int
	for cpu := range len(set) * strconv.IntSize {
		if set.IsSet(cpu) {
			cpus = append(cpus, cpu)
		}
	}
	return cpus, nil
}

// pinned runs fn on one CPU, on a thread that is thrown away after it: its
// goroutine ends without unlocking it. What fn starts inherits the CPU.
func pinned(cpu int, fn func() error) error {
	result := make(chan error)
	go func() {
		runtime.LockOSThread()
		if err := unix.SchedSetaffinity(0, only(cpu)); err != nil {
			result <- err
			return
		}
		result <- fn()
	}()
	return <-result
}

func only(cpu int) *unix.CPUSet {
	var set unix.CPUSet
	set.Set(cpu)
	return &set
}

func pinAllThreads(cpu int) error {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	for _, thread := range threads {
		id, err := strconv.Atoi(thread.Name())
		if err != nil {
			return err
		}
		if err := unix.SchedSetaffinity(id, only(cpu)); err != nil {
			return err
		}
	}
	return nil
}

// usage reads the clock of the process (clock_getcpuclockid(3)), which counts
// nanoseconds where /proc counts ticks of 10 ms.
func usage(pid int) (Usage, error) {
	const clockSchedOfProcess = 2
	var spent unix.Timespec
	if err := unix.ClockGettime(int32(^pid)<<3|clockSchedOfProcess, &spent); err != nil {
		return Usage{}, fmt.Errorf("CPU time of process %d: %w", pid, err)
	}
	memory, err := peakMemory(pid)
	return Usage{CPU: time.Duration(spent.Nano()), Memory: memory}, err
}

// peakMemory is VmHWM (proc_pid_status(5)).
func peakMemory(pid int) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := bytes.Cut(status, []byte("VmHWM:"))
	var kilobytes int64
	if _, err := fmt.Fscanf(bytes.NewReader(rest), "%d kB", &kilobytes); err != nil {
		return 0, fmt.Errorf("VmHWM of process %d: %w", pid, err)
	}
	return kilobytes << 10, nil
}

// Model names the CPU.
func Model() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(info)) {
		if name, value, _ := strings.Cut(line, ":"); strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
