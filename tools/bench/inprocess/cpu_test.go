package inprocess

import (
	"syscall"
	"testing"
)

// cpu is the CPU time of a benchmark, garbage collection included. Unlike time on
// the clock it does not grow where other programs want the same CPU.
type cpu struct {
	b      *testing.B
	before int64
}

// start goes before the loop.
func start(b *testing.B) cpu {
	b.Helper()
	b.ReportAllocs()
	return cpu{b, spent(b)}
}

// report goes behind the loop, whose every round has made so many calls.
func (c cpu) report(calls int) {
	c.b.Helper()
	c.b.ReportMetric(float64(spent(c.b)-c.before)/float64(c.b.N*calls), "cpu-ns/call")
}

// spent is in nanoseconds.
func spent(b *testing.B) int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
