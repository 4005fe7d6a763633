package validate

import (
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// maxSteps bounds what jsonschema/v5 may do to one call's params: it looks at a
// value once for each alternative that it is in, so that a choice which lies in
// itself takes steps by a power of how deep the params are.
const maxSteps = 500_000

// checkWork refuses params that would take too many steps.
func checkWork(s *jsonschema.Schema, params any) error {
	w := work{left: maxSteps}
	w.apply(s, params, 0)
	if w.left >= 0 {
		return nil
	}
	return jsonrpc.InvalidParamsError([]jsonrpc.Violation{{
		Keyword: "maxProperties",
		Message: "want fewer values, or less deep ones: there are too many ways in which they might fit the alternatives of the schema",
	}})
}

// work counts the steps that jsonschema/v5 takes at most, without taking them. A
// step deep inside costs more: each fault tells the whole way to it.
type work struct{ left int }

// deepStep is the depth at which a step counts twice.
const deepStep = 8

func (w *work) apply(s *jsonschema.Schema, v any, depth int) {
	if s == nil || w.left < 0 {
		return
	}
	w.left -= 1 + depth/deepStep
	if s.Always != nil || !mayBe(s.Types, v) {
		return // it looks no further
	}
	depth++
	for _, part := range [...]*jsonschema.Schema{s.Ref, s.Not, s.If, s.Then, s.Else} {
		w.apply(part, v, depth)
	}
	for _, parts := range [...][]*jsonschema.Schema{s.AllOf, s.AnyOf, s.OneOf} {
		for _, part := range parts {
			w.apply(part, v, depth)
		}
	}
	switch v := v.(type) {
	case map[string]any:
		w.left -= len(v) / deepStep
		w.members(s, v, depth)
	case []any:
		w.left -= len(v) / deepStep
		w.elements(s, v, depth)
	}
}

// mayBe reports whether the keyword type lets a value through; numbers always.
func mayBe(types []string, v any) bool {
	if len(types) == 0 {
		return true
	}
	switch v.(type) {
	case nil:
		return slices.Contains(types, "null")
	case bool:
		return slices.Contains(types, "boolean")
	case string:
		return slices.Contains(types, "string")
	case []any:
		return slices.Contains(types, "array")
	case map[string]any:
		return slices.Contains(types, "object")
	}
	return true
}

func (w *work) members(s *jsonschema.Schema, v map[string]any, depth int) {
	others, _ := s.AdditionalProperties.(*jsonschema.Schema)
	for name, member := range v {
		named := s.Properties[name]
		w.apply(named, member, depth)
		for pattern, part := range s.PatternProperties {
			if w.left--; pattern.MatchString(name) {
				w.apply(part, member, depth)
				named = part
			}
		}
		if named == nil {
			w.apply(others, member, depth)
		}
		w.apply(s.PropertyNames, name, depth)
		if part, ok := s.Dependencies[name].(*jsonschema.Schema); ok {
			w.apply(part, v, depth)
		}
	}
}

func (w *work) elements(s *jsonschema.Schema, v []any, depth int) {
	all, _ := s.Items.(*jsonschema.Schema)
	some, _ := s.Items.([]*jsonschema.Schema)
	others, _ := s.AdditionalItems.(*jsonschema.Schema)
	for i, element := range v {
		switch {
		case i < len(some):
			w.apply(some[i], element, depth)
		case some != nil:
			w.apply(others, element, depth)
		default:
			w.apply(all, element, depth)
		}
		w.apply(s.Contains, element, depth)
	}
}
