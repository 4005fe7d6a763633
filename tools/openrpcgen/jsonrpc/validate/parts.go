package validate

import (
	"encoding/json"
	"maps"
	"math/big"
	"reflect"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// asking takes a schema that a value is to fit; some if it is one of several
// values of which one is enough.
type asking func(part *jsonschema.Schema, some bool)

var (
	anything = &jsonschema.Schema{Always: new(true)}
	stranger = &jsonschema.Schema{Always: new(false)} // for a member that additionalProperties forbids
)

// askOfMember asks what a schema asks of the member of this name.
func (j *judge) askOfMember(s *jsonschema.Schema, name string, ask asking) {
	part, known := s.Properties[name]
	ask(part, false)
	for pattern, part := range s.PatternProperties {
		if j.matches(pattern, name) {
			ask(part, false)
			known = true
		}
	}
	switch others := s.AdditionalProperties.(type) {
	case *jsonschema.Schema:
		if !known {
			ask(others, false)
		}
	case bool:
		if !known && !others {
			ask(stranger, false)
		}
	}
}

// askOfName asks what a schema asks of the names of members.
func askOfName(s *jsonschema.Schema, ask asking) { ask(s.PropertyNames, false) }

// askOfElement asks what a schema asks of the element of this number.
func askOfElement(s *jsonschema.Schema, i int, ask asking) {
	switch items := s.Items.(type) {
	case *jsonschema.Schema:
		ask(items, false)
	case []*jsonschema.Schema:
		if i < len(items) {
			ask(items[i], false)
		} else if others, ok := s.AdditionalItems.(*jsonschema.Schema); ok {
			ask(others, false)
		}
	}
	ask(s.Contains, true)
}

// alone is a schema without its types, the keywords that apply others, and
// uniqueItems and pattern, which may take jsonschema/v5 too long; nil if it has
// only those.
func (s *Schemas) alone(of *jsonschema.Schema) *jsonschema.Schema {
	if rest, ok := s.rests.Load(of); ok {
		return rest.(*jsonschema.Schema)
	}
	rest := withoutParts(of)
	s.rests.Store(of, rest)
	return rest
}

func withoutParts(s *jsonschema.Schema) *jsonschema.Schema {
	rest := *s
	rest.Types = nil
	rest.Ref, rest.Not, rest.If, rest.Then, rest.Else = nil, nil, nil, nil, nil
	rest.AllOf, rest.AnyOf, rest.OneOf = nil, nil, nil
	rest.Properties, rest.PatternProperties, rest.AdditionalProperties, rest.PropertyNames = nil, nil, nil, nil
	rest.UniqueItems, rest.Pattern = false, nil
	rest.Items, rest.AdditionalItems, rest.Contains = nil, nil, nil
	if items, ok := s.Items.([]*jsonschema.Schema); ok && s.AdditionalItems == false {
		rest.Items, rest.AdditionalItems = slices.Repeat([]*jsonschema.Schema{anything}, len(items)), false
	}
	rest.Dependencies = maps.Clone(s.Dependencies)
	maps.DeleteFunc(rest.Dependencies, isSchema)
	rest.ContentSchema = nil // no keyword of draft-07
	empty := jsonschema.Schema{
		Location: s.Location, Draft: s.Draft, Dependencies: rest.Dependencies, MinContains: s.MinContains, MaxContains: s.MaxContains,
		MinProperties: -1, MaxProperties: -1, MinItems: -1, MaxItems: -1, MinLength: -1, MaxLength: -1,
	}
	if len(rest.Dependencies) == 0 && reflect.DeepEqual(rest, empty) {
		return nil
	}
	return &rest
}

func isSchema(_ string, dependency any) bool {
	_, ok := dependency.(*jsonschema.Schema)
	return ok
}

// isOneOf reports whether a value is of one of these types; of any if there are
// none.
func isOneOf(types []string, value any) bool {
	if len(types) == 0 {
		return true
	}
	switch v := value.(type) {
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
	case json.Number:
		return slices.Contains(types, "number") || slices.Contains(types, "integer") && isInteger(v)
	}
	return false
}

func isInteger(n json.Number) bool {
	rat, ok := new(big.Rat).SetString(string(n))
	return ok && rat.IsInt()
}
