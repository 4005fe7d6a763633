package app

import (
	"runtime/debug"
	"testing"
)

// Whoever sets what Go reads itself has their way.
func TestPaceCollector(t *testing.T) {
	before := debug.SetGCPercent(100)
	t.Cleanup(func() { debug.SetGCPercent(before) })
	for _, test := range []struct {
		gogc, limit string
		growth      int
		headroom    int
	}{
		{"50", "", 100, 0},
		{"", "1GiB", 100, 0},
		{"", "", growth, headroom},
	} {
		t.Setenv("GOGC", test.gogc)
		t.Setenv("GOMEMLIMIT", test.limit)
		kept := len(paceCollector())
		if got := debug.SetGCPercent(100); got != test.growth || kept != test.headroom {
			t.Errorf("GOGC=%s, GOMEMLIMIT=%s: growth by %d percent, headroom of %d bytes; want %d and %d",
				test.gogc, test.limit, got, kept, test.growth, test.headroom)
		}
	}
}
