package openrpc

import (
	"cmp"
	"iter"
)

// maxInPlace is how many schemas may apply to one value one through the other, by $ref, allOf and the like.
const maxInPlace = 256

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

// cycles finds schemas that come back to themselves before any property or element was entered: no value can be checked against
// those, and what follows them would never end.
type cycles struct {
	r      *reader
	height map[*Schema]int // of the tallest chain from a schema on; 0 while it is being followed
	finite bool
}

// checkCycles reports whether every chain of schemas that apply to one value ends soon.
func (r *reader) checkCycles() bool {
	c := &cycles{r: r, height: map[*Schema]int{}, finite: true}
	for _, s := range r.inOrder {
		c.visit(s, 1)
	}
	return c.finite
}

// visit follows s, which is the depth-th of a chain, and returns how tall the chain is from s on.
func (c *cycles) visit(s *Schema, depth int) int {
	if height, ok := c.height[s]; ok {
		return height
	}
	c.height[s] = 0
	height := 1
	for part := range s.inPlace() {
		if h, ok := c.height[part]; ok && h == 0 {
			c.close(s, part)
			continue
		}
		if depth > maxInPlace {
			height = maxInPlace
			break
		}
		height = max(height, 1+c.visit(part, depth+1))
	}
	if height == maxInPlace+1 {
		c.finite = false
		c.r.report(Error, s.Node, "more than %d schemas apply one through the other to the same value: make it flatter", maxInPlace)
	}
	c.height[s] = height
	return height
}

// close deals with a schema that refers back to one it is part of. As one of several choices it adds nothing to them, since what
// fits it fits the others: serializers write an untagged Option<Self> so. It then becomes false. Anything else has no meaning.
func (c *cycles) close(s, back *Schema) {
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
