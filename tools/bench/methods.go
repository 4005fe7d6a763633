package main

import (
	"context"
	"fmt"
)

// methodCounts are the sizes of the contracts that are compared; the last is to
// cost no more than the first.
var methodCounts = []int{10, 100, 1000}

// manyMethods tells whether a call costs more where the contract is larger.
func (b *bench) manyMethods(ctx context.Context) (string, error) {
	m, err := b.runBenchmarks(ctx, "methods", b.methods)
	if err != nil {
		return "", err
	}
	t := table{header: []string{"methods in the contract", "CPU per call, in a batch of 100", "ratio to 10"}}
	for _, n := range methodCounts {
		name := fmt.Sprintf("Methods%d", n)
		ratio := m.ratio(name, "Methods10", cpuPerCall)
		t.add(fmt.Sprint(n), nanoseconds(m.median(name, cpuPerCall)), fmt.Sprintf("%.2f", ratio))
		b.found[methodsFinding] = ratio
	}
	return t.String(), nil
}
