package ir

import (
	"slices"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// CaseReader reads a value of one kind of JSON into a variant: the only one, or
// the first of several strings or objects that is told by a look at it.
type CaseReader struct {
	Kind      Kind   // String, Int for all numbers, Bool, Slice or Struct
	Tag       string // tells objects apart; "" if there is nothing to tell
	Exclusive bool   // a value must not fit what the other variants ask for
	Variants  []*VariantReader
}

// VariantReader reads a variant.
type VariantReader struct {
	*Variant
	*Reader
}

// union decides about a value that fits one of several schemas, or has one of
// several types.
func (r *readers) union(reader *Reader, all []*openrpc.Schema) {
	t := base(reader.Type)
	reader.impossible = true
	if len(t.Fields)+len(t.Consts)+len(t.Choice.Nested) > 0 {
		return
	}
	parts := map[*openrpc.Schema]bool{}
	exclusive := false
	var beside []*openrpc.Schema
	for _, s := range all {
		if choice := slices.Concat(s.AnyOf, s.OneOf); len(choice) > 0 {
			if len(parts) > 0 || enumValues(s) != nil {
				return
			}
			exclusive = len(s.OneOf) > 0
			for _, part := range choice {
				parts[part] = !isNothing(part)
			}
			bare := *s
			bare.AnyOf, bare.OneOf = nil, nil
			s = &bare
		}
		if asserts(s) {
			beside = append(beside, s)
		}
	}
	for _, kind := range []Kind{String, Int, Bool, Slice, Struct} {
		if c := r.caseOf(t, kind, parts, beside, exclusive); c != nil {
			reader.Cases = append(reader.Cases, c)
		}
	}
	reader.impossible = len(reader.Cases) == 0
}

// caseOf decides about values of one kind of JSON; nil where the schemas leave
// it open which variant they are.
func (r *readers) caseOf(t *Type, kind Kind, parts map[*openrpc.Schema]bool, beside []*openrpc.Schema, exclusive bool) *CaseReader {
	variants := variantsOf(t.Choice, kind)
	candidates := 0
	for part, something := range parts {
		if something && mayTake(part, kind) {
			candidates++
		}
	}
	if len(variants) == 0 || len(parts) > 0 && len(variants) != candidates {
		return nil
	}
	c := &CaseReader{Kind: kind, Exclusive: exclusive}
	for _, v := range variants {
		schemas := slices.Clone(beside)
		if len(parts) > 0 {
			if !parts[v.part] {
				return nil
			}
			schemas = append(schemas, v.part)
		}
		if v.Key != "" {
			return nil
		}
		reader, _ := r.read(schemas, v.Type)
		c.Variants = append(c.Variants, &VariantReader{v, reader})
	}
	switch {
	case len(variants) == 1:
	case kind == Struct && t.Choice.Tag != "":
		c.Tag = t.Choice.Tag
	case kind != String || slices.ContainsFunc(c.Variants, func(v *VariantReader) bool { return !v.isExact() }):
		return nil
	}
	return c
}

// isExact reports whether the checks say not only which strings pass, but also
// which do not.
func (v *VariantReader) isExact() bool {
	return (v.Variant.Type.Kind == String || v.Variant.Type.Kind == Constant) && !v.impossible &&
		!slices.ContainsFunc(v.Checks, func(c Check) bool { return c.Kind == Format })
}

// variantsOf are the variants that a kind of JSON value can be.
func variantsOf(c *Choice, kind Kind) []*Variant {
	switch kind {
	case String:
		return c.Strings
	case Slice:
		return c.Arrays
	case Struct:
		return c.Objects
	}
	var one *Variant
	switch {
	case kind == Bool:
		one = c.Bool
	case c.Integer == nil:
		one = c.Number
	case c.Number == nil:
		one = c.Integer
	}
	if one == nil {
		return nil
	}
	return []*Variant{one}
}

// mayTake reports whether some value of a kind, but for null, could fit a schema.
func mayTake(s *openrpc.Schema, kind Kind) bool {
	all, possible := conjunction([]*openrpc.Schema{s})
	return possible && !slices.ContainsFunc(all, func(s *openrpc.Schema) bool {
		values := enumValues(s)
		isOfKind := func(n *openrpc.Node) bool {
			return slices.ContainsFunc(jsonTypes(kind), func(t openrpc.Type) bool { return isOf(n, t) })
		}
		return !takesKind(s, kind) || values != nil && !slices.ContainsFunc(values, isOfKind)
	})
}

// Works reports whether the variant can be read.
func (v *VariantReader) Works() bool { return !v.Reader.fails(map[*Reader]bool{}) }
