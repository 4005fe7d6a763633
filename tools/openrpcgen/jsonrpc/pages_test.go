package jsonrpc_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// A large batch is answered in the memory that it came in: whatever the lengths,
// in whatever order the calls end, nobody sees another's bytes.
func TestBatchAnsweredInItsBody(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		long := rapid.SliceOfN(rapid.SampledFrom([]int{0, 100, 5_000, 20_000, 70_000}), 10, 20)
		asked, answered := long.Draw(rt, "lengths of params"), long.Draw(rt, "lengths of results")
		pauses := rapid.SliceOfN(rapid.SampledFrom([]time.Duration{0, 0, 0, time.Millisecond, time.Second}), 1, 60).Draw(rt, "pauses")
		stretch := func(i int) string { // what stands for call i, as long as its answer is to be
			return strings.Repeat(string(rune('a'+i%26)), answered[i%len(answered)])
		}
		synctest.Test(t, func(*testing.T) {
			serve := func(ctx context.Context, call *jsonrpc.Call) error {
				var params [2]json.RawMessage
				if err := json.Unmarshal(call.Params, &params); err != nil {
					return err
				}
				var i int
				if err := json.Unmarshal(params[0], &i); err != nil {
					return err
				}
				time.Sleep(pauses[i%len(pauses)])
				return result(fmt.Sprintf(`[%q,%d]`, stretch(i), strings.Count(string(call.Params), string(rune('A'+i%26)))))(ctx, call)
			}
			h := jsonrpc.NewHandler(jsonrpc.Methods{"read": readOnly(serve), "write": mutating(serve)}, jsonrpc.WithTimeout(0), jsonrpc.WithMaxBody(1<<30))
			var body, want []string
			for i := range len(asked) {
				method := []string{"read", "read", "read", "write"}[i%4]
				body = append(body, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":%q,"params":[%d,%q]}`,
					i, method, i, strings.Repeat(string(rune('A'+i%26)), asked[i])))
				want = append(want, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":[%q,%d]}`, i, stretch(i), asked[i]))
			}
			if got := inProcess(h, "["+strings.Join(body, ",")+"]"); got != "["+strings.Join(want, ",")+"]" {
				rt.Errorf("got %d bytes, want %d, or others", len(got), len(strings.Join(want, ","))+2)
			}
		})
	})
}
