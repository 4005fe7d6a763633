// Package machine says where processes run, and what they have used.
package machine

import (
	"fmt"
	"runtime"
)

// Cores are the CPUs of a comparison: what is measured has one to itself, and
// all that drives it has another.
type Cores struct {
	Server, Load int
	Pinned       bool // false where processes cannot be pinned, or there is one CPU only
}

// Choose takes the last and the first of the CPUs that this process may use:
// where cores have two threads each, those two are seldom of the same core.
func Choose() Cores {
	allowed, err := allowedCPUs()
	if err != nil || len(allowed) < 2 {
		return Cores{}
	}
	return Cores{Server: allowed[len(allowed)-1], Load: allowed[0], Pinned: true}
}

func (c Cores) String() string {
	if !c.Pinned {
		return fmt.Sprintf("not pinned, since this needs Linux and two CPUs (%s, %d)", runtime.GOOS, runtime.NumCPU())
	}
	return fmt.Sprintf("servers pinned to CPU %d, the load to CPU %d", c.Server, c.Load)
}

// PinSelf keeps this process, and those that it starts from now on, on the CPU
// of the load.
func (c Cores) PinSelf() error {
	if !c.Pinned {
		return nil
	}
	runtime.GOMAXPROCS(1)
	return pinAllThreads(c.Load)
}

// onServer runs start on the CPU of the server; a process that it starts stays
// there.
func (c Cores) onServer(start func() error) error {
	if !c.Pinned {
		return start()
	}
	return pinned(c.Server, start)
}
