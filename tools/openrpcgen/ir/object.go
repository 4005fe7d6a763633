package ir

import (
	"fmt"
	"slices"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

func objectKind(s *openrpc.Schema) Kind {
	switch {
	case len(s.Properties) > 0:
		return Struct
	case isClosed(s):
		return Raw // no type could hold what servers send all the same
	}
	return Map
}

func isClosed(s *openrpc.Schema) bool {
	return s.AdditionalProperties != nil && isFalse(s.AdditionalProperties) && len(s.PatternProperties) == 0
}

// isFalse reports whether a schema allows no value.
func isFalse(s *openrpc.Schema) bool {
	target := s.Target()
	return target.Boolean != nil && !*target.Boolean
}

// mapping decides about an object whose names are data.
func (b *builder) mapping(s *openrpc.Schema, o owner) Type {
	elem := b.extra(s, o)
	if elem == nil {
		elem = &Value{Type: &Type{Kind: Raw}}
	}
	return Type{Kind: Map, Elem: elem}
}

// extra is what the members are that a schema does not name; nil if they are
// dropped.
func (b *builder) extra(s *openrpc.Schema, o owner) *Value {
	if !b.hasExtra(s) {
		return nil
	}
	parts := unnamed(s)
	if len(parts) == 1 && (s.AdditionalProperties != nil || len(s.Properties) == 0) {
		v := b.value(parts[0], o.within("value"))
		return &v
	}
	if b.hasSecret(append(parts, conditions(s)...)...) { // any of them may be the sensitive one
		v := b.value(b.anything(s), owner{name: o.typeName(), step: "value"})
		return &v
	}
	return &Value{Type: &Type{Kind: Raw}}
}

// hasExtra reports whether a schema says of members that it does not name what
// they are, or names some under a condition.
func (b *builder) hasExtra(s *openrpc.Schema) bool {
	return len(unnamed(s)) > 0 || !isClosed(s) && (b.options.KeepUnknown || namesOthers(s, conditions(s)))
}

// unnamed are the schemas that an object gives its other members.
func unnamed(s *openrpc.Schema) (parts []*openrpc.Schema) {
	for _, p := range s.PatternProperties {
		parts = append(parts, p.Schema)
	}
	if part := s.AdditionalProperties; part != nil && !isFalse(part) {
		parts = append(parts, part)
	}
	return parts
}

// conditions are a schema's own, and the schemas that its values may fit as well.
func conditions(s *openrpc.Schema) []*openrpc.Schema {
	return append(ownConditions(s), s.Beside...)
}

// ownConditions are the schemas that a value must fit under a condition, and the
// choices that say nothing of types.
func ownConditions(s *openrpc.Schema) (parts []*openrpc.Schema) {
	if alternatives(s) == nil {
		parts = slices.Concat(s.AnyOf, s.OneOf)
	}
	for _, part := range []*openrpc.Schema{s.If, s.Then, s.Else} {
		if part != nil {
			parts = append(parts, part)
		}
	}
	for _, d := range s.Dependencies {
		if d.Schema != nil {
			parts = append(parts, d.Schema)
		}
	}
	return parts
}

// namesOthers reports whether conditions tell of members that s does not name.
func namesOthers(s *openrpc.Schema, conditions []*openrpc.Schema) bool {
	return anySchema(inPlace(conditions), func(part *openrpc.Schema) bool {
		other := func(p openrpc.Property) bool { return s.Property(p.Name) == nil }
		return slices.ContainsFunc(part.Properties, other) || len(part.Undeclared)+len(unnamed(part)) > 0
	})
}

// object decides about an object whose members have names.
func (b *builder) object(s *openrpc.Schema, o owner) Type {
	t := Type{Kind: Struct}
	fields := newFields()
	b.reserveMethods(fields, s)
	if b.hasExtra(s) {
		fields.claim("Extra")
	}
	b.members(&t, fields, s, o)
	t.Extra = b.extra(s, o)
	t.Closed = isClosed(s)
	return t
}

// members adds the properties of a schema to a type. A required one that can
// have one value only is no field.
func (b *builder) members(t *Type, fields *names, s *openrpc.Schema, o owner) {
	others := b.others(s, &openrpc.Schema{PatternProperties: s.PatternProperties})
	for _, p := range s.Properties {
		p = b.concealed(p, others...)
		required := s.RequiresMember(p.Name)
		target := b.flatten(p.Schema.Target())
		if isFalse(target) {
			continue // no value is allowed
		}
		if only := onlyValue(target); required && only != "" && !b.orNull(p.Schema) {
			t.Consts = append(t.Consts, &Const{Name: p.Name, JSON: only, At: len(t.Fields), Sensitive: isSensitive(p.Schema) || target.Sensitive})
			continue
		}
		field := b.field(owner{name: o.typeName(), step: p.Name, member: true}, p.Schema, required)
		field.GoName = b.fieldName(fields, p.Name, p.Schema.Node, p.Schema.GoName)
		b.fieldDoc(field, firstOf(p.Schema.Description, p.Schema.Title), p.Schema, false)
		t.Fields = append(t.Fields, field)
	}
	for _, name := range s.Undeclared {
		b.undeclared(t, fields, s, o, name)
	}
}

// others are the schemas that may tell that a member of s is sensitive.
func (b *builder) others(s *openrpc.Schema, more ...*openrpc.Schema) []*openrpc.Schema {
	if !b.document.Sensitive {
		return nil
	}
	return slices.AppendSeq(more, inPlace(conditions(s)))
}

// undeclared adds a member that is required and no property: what the schema
// says of members without a name is true of it.
func (b *builder) undeclared(t *Type, fields *names, s *openrpc.Schema, o owner, name string) {
	if s.Property(name) != nil || slices.ContainsFunc(t.Fields, func(f *Field) bool { return f.Name == name }) {
		return // two schemas require it, or one declares it for the other
	}
	field := &Field{Name: name, Type: &Type{Kind: Raw}, Presence: Required}
	part := &openrpc.Schema{Node: s.Node, Boolean: new(true)}
	parts := memberSchemas([]*openrpc.Schema{s}, name)
	if len(parts) == 1 {
		part = parts[0]
	}
	part = b.concealed(openrpc.Property{Name: name, Schema: part}, b.others(s, s)...).Schema
	if len(parts) == 1 || part.Sensitive {
		field = b.field(owner{name: o.typeName(), step: name}, part, true)
		b.fieldDoc(field, firstOf(part.Description, part.Title), part, false)
	}
	field.GoName = b.claim(fields, s.Node, fieldNames(firstOf(goName(name), "Empty"))...)
	t.Fields = append(t.Fields, field)
}

// onlyValue returns the one value that a schema allows, as compact JSON, or "".
func onlyValue(s *openrpc.Schema) string {
	if n := onlyNode(s); n != nil {
		return string(n.JSON())
	}
	return ""
}

// orNull reports whether null may stand instead of the only value that a schema
// leads to.
func (b *builder) orNull(s *openrpc.Schema) bool {
	return slices.ContainsFunc(b.steps(s), func(step *openrpc.Schema) bool {
		return step.Nullable || onlyValue(step) == "" && b.allowsNull(step)
	})
}

func onlyNode(s *openrpc.Schema) *openrpc.Node {
	switch {
	case s.Const != nil:
		return s.Const
	case len(s.Enum) == 1:
		return s.Enum[0]
	}
	return literalPattern(s)
}

// fieldName names a member in Go; at may have an x-go-name.
func (b *builder) fieldName(fields *names, wire string, at *openrpc.Node, asked string) string {
	return b.claimFor(at, asked, fields, fieldNames(firstOf(asked, goName(wire), "Empty"))...)
}

// fieldNames are the names that a field may have.
func fieldNames(name string) []string { return []string{name, name + "Field"} }

// field decides about the member that o.step names, but for its Go name.
func (b *builder) field(o owner, s *openrpc.Schema, required bool) *Field {
	v := b.value(s, o)
	f := &Field{Name: o.step, Type: v.Type}
	target, fallback := b.flatten(s.Target()), s.EffectiveDefault()
	switch {
	case required && v.Nullable:
		f.Presence = OrNull
	case required:
		f.Presence = Required
	case v.Type.Kind == Raw:
		f.Presence = RawMissing
	case v.Nullable:
		f.Presence = OrNothing
	case v.Type.HasNil() || refusesZero(target, v.Type) || fallback != nil && isZero(fallback, v.Type):
		f.Presence = ZeroMissing
	default:
		f.Presence = NilMissing
	}
	return f
}

func arrayKind(s *openrpc.Schema) Kind {
	others := s.AdditionalItems != nil && !isFalse(s.AdditionalItems)
	if len(s.Tuple) > 1 || len(s.Tuple) == 1 && others {
		return Tuple
	}
	return Slice
}

// array decides about elements that are all alike. One schema in a list is
// taken for that of all elements, which is what its authors mean.
func (b *builder) array(s *openrpc.Schema, o owner) Type {
	items := s.Items
	if len(s.Tuple) == 1 {
		items = s.Tuple[0]
		b.warn(s.Node, `"items" is a list of one schema, which says nothing of the second element: `+
			"it is taken for that of all; write it without the list")
	}
	if items == nil || (items.Target().Boolean != nil) {
		return Type{Kind: Slice, Elem: &Value{Type: &Type{Kind: Raw}}}
	}
	elem := b.value(items, o.within("item"))
	return Type{Kind: Slice, Elem: &elem}
}

// tuple decides about elements that each have a schema of their own. Those that
// minItems does not ask for may be missing.
func (b *builder) tuple(s *openrpc.Schema, o owner) Type {
	t := Type{Kind: Tuple}
	fields := newFields()
	b.reserveMethods(fields, s)
	fields.claim("Rest")
	least := 0
	if s.MinItems != nil {
		least = *s.MinItems
	}
	for i, item := range s.Tuple {
		f := b.field(owner{name: o.typeName(), step: fmt.Sprintf("Item%d", i), member: true}, item, i < least)
		if f.Presence == ZeroMissing && !f.Type.HasNil() && !refusesZero(b.flatten(item.Target()), f.Type) {
			f.Presence = NilMissing // a default: it is a value like others where elements follow
		}
		f.GoName = b.fieldName(fields, f.Name, item.Node, item.GoName)
		b.fieldDoc(f, firstOf(item.Description, item.Title), item, false)
		t.Fields = append(t.Fields, f)
	}
	t.Extra = b.rest(s, o)
	return t
}

// rest is what the elements are that follow those of a tuple; nil if none may.
func (b *builder) rest(s *openrpc.Schema, o owner) *Value {
	switch {
	case s.MaxItems != nil && *s.MaxItems <= len(s.Tuple), s.AdditionalItems != nil && isFalse(s.AdditionalItems):
		return nil
	case s.AdditionalItems == nil:
		return &Value{Type: &Type{Kind: Raw}}
	}
	v := b.value(s.AdditionalItems, owner{name: o.typeName(), step: "Rest"})
	return &v
}
