package jsonrpctest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// Lane is a method that has params, and how a server reads them. The fast lane
// may refuse anything, since the slow one is asked then; but what it takes, the
// slow lane takes too, and for the same.
type Lane struct {
	Method   string
	Examples []string // of its params, as JSON

	fast   func(params []byte) (v any, ok bool) // nil: there is none
	slow   func(check jsonrpc.ParamsCheck, params []byte) (any, error)
	encode func(params []byte) ([]byte, error)
}

// NewLane makes the lane of a method whose params P are; read is its fast lane,
// or nil.
func NewLane[P any, PP interface {
	*P
	jsonrpc.FromJSON
	jsonrpc.ToJSON
}](method string, read func(*jsonrpc.Decoder) (P, bool), examples ...string) Lane {
	l := Lane{Method: method, Examples: examples}
	if read != nil {
		l.fast = func(params []byte) (any, bool) {
			v, ok := read(jsonrpc.NewDecoder(params))
			return v, ok
		}
	}
	l.slow = func(check jsonrpc.ParamsCheck, params []byte) (any, error) {
		v, err := jsonrpc.Params[P, PP](context.Background(), &jsonrpc.Call{Method: method, Params: params}, check, nil)
		return v, err
	}
	l.encode = func(params []byte) ([]byte, error) {
		v := PP(new(P))
		if err := v.DecodeJSON(jsonrpc.NewDecoder(params)); err != nil {
			return nil, err
		}
		return jsonrpc.Marshal(v)
	}
	return l
}

// Fast reports whether the fast lane takes params.
func (l Lane) Fast(params []byte) bool {
	if l.fast == nil {
		return false
	}
	_, ok := l.fast(params)
	return ok
}

// Slow returns why the slow lane refuses params; nil if it takes them.
func (l Lane) Slow(check jsonrpc.ParamsCheck, params []byte) error {
	_, err := l.slow(check, params)
	return err
}

// Encode decodes params and encodes them again, as a client does.
func (l Lane) Encode(params []byte) ([]byte, error) { return l.encode(params) }

// compare reads params by both lanes. It is an error if the fast one takes what
// the slow one refuses or reads as something else.
func (l Lane) compare(check jsonrpc.ParamsCheck, params []byte) (fast, slow bool, err error) {
	want, refused := l.slow(check, params)
	if l.fast == nil {
		return false, refused == nil, nil
	}
	own := bytes.Clone(params)
	got, fast := l.fast(own)
	clear(own) // nothing of it may have been kept
	switch {
	case fast && refused != nil:
		err = fmt.Errorf("the fast lane accepts what the slow one refuses: %s", reasons(refused))
	case fast && !reflect.DeepEqual(got, want):
		err = fmt.Errorf("the lanes differ:\nfast %+v\nslow %+v", got, want)
	}
	return fast, refused == nil, err
}

// reasons tells an error with its violations.
func reasons(err error) string {
	if e, ok := errors.AsType[*jsonrpc.Error](err); ok {
		return e.Error() + " " + string(e.Data)
	}
	return err.Error()
}

// tries is how many params each lane is compared on.
const tries = 100

// CompareLanes compares the lanes on no params, on their examples, and on params
// near schemas, the bundle that check has compiled. With -v it tells how much
// the fast lanes take.
func CompareLanes(t *testing.T, lanes []Lane, check jsonrpc.ParamsCheck, schemas string) {
	values := NewValues(schemas, 1)
	for _, l := range lanes {
		if l.fast == nil {
			continue
		}
		t.Run(l.Method, func(t *testing.T) {
			list := [][]byte{nil}
			for _, example := range l.Examples {
				list = append(list, []byte(example))
			}
			for range tries {
				list = append(list, values.Params(l.Method))
			}
			l.compareAll(t, check, list)
		})
	}
}

func (l Lane) compareAll(t *testing.T, check jsonrpc.ParamsCheck, list [][]byte) {
	var byName, byPosition, none tally
	for _, params := range list {
		n := &none
		switch {
		case len(params) == 0:
		case jsonrpc.Check(params) != nil:
			t.Fatalf("no JSON: %s", params)
		case params[0] == '{':
			n = &byName
		default:
			n = &byPosition
		}
		fast, slow, err := l.compare(check, params)
		if err != nil {
			t.Errorf("%s\n%v", params, err)
		}
		n.sent++
		n.accepted += boolInt(slow)
		n.taken += boolInt(fast)
	}
	t.Logf("by name %v; by position %v; none %v", byName, byPosition, none)
}

// tally counts params.
type tally struct{ sent, accepted, taken int }

func (n tally) String() string {
	return fmt.Sprintf("%d of %d are accepted, %d by the fast lane", n.accepted, n.sent, n.taken)
}

// FuzzLanes compares the lanes on whatever params there are.
func FuzzLanes(f *testing.F, lanes []Lane, check jsonrpc.ParamsCheck) {
	for i, l := range lanes {
		for _, example := range l.Examples {
			f.Add(uint(i), []byte(example))
		}
	}
	f.Fuzz(func(t *testing.T, lane uint, params []byte) {
		params = bytes.TrimSpace(params)
		if len(params) > 0 && (params[0] != '{' && params[0] != '[' || jsonrpc.Check(params) != nil) {
			t.Skip("these never get to a lane")
		}
		if _, _, err := lanes[lane%uint(len(lanes))].compare(check, params); err != nil {
			t.Error(err)
		}
	})
}
