package jsonrpc

import "time"

// Summary is what became of one HTTP request, for logs and metrics.
type Summary struct {
	Batch    bool
	Calls    int           // in the request, notifications among them; 0 if it was refused as a whole
	Ran      int           // of them, as far as interceptors: neither unknown, nor invalid, nor too late
	Failed   int           // of them
	Code     int           // of the error of a request that is no batch, or was refused as a whole; 0 if there is none
	Duration time.Duration // from when the body was there to when the answer was
}

func (x *exchange) summary(start time.Time) Summary {
	s := Summary{Batch: x.body.batch, Calls: len(x.body.requests), Code: x.code, Duration: time.Since(start)}
	for i := range x.body.requests {
		r := &x.body.requests[i]
		if r.ran {
			s.Ran++
		}
		if r.code == 0 {
			continue
		}
		s.Failed++
		if !s.Batch {
			s.Code = r.code
		}
	}
	return s
}
