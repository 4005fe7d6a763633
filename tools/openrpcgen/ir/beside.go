package ir

import (
	"slices"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// company finds the schemas that may say something of the same value, though one
// is no part of the other: alternatives of an anyOf, and what a condition says
// of members that a schema has. The type of the one has to keep what only the
// other declares.
type company struct {
	*builder
	steps  int
	met    map[meeting]bool
	next   []meeting // whose parts are still to be looked at
	beside map[*openrpc.Schema][]*openrpc.Schema
	places map[*openrpc.Schema]*place
}

// meeting is a schema, and another one that its values may fit.
type meeting struct{ schema, other *openrpc.Schema }

// place is what a schema asks of members and elements, in all that it asks of
// the same value.
type place struct {
	schemas []*openrpc.Schema
	cost    int // of asking for one of them, in steps
}

// maxSteps is how long pairs are looked at, the outer ones first; a step is about
// as long as comparing two names. More pairs are in no document that was written
// by hand; of the others nothing is lost but members that their variants do not
// declare.
const maxSteps = 1 << 24

// These take as long as so many steps.
const (
	pairSteps   = 8
	regexpSteps = 256
)

// findBeside sets Beside of all schemas of a document.
func (b *builder) findBeside(d *openrpc.Document) {
	c := company{builder: b, met: map[meeting]bool{}, beside: map[*openrpc.Schema][]*openrpc.Schema{}, places: map[*openrpc.Schema]*place{}}
	for _, s := range schemasOf(d) {
		flat := b.flatten(s)
		for _, condition := range conditions(flat) {
			c.meetParts(flat, condition)
		}
		c.meetEachOther(flat.AnyOf)
	}
	for len(c.next) > 0 {
		m := c.next[0]
		c.next = c.next[1:]
		for _, part := range alternatives(m.schema) {
			if c.step(pairSteps) && !c.apart(part, m.other) {
				c.meet(part, m.other)
			}
		}
		c.meetParts(m.schema, m.other)
	}
	for s, others := range c.beside {
		s.Beside = others
	}
}

// schemasOf are all schemas from which types are made, but for references.
func schemasOf(d *openrpc.Document) (list []*openrpc.Schema) {
	next := slices.Clone(d.Components.Schemas)
	for _, e := range d.Components.Errors {
		next = append(next, e.DataSchema)
	}
	for _, m := range d.Methods {
		for _, p := range m.Params {
			next = append(next, p.Schema)
		}
		if m.Result != nil {
			next = append(next, m.Result.Schema)
		}
		for _, e := range m.Errors {
			next = append(next, e.DataSchema)
		}
	}
	for s := range within(next) {
		if s.Ref == nil {
			list = append(list, s)
		}
	}
	return list
}

// meetEachOther is meet for all of the alternatives that nothing keeps apart.
func (c *company) meetEachOther(alternatives []*openrpc.Schema) {
	for i, part := range alternatives {
		for j, other := range alternatives {
			if i != j && c.step(pairSteps) && !c.apart(part, other) {
				c.meet(part, other)
			}
		}
	}
}

// step reports whether there is time for so many steps more.
func (c *company) step(n int) bool {
	c.steps += n
	return c.steps <= maxSteps
}

// meet tells s that a value of it may fit the other schema as well.
func (c *company) meet(s, other *openrpc.Schema) {
	s, other = c.flatten(s.Target()), other.Target()
	if c.kind(s) < Slice || s == c.flatten(other) || len(c.placeOf(other).schemas) == 0 {
		return
	}
	m := meeting{s, other}
	if c.met[m] {
		return
	}
	c.met[m] = true
	c.beside[s] = append(c.beside[s], other)
	c.next = append(c.next, m)
}

// placeOf finds a schema's place, once.
func (c *company) placeOf(s *openrpc.Schema) *place {
	if c.places[s] == nil {
		p := &place{}
		for part := range inPlace([]*openrpc.Schema{s}) {
			if saysOfParts(part) {
				p.schemas = append(p.schemas, part)
				p.cost += pairSteps + len(part.Properties) + regexpSteps*len(part.PatternProperties)
			}
		}
		c.places[s] = p
	}
	return c.places[s]
}

// saysOfParts reports whether a schema says anything of members or elements.
func saysOfParts(s *openrpc.Schema) bool {
	return len(s.Properties)+len(s.Undeclared)+len(unnamed(s))+len(s.Tuple) > 0 || s.Items != nil || s.AdditionalItems != nil
}

// meetParts is meet for the members and the elements of a value.
func (c *company) meetParts(s, other *openrpc.Schema) {
	place := c.placeOf(other.Target())
	if !c.step(place.cost * (len(s.Properties) + len(s.Tuple) + 1)) {
		return
	}
	others := place.schemas
	for _, p := range s.Properties {
		c.meetAll(p.Schema, memberSchemas(others, p.Name))
	}
	for _, part := range unnamed(s) {
		for _, o := range others {
			c.meetAll(part, unnamed(o))
			for _, p := range o.Properties {
				c.meet(part, p.Schema)
			}
		}
	}
	for i, part := range s.Tuple {
		c.meetAll(part, elementSchemas(others, i))
	}
	for _, part := range []*openrpc.Schema{s.Items, s.AdditionalItems} {
		for _, o := range others {
			c.meetAll(part, elements(o))
		}
	}
}

func (c *company) meetAll(s *openrpc.Schema, others []*openrpc.Schema) {
	for _, other := range others {
		if s != nil && other != nil {
			c.meet(s, other)
		}
	}
}

// elements are the schemas that an array gives any of its elements.
func elements(s *openrpc.Schema) []*openrpc.Schema {
	return append(slices.Clip(s.Tuple), s.Items, s.AdditionalItems)
}

// apart reports whether no object fits both of two schemas: a member has other
// values in each, or the one refuses what the other requires.
func (b *builder) apart(first, second *openrpc.Schema) bool {
	x, y := b.flatten(first.Target()), b.flatten(second.Target())
	return b.refuses(x, y) || b.refuses(y, x)
}

func (b *builder) refuses(s, other *openrpc.Schema) bool {
	for _, name := range other.Required {
		if s.Property(name) == nil && isClosed(s) {
			return true
		}
		own, theirs := b.memberValues(s, name), b.memberValues(other, name)
		shared := func(n *openrpc.Node) bool {
			return slices.ContainsFunc(own, func(o *openrpc.Node) bool { return o.Canonical() == n.Canonical() })
		}
		if len(own) > 0 && len(theirs) > 0 && !slices.ContainsFunc(theirs, shared) {
			return true
		}
	}
	return false
}
