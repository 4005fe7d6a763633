package main

import (
	"bytes"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const twoRounds = `goos: linux
pkg: example.com/x
BenchmarkBatch/1    	   10000	     16425 ns/op	     16425 cpu-ns/call	    2752 B/op	      59 allocs/op
BenchmarkBatch/10   	     651	    103678 ns/op	     10368 cpu-ns/call	   23169 B/op	     519 allocs/op
PASS
BenchmarkBatch/1    	   10000	     16427 ns/op	     16427 cpu-ns/call	    2752 B/op	      59 allocs/op
BenchmarkBatch/10   	     651	    103700 ns/op	     10370.5 cpu-ns/call	   23169 B/op	     519 allocs/op
`

func TestReadBenchmarks(t *testing.T) {
	m := benchmarks{}
	if err := m.read(bytes.NewBufferString(twoRounds)); err != nil {
		t.Fatal(err)
	}
	want := benchmarks{
		"Batch/1": {
			"ns/op": {16425, 16427}, "cpu-ns/call": {16425, 16427}, "B/op": {2752, 2752}, "allocs/op": {59, 59},
		},
		"Batch/10": {
			"ns/op": {103678, 103700}, "cpu-ns/call": {10368, 10370.5}, "B/op": {23169, 23169}, "allocs/op": {519, 519},
		},
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Error(diff)
	}
	if got := m.median("Batch/1", cpuPerCall); got != 16426 {
		t.Errorf("median %v", got)
	}
	if got := m.median("Batch/2", "ns/op"); !math.IsNaN(got) {
		t.Errorf("median of nothing %v", got)
	}
	if diff := cmp.Diff([]string{"16.43 µs", "2752", "59"}, m.cells("Batch/1")); diff != "" {
		t.Error(diff)
	}
}

func TestReadBenchmarksRefusesWords(t *testing.T) {
	if err := (benchmarks{}).read(bytes.NewBufferString("BenchmarkX 1 many ns/op\n")); err == nil {
		t.Error("no error")
	}
}
