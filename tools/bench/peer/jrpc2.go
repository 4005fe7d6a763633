package peer

import (
	"context"
	"net/http"

	"github.com/creachadair/jrpc2/handler"
	"github.com/creachadair/jrpc2/jhttp"
)

func bridge(int) http.Handler {
	return jhttp.NewBridge(handler.Map{"add": handler.New(add)}, nil)
}

// Addition are the params of add. Peers want the type exported.
type Addition struct {
	A float64 `json:"a"`
	B float64 `json:"b"`
}

func add(_ context.Context, params Addition) (float64, error) { return params.A + params.B, nil }
