package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/tools/bench/machine"
	"github.com/rollcall-rpc/rollcall/tools/bench/stats"
)

// callers are the clients that compare: each returns a function that calls add
// once.
var callers = map[string]func(url string) func(context.Context) (float64, error){
	"generated": generatedCaller,
	"plain":     plainCaller,
}

func generatedCaller(url string) func(context.Context) (float64, error) {
	client := rollcall.NewClient(url)
	return func(ctx context.Context) (float64, error) {
		sum, err := client.Add(ctx, rollcall.AddParams{A: 15, B: 25})
		return float64(sum), err
	}
}

// plainCaller is what one writes without a client: it sends and gets the same
// bytes, on connections that are kept as well.
func plainCaller(url string) func(context.Context) (float64, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = transport.MaxIdleConns
	client := &http.Client{Transport: transport}
	var id atomic.Int64
	return func(ctx context.Context) (float64, error) {
		body, err := json.Marshal(plainCall{"2.0", id.Add(1), "add", [2]float64{15, 25}})
		if err != nil {
			return 0, err
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
		if err != nil {
			return 0, err
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Accept", "application/json")
		res, err := client.Do(req)
		if err != nil {
			return 0, err
		}
		defer res.Body.Close()
		answer, err := io.ReadAll(res.Body)
		if err != nil {
			return 0, err
		}
		var sum struct{ Result float64 }
		err = json.Unmarshal(answer, &sum)
		return sum.Result, err
	}
}

type plainCall struct {
	JSONRPC string     `json:"jsonrpc"`
	ID      int64      `json:"id"`
	Method  string     `json:"method"`
	Params  [2]float64 `json:"params"` // by position, as the generated client sends them
}

// call is the process of a client: bench call CALLER URL. For each line of its
// input, which is a duration and a number of goroutines, it calls for as long and
// prints how often it did and what CPU time that took, in nanoseconds.
func call(caller, url string, stdin io.Reader, stdout io.Writer) error {
	add := callers[caller](url)
	lines := bufio.NewScanner(stdin)
	for lines.Scan() {
		var d time.Duration
		var goroutines int
		if _, err := fmt.Sscan(lines.Text(), (*int64)(&d), &goroutines); err != nil {
			return err
		}
		before, err := machine.Own()
		if err != nil {
			return err
		}
		calls, err := callFor(add, d, goroutines)
		if err != nil {
			return err
		}
		after, err := machine.Own()
		if err != nil {
			return err
		}
		fmt.Fprintln(stdout, calls, int64(after.CPU-before.CPU))
	}
	return lines.Err()
}

func callFor(add func(context.Context) (float64, error), d time.Duration, goroutines int) (calls int64, err error) {
	ctx := context.Background()
	var total atomic.Int64
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	for end := time.Now().Add(d); goroutines > 0; goroutines-- {
		wg.Go(func() {
			for failed.Load() == nil && time.Now().Before(end) {
				sum, err := add(ctx)
				if err == nil && sum != 40 {
					err = fmt.Errorf("15 + 25 = %v", sum)
				}
				if err != nil {
					failed.Store(&err)
				}
				total.Add(1)
			}
		})
	}
	wg.Wait()
	if e := failed.Load(); e != nil {
		return 0, *e
	}
	return total.Load(), nil
}

// clients compares what a call costs those who call.
func (b *bench) clients(ctx context.Context) (string, error) {
	order := []string{"plain", "generated"}
	cpu := map[string][]float64{}
	rate := map[string][]float64{}
	err := b.onStage(func(s *stage) error {
		server, err := s.startSelfBeside(ctx, "serve-add", generatedKey, "0")
		if err != nil {
			return err
		}
		children := map[string]*child{}
		for _, key := range order {
			if children[key], err = s.startChild(ctx, s.cores.Start, []string{"call", key, server.url()}); err != nil {
				return err
			}
		}
		for round := range b.rounds {
			fmt.Fprintf(b.log, "client: round %d of %d\n", round+1, b.rounds)
			for _, key := range order {
				if _, err := children[key].calls(warmUp, b.connections); err != nil {
					return err
				}
				used, err := children[key].calls(b.turn, b.connections)
				if err != nil {
					return err
				}
				cpu[key] = append(cpu[key], used.cpu)
				rate[key] = append(rate[key], used.rate)
			}
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	b.found[clientFinding] = stats.Ratio(cpu["generated"], cpu["plain"])
	t := table{header: []string{"client", "calls/s", "CPU per call"}}
	names := map[string]string{"plain": "`http.Client` with encoding/json", "generated": "Rollcall, the generated client"}
	for _, key := range order {
		t.add(names[key],
			withRatio("%.0f", stats.Median(rate[key]), stats.Ratio(rate[key], rate["plain"])),
			withRatio("%.2f µs", stats.Median(cpu[key]), stats.Ratio(cpu[key], cpu["plain"])))
	}
	return t.String(), nil
}

// clientFigures are those of one turn.
type clientFigures struct{ cpu, rate float64 }

// calls has a child that is a client work for d.
func (c *child) calls(d time.Duration, goroutines int) (f clientFigures, err error) {
	if _, err := fmt.Fprintln(c.in, strconv.FormatInt(int64(d), 10), goroutines); err != nil {
		return f, err
	}
	line, err := c.line()
	if err != nil {
		return f, err
	}
	var calls, cpu int64
	if _, err := fmt.Sscan(line, &calls, &cpu); err != nil {
		return f, err
	}
	return clientFigures{micro(time.Duration(cpu)) / float64(calls), float64(calls) / d.Seconds()}, nil
}
