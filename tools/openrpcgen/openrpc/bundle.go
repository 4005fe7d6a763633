package openrpc

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// draft07 is the dialect of every bundle.
const draft07 = "http://json-schema.org/draft-07/schema#"

// Bundle writes schemas, and all that they refer to, as one draft-07 document: {"$schema": ..., "definitions": {...}}. A validator
// finds everything in it and need look nothing up. Every one of the schemas is a definition, and so is every schema that is referred
// to; names[i] is the name of schemas[i].
//
// Definitions have their component key as a name where that is unique and made of letters, digits, '.', '_' and '-', and stand in the
// document's order. Only keywords that decide about a value are written. What Go cannot enforce is left out: a pattern that it cannot
// compile, and additionalProperties beside such a pattern among patternProperties. A nullable schema becomes a choice of null or it.
func Bundle(schemas ...*Schema) (document *Node, names []string) {
	b := newBundle(schemas, schemas)
	return b.document(), b.namesOf(schemas)
}

// BundleParams writes the schemas that the methods' params must fit, taken by name, as one draft-07 document like that of [Bundle]:
// {"$schema": ..., "definitions": {...}, "methods": {"name": {"type": "object", "properties": {...}, ...}}}. Params that a method
// does not declare are refused unless it says x-additional-params.
func BundleParams(methods []*Method) *Node {
	var schemas []*Schema
	for _, m := range methods {
		for _, p := range m.Params {
			schemas = append(schemas, p.Schema)
		}
	}
	b := newBundle(schemas, nil)
	document := b.document()
	list := newObject()
	for _, m := range methods {
		list.add(Member{Name: m.Name, Value: b.params(m)})
	}
	document.add(Member{Name: "methods", Value: list})
	return document
}

// bundle knows which schemas are definitions, and under which names.
type bundle struct {
	names       map[*Schema]string
	definitions []*Schema // in the document's order
	size        int       // how many schemas it holds
}

// newBundle makes definitions of the given schemas and of everything that those reachable from the roots refer to.
func newBundle(roots, definitions []*Schema) *bundle {
	b := &bundle{names: map[*Schema]string{}}
	for _, s := range definitions {
		b.define(s)
	}
	order := b.collect(roots)
	slices.SortStableFunc(b.definitions, func(x, y *Schema) int {
		return cmp.Or(cmp.Compare(order[x.Node.source], order[y.Node.source]), cmp.Compare(x.Node.offset, y.Node.offset))
	})
	b.nameDefinitions()
	return b
}

func (b *bundle) nameDefinitions() {
	taken := map[string]bool{}
	last := map[string]int{} // the number given last to what came to the same name
	for _, s := range b.definitions {
		plain := definitionName(s)
		name := plain
		for n := max(last[plain], 1); taken[name]; last[plain] = n {
			n++
			name = plain + strconv.Itoa(n)
		}
		taken[name] = true
		b.names[s] = name
	}
}

func (b *bundle) namesOf(schemas []*Schema) []string {
	names := make([]string, len(schemas))
	for i, s := range schemas {
		names[i] = b.names[s]
	}
	return names
}

func (b *bundle) define(s *Schema) {
	if _, ok := b.names[s]; !ok {
		b.names[s] = ""
		b.definitions = append(b.definitions, s)
	}
}

// collect visits all that is reachable, without recursion since references may follow one another without end, and numbers the files
// as it meets them.
func (b *bundle) collect(roots []*Schema) map[*source]int {
	order := map[*source]int{}
	visited := map[*Schema]bool{}
	for todo := slices.Clone(roots); len(todo) > 0; {
		s := todo[0]
		todo = todo[1:]
		if visited[s] {
			continue
		}
		visited[s] = true
		b.size++
		if _, ok := order[s.Node.source]; !ok {
			order[s.Node.source] = len(order)
		}
		if s.Ref != nil {
			b.define(s.Ref)
		}
		todo = slices.AppendSeq(todo, s.inPlace())
		todo = slices.AppendSeq(todo, s.inside())
	}
	return order
}

var unsafeInName = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// definitionName is a name that needs no escaping in a reference; different schemas may come to the same one.
func definitionName(s *Schema) string {
	name := s.Key
	if name == "" {
		tokens := s.Node.path()
		if len(tokens) > 2 && tokens[0] == "components" && tokens[1] == "schemas" {
			tokens = tokens[2:]
		}
		name = strings.Join(tokens, ".")
	}
	return cmp.Or(strings.Trim(unsafeInName.ReplaceAllString(name, "_"), "_"), "schema")
}

func (b *bundle) document() *Node {
	definitions := newObject()
	for _, s := range b.definitions {
		definitions.add(Member{Name: b.names[s], Value: b.write(s)})
	}
	return newObject(Member{Name: "$schema", Value: newString(draft07)}, Member{Name: "definitions", Value: definitions})
}

func (b *bundle) params(m *Method) *Node {
	properties, required := newObject(), newArray()
	for _, p := range m.Params {
		properties.add(Member{Name: p.Name, Value: b.place(p.Schema)})
		if p.Required {
			required.append(newString(p.Name))
		}
	}
	n := newObject(Member{Name: "type", Value: newString("object")}, Member{Name: "properties", Value: properties})
	if len(required.Elements) > 0 {
		n.add(Member{Name: "required", Value: required})
	}
	if !m.AdditionalParams {
		n.add(Member{Name: "additionalProperties", Value: newBool(false)})
	}
	return n
}

// place writes a schema where one may stand: a definition as a reference to it, so that nothing is written twice.
func (b *bundle) place(s *Schema) *Node {
	if name, ok := b.names[s]; ok {
		return newObject(Member{Name: "$ref", Value: newString("#/definitions/" + name)})
	}
	return b.write(s)
}

func (b *bundle) write(s *Schema) *Node {
	if s.Boolean != nil {
		return newBool(*s.Boolean)
	}
	if s.Ref != nil {
		return b.place(s.Ref)
	}
	n := newObject()
	for _, m := range s.Node.Members {
		if v := b.keyword(s, m.Name); v != nil {
			n.add(Member{Name: m.Name, Value: v})
		}
	}
	if s.Nullable {
		null := newObject(Member{Name: "type", Value: newString("null")})
		return newObject(Member{Name: "anyOf", Value: newArray(null, n)})
	}
	return n
}

// keyword writes a keyword that decides about a value; nil for any other, and for what was not understood or cannot be enforced.
func (b *bundle) keyword(s *Schema, name string) *Node {
	switch name {
	case "type":
		return writeTypes(s.Types)
	case "enum":
		return copies(s.Enum)
	case "const":
		return copyOf(s.Const)
	case "allOf":
		return b.list(s.AllOf)
	case "anyOf":
		return b.list(s.AnyOf)
	case "oneOf":
		return b.list(s.OneOf)
	case "not":
		return b.optional(s.Not)
	case "if":
		return b.optional(s.If)
	case "then":
		return b.optional(s.Then)
	case "else":
		return b.optional(s.Else)
	}
	return cmp.Or(numberKeyword(s, name), stringKeyword(s, name), b.arrayKeyword(s, name), b.objectKeyword(s, name))
}

func numberKeyword(s *Schema, name string) *Node {
	switch name {
	case "minimum":
		return copyOf(s.Minimum)
	case "maximum":
		return copyOf(s.Maximum)
	case "exclusiveMinimum":
		return copyOf(s.ExclusiveMinimum)
	case "exclusiveMaximum":
		return copyOf(s.ExclusiveMaximum)
	case "multipleOf":
		return copyOf(s.MultipleOf)
	}
	return nil
}

func stringKeyword(s *Schema, name string) *Node {
	switch name {
	case "minLength":
		return writeCount(s.MinLength)
	case "maxLength":
		return writeCount(s.MaxLength)
	case "pattern":
		if s.PatternWorks {
			return newString(s.Pattern)
		}
	case "format":
		return writeText(s.Format)
	case "contentEncoding":
		return writeText(s.ContentEncoding)
	case "contentMediaType":
		return writeText(s.ContentMediaType)
	}
	return nil
}

func (b *bundle) arrayKeyword(s *Schema, name string) *Node {
	switch name {
	case "items":
		return cmp.Or(b.optional(s.Items), b.list(s.Tuple))
	case "additionalItems":
		return b.optional(s.AdditionalItems)
	case "contains":
		return b.optional(s.Contains)
	case "minItems":
		return writeCount(s.MinItems)
	case "maxItems":
		return writeCount(s.MaxItems)
	case "uniqueItems":
		return newBool(s.UniqueItems)
	}
	return nil
}

func (b *bundle) objectKeyword(s *Schema, name string) *Node {
	switch name {
	case "properties":
		return b.properties(s.Properties)
	case "required":
		return writeNames(s.Required)
	case "patternProperties":
		return b.properties(slices.DeleteFunc(slices.Clone(s.PatternProperties), unenforced))
	case "additionalProperties":
		if !slices.ContainsFunc(s.PatternProperties, unenforced) {
			return b.optional(s.AdditionalProperties)
		}
	case "propertyNames":
		return b.optional(s.PropertyNames)
	case "dependencies":
		return b.dependencies(s.Dependencies)
	case "minProperties":
		return writeCount(s.MinProperties)
	case "maxProperties":
		return writeCount(s.MaxProperties)
	}
	return nil
}

func (b *bundle) optional(s *Schema) *Node {
	if s == nil {
		return nil
	}
	return b.place(s)
}

func (b *bundle) list(schemas []*Schema) *Node {
	if len(schemas) == 0 {
		return nil
	}
	n := newArray()
	for _, s := range schemas {
		n.append(b.place(s))
	}
	return n
}

func (b *bundle) properties(list []Property) *Node {
	n := newObject()
	for _, p := range list {
		n.add(Member{Name: p.Name, Value: b.place(p.Schema)})
	}
	return n
}

func (b *bundle) dependencies(list []Dependency) *Node {
	n := newObject()
	for _, d := range list {
		v := writeNames(d.Required)
		if d.Schema != nil {
			v = b.place(d.Schema)
		}
		n.add(Member{Name: d.Name, Value: v})
	}
	return n
}

func unenforced(p Property) bool {
	_, err := regexp.Compile(p.Name)
	return err != nil
}

func writeTypes(types []Type) *Node {
	switch len(types) {
	case 0:
		return nil
	case 1:
		return newString(string(types[0]))
	}
	n := newArray()
	for _, t := range types {
		n.append(newString(string(t)))
	}
	return n
}

func writeNames(names []string) *Node {
	n := newArray()
	for _, name := range names {
		n.append(newString(name))
	}
	return n
}

// writeCount keeps lengths within what any validator takes for an int; no value is that long.
func writeCount(count *int) *Node {
	if count == nil {
		return nil
	}
	return newNumber(int64(min(*count, math.MaxInt32)))
}

func writeText(text string) *Node {
	if text == "" {
		return nil
	}
	return newString(text)
}

func copyOf(n *Node) *Node {
	if n == nil {
		return nil
	}
	return n.clone()
}

func copies(nodes []*Node) *Node {
	if nodes == nil {
		return nil
	}
	list := newArray()
	for _, n := range nodes {
		list.append(n.clone())
	}
	return list
}
