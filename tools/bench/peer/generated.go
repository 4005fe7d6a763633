package peer

import (
	"context"
	"net/http"

	"github.com/rollcall-rpc/rollcall/gen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/gen/rollcall/rollcallserver"
)

// generated is what the generator makes of the whole contract, around a service
// that has one method.
func generated(calls int) http.Handler {
	return rollcallserver.NewHandler(adder{}, nil, jsonrpc.WithMaxBatch(max(calls, 100)))
}

type adder struct{ rollcall.UnimplementedService }

// Add implements [rollcall.Service].
func (adder) Add(_ context.Context, params rollcall.AddParams) (rollcall.Number, error) {
	return params.A + params.B, nil
}
