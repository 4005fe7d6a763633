package app

import (
	"os"
	"runtime"
	"runtime/debug"
)

// When garbage is collected. Go's own measure is growth by 100 percent, of 4 MiB
// at least, and no headroom. Measured, as ratios to the floor and to the bytes
// of the answer (make bench), on one CPU:
//
//	growth, headroom        100 %, 0   50 %, 0   50 %, 8 MiB   25 %, 12 MiB
//	CPU of add                  1.58      1.73             –           1.50
//	CPU of get_current_user     1.09      1.26             –           1.07
//	memory of a large batch     4.29      3.93          4.49           3.78
const (
	growth   = 25
	headroom = 12 << 20
)

// paceCollector has garbage collected when the heap has grown by a quarter of
// the sum of what is in use and headroom. So a large request does not let as much
// garbage lie beside it, and the little that is in use without one is not looked
// at again after every 3 MiB.
//
// What is returned has to be kept for as long as that is to last. It is memory
// that nobody touches, and so none that the system gives. Who sets GOGC or
// GOMEMLIMIT knows better.
func paceCollector() (kept []byte) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return nil
	}
	debug.SetGCPercent(growth)
	return make([]byte, headroom)
}

// forgetStart gives up what only the start needed, such as 8 MiB for the reader
// of migrations: pools let go of what they hold at the second collection.
func forgetStart() {
	runtime.GC()
	runtime.GC()
}
