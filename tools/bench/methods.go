package main

import (
	"context"
	"fmt"
)

// methodCounts are the sizes of the contracts that are compared; the last is to
// cost no more than the first.
var methodCounts = []int{10, 100, 1000}

// manyMethods tells whether a call costs more where the contract is larger: if
// always the same few methods are called, so that a method costs what it takes to
// find it; and if ever others are, whose code the CPU has to fetch as well.
func (b *bench) manyMethods(ctx context.Context) (string, error) {
	m, err := b.runBenchmarks(ctx, "methods", b.methods)
	if err != nil {
		return "", err
	}
	t := table{header: []string{"methods in the contract", "10 of them are called", "ratio to 10", "100 of them", "ratio to 10"}}
	for _, n := range methodCounts {
		few, fewRatio := methodCost(m, "FewOf", n)
		many, manyRatio := methodCost(m, "ManyOf", n)
		t.add(fmt.Sprint(n), few, fmt.Sprintf("%.2f", fewRatio), many, fmt.Sprintf("%.2f", manyRatio))
		b.found[dispatchFinding], b.found[methodsFinding] = fewRatio, manyRatio
	}
	return t.String() + "\nCPU per call, in process, in a batch of 100. Where there are 10, 10 are called.\n", nil
}

// methodCost is what a call costs with n methods, and its ratio to the least n.
func methodCost(m benchmarks, name string, n int) (cost string, ratio float64) {
	key := fmt.Sprint(name, n)
	return nanoseconds(m.median(key, cpuPerCall)), m.ratio(key, fmt.Sprint(name, methodCounts[0]), cpuPerCall)
}
