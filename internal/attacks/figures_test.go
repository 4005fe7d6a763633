package attacks_test

import (
	"fmt"
	"io"
	"math"
	"slices"
	"sync"
	"testing"
	"text/tabwriter"
	"time"
)

// table is what attacks measured, to be copied into the threat model.
type table struct {
	mu   sync.Mutex
	rows []row
}

type row struct{ test, what, figure string }

// figures are those of this run.
var figures table

// measured notes a figure of a test.
func measured(t *testing.T, what, format string, args ...any) {
	t.Helper()
	figures.mu.Lock()
	defer figures.mu.Unlock()
	figures.rows = append(figures.rows, row{t.Name(), what, fmt.Sprintf(format, args...)})
	t.Logf("%s: %s", what, figures.rows[len(figures.rows)-1].figure)
}

// print prints what the full attacks measured, as Markdown. The small ones say
// nothing that is worth a table.
func (f *table) print(w io.Writer) {
	if !*full || len(f.rows) == 0 {
		return
	}
	out := tabwriter.NewWriter(w, 0, 0, 1, ' ', tabwriter.Debug)
	fmt.Fprintln(out, "\n\ttest\tattack\tfound\t")
	fmt.Fprintln(out, "\t---\t---\t---\t")
	for _, r := range f.rows {
		fmt.Fprintf(out, "\t%s\t%s\t%s\t\n", r.test, r.what, r.figure)
	}
	_ = out.Flush()
}

// quantile is how long the part of the durations took at most that q says.
func quantile(durations []time.Duration, q float64) time.Duration {
	sorted := slices.Sorted(slices.Values(durations))
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}

// auc is the chance that one of a took longer than one of b (the area under the
// ROC curve): 0.5 where the time tells nobody to which of them it belongs.
func auc(a, b []time.Duration) float64 {
	sorted := slices.Sorted(slices.Values(b))
	var wins float64
	for _, d := range a {
		shorter, _ := slices.BinarySearch(sorted, d)
		notLonger, _ := slices.BinarySearch(sorted, d+1)
		wins += float64(shorter+notLonger) / 2
	}
	return wins / float64(len(a)) / float64(len(b))
}

func TestAUC(t *testing.T) {
	tests := []struct {
		a, b []time.Duration
		want float64
	}{
		{[]time.Duration{1, 2, 3}, []time.Duration{1, 2, 3}, 0.5},
		{[]time.Duration{4, 5}, []time.Duration{1, 2, 3}, 1},
		{[]time.Duration{1}, []time.Duration{2, 3}, 0},
		{[]time.Duration{2, 4}, []time.Duration{1, 3}, 0.75},
	}
	for _, test := range tests {
		if got := auc(test.a, test.b); got != test.want {
			t.Errorf("auc(%v, %v) is %v, want %v", test.a, test.b, got, test.want)
		}
	}
}
