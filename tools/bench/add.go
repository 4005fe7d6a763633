package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/rollcall-rpc/rollcall/tools/bench/load"
	"github.com/rollcall-rpc/rollcall/tools/bench/peer"
)

// The keys of those that compare in add; all others are the keys of peers.
const (
	floorKey     = "floor"
	generatedKey = "generated"
	serviceKey   = "service"
)

func (b *bench) addAlone(ctx context.Context) (string, error) {
	c, err := b.addition(ctx, 0)
	if err != nil {
		return "", err
	}
	b.found[addFloorFinding] = c.cpuRatio(generatedKey, floorKey)
	b.found[addEthereumFinding] = c.cpuRatio(generatedKey, "ethereum")
	b.found[serviceFloorFinding] = c.cpuRatio(serviceKey, floorKey)
	return c.table().String() + c.disturbance(), nil
}

func (b *bench) addInBatch(ctx context.Context) (string, error) {
	c, err := b.addition(ctx, 100)
	if err != nil {
		return "", err
	}
	b.found[batchEthereumFinding] = c.cpuRatio(generatedKey, "ethereum")
	b.found[batchJRPC2Finding] = c.cpuRatio(generatedKey, "jrpc2")
	b.found[serviceBatchFinding] = c.cpuRatio(serviceKey, "ethereum")
	return c.table().String() + "\nCalls in one request count each by itself, but p50 and p99 are of the request. gorilla/rpc has no batches.\n" + c.disturbance(), nil
}

// addition compares all servers by calls of add, alone or in batches.
func (b *bench) addition(ctx context.Context, calls int) (c comparison, err error) {
	what := "add"
	if calls > 0 {
		what = fmt.Sprintf("batch of %d add", calls)
	}
	err = b.onStage(func(s *stage) error {
		contenders, err := s.adders(ctx, calls)
		if err == nil {
			c, err = b.compare(ctx, what, contenders)
		}
		return err
	})
	return c, err
}

// adders starts all servers that can take so many calls at once.
func (s *stage) adders(ctx context.Context, calls int) ([]*contender, error) {
	var contenders []*contender
	for _, p := range peer.Servers {
		if calls > 0 && p.NoBatch {
			continue
		}
		server, err := s.startSelf(ctx, "serve-add", p.Key, strconv.Itoa(calls))
		if err != nil {
			return nil, err
		}
		contenders = append(contenders, adder(p, server, calls))
	}
	pg, err := s.postgres(ctx)
	if err != nil {
		return nil, err
	}
	service, err := s.startService(ctx, pg.URL("postgres"))
	if err != nil {
		return nil, err
	}
	whole := adder(peer.Server{
		Key: serviceKey, Name: "Rollcall, the whole service, logs on", Method: "add", Params: peer.ByName,
	}, service.server, calls)
	whole.rest = service.emptyLog
	return slices.Insert(contenders, 2, whole), nil // beside the other of ours
}

func adder(p peer.Server, s *server, calls int) *contender {
	return &contender{
		key: p.Key, name: p.Name, server: s, calls: max(calls, 1),
		request: load.Post(s.addr, peer.Path, "", p.Body(calls)),
		verify:  func(answer []byte) error { return peer.Verify(answer, calls) },
	}
}
