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
	met map[[2]*openrpc.Schema]bool
}

// maxMet is how many pairs are looked at. More of them are in no document that
// was written by hand; of the others nothing is lost but members that their
// variants do not declare.
const maxMet = 1 << 17

// findBeside sets Beside of all schemas of a document.
func (b *builder) findBeside(d *openrpc.Document) {
	c := company{b, map[[2]*openrpc.Schema]bool{}}
	for _, s := range schemasOf(d) {
		flat := b.flatten(s)
		for _, condition := range conditions(flat) {
			c.meetParts(flat, condition)
		}
		for i, part := range flat.AnyOf {
			for j, other := range flat.AnyOf {
				if i != j && !b.apart(part, other) {
					c.meet(part, other)
				}
			}
		}
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
	seen := map[*openrpc.Schema]bool{}
	for len(next) > 0 {
		s := next[0]
		next = next[1:]
		if s == nil || seen[s] {
			continue
		}
		seen[s] = true
		next = append(next, parts(s)...)
		if s.Ref == nil {
			list = append(list, s)
		}
	}
	return list
}

// meet tells s that a value of it may fit the other schema as well.
func (c *company) meet(s, other *openrpc.Schema) {
	s, other = c.flatten(s.Target()), other.Target()
	pair := [2]*openrpc.Schema{s, other}
	if c.met[pair] || s == c.flatten(other) || len(c.met) >= maxMet || c.kind(s) < Slice ||
		!slices.ContainsFunc(inPlace([]*openrpc.Schema{other}), saysOfParts) {
		return
	}
	c.met[pair] = true
	s.Beside = append(s.Beside, other)
	for _, part := range alternatives(s) {
		if !c.apart(part, other) {
			c.meet(part, other)
		}
	}
	c.meetParts(s, other)
}

// saysOfParts reports whether a schema says anything of members or elements.
func saysOfParts(s *openrpc.Schema) bool {
	return len(s.Properties)+len(s.Undeclared)+len(unnamed(s))+len(s.Tuple) > 0 || s.Items != nil || s.AdditionalItems != nil
}

// meetParts is meet for the members and the elements of a value.
func (c *company) meetParts(s, other *openrpc.Schema) {
	others := inPlace([]*openrpc.Schema{other})
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
