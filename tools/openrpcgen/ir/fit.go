package ir

import (
	"reflect"
	"slices"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// FieldChecks are the conditions that the value of a field must meet.
type FieldChecks struct {
	*Field
	Checks []Check
}

// fit finds what helps to tell objects apart that have neither a tag nor members
// of their own: what their members must be. Where that does not help either, it
// warns.
func (b *builder) fit(c *Choice) {
	for i, v := range c.Objects {
		for _, f := range base(v.Type).Fields {
			if checks := checksOf(v.schema.Property(f.Name), f.Type); v.Key == "" && len(checks) > 0 {
				v.Fits = append(v.Fits, FieldChecks{f, checks})
			}
		}
		same := func(other *Variant) bool { return alike(v, other) }
		if first := slices.IndexFunc(c.Objects[:i], same); first >= 0 {
			b.warn(v.part.Node, "nothing tells %s from %s, which is taken: give each a required property with a const of its own",
				v.Type.Name, c.Objects[first].Type.Name)
		}
	}
}

// checksOf are the conditions that a schema sets to a scalar which is not null,
// as far as a client can tell.
func checksOf(s *openrpc.Schema, t *Type) (checks []Check) {
	if s == nil {
		return nil
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
		if r := (&Reader{Type: base(t)}); add(r, s) {
			checks = append(checks, r.Checks...)
		}
	}
	return slices.DeleteFunc(checks, func(c Check) bool { return c.Kind == Format })
}

// alike reports whether nothing that a decoder looks at tells two objects apart.
func alike(a, b *Variant) bool {
	x, y := base(a.Type), base(b.Type)
	field := func(f, g *Field) bool {
		return f.Name == g.Name && (f.Presence == Required) == (g.Presence == Required) && sameType(f.Type, g.Type)
	}
	constant := func(c, d *Const) bool { return c.Name == d.Name && c.JSON == d.JSON }
	checks := func(c, d FieldChecks) bool { return c.Name == d.Name && reflect.DeepEqual(c.Checks, d.Checks) }
	return x.Kind == y.Kind && a.Open == b.Open && a.Closed == b.Closed && sameValue(x.Elem, y.Elem) && sameValue(x.Extra, y.Extra) &&
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
