package validate

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// surveyor looks at params for what jsonschema/v5 must never see: numbers that
// it takes seconds for or panics on, and more values than memory has room for,
// since it keeps a pointer for each, with all the names on the way.
type surveyor struct {
	*jsonrpc.Decoder
	cost int
}

const (
	maxCost   = 32 << 20 // bytes, roughly
	valueCost = 512
	maxValues = maxCost / valueCost
)

var errCost = errors.New("too much to validate")

// survey refuses params that must not be validated.
func survey(params json.RawMessage) error {
	if len(params) == 0 {
		return nil
	}
	s := surveyor{Decoder: jsonrpc.NewDecoder(params)}
	err := s.value(0)
	if s.cost > maxCost {
		message := fmt.Sprintf("want fewer than %d values in all, and fewer where names are long", maxValues)
		return jsonrpc.InvalidParamsError([]jsonrpc.Violation{{Keyword: "maxProperties", Message: message}})
	}
	if err != nil {
		return jsonrpc.InvalidParams(err)
	}
	return nil
}

// value passes a value whose pointer has this many bytes.
func (s *surveyor) value(pointer int) error {
	if s.cost += valueCost + pointer; s.cost > maxCost {
		return errCost
	}
	switch s.Kind() {
	case jsonrpc.KindObject:
		return s.Object(func(name string) error { return s.value(pointer + len("/") + len(name)) })
	case jsonrpc.KindArray:
		return s.Array(func(int) error { return s.value(pointer + len("/0")) })
	case jsonrpc.KindNumber:
		number, err := s.Raw()
		if err != nil {
			return err
		}
		return jsonrpc.CheckNumber(string(number))
	default:
		return s.Skip()
	}
}
