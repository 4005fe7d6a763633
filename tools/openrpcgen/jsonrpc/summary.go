package jsonrpc

import "time"

// Summary is what became of one HTTP request, for logs and metrics.
type Summary struct {
	Start  time.Time // when the body was there
	Batch  bool
	Calls  int // in the request, notifications among them; 0 if it was refused as a whole
	Ran    int // of them, as far as interceptors: neither unknown, nor invalid, nor too late
	Failed int // of them
	Code   int // of the error of a request that is no batch, or was refused as a whole; 0 if there is none

	// Codes are those of the calls of a batch that failed, and how many did so
	// with each; nil if none did.
	Codes map[int]int
}

func (x *exchange) summary(start time.Time) Summary {
	s := Summary{Start: start, Batch: x.body.batch, Calls: len(x.body.requests), Code: x.code}
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
			continue
		}
		if s.Codes == nil {
			s.Codes = map[int]int{}
		}
		s.Codes[r.code]++
	}
	return s
}
