// Package stats is the little arithmetic that measuring needs.
package stats

import (
	"cmp"
	"math"
	"slices"
)

// Median returns the value in the middle, or the mean of the two; NaN of none.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}

// Ratio returns the median of the ratios of values measured together, pair by
// pair: what slowed the machine down in one round slowed down both.
func Ratio(values, to []float64) float64 {
	ratios := make([]float64, min(len(values), len(to)))
	for i := range ratios {
		ratios[i] = values[i] / to[i]
	}
	return Median(ratios)
}

// Percentile returns the smallest value that p percent of the values do not
// exceed (nearest rank), and sorts them. There must be one.
func Percentile[T cmp.Ordered](values []T, p float64) T {
	slices.Sort(values)
	rank := int(math.Ceil(p / 100 * float64(len(values))))
	return values[max(rank-1, 0)]
}
