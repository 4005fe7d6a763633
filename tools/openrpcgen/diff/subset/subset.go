// Package subset proves that every value that fits one JSON Schema (draft-07) fits another.
//
// It is sound and not complete: what [Prover.Subset] says is proven holds for each value, as jsonschema/v5 judges it; what it does
// not prove may hold all the same. A proof goes by kinds of values: for each kind, what is known of a value (the schemas that it
// fits and those that it does not) must give every keyword of the schema in question. Where that fails, a choice among what is known
// (anyOf, oneOf, if) is split, and each alternative must give it.
//
// Schemas may be recursive. A statement that comes back for a part of the value it was made for is taken to hold, which is induction
// on the depth of values.
package subset

import (
	"slices"
	"strconv"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// maxSteps bounds the work on one question, maxTotalSteps that on all. Real schemas take a few hundred for one; small ones can be
// made that would take for ever.
const (
	maxSteps      = 20_000
	maxTotalSteps = 1_000_000
)

// Prover answers questions about the schemas of any documents, and remembers what it has proven. The zero value is not usable.
type Prover struct {
	ids      map[*openrpc.Schema]int
	known    map[string]verdict // by statement
	proven   []string           // statements, in the order in which they were
	depth    int                // how far below the value in question the current one is
	steps    int                // left for this question
	total    int                // left for all
	patterns patterns
	checkers map[*openrpc.Schema]*openrpc.Checker
	equal    map[[2]*openrpc.Schema]bool
	equals   [][2]*openrpc.Schema // found to be so, in that order
}

// New makes a Prover.
func New() *Prover {
	return &Prover{
		ids:      map[*openrpc.Schema]int{},
		total:    maxTotalSteps,
		known:    map[string]verdict{},
		patterns: patterns{},
		checkers: map[*openrpc.Schema]*openrpc.Checker{},
		equal:    map[[2]*openrpc.Schema]bool{},
	}
}

// Subset reports whether it is proven that every value that fits a fits b.
func (p *Prover) Subset(a, b *openrpc.Schema) bool {
	limit := min(maxSteps, p.total)
	p.steps = limit
	ok := p.Same(a, b) || p.gives(claim{fits: []*openrpc.Schema{a}}, b)
	p.total -= limit - max(p.steps, 0)
	// Nothing is assumed any more, so what was proven below is proven everywhere.
	for _, statement := range p.proven {
		p.known[statement] = verdict{state: proven}
	}
	p.proven = nil
	return ok
}

// verdict is what is known of a statement about a value at a depth.
type verdict struct {
	state state
	depth int
}

type state uint8

const (
	refuted state = iota // not proven, and not to be tried again
	open                 // being proven further up
	proven
)

// Anything and Nothing are the schemas true and false.
var (
	Anything = boolean(true)
	Nothing  = boolean(false)
)

func boolean(value bool) *openrpc.Schema {
	return &openrpc.Schema{Node: &openrpc.Node{Kind: openrpc.Bool, Text: strconv.FormatBool(value)}, Boolean: &value}
}

// givesBelow proves that a member or an element of the current value, of which c is known, fits the goal.
func (p *Prover) givesBelow(c claim, goal *openrpc.Schema) bool {
	p.depth++
	defer func() { p.depth-- }()
	return p.gives(c, goal)
}

// gives proves that a value of which c is known fits the goal.
func (p *Prover) gives(c claim, goal *openrpc.Schema) bool {
	for _, k := range kinds {
		if !p.givesFor(c, k, goal) {
			return false
		}
	}
	return true
}

// givesFor is gives for values of one kind. It remembers the verdict: what is refuted with more assumptions than there will be is
// refuted for good; what is proven rests on the statements that are open, so it is forgotten when one of those fails, and holds only
// for values as far down, since an open statement may be used for parts of its value alone.
func (p *Prover) givesFor(c claim, k kind, goal *openrpc.Schema) bool {
	goal = goal.Target()
	f := p.gather(c, k)
	switch {
	case goal.Boolean != nil && *goal.Boolean, f.impossible():
		return true
	case p.steps <= 0:
		return false
	}
	p.steps -= 1 + len(f.schemas)
	statement := p.statement(c, k, goal)
	if v, ok := p.known[statement]; ok {
		switch {
		case v.state == refuted:
			return false
		case v.state == open:
			return p.depth > v.depth
		case p.depth >= v.depth:
			return true
		}
	}
	p.known[statement] = verdict{open, p.depth}
	mark := len(p.proven)
	if p.try(c, f, goal) {
		p.known[statement] = verdict{proven, p.depth}
		p.proven = append(p.proven, statement)
		return true
	}
	for _, dependent := range p.proven[mark:] {
		delete(p.known, dependent)
	}
	p.proven = p.proven[:mark]
	p.known[statement] = verdict{refuted, p.depth}
	if p.steps <= 0 {
		delete(p.known, statement)
	}
	return false
}

// try proves the goal from the facts, or else from each alternative of a choice that they leave.
func (p *Prover) try(c claim, f *facts, goal *openrpc.Schema) bool {
	if p.fits(f, goal) || p.contradictory(f) {
		return true
	}
	choice, alternatives := f.choice()
	if alternatives == nil {
		return false
	}
	for _, alternative := range alternatives {
		if !p.givesFor(c.and(alternative, choice), f.kind, goal) {
			return false
		}
	}
	return true
}

// statement is a text that is the same for the same question.
func (p *Prover) statement(c claim, k kind, goal *openrpc.Schema) string {
	b := []byte{byte('0' + k)}
	for _, list := range [][]*openrpc.Schema{c.fits, c.fails, {goal}} {
		ids := make([]int, len(list))
		for i, s := range list {
			ids[i] = p.id(s.Target())
		}
		slices.Sort(ids)
		b = append(b, '|')
		for _, id := range slices.Compact(ids) {
			b = append(strconv.AppendInt(b, int64(id), 36), ' ')
		}
	}
	for _, t := range c.taken {
		b = append(strconv.AppendInt(append(b, t.keyword[0]), int64(p.id(t.schema)), 36), ' ')
	}
	return string(b)
}

func (p *Prover) id(s *openrpc.Schema) int {
	id, ok := p.ids[s]
	if !ok {
		id = len(p.ids)
		p.ids[s] = id
	}
	return id
}
