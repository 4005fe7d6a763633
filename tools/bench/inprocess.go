package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/bench/scan"
)

// inProcess is what Go benchmarks say of the parts of a call.
func (b *bench) inProcess(ctx context.Context) (string, error) {
	m, err := b.runBenchmarks(ctx, "in process", b.inprocess)
	if err != nil {
		return "", err
	}
	b.found[createUserFinding] = m.ratio("CreateUser/rollcall", "CreateUser/encoding-json+jsonschema", cpuPerCall)
	b.found[batchGrowthFinding] = m.ratio("Batch/1000", "Batch/10", cpuPerCall)
	return strings.Join([]string{partsTable(m).String(), batchTable(m).String(), clientTable(m).String(), scanTable(m).String()}, "\n"), nil
}

// partsTable has each part of a call beside what one would use instead.
func partsTable(m benchmarks) table {
	t := table{header: []string{"what, in process", "CPU", "bytes", "allocations", "ratio"}}
	for _, row := range []struct{ text, name, to string }{
		{"`create_user`, decode and validate: encoding/json and jsonschema/v5", "CreateUser/encoding-json+jsonschema", "CreateUser/encoding-json+jsonschema"},
		{"… Rollcall's generated code", "CreateUser/rollcall", "CreateUser/encoding-json+jsonschema"},
		{"… jsonschema/v5 alone, on the decoded value", "Validate/jsonschema", "CreateUser/encoding-json+jsonschema"},
		{"`create_user`, decode alone: encoding/json", "Decode/encoding-json", "Decode/encoding-json"},
		{"… Rollcall's generated code, as a client has it", "Decode/rollcall", "Decode/encoding-json"},
		{"encode a user: encoding/json", "Encode/encoding-json", "Encode/encoding-json"},
		{"… Rollcall's generated code", "Encode/rollcall", "Encode/encoding-json"},
		{"dispatch of `ping`, behind the envelope", "Dispatch/rollcall", "Dispatch/rollcall"},
	} {
		t.add(append(append([]string{row.text}, m.cells(row.name)...), fmt.Sprintf("%.2f", m.ratio(row.name, row.to, cpuPerCall)))...)
	}
	return t
}

func batchTable(m benchmarks) table {
	t := table{header: []string{"calls of `add` in a request, in process", "CPU per call", "bytes per call", "allocations per call", "ratio to 10"}}
	for _, calls := range []float64{1, 10, 100, 1000} {
		t.add(m.perCall("Batch", calls)...)
	}
	return t
}

// clientTable is what it takes to queue a batch's calls, send them, and give
// each its answer.
func clientTable(m benchmarks) table {
	t := table{header: []string{"calls of `add` in a client's batch, in process", "CPU per call", "bytes per call", "allocations per call", "ratio to 10"}}
	for _, calls := range []float64{10, 100, 1000} {
		t.add(m.perCall("Client", calls)...)
	}
	return t
}

// perCall is a row about a batch of so many calls.
func (m benchmarks) perCall(benchmark string, calls float64) []string {
	name := fmt.Sprintf("%s/%.0f", benchmark, calls)
	return []string{
		fmt.Sprint(calls),
		nanoseconds(m.median(name, cpuPerCall)),
		number(m.median(name, "B/op") / calls),
		fmt.Sprintf("%.2f", m.median(name, "allocs/op")/calls),
		fmt.Sprintf("%.2f", m.ratio(name, benchmark+"/10", cpuPerCall)),
	}
}

func scanTable(m benchmarks) table {
	t := table{header: []string{"scan of a batch of 100 `add`", "CPU", "bytes", "allocations", "ratio", "what it lets pass"}, words: 1}
	for i, s := range scan.Scanners {
		name := fmt.Sprintf("Scan/%d", i)
		passes := strings.Join(s.Passes(), ", ")
		if passes == "" {
			passes = "nothing"
		}
		t.add(append(append([]string{s.Name}, m.cells(name)...), fmt.Sprintf("%.2f", m.ratio(name, "Scan/0", cpuPerCall)), passes)...)
	}
	return t
}
