package validate

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// Inside the package, because only there validations can be kept from ending.
func TestSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := MustCompile(`{"methods":{"m":{"properties":{"v":{"type":"string"}}}}}`)
		call := &jsonrpc.Call{Method: "m", Params: json.RawMessage(`[1]`)}
		for range cap(s.slots) {
			s.slots <- struct{}{}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Check(ctx, call); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("without a slot: %v, want %v", err, context.DeadlineExceeded)
		}

		done := make(chan error)
		go func() { done <- s.Check(t.Context(), call) }()
		synctest.Wait()
		select {
		case err := <-done:
			t.Errorf("did not wait for a slot: %v", err)
		default:
		}
		<-s.slots
		if _, ok := errors.AsType[*jsonrpc.Error](<-done); !ok {
			t.Error("with a slot: want invalid params")
		}
		if len(s.slots) != cap(s.slots)-1 {
			t.Errorf("%d slots are taken, want %d", len(s.slots), cap(s.slots)-1)
		}
	})
}
