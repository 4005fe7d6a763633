package ir

import (
	"cmp"
	"slices"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// flatten makes one schema of a schema and all that allOf adds to it. One that
// is nothing but another with annotations around is that other.
func (b *builder) flatten(s *openrpc.Schema) *openrpc.Schema {
	parts := s.AllOf
	if one := onlyAlternative(s); one != nil {
		parts = append(slices.Clip(parts), one)
	}
	if len(parts) == 0 {
		return s
	}
	if known := b.flat[s]; known != nil {
		return known
	}
	b.flat[s] = s // a cycle ends here
	rest := *s
	rest.AllOf = nil
	if len(parts) > len(s.AllOf) {
		rest.OneOf, rest.AnyOf = nil, nil
	}
	if only := onlyPart(&rest, parts); only != nil {
		if flat := b.flatten(only.Target()); !namesOthers(flat, conditionsBeside(only, &rest, parts)) {
			if slices.ContainsFunc(parts, func(part *openrpc.Schema) bool { return part != only && isSensitive(part) }) {
				b.flat[s] = b.hidden(s, flat)
				return b.flat[s]
			}
			b.only[s], b.flat[s] = only, flat
			return flat
		}
	}
	merged := rest
	for _, part := range parts {
		b.merge(&merged, b.flatten(part.Target()))
		merged.Sensitive = merged.Sensitive || isSensitive(part)
	}
	b.flat[s] = &merged
	return &merged
}

// steps are the schemas that a schema leads to: by reference, and by being
// nothing but another one with annotations, or null, beside. The last is
// flattened.
func (b *builder) steps(s *openrpc.Schema) (list []*openrpc.Schema) {
	for s != nil && !slices.Contains(list, s) {
		list = append(list, s)
		flat := s
		next := s.Ref
		if next == nil {
			flat = b.flatten(s)
			next = b.only[s]
		}
		if next == nil && flat != s {
			list = append(list, flat)
		}
		s = next
	}
	return b.hide(list)
}

// onlyPart is the one part that says anything, if what stands beside does not.
func onlyPart(beside *openrpc.Schema, parts []*openrpc.Schema) *openrpc.Schema {
	if !saysNothing(beside) {
		return nil
	}
	var only *openrpc.Schema
	for _, part := range parts {
		target := part.Target()
		if saysNothing(target) && len(target.AllOf) == 0 {
			continue
		}
		if only != nil {
			return nil
		}
		only = part
	}
	return only
}

// conditionsBeside are those of all but the one part.
func conditionsBeside(only, beside *openrpc.Schema, parts []*openrpc.Schema) []*openrpc.Schema {
	list := conditions(beside)
	for _, part := range parts {
		if part != only {
			list = append(list, conditions(part.Target())...)
		}
	}
	return list
}

// saysNothing reports whether a schema has annotations and conditions at most,
// apart from allOf.
func saysNothing(s *openrpc.Schema) bool {
	return (s.Boolean == nil || *s.Boolean) && len(s.Types) == 0 && s.Enum == nil && s.Const == nil && len(s.Properties) == 0 && len(s.Required) == 0 &&
		s.AdditionalProperties == nil && len(s.PatternProperties) == 0 && len(s.OneOf) == 0 && len(s.AnyOf) == 0 &&
		s.Items == nil && len(s.Tuple) == 0 && s.Pattern == "" && s.Format == "" && s.Minimum == nil && s.Maximum == nil && s.ExclusiveMinimum == nil && s.ExclusiveMaximum == nil && !s.Vast
}

// merge adds to a schema what a part of its allOf says, as far as types go;
// validation sees the original.
func (b *builder) merge(s, part *openrpc.Schema) {
	if part.Boolean != nil && !*part.Boolean {
		s.Boolean = part.Boolean
	}
	switch {
	case len(s.Types) == 0:
		s.Types = part.Types
	case len(part.Types) > 0:
		if s.Types = intersection(s.Types, part.Types); len(s.Types) == 0 {
			s.Boolean = new(false) // nothing is of both types
		}
	}
	b.mergeProperties(s, part)
	s.Required = append(slices.Clone(s.Required), part.Required...)
	s.Undeclared = append(slices.Clip(s.Undeclared), part.Undeclared...)
	s.PatternProperties = append(slices.Clone(s.PatternProperties), part.PatternProperties...)
	switch {
	case len(s.OneOf)+len(s.AnyOf) == 0:
		s.OneOf, s.AnyOf = part.OneOf, part.AnyOf
	case len(part.OneOf)+len(part.AnyOf) > 0: // a value fits one of each: no Go type says that, see unionKind
		both := slices.Concat(s.OneOf, s.AnyOf, part.OneOf, part.AnyOf)
		s.OneOf, s.AnyOf = both, both
	}
	for _, condition := range conditions(part) { // whichever keyword says it
		s.Dependencies = append(slices.Clip(s.Dependencies), openrpc.Dependency{Schema: condition})
	}
	s.AdditionalProperties = b.narrower(s.AdditionalProperties, part.AdditionalProperties)
	s.Items = b.narrower(s.Items, part.Items)
	s.Enum = commonValues(s, part)
	first(&s.Const, part.Const)
	s.Vast = s.Vast || part.Vast
	s.Sensitive = s.Sensitive || part.Sensitive || b.joinsSecrets(s, part)
	first(&s.Minimum, part.Minimum)
	first(&s.Maximum, part.Maximum)
	first(&s.ExclusiveMinimum, part.ExclusiveMinimum)
	first(&s.ExclusiveMaximum, part.ExclusiveMaximum)
	first(&s.MultipleOf, part.MultipleOf)
	first(&s.MinLength, part.MinLength)
	if s.Tuple == nil {
		s.Tuple, s.AdditionalItems = part.Tuple, part.AdditionalItems
	}
	s.Pattern, s.PatternWorks = narrowerPattern(s, part)
	s.Format = firstOf(s.Format, part.Format)
	s.ContentEncoding = firstOf(s.ContentEncoding, part.ContentEncoding)
	s.Description = firstOf(s.Description, part.Description)
}

// commonValues are the values that both of two schemas list, but for a const that
// one of them has; nil if neither lists any.
func commonValues(s, part *openrpc.Schema) []*openrpc.Node {
	has := func(list []*openrpc.Node, n *openrpc.Node) bool {
		return slices.ContainsFunc(list, func(other *openrpc.Node) bool { return other.Canonical() == n.Canonical() })
	}
	switch {
	case s.Const != nil && part.Const != nil && s.Const.Canonical() != part.Const.Canonical():
		return []*openrpc.Node{} // no value is both
	case s.Enum == nil:
		return part.Enum
	case part.Enum == nil:
		return s.Enum
	}
	return slices.DeleteFunc(slices.Clone(s.Enum), func(n *openrpc.Node) bool { return !has(part.Enum, n) })
}

// narrowerPattern is the pattern of a schema, or that of a part that leaves one
// string where the schema's own leaves several.
func narrowerPattern(s, part *openrpc.Schema) (pattern string, works bool) {
	other := *s
	other.Pattern, other.PatternWorks = part.Pattern, part.PatternWorks
	if s.Pattern == "" || literalPattern(s) == nil && literalPattern(&other) != nil {
		return part.Pattern, part.PatternWorks
	}
	return s.Pattern, s.PatternWorks
}

func first[T any](p **T, candidate *T) {
	if *p == nil {
		*p = candidate
	}
}

// intersection are the types that both lists have; an integer is a number, too.
func intersection(a, b []openrpc.Type) (both []openrpc.Type) {
	for _, t := range a {
		switch {
		case slices.Contains(b, t), t == openrpc.TypeInteger && slices.Contains(b, openrpc.TypeNumber):
			both = append(both, t)
		case t == openrpc.TypeNumber && slices.Contains(b, openrpc.TypeInteger) && !slices.Contains(a, openrpc.TypeInteger):
			both = append(both, openrpc.TypeInteger)
		}
	}
	return both
}

// mergeProperties adds those of a part. One that only one of the two names is
// among the other members of the other.
func (b *builder) mergeProperties(s, part *openrpc.Schema) {
	own := *s
	s.Properties = slices.Clone(own.Properties)
	for i, p := range own.Properties {
		if part.Property(p.Name) == nil {
			s.Properties[i] = b.concealed(p, part)
		}
	}
	for _, p := range part.Properties {
		if own.Property(p.Name) == nil {
			p = b.concealed(p, &own)
		}
		s.Properties = b.withProperty(s.Properties, p)
	}
}

// withProperty adds a property.
func (b *builder) withProperty(properties []openrpc.Property, p openrpc.Property) []openrpc.Property {
	i := slices.IndexFunc(properties, func(other openrpc.Property) bool { return other.Name == p.Name })
	if i < 0 {
		return append(slices.Clip(properties), p)
	}
	if part := b.narrower(properties[i].Schema, p.Schema); part != properties[i].Schema {
		properties = slices.Clone(properties)
		properties[i].Schema = part
	}
	return properties
}

// narrower is what a value has to fit of which two schemas speak, either of which
// may be nil: one that is both, if they are objects or list values, else the one
// that says more: which one value there is. What is sensitive in one of them is
// so in it.
func (b *builder) narrower(known, more *openrpc.Schema) *openrpc.Schema {
	if known == nil || more == nil {
		return cmp.Or(known, more)
	}
	part := known
	switch {
	case onlyValue(known.Target()) == "" && onlyValue(more.Target()) != "":
		part = more
	case b.saysMore(known, more, map[[2]*openrpc.Schema]bool{}), known.Target() != more.Target() && !isSensitive(more) && b.hasSecret(more):
		part = b.both(known, more)
	}
	if !isSensitive(part) && (isSensitive(known) || isSensitive(more)) {
		part = b.reference(part)
	}
	return part
}

// saysMore reports whether a schema has members that another one lacks, or not
// all of the values that it lists, on any level. What is in seen is looked at
// already.
func (b *builder) saysMore(known, more *openrpc.Schema, seen map[[2]*openrpc.Schema]bool) bool {
	if known == nil || more == nil || seen[[2]*openrpc.Schema{known, more}] {
		return false
	}
	seen[[2]*openrpc.Schema{known, more}] = true
	x, y := b.flatten(known.Target()), b.flatten(more.Target())
	kind := b.kind(x)
	switch {
	case x == y || x.Boolean != nil || y.Boolean != nil || isUnion(x) || isUnion(y) || b.kind(y) != kind:
		return false
	case kind == Slice:
		return b.saysMore(x.Items, y.Items, seen)
	case kind == Map:
		return b.saysMore(x.AdditionalProperties, y.AdditionalProperties, seen)
	case kind == Struct:
		isNew := func(p openrpc.Property) bool {
			return x.Property(p.Name) == nil || b.saysMore(x.Property(p.Name), p.Schema, seen)
		}
		return slices.ContainsFunc(y.Properties, isNew) || slices.ContainsFunc(y.Required, func(name string) bool { return !x.RequiresMember(name) })
	}
	return isEnum(x) && isEnum(y) && len(commonValues(x, y)) < len(enumValues(x))
}

// both is a schema that asks for what two ask for; always the same for the same
// two, because objects may lie in themselves.
func (b *builder) both(first, second *openrpc.Schema) *openrpc.Schema {
	pair := [2]*openrpc.Schema{first.Target(), second.Target()}
	if b.joined[pair] == nil {
		node := *first.Node
		node.Kind = openrpc.Object
		parts := &openrpc.Node{Kind: openrpc.Array, Elements: []*openrpc.Node{first.Node, second.Node}}
		node.Members = []openrpc.Member{{Name: "allOf", Value: parts}}
		b.joined[pair] = &openrpc.Schema{Node: &node, AllOf: []*openrpc.Schema{first, second}, Description: first.Description, Title: first.Title}
	}
	return b.joined[pair]
}
