package validate

import (
	"encoding/json"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// numbers looks at params for the numbers that jsonschema/v5 must never see: it
// takes seconds for them, or panics.
type numbers struct{ *jsonrpc.Decoder }

// checkNumbers refuses params with a number beyond [jsonrpc.CheckNumber].
func checkNumbers(params json.RawMessage) error {
	if len(params) == 0 {
		return nil
	}
	n := numbers{jsonrpc.NewDecoder(params)}
	if err := n.value(); err != nil {
		return jsonrpc.InvalidParams(err)
	}
	return nil
}

func (n numbers) value() error {
	switch n.Kind() {
	case jsonrpc.KindObject:
		return n.Object(func(string) error { return n.value() })
	case jsonrpc.KindArray:
		return n.Array(func(int) error { return n.value() })
	case jsonrpc.KindNumber:
		number, err := n.Raw()
		if err != nil {
			return err
		}
		return jsonrpc.CheckNumber(string(number))
	default:
		return n.Skip()
	}
}
