package ir

import (
	"fmt"

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
	extra := s.AdditionalProperties
	return extra != nil && extra.Target().Boolean != nil && !*extra.Target().Boolean && len(s.PatternProperties) == 0
}

// mapping decides about an object whose names are data.
func (b *builder) mapping(s *openrpc.Schema, o owner) Type {
	elem := b.extra(s, o)
	if elem == nil {
		elem = &Value{Type: &Type{Kind: Raw}}
	}
	return Type{Kind: Map, Elem: elem}
}

// extra is what the members are that a schema does not name; nil if it does
// not say.
func (b *builder) extra(s *openrpc.Schema, o owner) *Value {
	part := s.AdditionalProperties
	if len(s.PatternProperties) > 0 {
		part = nil
		if len(s.PatternProperties) == 1 && len(s.Properties) == 0 {
			part = s.PatternProperties[0].Schema
		}
	}
	if part == nil && b.options.KeepUnknown {
		return &Value{Type: &Type{Kind: Raw}}
	}
	if part == nil || (part.Target().Boolean != nil && !*part.Target().Boolean) {
		return nil
	}
	v := b.value(part, owner{name: o.typeName(), step: "value"})
	return &v
}

// object decides about an object whose members have names.
func (b *builder) object(s *openrpc.Schema, o owner) Type {
	t := Type{Kind: Struct}
	b.members(&t, newFields(), s, o)
	t.Extra = b.extra(s, o)
	return t
}

// members adds the properties of a schema to a type. A required one that can
// have one value only is no field.
func (b *builder) members(t *Type, fields *names, s *openrpc.Schema, o owner) {
	if t.Kind == Union || s.AdditionalProperties != nil || b.options.KeepUnknown {
		fields.claim("Extra")
	}
	for _, p := range s.Properties {
		required := s.RequiresMember(p.Name)
		target := b.flatten(p.Schema.Target())
		if target.Boolean != nil && !*target.Boolean {
			continue // no value is allowed
		}
		if only := onlyValue(target); required && only != "" {
			t.Consts = append(t.Consts, &Const{Name: p.Name, JSON: only, At: len(t.Fields)})
			continue
		}
		field := b.field(owner{name: o.typeName(), step: p.Name}, p.Schema, required)
		field.GoName = b.fieldName(fields, p.Name, p.Schema.Node, p.Schema.GoName)
		field.Doc = b.fieldDoc(firstOf(p.Schema.Description, p.Schema.Title), p.Schema, false)
		t.Fields = append(t.Fields, field)
	}
}

// onlyValue returns the one value that a schema allows, as compact JSON, or "".
func onlyValue(s *openrpc.Schema) string {
	if n := onlyNode(s); n != nil {
		return string(n.JSON())
	}
	return ""
}

func onlyNode(s *openrpc.Schema) *openrpc.Node {
	if s.Const == nil && len(s.Enum) == 1 {
		return s.Enum[0]
	}
	return s.Const
}

// fieldName names a member in Go; at may have an x-go-name.
func (b *builder) fieldName(fields *names, wire string, at *openrpc.Node, asked string) string {
	name := firstOf(asked, goName(wire), "Empty")
	return b.claimFor(at, asked, fields, name, name+"Field")
}

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
	if len(s.Tuple) > 1 {
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
	elem := b.value(items, owner{name: o.typeName(), step: "item"})
	return Type{Kind: Slice, Elem: &elem}
}

// tuple decides about elements that each have a schema of their own.
func (b *builder) tuple(s *openrpc.Schema, o owner) Type {
	t := Type{Kind: Tuple}
	fields := newFields()
	least := len(s.Tuple)
	if s.MinItems != nil {
		least = *s.MinItems
	}
	for i, item := range s.Tuple {
		f := b.field(owner{name: o.typeName(), step: fmt.Sprintf("Item%d", i)}, item, i < max(least, 1))
		f.GoName = b.fieldName(fields, f.Name, item.Node, item.GoName)
		f.Doc = b.fieldDoc(firstOf(item.Description, item.Title), item, false)
		t.Fields = append(t.Fields, f)
	}
	if rest := s.AdditionalItems; rest != nil && (rest.Target().Boolean == nil || *rest.Target().Boolean) {
		v := b.value(rest, owner{name: o.typeName(), step: "Rest"})
		t.Extra = &v
	}
	return t
}
