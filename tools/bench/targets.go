package main

import (
	"context"
	"fmt"
)

// finding is a ratio that there is a target for.
type finding int

const (
	addFloorFinding finding = iota
	addEthereumFinding
	serviceFloorFinding
	batchEthereumFinding
	batchJRPC2Finding
	serviceBatchFinding
	createUserFinding
	currentUserFinding
	batchGrowthFinding
	lastPageFinding
	dispatchFinding
	methodsFinding
	clientFinding
	memoryFinding
)

// targets are what is to be reached.
var targets = []struct {
	finding finding
	what    string
	most    float64
	of      string
}{
	{addFloorFinding, "`add` alone, generated handler, CPU per call", 1.15, "the net/http floor"},
	{addEthereumFinding, "the same", 0.45, "go-ethereum/rpc"},
	{serviceFloorFinding, "`add` alone, the whole service, logs on, CPU per call", 1.6, "the net/http floor"},
	{batchEthereumFinding, "batch of 100 `add`, generated handler, CPU per call", 0.13, "go-ethereum/rpc"},
	{batchJRPC2Finding, "the same", 0.02, "jrpc2"},
	{serviceBatchFinding, "batch of 100 `add`, the whole service, logs on, CPU per call", 0.25, "go-ethereum/rpc"},
	{createUserFinding, "decode and validate `create_user` in process", 0.08, "encoding/json and jsonschema/v5"},
	{currentUserFinding, "`get_current_user` with a token, CPU of the server", 1.1, "a handler by hand that validates nothing"},
	{batchGrowthFinding, "a call in a batch of 1,000, in process", 1.1, "a call in a batch of 10"},
	{lastPageFinding, "`get_users` at the end of the largest table, by cursor", 1.2, "the first page"},
	{dispatchFinding, "a call with 1,000 methods, 10 of which are called, in process", 1.1, "a call with 10 methods"},
	{methodsFinding, "the same, 100 of which are called", 1.1, "a call with 10 methods"},
	{clientFinding, "client call, CPU", 1.25, "`http.Client` with encoding/json"},
	{memoryFinding, "batch of 10,000 calls with 1 KiB answers, peak memory", 4, "the answer's bytes"},
}

// targetTable says of each target that was measured whether it was met.
func (b *bench) targetTable(context.Context) (string, error) {
	t := table{header: []string{"what", "target", "measured", ""}, words: 1}
	for _, target := range targets {
		measured, verdict := "not measured", ""
		if ratio, ok := b.found[target.finding]; ok {
			measured, verdict = fmt.Sprintf("%.3g", ratio), "met"
			if !(ratio <= target.most) {
				verdict = "**not met**"
			}
		}
		t.add(target.what, fmt.Sprintf("≤ %v × %s", target.most, target.of), measured, verdict)
	}
	return t.String(), nil
}
