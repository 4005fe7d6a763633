package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/bench/load"
	"github.com/rollcall-rpc/rollcall/tools/bench/peer"
)

// The batch whose memory is measured.
const (
	manyCalls   = 10_000
	messageSize = 1 << 10
)

// largeBatch sends the service one batch of many calls, and looks at its peak of
// memory: after the first, and after several one behind the other.
func (b *bench) largeBatch(ctx context.Context) (string, error) {
	t := table{header: []string{"state of the service", "peak memory", "× the answer's bytes"}}
	err := b.onStage(func(s *stage) error {
		pg, err := s.postgres(ctx)
		if err != nil {
			return err
		}
		service, err := s.startService(ctx, pg.URL("postgres"),
			"--max-body", "67108864", "--max-answer", "67108864", "--max-batch", fmt.Sprint(manyCalls))
		if err != nil {
			return err
		}
		before, err := service.Usage()
		if err != nil {
			return err
		}
		request := load.Post(service.addr, peer.Path, "", echoBatch())
		size, after := 0, []int64{}
		for range 5 {
			if size, err = askEcho(service.addr, request); err != nil {
				return err
			}
			used, err := service.Usage()
			if err != nil {
				return err
			}
			after = append(after, used.Memory)
		}
		row := func(state string, memory int64) {
			t.add(state, fmt.Sprintf("%.1f MiB", float64(memory)/(1<<20)), fmt.Sprintf("%.2f", float64(memory)/float64(size)))
		}
		b.found[memoryFinding] = float64(after[4]) / float64(size)
		row("started", before.Memory)
		row("after the first batch", after[0])
		row("after the fifth", after[4])
		return nil
	})
	return t.String(), err
}

func echoBatch() string {
	message := strings.Repeat("0123456789abcdef", messageSize/16)
	calls := make([]string, manyCalls)
	for i := range calls {
		calls[i] = fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"echo","params":{"message":"%s"}}`, i+1, message)
	}
	return "[" + strings.Join(calls, ",") + "]"
}

// askEcho sends the batch and returns the size of the answer.
func askEcho(addr string, request []byte) (size int, err error) {
	answer, err := load.Ask(addr, request)
	if err != nil {
		return 0, err
	}
	var responses []struct{ Result string }
	if err := json.Unmarshal(answer, &responses); err != nil {
		return 0, err
	}
	for _, r := range responses {
		if len(r.Result) != messageSize {
			return 0, fmt.Errorf("%d bytes came back of %d", len(r.Result), messageSize)
		}
	}
	if len(responses) != manyCalls {
		return 0, fmt.Errorf("%d answers to %d calls", len(responses), manyCalls)
	}
	return len(answer), nil
}
