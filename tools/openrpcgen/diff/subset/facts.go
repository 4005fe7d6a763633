package subset

import (
	"slices"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// claim is what is known of a value: it fits all of some schemas and none of others.
type claim struct {
	fits, fails []*openrpc.Schema
	taken       []choice // that have been split
}

// choice is a keyword that leaves alternatives.
type choice struct {
	schema  *openrpc.Schema
	keyword string // "anyOf", "oneOf" or "if"
}

// and is c with an alternative of a choice.
func (c claim) and(alternative claim, from choice) claim {
	return claim{
		fits:  slices.Concat(c.fits, alternative.fits),
		fails: slices.Concat(c.fails, alternative.fails),
		taken: append(slices.Clone(c.taken), from),
	}
}

// kind is a kind of JSON value, with integers and other numbers told apart.
type kind uint8

const (
	null kind = iota
	truth
	integer
	fraction
	text
	array
	object
)

var kinds = []kind{null, truth, integer, fraction, text, array, object}

// allows reports whether the keyword type lets a kind through.
func allows(types []openrpc.Type, k kind) bool {
	if len(types) == 0 {
		return true
	}
	names := [...][]openrpc.Type{
		null: {openrpc.TypeNull}, truth: {openrpc.TypeBoolean},
		integer: {openrpc.TypeInteger, openrpc.TypeNumber}, fraction: {openrpc.TypeNumber},
		text: {openrpc.TypeString}, array: {openrpc.TypeArray}, object: {openrpc.TypeObject},
	}[k]
	return slices.ContainsFunc(names, func(t openrpc.Type) bool { return slices.Contains(types, t) })
}

// facts are what a claim comes to for values of one kind: the keywords of all schemas hold.
type facts struct {
	kind    kind
	schemas []*openrpc.Schema // no references, no booleans; with their allOf beside them
	fails   []*openrpc.Schema
	taken   []choice
	never   bool // the schema false is among them
}

func (p *Prover) gather(c claim, k kind) *facts {
	f := &facts{kind: k, fails: c.fails, taken: c.taken}
	seen := map[*openrpc.Schema]bool{}
	for todo := slices.Clone(c.fits); len(todo) > 0; {
		s := todo[0].Target()
		todo = todo[1:]
		switch {
		case s.Boolean != nil:
			f.never = f.never || !*s.Boolean
		case s.Nullable && k == null, seen[s]:
		default:
			seen[s] = true
			f.schemas = append(f.schemas, s)
			todo = append(todo, s.AllOf...)
		}
	}
	return f
}

// claim is what the facts know, to be known together with more.
func (f *facts) claim(more ...*openrpc.Schema) claim {
	return claim{fits: slices.Concat(f.schemas, more), fails: f.fails, taken: f.taken}
}

// choice returns a choice that has not been taken yet, and its alternatives; none if there is none.
func (f *facts) choice() (choice, []claim) {
	for _, s := range f.schemas {
		for _, next := range []choice{{s, "anyOf"}, {s, "oneOf"}, {s, "if"}} {
			if alternatives := next.alternatives(); alternatives != nil && !slices.Contains(f.taken, next) {
				return next, alternatives
			}
		}
	}
	return choice{}, nil
}

func (c choice) alternatives() []claim {
	s := c.schema
	var list []claim
	switch {
	case c.keyword == "anyOf":
		for _, variant := range s.AnyOf {
			list = append(list, claim{fits: []*openrpc.Schema{variant}})
		}
	case c.keyword == "oneOf":
		for i, variant := range s.OneOf {
			others := slices.Delete(slices.Clone(s.OneOf), i, i+1)
			list = append(list, claim{fits: []*openrpc.Schema{variant}, fails: others})
		}
	case s.If != nil:
		list = []claim{{fits: present(s.If, s.Then)}, {fits: present(s.Else), fails: present(s.If)}}
	}
	return list
}

func present(schemas ...*openrpc.Schema) []*openrpc.Schema {
	return slices.DeleteFunc(schemas, func(s *openrpc.Schema) bool { return s == nil })
}

// impossible reports whether no value can be so, as far as that shows at once.
func (f *facts) impossible() bool {
	if f.never || slices.ContainsFunc(f.schemas, func(s *openrpc.Schema) bool { return !allows(s.Types, f.kind) }) {
		return true
	}
	switch f.kind {
	case integer, fraction:
		return f.lower().beyond(f.upper())
	case text:
		return exceeds(f.most(minLength), f.least(maxLength))
	case array:
		return exceeds(f.most(minItems), f.maxItems())
	case object:
		return exceeds(f.most(minProperties), f.least(maxProperties))
	}
	return false
}

// contradictory proves that no value can be so, however deep that lies.
func (p *Prover) contradictory(f *facts) bool {
	if values, ok := f.values(); ok {
		return !slices.ContainsFunc(values, func(v *openrpc.Node) bool { return kindOf(v) == f.kind && p.mayBe(f, v) })
	}
	if slices.ContainsFunc(f.fails, func(s *openrpc.Schema) bool { return p.fits(f, s) }) {
		return true
	}
	if slices.ContainsFunc(f.schemas, func(s *openrpc.Schema) bool { return s.Not != nil && p.fits(f, s.Not) }) {
		return true
	}
	switch f.kind {
	case array:
		for i := range min(f.tupleLength()+1, value(f.most(minItems))) {
			if p.givesBelow(f.element(i), Nothing) {
				return true
			}
		}
	case object:
		for _, name := range f.required() {
			if p.givesBelow(p.member(f, name), Nothing) {
				return true
			}
		}
	}
	return false
}
