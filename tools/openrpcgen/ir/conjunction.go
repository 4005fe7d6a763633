package ir

import (
	"slices"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// conjunction is all that must hold of a value: the schemas without references,
// and what stands in their allOf. It is false where no value fits.
func conjunction(schemas []*openrpc.Schema) (all []*openrpc.Schema, possible bool) {
	all, possible = conjoin(nil, schemas)
	for i := 0; i < len(all) && possible; i++ {
		all, possible = conjoin(all, all[i].AllOf)
	}
	return all, possible
}

// conjoin adds schemas to those that must hold already.
func conjoin(all, more []*openrpc.Schema) (_ []*openrpc.Schema, possible bool) {
	for _, s := range more {
		s = s.Target()
		switch {
		case s.Boolean != nil && !*s.Boolean:
			return nil, false
		case s.Boolean == nil && !slices.Contains(all, s):
			all = append(all, s)
		}
	}
	return all, true
}

// hasChoice reports whether a schema has keywords that a fast lane does not
// know, whatever the value.
func hasChoice(s *openrpc.Schema) bool {
	return s.Not != nil || s.If != nil || (len(s.AnyOf) > 0 && len(s.OneOf) > 0)
}

// takesNull reports whether null fits all of the schemas for sure.
func takesNull(schemas ...*openrpc.Schema) bool {
	all, possible := conjunction(schemas)
	return possible && !slices.ContainsFunc(all, func(s *openrpc.Schema) bool { return !mayBeNull(s) })
}

// mayBeNull reports whether null fits for sure what a schema says beside allOf.
func mayBeNull(s *openrpc.Schema) bool {
	if s.Nullable {
		return true
	}
	if hasChoice(s) ||
		len(s.Types) > 0 && !slices.Contains(s.Types, openrpc.TypeNull) ||
		s.Enum != nil && !slices.ContainsFunc(s.Enum, isNull) ||
		s.Const != nil && !isNull(s.Const) {
		return false
	}
	if len(s.AnyOf) > 0 {
		return slices.ContainsFunc(s.AnyOf, func(part *openrpc.Schema) bool { return takesNull(part) })
	}
	return len(s.OneOf) == 0 || onlyOneIsNull(s.OneOf)
}

// onlyOneIsNull reports whether null fits one of the alternatives, and for sure
// no other.
func onlyOneIsNull(alternatives []*openrpc.Schema) bool {
	count := 0
	for _, s := range alternatives {
		s = s.Target()
		switch {
		case slices.Equal(s.Types, []openrpc.Type{openrpc.TypeNull}) && takesNull(s):
			count++
		case s.Nullable || len(s.Types) == 0 || slices.Contains(s.Types, openrpc.TypeNull):
			return false
		}
	}
	return count == 1
}

// withoutNull adds, for each choice of null and one schema, that schema: what a
// value has to fit that is not null. It is false where a choice is left.
func withoutNull(all []*openrpc.Schema) (_ []*openrpc.Schema, ok bool) {
	for i := 0; i < len(all); i++ {
		if all, ok = conjoin(all, all[i].AllOf); !ok {
			return nil, false
		}
		choice := slices.Concat(all[i].AnyOf, all[i].OneOf)
		if len(choice) == 0 {
			continue
		}
		choice = slices.DeleteFunc(choice, isNothing)
		if len(choice) != 1 {
			return nil, false
		}
		if all, ok = conjoin(all, choice); !ok {
			return nil, false
		}
	}
	return all, true
}

// takesKind reports whether the keyword type lets values of a kind through.
func takesKind(s *openrpc.Schema, k Kind) bool {
	has := func(t openrpc.Type) bool { return slices.Contains(s.Types, t) }
	return len(s.Types) == 0 || k == Raw || slices.ContainsFunc(jsonTypes(k), has)
}

// jsonTypes are the types that a value of a kind may have: an integer is a
// number, too.
func jsonTypes(k Kind) []openrpc.Type {
	switch k {
	case Bool:
		return []openrpc.Type{openrpc.TypeBoolean}
	case String, Time, Bytes, Constant:
		return []openrpc.Type{openrpc.TypeString}
	case Int, Uint:
		return []openrpc.Type{openrpc.TypeInteger, openrpc.TypeNumber}
	case Float:
		return []openrpc.Type{openrpc.TypeNumber}
	case Slice:
		return []openrpc.Type{openrpc.TypeArray}
	}
	return []openrpc.Type{openrpc.TypeObject}
}

// asserts reports whether a schema has any keyword that can refuse a value.
func asserts(s *openrpc.Schema) bool {
	counts := []*int{s.MinLength, s.MaxLength, s.MinItems, s.MaxItems, s.MinProperties, s.MaxProperties}
	bounds := []*openrpc.Node{s.Const, s.Minimum, s.Maximum, s.ExclusiveMinimum, s.ExclusiveMaximum, s.MultipleOf}
	parts := []*openrpc.Schema{s.Items, s.Contains, s.AdditionalProperties, s.PropertyNames, s.Not, s.If}
	return len(s.Types) > 0 || s.Enum != nil || s.Format != "" || s.Pattern != "" || s.UniqueItems ||
		s.ContentEncoding != "" || s.ContentMediaType != "" ||
		len(s.Tuple)+len(s.Properties)+len(s.PatternProperties)+len(s.Required)+len(s.Dependencies) > 0 ||
		len(s.AllOf)+len(s.AnyOf)+len(s.OneOf) > 0 ||
		slices.ContainsFunc(counts, func(n *int) bool { return n != nil }) ||
		slices.ContainsFunc(bounds, func(n *openrpc.Node) bool { return n != nil }) ||
		slices.ContainsFunc(parts, func(s *openrpc.Schema) bool { return s != nil })
}

// fitsAll reports whether the one value that one of the schemas allows fits the
// others too.
func fitsAll(schemas []*openrpc.Schema, only string) bool {
	all, possible := conjunction(schemas)
	i := slices.IndexFunc(all, func(s *openrpc.Schema) bool { return onlyValue(s) == only })
	if !possible || i < 0 {
		return false
	}
	value := onlyNode(all[i])
	return !slices.ContainsFunc(all, func(s *openrpc.Schema) bool {
		checker, err := openrpc.NewChecker(s)
		if err != nil {
			return true
		}
		fits, err := checker.Fits(value)
		return err != nil || !fits
	})
}
