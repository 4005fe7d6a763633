package ir

import (
	"regexp"
	"slices"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// declarations finds the members of values that Go types drop: those that no
// schema declares, and those that say what goes without saying, because they
// are both Go's zero and the default.
type declarations struct {
	checkers    map[*openrpc.Schema]*openrpc.Checker
	keepUnknown bool // nothing is dropped for want of a schema
}

// droppable returns those members of a value that fits s, by their pointers
// below it.
func (d *declarations) droppable(s *openrpc.Schema, value *openrpc.Node) (pointers []string) {
	d.visit([]*openrpc.Schema{s}, value, func(member *openrpc.Node) {
		pointers = append(pointers, strings.TrimPrefix(member.Pointer(), value.Pointer()))
	})
	return pointers
}

// visit calls found for each droppable member of a value and of what is in it.
func (d *declarations) visit(schemas []*openrpc.Schema, value *openrpc.Node, found func(member *openrpc.Node)) {
	var applied []*openrpc.Schema
	for _, s := range schemas {
		applied = append(applied, d.applied(s, value)...)
	}
	// An object of which nothing is named keeps all of its members.
	named := slices.ContainsFunc(applied, func(s *openrpc.Schema) bool { return len(s.Properties) > 0 })
	for _, m := range value.Members {
		parts := memberSchemas(applied, m.Name)
		required := slices.ContainsFunc(applied, func(s *openrpc.Schema) bool { return s.RequiresMember(m.Name) })
		undeclared := slices.ContainsFunc(applied, func(s *openrpc.Schema) bool { return slices.Contains(s.Undeclared, m.Name) })
		unknown := named && len(parts) == 0 && !undeclared && !d.keepUnknown
		if unknown || !required && isZeroDefault(m.Value, parts) {
			found(m.Value)
			continue
		}
		d.visit(parts, m.Value, found)
	}
	for i, element := range value.Elements {
		d.visit(elementSchemas(applied, i), element, found)
	}
}

// isZeroDefault reports whether a value is Go's zero of a scalar and the
// default of one of its schemas.
func isZeroDefault(value *openrpc.Node, schemas []*openrpc.Schema) bool {
	zero := map[openrpc.Kind]string{openrpc.Bool: "false", openrpc.Number: "0", openrpc.String: `""`}
	return value.Canonical() == zero[value.Kind] && slices.ContainsFunc(schemas, func(s *openrpc.Schema) bool {
		fallback := s.Target().Default
		return fallback != nil && fallback.Canonical() == value.Canonical()
	})
}

// applied are the schemas that say something of the value: s and those parts of
// it that the value fits.
func (d *declarations) applied(s *openrpc.Schema, value *openrpc.Node) []*openrpc.Schema {
	s = s.Target()
	list := []*openrpc.Schema{s}
	for _, part := range s.AllOf {
		list = append(list, d.applied(part, value)...)
	}
	for _, choice := range [][]*openrpc.Schema{s.AnyOf, s.OneOf} {
		for _, part := range choice {
			if d.fits(part, value) {
				list = append(list, d.applied(part, value)...)
			}
		}
	}
	branch := s.Else
	if s.If != nil && d.fits(s.If, value) {
		list = append(list, d.applied(s.If, value)...)
		branch = s.Then
	}
	if s.If != nil && branch != nil {
		list = append(list, d.applied(branch, value)...)
	}
	for _, dependency := range s.Dependencies {
		if dependency.Schema != nil && value.Get(dependency.Name) != nil {
			list = append(list, d.applied(dependency.Schema, value)...)
		}
	}
	return list
}

// fits reports whether a value is known to fit.
func (d *declarations) fits(s *openrpc.Schema, value *openrpc.Node) bool {
	checker, ok := d.checkers[s]
	if !ok {
		checker, _ = openrpc.NewChecker(s)
		d.checkers[s] = checker
	}
	fits, err := checker.Fits(value)
	return fits && err == nil
}

// memberSchemas are the schemas that the keywords of an object give a member.
func memberSchemas(schemas []*openrpc.Schema, name string) (parts []*openrpc.Schema) {
	for _, s := range schemas {
		named := false
		if part := s.Property(name); part != nil {
			parts, named = append(parts, part), true
		}
		for _, p := range s.PatternProperties {
			if re, err := regexp.Compile(p.Name); err == nil && re.MatchString(name) {
				parts, named = append(parts, p.Schema), true
			}
		}
		if !named && s.AdditionalProperties != nil {
			parts = append(parts, s.AdditionalProperties)
		}
	}
	return parts
}

// elementSchemas are the schemas that the keywords of an array give an element.
func elementSchemas(schemas []*openrpc.Schema, i int) (parts []*openrpc.Schema) {
	for _, s := range schemas {
		for _, part := range []*openrpc.Schema{s.Items, s.Contains} {
			if part != nil {
				parts = append(parts, part)
			}
		}
		switch {
		case i < len(s.Tuple):
			parts = append(parts, s.Tuple[i])
		case s.AdditionalItems != nil:
			parts = append(parts, s.AdditionalItems)
		}
	}
	return parts
}
