package validate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// faults are why a value breaks a schema: the first violations in the order of
// their pointers, which begin at the value, and no more of them and of each than
// [jsonrpc.InvalidParamsError] tells.
type faults []jsonrpc.Violation

const (
	maxFaults  = 20
	maxPointer = 1 << 10 // bytes, more than are told, so that what is cut off shows
)

func (f *faults) add(v jsonrpc.Violation) {
	i, found := slices.BinarySearchFunc(*f, v, compare)
	if !found && i < maxFaults {
		*f = slices.Insert(*f, i, v)
		*f = (*f)[:min(len(*f), maxFaults)]
	}
}

func compare(a, b jsonrpc.Violation) int {
	return cmp.Or(strings.Compare(a.Pointer, b.Pointer), strings.Compare(a.Keyword, b.Keyword), strings.Compare(a.Message, b.Message))
}

func (f *faults) addAll(other faults) {
	for _, v := range other {
		f.add(v)
	}
}

// addInside adds those of a member or an element.
func (f *faults) addInside(step string, inside faults) {
	if len(inside) == 0 {
		return
	}
	pointer := pointerTo(step)
	for _, v := range inside {
		v.Pointer = cut(pointer + v.Pointer)
		f.add(v)
	}
}

// mayTake reports whether there may be room for the faults of a member or an
// element.
func (f faults) mayTake(step string) bool {
	return len(f) < maxFaults || pointerTo(step) <= f[maxFaults-1].Pointer
}

// pointerTo is the pointer of one step, which may be as long as params are.
func pointerTo(step string) string { return jsonrpc.AppendPointer("", cut(step)) }

func cut(s string) string { return s[:min(len(s), maxPointer)] }
