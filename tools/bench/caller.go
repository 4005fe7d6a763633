package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/tools/bench/machine"
)

// caller calls add once.
type caller func(context.Context) (sum float64, err error)

// callers are the clients that compare.
var callers = map[string]func(url string) caller{
	"generated": generatedCaller,
	"plain":     plainCaller,
}

func generatedCaller(url string) caller {
	client := rollcall.NewClient(url)
	return func(ctx context.Context) (float64, error) {
		sum, err := client.Add(ctx, rollcall.AddParams{A: 15, B: 25})
		return float64(sum), err
	}
}

// plainCaller is what one writes without a client: it sends and gets the same
// bytes, on connections that are kept as well.
func plainCaller(url string) caller {
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
		return readSum(res)
	}
}

func readSum(res *http.Response) (float64, error) {
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, err
	}
	var sum struct{ Result float64 }
	err = json.Unmarshal(answer, &sum)
	return sum.Result, err
}

type plainCall struct {
	JSONRPC string     `json:"jsonrpc"`
	ID      int64      `json:"id"`
	Method  string     `json:"method"`
	Params  [2]float64 `json:"params"` // by position, as the generated client sends them
}

// call is the process of a client: bench call KEY URL. For each line of its
// input, which is a duration and a number of goroutines, it calls for as long and
// prints how often it did and what CPU time that took, in nanoseconds.
func call(key, url string, stdin io.Reader, stdout io.Writer) error {
	newCaller, ok := callers[key]
	if !ok {
		return fmt.Errorf("there is no client %q", key)
	}
	add := newCaller(url)
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

func callFor(add caller, d time.Duration, goroutines int) (calls int64, err error) {
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
