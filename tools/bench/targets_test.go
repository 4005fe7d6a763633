package main

import (
	"math"
	"strings"
	"testing"
)

func TestTargetTable(t *testing.T) {
	b := &bench{found: map[finding]float64{
		addFloorFinding:     1.15,
		addEthereumFinding:  0.4501,
		serviceFloorFinding: math.NaN(),
	}}
	got, err := b.targetTable(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(got, "\n")
	for i, want := range []string{
		"≤ 1.15 × the net/http floor | 1.15 | met |",
		"≤ 0.45 × go-ethereum/rpc | 0.45 | **not met** |",
		"≤ 1.6 × the net/http floor | NaN | **not met** |",
		"≤ 0.13 × go-ethereum/rpc | not measured |  |",
	} {
		if !strings.HasSuffix(lines[i+2], want) {
			t.Errorf("got %s, want %s", lines[i+2], want)
		}
	}
	seen := map[finding]bool{}
	for _, target := range targets {
		if seen[target.finding] {
			t.Errorf("%s stands twice", target.what)
		}
		seen[target.finding] = true
	}
}
