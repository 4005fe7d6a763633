package openrpc

import (
	"errors"
	"math"
	"path/filepath"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

var allTypes = []Type{TypeNull, TypeBoolean, TypeInteger, TypeNumber, TypeString, TypeArray, TypeObject}

// schema reads the schema at n, once.
func (r *reader) schema(n *Node) *Schema {
	if s, ok := r.schemas[n]; ok {
		return s
	}
	s := &Schema{Node: n, Key: schemaKey(n)}
	r.schemas[n] = s
	r.inOrder = append(r.inOrder, s)
	r.roles[n] = "schema"
	switch n.Kind {
	case Bool:
		s.Boolean = new(n.Text == "true")
	case Object:
		for _, m := range n.Members {
			r.annotation(s, m)
		}
		switch {
		case isReference(n):
			r.reference(s)
		case r.allowsNothing(n):
			s.Boolean = new(false)
		default:
			r.keywords(s)
		}
	default:
		r.report(Error, n, "want a schema, an object or true or false, found %s", describe(n))
	}
	return s
}

// allowsNothing reports whether a schema has an enum without values: serializers write it for a type that has no value.
func (r *reader) allowsNothing(n *Node) bool {
	enum := n.Get("enum")
	if enum == nil || enum.Kind != Array || len(enum.Elements) > 0 {
		return false
	}
	r.report(Warning, enum, "an empty enum allows nothing, as the schema false does, and is read as that: add values, or remove the keyword")
	return true
}

// schemaKey is what Schema.Key says.
func schemaKey(n *Node) string {
	if n.parent == nil && n.source != nil {
		name, _, _ := strings.Cut(filepath.Base(n.source.path), ".")
		return name
	}
	if section, key := componentOf(n); section == "schemas" {
		return key
	}
	if n.parent != nil && n.parent.Kind == Object && (n.parent.token() == "definitions" || n.parent.token() == "$defs") {
		return n.token()
	}
	return ""
}

// annotation reads a keyword that constrains nothing and may stand beside a $ref.
func (r *reader) annotation(s *Schema, m Member) {
	v := m.Value
	switch m.Name {
	case "title":
		s.Title = r.text(v, Warning)
	case "description":
		s.Description = r.text(v, Warning)
	case "$comment":
		s.Comment = r.text(v, Warning)
	case "$id", "$schema":
		r.text(v, Warning)
	case "default":
		s.Default = r.computable(v, Warning)
	case "examples":
		s.Examples = r.elements(v, Warning)
	case "readOnly":
		s.ReadOnly = r.flag(v, Warning)
	case "writeOnly":
		s.WriteOnly = v.isTrue()
	case "deprecated":
		s.Deprecated = v.isTrue()
	case "definitions", "$defs":
		s.Definitions = append(s.Definitions, r.properties(v)...)
	case "x-go-name":
		s.GoName = GoName(s.Node)
	case "x-sensitive":
		s.Sensitive = r.sensitive(s.Node)
	}
	r.checkSensitiveName(s.Node, m.Name)
	if isExtension(m.Name) {
		s.Extensions = append(s.Extensions, m)
	}
}

// assertions are the keywords that a $ref beside them puts out of force.
var assertions = []string{
	"type", "enum", "const", "multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength",
	"pattern", "format", "contentEncoding", "contentMediaType", "items", "additionalItems", "contains", "minItems", "maxItems",
	"uniqueItems", "properties", "required", "patternProperties", "additionalProperties", "propertyNames", "dependencies",
	"minProperties", "maxProperties", "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "nullable",
}

// reference leaves the $ref to be resolved when all places are known to be schemas or not.
func (r *reader) reference(s *Schema) {
	s.Reference = s.Node.Get("$ref").Text
	r.unresolved = append(r.unresolved, s)
	for _, m := range s.Node.Members {
		if slices.Contains(assertions, m.Name) {
			r.reportName(Warning, s.Node, m.Name, "%q stands beside a $ref and is ignored: put both into an allOf", m.Name)
		}
	}
}

// resolveSchemas follows every $ref, those included that are only found on the way.
func (r *reader) resolveSchemas() {
	for len(r.unresolved) > 0 {
		s := r.unresolved[0]
		r.unresolved = r.unresolved[1:]
		target := r.dereference(s.Node)
		if target == nil {
			continue
		}
		if r.isOther(target, "schema") {
			r.report(Error, s.Node.Get("$ref"), "refers to %s where a schema is wanted: point it at one", withArticle(r.nameOf(target)))
			continue
		}
		s.Ref = r.schema(target)
	}
}

// dropRepeated leaves each reference in an allOf or anyOf once: twice says the same, and doubles the work with each level.
func (r *reader) dropRepeated() {
	for _, s := range r.inOrder {
		s.AllOf, s.AnyOf = r.distinct(s.AllOf, "allOf"), r.distinct(s.AnyOf, "anyOf")
	}
}

func (r *reader) distinct(list []*Schema, keyword string) []*Schema {
	seen := map[*Schema]bool{}
	return slices.DeleteFunc(list, func(s *Schema) bool {
		repeated := s.Ref != nil && seen[s.Ref]
		if repeated {
			r.report(Warning, referenceNode(s), "this is in the %s twice: remove one", keyword)
		}
		seen[s.Ref] = true
		return repeated
	})
}

// keywords reads what constrains the value.
func (r *reader) keywords(s *Schema) {
	for _, m := range s.Node.Members {
		switch m.Name {
		case "$ref":
			r.report(Error, m.Value, "want a string, found %s", describe(m.Value))
		case "type":
			s.Types = r.types(m.Value)
		case "enum":
			s.Enum = r.enum(m.Value)
		case "const":
			s.Const = r.computable(m.Value, Error)
		case "format":
			s.Format = r.text(m.Value, Error)
		case "nullable":
			if s.Nullable = m.Value.isTrue(); s.Nullable {
				r.reportName(Warning, s.Node, m.Name, `JSON Schema has no "nullable": add "null" to the type instead; it is read as if you had`)
			}
		default:
			r.numberKeyword(s, m)
			r.stringKeyword(s, m)
			r.arrayKeyword(s, m)
			r.objectKeyword(s, m)
			r.combination(s, m)
		}
	}
}

func (r *reader) numberKeyword(s *Schema, m Member) {
	switch m.Name {
	case "minimum":
		s.Minimum = r.number(m.Value)
		s.Vast = s.Vast || s.Minimum == nil && isVast(m.Value)
	case "maximum":
		s.Maximum = r.number(m.Value)
		s.Vast = s.Vast || s.Maximum == nil && isVast(m.Value)
	case "exclusiveMinimum":
		s.ExclusiveMinimum = r.number(m.Value)
		s.Vast = s.Vast || s.ExclusiveMinimum == nil && isVast(m.Value)
	case "exclusiveMaximum":
		s.ExclusiveMaximum = r.number(m.Value)
		s.Vast = s.Vast || s.ExclusiveMaximum == nil && isVast(m.Value)
	case "multipleOf":
		s.MultipleOf = r.number(m.Value)
		if v, ok := s.MultipleOf.rational(); ok && v.Sign() <= 0 {
			r.report(Error, m.Value, "want a number greater than 0, found %s", m.Value.Text)
			s.MultipleOf = nil
		}
	}
}

func (r *reader) stringKeyword(s *Schema, m Member) {
	switch m.Name {
	case "minLength":
		s.MinLength = r.count(m.Value)
	case "maxLength":
		s.MaxLength = r.count(m.Value)
	case "pattern":
		s.Pattern = r.text(m.Value, Error)
		s.PatternWorks = m.Value.Kind == String && r.compiles(s.Node, m.Name, s.Pattern)
	case "contentEncoding":
		s.ContentEncoding = r.text(m.Value, Error)
	case "contentMediaType":
		s.ContentMediaType = r.text(m.Value, Error)
	}
}

func (r *reader) arrayKeyword(s *Schema, m Member) {
	switch m.Name {
	case "items":
		r.items(s, m.Value)
	case "additionalItems":
		s.AdditionalItems = r.schema(m.Value)
	case "contains":
		s.Contains = r.schema(m.Value)
	case "minItems":
		s.MinItems = r.count(m.Value)
	case "maxItems":
		s.MaxItems = r.count(m.Value)
	case "uniqueItems":
		s.UniqueItems = r.flag(m.Value, Error)
	}
}

func (r *reader) objectKeyword(s *Schema, m Member) {
	switch m.Name {
	case "properties":
		s.Properties = r.properties(m.Value)
	case "required":
		s.Required = r.names(m.Value)
	case "patternProperties":
		s.PatternProperties = r.properties(m.Value)
		for _, p := range s.PatternProperties {
			r.compiles(m.Value, p.Name, p.Name)
		}
	case "additionalProperties":
		s.AdditionalProperties = r.schema(m.Value)
	case "propertyNames":
		s.PropertyNames = r.schema(m.Value)
	case "dependencies":
		s.Dependencies = r.dependencies(m.Value)
	case "minProperties":
		s.MinProperties = r.count(m.Value)
	case "maxProperties":
		s.MaxProperties = r.count(m.Value)
	}
}

func (r *reader) combination(s *Schema, m Member) {
	switch m.Name {
	case "allOf":
		s.AllOf = r.schemaList(m.Value)
	case "anyOf":
		s.AnyOf = r.schemaList(m.Value)
	case "oneOf":
		s.OneOf = r.schemaList(m.Value)
	case "not":
		s.Not = r.schema(m.Value)
	case "if":
		s.If = r.schema(m.Value)
	case "then":
		s.Then = r.schema(m.Value)
	case "else":
		s.Else = r.schema(m.Value)
	}
}

// types reads the keyword type, each type once.
func (r *reader) types(n *Node) []Type {
	nodes := []*Node{n}
	if n.Kind == Array {
		nodes = n.Elements
		if len(nodes) == 0 {
			r.report(Error, n, "an empty list of types allows nothing: name a type, or remove the keyword")
		}
	}
	var types []Type
	for _, e := range nodes {
		switch {
		case !isType(e):
			r.report(Error, e, "%s is no type: want one of array, boolean, integer, null, number, object, string", quoteJSON(e))
		case slices.Contains(types, Type(e.Text)):
			r.report(Warning, e, "type %s is there twice: remove one", e.Text)
		default:
			types = append(types, Type(e.Text))
		}
	}
	return types
}

// enum reads the keyword enum, each value once.
func (r *reader) enum(n *Node) []*Node {
	var values []*Node
	seen := map[string]bool{}
	for _, e := range r.elements(n, Error) {
		if r.computable(e, Error) == nil {
			continue
		}
		key := string(e.canonical(nil))
		if seen[key] {
			r.report(Warning, e, "%s is in the enum twice: remove one", quoteJSON(e))
			continue
		}
		seen[key] = true
		values = append(values, e)
	}
	return values
}

func (r *reader) items(s *Schema, n *Node) {
	if n.Kind != Array {
		s.Items = r.schema(n)
		return
	}
	if len(n.Elements) == 0 {
		r.report(Warning, n, "an empty list of items says nothing: remove the keyword, or give the schema of the elements")
	}
	for _, e := range n.Elements {
		s.Tuple = append(s.Tuple, r.schema(e))
	}
}

// properties reads a map of schemas.
func (r *reader) properties(n *Node) []Property {
	if r.fields(n, "map of schemas", Error) == nil {
		return nil
	}
	list := make([]Property, len(n.Members))
	for i, m := range n.Members {
		list[i] = Property{Name: m.Name, Schema: r.schema(m.Value)}
	}
	return list
}

func (r *reader) schemaList(n *Node) []*Schema {
	if n.Kind == Array && len(n.Elements) == 0 {
		r.report(Error, n, "the list of schemas is empty: add one, or remove the keyword")
	}
	var list []*Schema
	for _, e := range r.elements(n, Error) {
		list = append(list, r.schema(e))
	}
	return list
}

func (r *reader) dependencies(n *Node) []Dependency {
	if r.fields(n, "map of dependencies", Error) == nil {
		return nil
	}
	var list []Dependency
	for _, m := range n.Members {
		d := Dependency{Name: m.Name}
		if m.Value.Kind == Array {
			d.Required = r.names(m.Value)
		} else {
			d.Schema = r.schema(m.Value)
		}
		list = append(list, d)
	}
	return list
}

// names reads an array of distinct strings.
func (r *reader) names(n *Node) []string {
	var list []string
	seen := map[string]bool{}
	for _, e := range r.elements(n, Error) {
		if e.Kind != String {
			r.report(Error, e, "want a name, a string, found %s", describe(e))
			continue
		}
		if seen[e.Text] {
			r.report(Warning, e, "%s is in the list twice: remove one", quote(e.Text))
			continue
		}
		seen[e.Text] = true
		list = append(list, e.Text)
	}
	return list
}

func (r *reader) elements(n *Node, severity Severity) []*Node {
	if n.Kind != Array {
		r.report(severity, n, "want an array, found %s", describe(n))
	}
	return n.Elements
}

func (r *reader) flag(n *Node, severity Severity) bool {
	if n.Kind != Bool {
		r.report(severity, n, "want true or false, found %s", describe(n))
	}
	return n.isTrue()
}

// number reads what values are compared with; nil if that cannot be enforced.
func (r *reader) number(n *Node) *Node {
	switch {
	case n.Kind != Number:
		r.report(Error, n, "want a number, found %s", describe(n))
		return nil
	case !isComputable(n.Text, maxBoundBytes):
		r.report(Warning, n, "the number %s is beyond what can be computed with, so it is not enforced: at most %d bytes, exponents within ±%d",
			quoteJSON(n), maxBoundBytes, maxExponent)
		return nil
	}
	return n
}

// count reads a length: an integer that is not negative. What no int can hold is the largest one.
func (r *reader) count(n *Node) *int {
	i, ok := n.integer()
	switch {
	case !ok || i.Sign() < 0:
		r.report(Error, n, "want an integer that is not negative, found %s", quoteJSON(n))
		return nil
	case !i.IsInt64() || i.Int64() > math.MaxInt:
		return new(math.MaxInt)
	}
	return new(int(i.Int64()))
}

// computable returns n, or nil after reporting a number in it that is beyond the bounds.
func (r *reader) computable(n *Node, severity Severity) *Node {
	if beyond := uncomputable(n); beyond != nil {
		r.report(severity, beyond, "the number %s is beyond what can be computed with%s: at most %d bytes, exponents within ±%d",
			quoteJSON(beyond), map[Severity]string{Warning: ", so it is ignored"}[severity], maxNumberBytes, maxExponent)
		return nil
	}
	return n
}

// compiles reports whether Go can compile a pattern, and warns at the name of the member that holds it if not.
func (r *reader) compiles(n *Node, name, pattern string) bool {
	_, err := regexp.Compile(pattern)
	if invalid, ok := errors.AsType[*syntax.Error](err); ok {
		r.reportName(Warning, n, name, "Go cannot compile the pattern (%s: %s), so it is not enforced: write it without that", invalid.Code, quote(invalid.Expr))
	}
	return err == nil
}
