package subset

import (
	"slices"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

func (p *Prover) fitsArray(f *facts, g *openrpc.Schema) bool {
	upper := f.maxItems()
	return value(f.most(minItems)) >= value(g.MinItems) &&
		atMost(upper, g.MaxItems) &&
		(!g.UniqueItems || upper != nil && *upper <= 1 || slices.ContainsFunc(f.schemas, func(s *openrpc.Schema) bool { return s.UniqueItems })) &&
		(g.Contains == nil || p.contains(f, g.Contains)) &&
		p.fitsElements(f, g)
}

// fitsElements proves the schema of each position at which it may differ; the last stands for all further on.
func (p *Prover) fitsElements(f *facts, g *openrpc.Schema) bool {
	upper := f.maxItems()
	for i := range max(f.tupleLength(), len(g.Tuple)) + 1 {
		if upper != nil && i >= *upper {
			return true
		}
		if goal := elementSchema(g, i); goal != nil && !p.givesBelow(f.element(i), goal) {
			return false
		}
	}
	return true
}

func (p *Prover) contains(f *facts, goal *openrpc.Schema) bool {
	if value(f.most(minItems)) > 0 && p.givesBelow(f.element(0), goal) {
		return true
	}
	return slices.ContainsFunc(f.schemas, func(s *openrpc.Schema) bool {
		return s.Contains != nil && p.givesBelow(claim{fits: []*openrpc.Schema{s.Contains}}, goal)
	})
}

// element is what is known of the i-th element.
func (f *facts) element(i int) claim {
	var c claim
	for _, s := range f.schemas {
		if e := elementSchema(s, i); e != nil {
			c.fits = append(c.fits, e)
		}
	}
	return c
}

// elementSchema is what the keywords items and additionalItems say about the i-th element, nil if nothing.
func elementSchema(s *openrpc.Schema, i int) *openrpc.Schema {
	switch {
	case s.Tuple == nil:
		return s.Items
	case i < len(s.Tuple):
		return s.Tuple[i]
	}
	return s.AdditionalItems
}

// tupleLength is the number of positions that have a schema of their own.
func (f *facts) tupleLength() int {
	length := 0
	for _, s := range f.schemas {
		length = max(length, len(s.Tuple))
	}
	return length
}

// maxItems is the least upper bound on the length: by maxItems, or by a tuple that is closed.
func (f *facts) maxItems() *int {
	best := f.least(maxItems)
	for _, s := range f.schemas {
		if s.Tuple != nil && isNothing(s.AdditionalItems) && (best == nil || len(s.Tuple) < *best) {
			best = new(len(s.Tuple))
		}
	}
	return best
}

func isNothing(s *openrpc.Schema) bool {
	return s != nil && s.Target().Boolean != nil && !*s.Target().Boolean
}
