package ir

import (
	"reflect"
	"slices"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// PartChecks are the conditions that a part of a value must meet: the value of a
// field, an element of a tuple, or each element of a slice.
type PartChecks struct {
	Name   string // on the wire
	GoName string
	At     int // among the elements of a tuple; -1: each
	Type   *Type
	Checks []Check
}

// fitObjects finds what helps to tell objects apart that have neither a tag nor
// members of their own: what their members must be. Where that does not help
// either, it warns.
func (b *builder) fitObjects(c *Choice) {
	for i, v := range c.Objects {
		for _, f := range base(v.Type).Fields {
			if v.Key == "" {
				v.addChecks(PartChecks{Name: f.Name, GoName: f.GoName, Type: f.Type}, v.schema.Property(f.Name))
			}
		}
		b.warnOfTie(v, c.Objects[:i])
	}
}

// fitArrays finds what helps to tell arrays apart: how long they are, and what
// their elements must be.
func (b *builder) fitArrays(c *Choice) {
	for i, v := range c.Arrays {
		t := base(v.Type)
		v.Least, v.Most = t.Least(), v.schema.MaxItems
		switch {
		case t.Kind == Slice:
			if v.schema.MinItems != nil {
				v.Least = *v.schema.MinItems
			}
			v.addChecks(PartChecks{GoName: "Item", At: -1, Type: t.Elem.Type}, itemsOf(v.schema))
		case t.Extra == nil:
			v.Most = new(len(t.Fields))
		}
		for i, f := range t.Fields {
			v.addChecks(PartChecks{GoName: f.GoName, At: i, Type: f.Type}, v.schema.Tuple[i])
		}
		b.warnOfTie(v, c.Arrays[:i])
	}
}

// itemsOf is the schema of all elements.
func itemsOf(s *openrpc.Schema) *openrpc.Schema {
	if len(s.Tuple) == 1 {
		return s.Tuple[0]
	}
	return s.Items
}

func (v *Variant) addChecks(part PartChecks, s *openrpc.Schema) {
	if part.Checks = checksOf(s, part.Type); len(part.Checks) > 0 {
		v.Fits = append(v.Fits, part)
	}
}

// warnOfTie warns if nothing tells a variant from one before it.
func (b *builder) warnOfTie(v *Variant, before []*Variant) {
	i := slices.IndexFunc(before, func(other *Variant) bool { return alike(v, other) })
	if i < 0 {
		return
	}
	advice := "give each a required property with a const of its own"
	if base(v.Type).Kind != Struct {
		advice = "make them one"
	}
	b.warn(v.part.Node, "nothing tells %s from %s, which is taken: %s", v.Type.Name, before[i].Type.Name, advice)
}

// warnOfScalars warns of scalars that are never taken, because another one is
// that was before them and takes all.
func (b *builder) warnOfScalars(c *Choice) {
	var widest *Variant
	for _, v := range c.Strings {
		switch {
		case width(v) < anyText:
		case widest == nil:
			widest = v
		default:
			b.warnOfLoser(v, widest)
		}
	}
	for _, v := range c.Variants {
		taken := map[Kind]*Variant{Int: c.Integer, Uint: c.Integer, Number: c.Integer, Float: c.Number, Bool: c.Bool}[v.Type.Kind]
		if taken != nil && v != taken && v.Key == "" {
			b.warnOfLoser(v, taken)
		}
	}
}

func (b *builder) warnOfLoser(v, taken *Variant) {
	b.warn(v.part.Node, "what may be %s or %s is taken for %s: make them one", taken.Type.Name, v.Type.Name, taken.Type.Name)
}

// checksOf are the conditions that a schema sets to a scalar which is not null,
// as far as a client can tell, and the kinds of JSON that a union may be.
func checksOf(s *openrpc.Schema, t *Type) (checks []Check) {
	if s == nil {
		return nil
	}
	if t = base(t); t.Kind == Union {
		return kindsOf(t)
	}
	all, possible := conjunction([]*openrpc.Schema{s})
	if !possible {
		return nil
	}
	all, ok := withoutNull(all)
	add := map[Kind]func(*Reader, *openrpc.Schema) bool{
		String: (*Reader).text, Int: (*Reader).integer, Uint: (*Reader).integer, Float: (*Reader).float,
	}[t.Kind]
	if !ok || add == nil {
		return nil
	}
	for _, s := range all {
		s := *s
		if t.Kind == Float {
			s.MultipleOf = nil // doubles cannot tell
		}
		if r := (&Reader{Type: t}); add(r, &s) {
			checks = append(checks, r.Checks...)
		}
	}
	return slices.DeleteFunc(checks, func(c Check) bool { return c.Kind == Format })
}

// kindsOf is the condition that a value is of a kind that a union takes.
func kindsOf(t *Type) []Check {
	kinds := map[Kind]bool{}
	addKinds(t, kinds, map[*Type]bool{})
	check := Check{Kind: Kinds}
	for _, kind := range []Kind{Bool, String, Int, Slice, Struct} {
		if kinds[kind] {
			check.Kinds = append(check.Kinds, kind)
		}
	}
	if len(check.Kinds) == 5 {
		return nil
	}
	return []Check{check}
}

func addKinds(t *Type, kinds map[Kind]bool, seen map[*Type]bool) {
	if t = base(t); seen[t] {
		return
	}
	seen[t] = true
	c := t.Choice
	for kind, some := range map[Kind]bool{
		Bool: c.Bool != nil, String: len(c.Strings) > 0, Int: c.Integer != nil || c.Number != nil, Slice: len(c.Arrays) > 0, Struct: len(c.Objects) > 0,
	} {
		kinds[kind] = kinds[kind] || some
	}
	for _, v := range c.Nested {
		addKinds(v.Type, kinds, seen)
	}
}

// markTried finds the types by which variants of unions are told apart: them, and
// of what they are made.
func markTried(types []*Type) {
	var mark func(t *Type)
	mark = func(t *Type) {
		if t = base(t); t.Tried {
			return
		}
		t.Tried = true
		for _, part := range t.parts() {
			mark(part)
		}
	}
	for _, t := range types {
		if t.Kind == Union && t.Of == nil {
			for _, v := range t.Choice.Variants {
				mark(v.Type)
			}
		}
	}
}

// alike reports whether nothing that a decoder looks at tells two variants apart.
func alike(a, b *Variant) bool {
	x, y := base(a.Type), base(b.Type)
	field := func(f, g *Field) bool {
		return f.Name == g.Name && (f.Presence == Required) == (g.Presence == Required) && sameType(f.Type, g.Type)
	}
	constant := func(c, d *Const) bool { return c.Name == d.Name && c.JSON == d.JSON }
	checks := func(c, d PartChecks) bool {
		return c.Name == d.Name && c.At == d.At && reflect.DeepEqual(c.Checks, d.Checks)
	}
	return x.Kind == y.Kind && a.Key == b.Key && a.Least == b.Least && reflect.DeepEqual(a.Most, b.Most) && a.Open == b.Open && a.Closed == b.Closed && sameValue(x.Elem, y.Elem) && sameValue(x.Extra, y.Extra) &&
		inAnyOrder(x.Fields, y.Fields, field) && inAnyOrder(x.Consts, y.Consts, constant) && inAnyOrder(a.Fits, b.Fits, checks)
}

func inAnyOrder[T any](a, b []T, same func(T, T) bool) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(x T) bool {
		return !slices.ContainsFunc(b, func(y T) bool { return same(x, y) })
	})
}

func sameValue(a, b *Value) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Nullable == b.Nullable && sameType(a.Type, b.Type)
}

// sameType reports whether two types take the same values for sure.
func sameType(a, b *Type) bool {
	a, b = base(a), base(b)
	return a == b || a.Kind == b.Kind && a.Kind < Struct && a.Go == b.Go && sameValue(a.Elem, b.Elem)
}
