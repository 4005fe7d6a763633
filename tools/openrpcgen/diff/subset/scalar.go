package subset

import (
	"math/big"
	"slices"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// bound is an end of a range of numbers; nil: there is none.
type bound struct {
	value  *big.Rat
	strict bool // the value itself is outside
}

// beyond reports whether nothing lies between lower bound b and upper bound u.
func (b bound) beyond(u bound) bool {
	if b.value == nil || u.value == nil {
		return false
	}
	c := b.value.Cmp(u.value)
	return c > 0 || c == 0 && (b.strict || u.strict)
}

// rational is the value of a number, which the reader has held within what can be computed with.
func rational(n *openrpc.Node) *big.Rat {
	if n == nil {
		return nil
	}
	r, _ := new(big.Rat).SetString(n.Text)
	return r
}

// lower is the greatest lower bound that the facts give.
func (f *facts) lower() bound {
	return f.tightest(1, func(s *openrpc.Schema) []bound {
		return []bound{{rational(s.Minimum), false}, {rational(s.ExclusiveMinimum), true}}
	})
}

// upper is the least upper bound that the facts give.
func (f *facts) upper() bound {
	return f.tightest(-1, func(s *openrpc.Schema) []bound {
		return []bound{{rational(s.Maximum), false}, {rational(s.ExclusiveMaximum), true}}
	})
}

func (f *facts) tightest(sign int, bounds func(*openrpc.Schema) []bound) bound {
	var best bound
	for _, s := range f.schemas {
		for _, b := range bounds(s) {
			if b.value != nil && f.kind == integer {
				b = b.whole(sign)
			}
			if b.value != nil && (best.value == nil || b.tighter(best, sign)) {
				best = b
			}
		}
	}
	return best
}

// tighter compares lower bounds with sign 1, upper ones with sign -1.
func (b bound) tighter(than bound, sign int) bool {
	c := sign * b.value.Cmp(than.value)
	return c > 0 || c == 0 && b.strict && !than.strict
}

// whole is the bound moved inwards to the next integer.
func (b bound) whole(sign int) bound {
	if b.value.IsInt() && !b.strict {
		return b
	}
	n := new(big.Int).Div(b.value.Num(), b.value.Denom()) // rounds down
	switch {
	case sign > 0:
		n.Add(n, big.NewInt(1))
	case b.value.IsInt():
		n.Sub(n, big.NewInt(1))
	}
	return bound{value: new(big.Rat).SetInt(n)}
}

func (f *facts) fitsNumber(g *openrpc.Schema) bool {
	lower, upper := f.lower(), f.upper()
	within := func(known, goal bound, sign int) bool {
		return goal.value == nil || known.value != nil && !goal.tighter(known, sign)
	}
	return within(lower, bound{rational(g.Minimum), false}, 1) && within(lower, bound{rational(g.ExclusiveMinimum), true}, 1) &&
		within(upper, bound{rational(g.Maximum), false}, -1) && within(upper, bound{rational(g.ExclusiveMaximum), true}, -1) &&
		f.isMultiple(rational(g.MultipleOf)) && f.has(g.Format, func(s *openrpc.Schema) string { return s.Format })
}

func (f *facts) isMultiple(of *big.Rat) bool {
	if of == nil {
		return true
	}
	divides := func(v *big.Rat) bool { return v != nil && new(big.Rat).Quo(v, of).IsInt() }
	return f.kind == integer && divides(big.NewRat(1, 1)) ||
		slices.ContainsFunc(f.schemas, func(s *openrpc.Schema) bool { return divides(rational(s.MultipleOf)) })
}

func (f *facts) fitsText(g *openrpc.Schema) bool {
	return value(f.most(minLength)) >= value(g.MinLength) && atMost(f.least(maxLength), g.MaxLength) &&
		f.has(g.Pattern, func(s *openrpc.Schema) string { return s.Pattern }) &&
		f.has(g.Format, func(s *openrpc.Schema) string { return s.Format }) &&
		f.has(g.ContentEncoding, func(s *openrpc.Schema) string { return s.ContentEncoding }) &&
		f.has(g.ContentMediaType, func(s *openrpc.Schema) string { return s.ContentMediaType })
}

// has reports whether the text of a keyword, if it is there, is the same in one of the facts.
func (f *facts) has(want string, of func(*openrpc.Schema) string) bool {
	return want == "" || slices.ContainsFunc(f.schemas, func(s *openrpc.Schema) bool { return of(s) == want })
}

// The keywords that are counts.
func minLength(s *openrpc.Schema) *int     { return s.MinLength }
func maxLength(s *openrpc.Schema) *int     { return s.MaxLength }
func minItems(s *openrpc.Schema) *int      { return s.MinItems }
func maxItems(s *openrpc.Schema) *int      { return s.MaxItems }
func minProperties(s *openrpc.Schema) *int { return s.MinProperties }
func maxProperties(s *openrpc.Schema) *int { return s.MaxProperties }

// most is the greatest count that the facts give, nil if none does.
func (f *facts) most(of func(*openrpc.Schema) *int) *int {
	var best *int
	for _, s := range f.schemas {
		if n := of(s); n != nil && (best == nil || *n > *best) {
			best = n
		}
	}
	return best
}

// least is the smallest count that the facts give, nil if none does.
func (f *facts) least(of func(*openrpc.Schema) *int) *int {
	var best *int
	for _, s := range f.schemas {
		if n := of(s); n != nil && (best == nil || *n < *best) {
			best = n
		}
	}
	return best
}

// exceeds reports whether both counts are there and the first is the greater one.
func exceeds(a, b *int) bool { return a != nil && b != nil && *a > *b }

// value is a count, 0 if it is absent.
func value(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

// atMost reports whether a count that is at most known is at most the goal, too.
func atMost(known, goal *int) bool { return goal == nil || known != nil && *known <= *goal }
