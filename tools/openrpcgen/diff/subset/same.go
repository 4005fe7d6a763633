package subset

import (
	"maps"
	"slices"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// Same reports whether two schemas say the same about values, keyword by keyword: references count as what they lead to, the order
// of names, types, enum values and alternatives does not count, nor does anything that only describes. Nil is a schema that is absent.
func (p *Prover) Same(a, b *openrpc.Schema) bool {
	a, b = normal(a), normal(b)
	pair := [2]*openrpc.Schema{a, b}
	if same, ok := p.equal[pair]; ok || a == b {
		return same || a == b
	}
	p.equal[pair] = true // where it comes back within itself
	mark := len(p.equals)
	p.equals = append(p.equals, pair)
	if p.sameKeywords(a, b) {
		return true
	}
	for _, dependent := range p.equals[mark:] {
		delete(p.equal, dependent)
	}
	p.equals = p.equals[:mark]
	p.equal[pair] = false
	return false
}

// unconstrained has no keywords.
var unconstrained = &openrpc.Schema{Node: &openrpc.Node{Kind: openrpc.Object}}

// normal is the schema behind references; true and an absent one are without keywords.
func normal(s *openrpc.Schema) *openrpc.Schema {
	if s == nil {
		return unconstrained
	}
	if s = s.Target(); s.Boolean != nil && *s.Boolean {
		return unconstrained
	}
	return s
}

func (p *Prover) sameKeywords(a, b *openrpc.Schema) bool {
	if a.Boolean != nil || b.Boolean != nil {
		return a.Boolean != nil && b.Boolean != nil // both are false
	}
	return a.Nullable == b.Nullable && sameSet(a.Types, b.Types) && sameValues(a.Enum, b.Enum) && sameValue(a.Const, b.Const) &&
		sameScalars(a, b) && p.sameArrays(a, b) && p.sameObjects(a, b) &&
		p.sameLists(a.AllOf, b.AllOf) && p.sameLists(a.AnyOf, b.AnyOf) && p.sameLists(a.OneOf, b.OneOf) &&
		p.sameOptional(a.Not, b.Not) && p.sameOptional(a.If, b.If) &&
		(a.If == nil || p.Same(a.Then, b.Then) && p.Same(a.Else, b.Else))
}

func sameScalars(a, b *openrpc.Schema) bool {
	return sameNumber(a.Minimum, b.Minimum) && sameNumber(a.Maximum, b.Maximum) && sameNumber(a.ExclusiveMinimum, b.ExclusiveMinimum) &&
		sameNumber(a.ExclusiveMaximum, b.ExclusiveMaximum) && sameNumber(a.MultipleOf, b.MultipleOf) &&
		value(a.MinLength) == value(b.MinLength) && sameCount(a.MaxLength, b.MaxLength) && a.Pattern == b.Pattern && a.Format == b.Format &&
		a.ContentEncoding == b.ContentEncoding && a.ContentMediaType == b.ContentMediaType
}

func (p *Prover) sameArrays(a, b *openrpc.Schema) bool {
	if len(a.Tuple) != len(b.Tuple) || a.Tuple != nil && !p.Same(a.AdditionalItems, b.AdditionalItems) {
		return false
	}
	for i := range a.Tuple {
		if !p.Same(a.Tuple[i], b.Tuple[i]) {
			return false
		}
	}
	return p.Same(a.Items, b.Items) && p.sameOptional(a.Contains, b.Contains) && a.UniqueItems == b.UniqueItems &&
		value(a.MinItems) == value(b.MinItems) && sameCount(a.MaxItems, b.MaxItems)
}

func (p *Prover) sameObjects(a, b *openrpc.Schema) bool {
	return sameSet(a.Required, b.Required) && p.sameMaps(a.Properties, b.Properties) && p.sameMaps(a.PatternProperties, b.PatternProperties) &&
		p.Same(a.AdditionalProperties, b.AdditionalProperties) && p.Same(a.PropertyNames, b.PropertyNames) && p.sameDependencies(a, b) &&
		value(a.MinProperties) == value(b.MinProperties) && sameCount(a.MaxProperties, b.MaxProperties)
}

func (p *Prover) sameDependencies(a, b *openrpc.Schema) bool {
	if len(a.Dependencies) != len(b.Dependencies) {
		return false
	}
	return all(a.Dependencies, func(d openrpc.Dependency) bool {
		return slices.ContainsFunc(b.Dependencies, func(other openrpc.Dependency) bool {
			return d.Name == other.Name && sameSet(d.Required, other.Required) && p.sameOptional(d.Schema, other.Schema)
		})
	})
}

// sameOptional is Same where an absent schema and one without keywords are not the same.
func (p *Prover) sameOptional(a, b *openrpc.Schema) bool {
	return (a == nil) == (b == nil) && (a == nil || p.Same(a, b))
}

func (p *Prover) sameMaps(a, b []openrpc.Property) bool {
	if len(a) != len(b) {
		return false
	}
	byName := make(map[string]*openrpc.Schema, len(b))
	for _, property := range b {
		byName[property.Name] = property.Schema
	}
	return all(a, func(property openrpc.Property) bool {
		other, ok := byName[property.Name]
		return ok && p.Same(property.Schema, other)
	})
}

// sameLists reports whether each schema of one list has one of its own in the other.
func (p *Prover) sameLists(a, b []*openrpc.Schema) bool {
	pairs, removed, added := p.Match(a, b)
	return len(pairs) == len(a) && len(removed) == 0 && len(added) == 0
}

// Match pairs the schemas of two lists that are the same, and returns what is left over of each.
func (p *Prover) Match(a, b []*openrpc.Schema) (pairs [][2]*openrpc.Schema, restA, restB []*openrpc.Schema) {
	restB = slices.Clone(b)
	for i, s := range a {
		at := -1
		if i < len(b) && slices.Contains(restB, b[i]) && p.Same(s, b[i]) {
			at = slices.Index(restB, b[i])
		} else {
			at = slices.IndexFunc(restB, func(other *openrpc.Schema) bool { return p.Same(s, other) })
		}
		if at < 0 {
			restA = append(restA, s)
			continue
		}
		pairs = append(pairs, [2]*openrpc.Schema{s, restB[at]})
		restB = slices.Delete(restB, at, at+1)
	}
	return pairs, restA, restB
}

func sameSet[T comparable](a, b []T) bool {
	return len(a) == len(b) && all(a, func(v T) bool { return slices.Contains(b, v) })
}

func sameValues(a, b []*openrpc.Node) bool {
	if len(a) != len(b) {
		return false
	}
	values := make(map[string]bool, len(a))
	for _, v := range a {
		values[v.Canonical()] = true
	}
	others := make(map[string]bool, len(b))
	for _, v := range b {
		others[v.Canonical()] = true
	}
	return maps.Equal(values, others)
}

func sameValue(a, b *openrpc.Node) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Canonical() == b.Canonical()
}

func sameNumber(a, b *openrpc.Node) bool { return sameValue(a, b) }

func sameCount(a, b *int) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }
