package subset

import (
	"slices"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// fits proves every keyword of the goal from the facts as they are, without splitting a choice among them.
func (p *Prover) fits(f *facts, goal *openrpc.Schema) bool {
	g := goal.Target()
	p.steps--
	switch {
	case g.Boolean != nil:
		return *g.Boolean
	case p.steps <= 0:
		return false
	case g.Nullable && f.kind == null, slices.ContainsFunc(f.schemas, func(s *openrpc.Schema) bool { return p.Same(s, g) }):
		return true
	}
	if values, ok := f.values(); ok {
		return p.allFit(f, values, g)
	}
	return g.Enum == nil && g.Const == nil && allows(g.Types, f.kind) && p.fitsKind(f, g) && p.fitsCombination(f, g)
}

// fitsKind proves the keywords that are about one kind of value.
func (p *Prover) fitsKind(f *facts, g *openrpc.Schema) bool {
	switch f.kind {
	case integer, fraction:
		return f.fitsNumber(g)
	case text:
		return f.fitsText(g)
	case array:
		return p.fitsArray(f, g)
	case object:
		return p.fitsObject(f, g)
	}
	return true
}

func (p *Prover) fitsCombination(f *facts, g *openrpc.Schema) bool {
	fits := func(s *openrpc.Schema) bool { return p.fits(f, s) }
	for _, part := range g.AllOf {
		if !fits(part) {
			return false
		}
	}
	return (g.AnyOf == nil || slices.ContainsFunc(g.AnyOf, fits)) &&
		(g.OneOf == nil || p.fitsOne(f, g.OneOf)) &&
		(g.Not == nil || p.excludes(f, g.Not)) &&
		(g.If == nil || p.fitsCondition(f, g))
}

// fitsOne proves that exactly one variant is fitted: the same list is among the facts, or a variant is fitted that excludes the
// others.
func (p *Prover) fitsOne(f *facts, variants []*openrpc.Schema) bool {
	if slices.ContainsFunc(f.schemas, func(s *openrpc.Schema) bool { return s.OneOf != nil && p.sameLists(s.OneOf, variants) }) {
		return true
	}
	for i, variant := range variants {
		if p.fits(f, variant) {
			others := slices.Delete(slices.Clone(variants), i, i+1)
			return !slices.ContainsFunc(others, func(s *openrpc.Schema) bool { return !p.excludes(f, s) })
		}
	}
	return false
}

// excludes proves that the value does not fit the schema.
func (p *Prover) excludes(f *facts, s *openrpc.Schema) bool {
	return p.givesFor(f.claim(s), f.kind, Nothing)
}

func (p *Prover) fitsCondition(f *facts, g *openrpc.Schema) bool {
	otherwise := f.claim()
	otherwise.fails = append(slices.Clone(f.fails), g.If)
	return (g.Then == nil || p.givesFor(f.claim(g.If), f.kind, g.Then)) && (g.Else == nil || p.givesFor(otherwise, f.kind, g.Else))
}

// values lists the values that there are, if they can be listed; not all of them need fit the facts.
func (f *facts) values() ([]*openrpc.Node, bool) {
	switch f.kind {
	case null:
		return []*openrpc.Node{{Kind: openrpc.Null}}, true
	case truth:
		return []*openrpc.Node{{Kind: openrpc.Bool, Text: "true"}, {Kind: openrpc.Bool, Text: "false"}}, true
	}
	for _, s := range f.schemas {
		if s.Const != nil {
			return []*openrpc.Node{s.Const}, true
		}
	}
	for _, s := range f.schemas {
		if s.Enum != nil {
			return s.Enum, true
		}
	}
	return nil, false
}

// allFit proves the goal value by value.
func (p *Prover) allFit(f *facts, values []*openrpc.Node, goal *openrpc.Schema) bool {
	for _, v := range values {
		if kindOf(v) == f.kind && p.mayBe(f, v) && !p.check(goal, v, false) {
			return false
		}
	}
	return true
}

// mayBe reports whether the value agrees with the facts.
func (p *Prover) mayBe(f *facts, v *openrpc.Node) bool {
	return !slices.ContainsFunc(f.schemas, func(s *openrpc.Schema) bool { return !p.check(s, v, true) }) &&
		!slices.ContainsFunc(f.fails, func(s *openrpc.Schema) bool { return p.check(s, v, false) })
}

// check asks the validator, and answers unknown where it cannot tell.
func (p *Prover) check(s *openrpc.Schema, v *openrpc.Node, unknown bool) bool {
	c, ok := p.checkers[s]
	if !ok {
		var err error
		if c, err = openrpc.NewChecker(s); err != nil {
			c = nil
		}
		p.checkers[s] = c
	}
	if c == nil {
		return unknown
	}
	fits, err := c.Fits(v)
	if err != nil {
		return unknown
	}
	return fits
}

func kindOf(n *openrpc.Node) kind {
	switch n.Kind {
	case openrpc.Null:
		return null
	case openrpc.Bool:
		return truth
	case openrpc.Number:
		if rational(n).IsInt() {
			return integer
		}
		return fraction
	case openrpc.String:
		return text
	case openrpc.Array:
		return array
	}
	return object
}
