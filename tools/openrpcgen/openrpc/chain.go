package openrpc

import (
	"cmp"
	"iter"
)

const (
	// maxInPlace is how many schemas may apply to one value one through the other, by $ref, allOf and the like.
	maxInPlace = 256
	// maxApplied is how many may do so in all: a few allOf that refer to each other twice are a million already.
	maxApplied = 10_000
)

// inPlace yields the schemas that s applies to the very value that it is applied to.
func (s *Schema) inPlace() iter.Seq[*Schema] {
	return func(yield func(*Schema) bool) {
		for _, list := range [][]*Schema{{s.Ref}, s.AllOf, s.AnyOf, s.OneOf, {s.Not, s.If, s.Then, s.Else}} {
			for _, part := range list {
				if part != nil && !yield(part) {
					return
				}
			}
		}
		for _, d := range s.Dependencies {
			if d.Schema != nil && !yield(d.Schema) {
				return
			}
		}
	}
}

// inside yields the schemas that s applies to members, member names or elements of the value.
func (s *Schema) inside() iter.Seq[*Schema] {
	return func(yield func(*Schema) bool) {
		for _, part := range []*Schema{s.Items, s.AdditionalItems, s.Contains, s.AdditionalProperties, s.PropertyNames} {
			if part != nil && !yield(part) {
				return
			}
		}
		for _, part := range s.Tuple {
			if !yield(part) {
				return
			}
		}
		for _, list := range [][]Property{s.Properties, s.PatternProperties} {
			for _, p := range list {
				if !yield(p.Schema) {
					return
				}
			}
		}
	}
}

// chains follows the schemas that apply to one value, and finds those that come back to themselves before any property or element was
// entered, or that are too many: no value could be checked against them, and whatever follows them would never end.
type chains struct {
	r       *reader
	lengths map[*Schema]chain
	finite  bool
}

// chain is what follows from a schema on, itself included.
type chain struct {
	longest int // 0 while the schema is being followed
	all     int
}

// checkChains reports whether every chain of schemas that apply to one value ends soon.
func (r *reader) checkChains() bool {
	c := &chains{r: r, lengths: map[*Schema]chain{}, finite: true}
	for _, s := range r.inOrder {
		c.follow(s, 1)
	}
	return c.finite
}

// follow measures the chains from s on, which is itself the depth-th of one.
func (c *chains) follow(s *Schema, depth int) chain {
	if done, ok := c.lengths[s]; ok {
		return done
	}
	c.lengths[s] = chain{}
	sum, tooLong := chain{longest: 1, all: 1}, false
	for part := range s.inPlace() {
		if l, ok := c.lengths[part]; ok && l.longest == 0 {
			c.close(s, part)
			continue
		}
		if depth == maxInPlace {
			tooLong = true
			break
		}
		next := c.follow(part, depth+1)
		sum.longest = max(sum.longest, 1+next.longest)
		sum.all += next.all
	}
	if tooLong || sum.longest > maxInPlace || sum.all > maxApplied {
		c.finite = false
		c.r.report(Error, s.Node, "too many schemas apply to the same value, one through the other: make it flatter")
		sum = chain{longest: 1, all: 1} // so that this is said once
	}
	c.lengths[s] = sum
	return sum
}

// close deals with a schema that refers back to one it is part of. As one of several choices it adds nothing to them, since what
// fits it fits the others: serializers write an untagged Option<Self> so. It then becomes false. Anything else has no meaning.
func (c *chains) close(s, back *Schema) {
	if s.Ref == back && isChoiceWithin(s.Node, back.Node) {
		s.Ref, s.Boolean = nil, new(false)
		c.r.report(Warning, referenceNode(s), "this choice is the schema that it is a choice of, adds nothing to it and is left out: remove it")
		return
	}
	c.finite = false
	c.r.report(Error, referenceNode(s), "this leads back to itself with no property or element in between: point it at another schema")
}

// isChoiceWithin reports whether only anyOf and oneOf lead from outer to inner.
func isChoiceWithin(inner, outer *Node) bool {
	n := inner
	for n != outer {
		list := n.parent
		if list == nil || list.Kind != Array || list.token() != "anyOf" && list.token() != "oneOf" {
			return false
		}
		n = list.parent
	}
	return inner != outer
}

// referenceNode is where a schema's $ref stands, or else the schema.
func referenceNode(s *Schema) *Node {
	return cmp.Or(s.Node.Get("$ref"), s.Node)
}
