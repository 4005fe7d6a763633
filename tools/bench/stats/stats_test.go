package stats

import (
	"math"
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	for _, test := range []struct {
		values []float64
		want   float64
	}{
		{[]float64{7}, 7},
		{[]float64{9, 1, 4}, 4},
		{[]float64{9, 1, 4, 6}, 5},
		{[]float64{1, 1, 1000}, 1},
	} {
		if got := Median(test.values); got != test.want {
			t.Errorf("Median(%v) = %v, want %v", test.values, got, test.want)
		}
	}
	if got := Median(nil); !math.IsNaN(got) {
		t.Errorf("Median of nothing = %v", got)
	}
}

func TestMedianLeavesOrder(t *testing.T) {
	values := []float64{3, 1, 2}
	Median(values)
	if values[0] != 3 || values[1] != 1 || values[2] != 2 {
		t.Errorf("became %v", values)
	}
}

// TestRatio has a machine that was ten times slower in the second round.
func TestRatio(t *testing.T) {
	if got := Ratio([]float64{2, 22, 2.4}, []float64{1, 10, 1}); got != 2.2 {
		t.Errorf("got %v, want 2.2", got)
	}
}

func TestPercentile(t *testing.T) {
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(100 - i)
	}
	for _, test := range []struct {
		values []time.Duration
		p      float64
		want   time.Duration
	}{
		{hundred, 50, 50},
		{hundred, 99, 99},
		{hundred, 100, 100},
		{hundred, 0, 1},
		{[]time.Duration{5}, 99, 5},
		{[]time.Duration{5, 3}, 50, 3},
		{[]time.Duration{5, 3, 4}, 50, 4},
	} {
		if got := Percentile(test.values, test.p); got != test.want {
			t.Errorf("Percentile(%v, %v) = %v, want %v", test.values, test.p, got, test.want)
		}
	}
}
