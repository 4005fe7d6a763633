package openrpc

import "slices"

// Schema is a JSON Schema (draft-07), a boolean one included. There is one Schema for each place in a file: where two references
// meet, they meet in the same pointer, and a schema that contains itself is a cycle of pointers.
//
// An absent keyword is nil, "" or false. Keywords that draft-07 does not have are only in Node.
type Schema struct {
	Node *Node
	// Key is the name in components.schemas, or in a schema's definitions or $defs, of the document or of a file that it refers
	// to; for a schema that is a whole file, the file's name up to the first dot; "" for a schema that stands anywhere else.
	Key string

	// Boolean is set for the schemas true (anything) and false (nothing), which have no keywords. A choice (anyOf, oneOf) that refers
	// back to the schema whose choice it is adds nothing, and is false too; so is a schema with an empty enum.
	Boolean *bool
	// Ref is the schema that $ref leads to; Reference is its text. Beside it only annotations are kept (Title to Extensions).
	Ref       *Schema
	Reference string

	Title, Description, Comment     string
	Default                         *Node
	Examples                        []*Node
	ReadOnly, WriteOnly, Deprecated bool
	GoName                          string // x-go-name: an exported Go identifier, or ""
	Sensitive                       bool   // x-sensitive: the value is never to be shown or logged
	Extensions                      []Member

	// Types are the kinds of JSON value that are allowed; empty: all.
	Types []Type
	// Nullable is OpenAPI's keyword: null is allowed too, whatever the rest says.
	Nullable bool
	Enum     []*Node // each value once; nil: absent
	Const    *Node

	// Numbers are Nodes so that nothing of them is lost. Those that are beyond what can be computed with are not enforced, and nil.
	Minimum, Maximum, ExclusiveMinimum, ExclusiveMaximum, MultipleOf *Node
	// Vast tells that such a bound lies beyond 64 bits.
	Vast bool

	MinLength, MaxLength *int // in code points
	// Pattern is the regular expression as written. PatternWorks tells whether Go can compile it; if not, it is not enforced.
	Pattern                           string
	PatternWorks                      bool
	Format                            string
	ContentEncoding, ContentMediaType string

	// Items is the schema of every element. Where items is an array (a tuple), Tuple has the schemas of the first elements and
	// AdditionalItems that of the others.
	Items              *Schema
	Tuple              []*Schema
	AdditionalItems    *Schema
	Contains           *Schema
	MinItems, MaxItems *int
	UniqueItems        bool

	Properties                   []Property
	Required                     []string
	Undeclared                   []string   // those of Required that no properties declare, wherever the schema applies
	PatternProperties            []Property // Name is the pattern
	AdditionalProperties         *Schema
	PropertyNames                *Schema
	Dependencies                 []Dependency
	MinProperties, MaxProperties *int

	AllOf, AnyOf, OneOf []*Schema
	Not, If, Then, Else *Schema

	// Beside are schemas that a value may fit as well, though they are no part of this one. The reader leaves it empty.
	Beside []*Schema

	Definitions []Property // definitions and $defs
}

// Type is one of the types that the keyword type names.
type Type string

// The types of draft-07. A number without a fraction, 1.0 too, is a TypeInteger.
const (
	TypeNull    Type = "null"
	TypeBoolean Type = "boolean"
	TypeInteger Type = "integer"
	TypeNumber  Type = "number"
	TypeString  Type = "string"
	TypeArray   Type = "array"
	TypeObject  Type = "object"
)

// Property is a named schema, in the document's order.
type Property struct {
	Name   string
	Schema *Schema
}

// Dependency is a member of the keyword dependencies: where the property Name is, the others must be too, or the object must fit.
type Dependency struct {
	Name     string
	Required []string
	Schema   *Schema // nil where Required is meant
}

// Target follows $ref to the schema that is none.
func (s *Schema) Target() *Schema {
	for s.Ref != nil {
		s = s.Ref
	}
	return s
}

// EffectiveDefault is the value that stands for one that was left out: the schema's own default, or else the nearest one in what it
// refers to, in the parts of allOf, or in the only alternative beside null. It is nil if there is none.
func (s *Schema) EffectiveDefault() *Node {
	if holder := s.defaultHolder(); holder != nil {
		return holder.Default
	}
	return nil
}

// defaultHolder is the schema that has the effective default.
func (s *Schema) defaultHolder() *Schema {
	for s.Default == nil && s.Ref != nil {
		s = s.Ref
	}
	if s.Default != nil {
		return s
	}
	parts := append(slices.Clip(s.AllOf), s.onlyAlternative()...)
	if i := slices.IndexFunc(parts, func(part *Schema) bool { return part.Default != nil }); i >= 0 {
		return parts[i]
	}
	for _, part := range parts {
		if holder := part.defaultHolder(); holder != nil {
			return holder
		}
	}
	return nil
}

// onlyAlternative is what is left of the alternatives beside null, if that is one.
func (s *Schema) onlyAlternative() []*Schema {
	rest := slices.DeleteFunc(slices.Concat(s.AnyOf, s.OneOf), func(part *Schema) bool {
		types := part.Target().Types
		return len(types) == 1 && types[0] == TypeNull
	})
	if len(rest) > 1 {
		return nil
	}
	return rest
}

// Property returns the schema of the named property, or nil.
func (s *Schema) Property(name string) *Schema {
	for _, p := range s.Properties {
		if p.Name == name {
			return p.Schema
		}
	}
	return nil
}

// RequiresMember reports whether the keyword required names the property.
func (s *Schema) RequiresMember(name string) bool {
	for _, r := range s.Required {
		if r == name {
			return true
		}
	}
	return false
}
