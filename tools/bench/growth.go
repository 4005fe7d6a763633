package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/rollcall-rpc/rollcall/tools/bench/peer"
)

// batchSizes are how many calls are sent in one request; the second is what the
// others are compared with.
var batchSizes = []int{1, 10, 100, 1000}

// batchGrowth tells what a call costs in a request of many, HTTP included, which
// they share.
func (b *bench) batchGrowth(ctx context.Context) (string, error) {
	var c comparison
	err := b.onStage(func(s *stage) error {
		contenders, err := s.batches(ctx)
		if err == nil {
			c, err = b.compare(ctx, "batches of add", contenders)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	t := table{header: []string{"calls of `add` in a request, over HTTP", "calls/s", "CPU per call", "p50 of the request", "p99"}}
	to := c[1]
	for _, f := range c {
		t.add(f.cells(to)[:len(t.header)]...)
	}
	return t.String() + fmt.Sprintf("\nThe generated handler; ratios to a request of %s.\n", to.name) + c.disturbance(), nil
}

// batches are one server, asked in requests of all sizes.
func (s *stage) batches(ctx context.Context) ([]*contender, error) {
	p, err := peer.Find(generatedKey)
	if err != nil {
		return nil, err
	}
	server, err := s.startSelf(ctx, "serve-add", p.Key, strconv.Itoa(slices.Max(batchSizes)))
	if err != nil {
		return nil, err
	}
	var contenders []*contender
	for _, calls := range batchSizes {
		c := adder(p, server, calls)
		c.name = fmt.Sprint(calls)
		contenders = append(contenders, c)
	}
	return contenders, nil
}
