package ir

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// isUnion reports whether a schema has several types of value.
func isUnion(s *openrpc.Schema) bool {
	return len(alternatives(s)) > 0 || len(valueTypes(s)) > 1 || (len(s.OneOf) > 0 && len(s.AnyOf) > 0)
}

// alternatives are the schemas of which a value fits one. Alternatives that
// only ask for members say nothing of types.
func alternatives(s *openrpc.Schema) []*openrpc.Schema {
	list := s.OneOf
	if len(list) == 0 {
		list = s.AnyOf
	} else if len(s.AnyOf) > 0 {
		return nil
	}
	onlyRequire := func(part *openrpc.Schema) bool {
		bare := *part.Target()
		bare.Required = nil
		return bare.Boolean == nil && saysNothing(&bare) && len(bare.AllOf) == 0 && bare.Not == nil
	}
	if len(s.Properties) > 0 && !slices.ContainsFunc(list, func(part *openrpc.Schema) bool { return !onlyRequire(part) }) {
		return nil
	}
	return list
}

// onlyAlternative is the one that is left beside null.
func onlyAlternative(s *openrpc.Schema) (only *openrpc.Schema) {
	for _, part := range alternatives(s) {
		switch {
		case isNothing(part):
		case only != nil:
			return nil
		default:
			only = part
		}
	}
	return only
}

// parts are the alternatives beside null, or the types as schemas of their own.
func (b *builder) parts(s *openrpc.Schema) (parts []*openrpc.Schema) {
	for _, part := range alternatives(s) {
		if !isNothing(part) {
			parts = append(parts, part)
		}
	}
	if len(parts) > 0 {
		return parts
	}
	for _, t := range valueTypes(s) {
		part := *s
		part.Types, part.Key, part.Title, part.Description, part.GoName, part.Default = []openrpc.Type{t}, "", "", "", "", nil
		part.Enum, part.OneOf, part.AnyOf = enumValues(&part), nil, nil
		parts = append(parts, &part)
	}
	return parts
}

// unionKind is Union where each alternative has a type, and Raw else.
func (b *builder) unionKind(s *openrpc.Schema) Kind {
	if len(s.OneOf) > 0 && len(s.AnyOf) > 0 {
		return Raw
	}
	parts := b.parts(s)
	if len(parts) == 0 {
		return Raw
	}
	if k, ok := b.plainKind(parts); ok {
		return k
	}
	for _, part := range parts {
		switch k := b.kind(b.flatten(part.Target())); {
		case k == Raw:
			return Raw
		case len(alternatives(s)) > 0 && len(s.Properties) > 0 && k != Struct:
			return Raw // members that are shared need variants with members
		}
	}
	return Union
}

// plainKind is the kind that all alternatives are, if Go has no types to tell
// them apart: strings of two formats are strings.
func (b *builder) plainKind(parts []*openrpc.Schema) (common Kind, ok bool) {
	for i, part := range parts {
		steps := b.steps(part)
		target := steps[len(steps)-1]
		kind := b.kind(target)
		if slices.ContainsFunc(steps, b.isComponent) || !isPlain(target, kind) || i > 0 && kind != common {
			return Raw, false
		}
		common = kind
	}
	return common, true
}

func (b *builder) isComponent(s *openrpc.Schema) bool { return b.components[s] != nil }

// union decides about a value of several types.
func (b *builder) union(s *openrpc.Schema, o owner, name string) Type {
	t := Type{Kind: Union}
	fields := newFields()
	b.reserveMethods(fields, s)
	parts := b.parts(s)
	if len(alternatives(s)) > 0 {
		own, rest := b.share(s, parts)
		b.members(&t, fields, own, o)
		parts = rest
	}
	c := &Choice{
		Null:      b.allowsNull(s) && len(t.Fields) == 0,
		Field:     b.claim(fields, s.Node, "Value", "Variant"),
		Interface: b.claim(b.names, s.Node, name+"Variant", name+"Variants"),
		Mark:      "is" + name,
	}
	t.Choice = c
	r := relatives{
		union:   name,
		tag:     b.tagOf(parts, s.Required),
		shared:  len(t.Fields)+len(t.Consts) > 0,
		members: b.memberCounts(parts),
		kinds:   len(alternatives(s)) == 0,
	}
	for _, part := range parts {
		v := b.variant(part, r)
		known := func(other *Variant) bool { return base(other.Type) == base(v.Type) }
		if !slices.ContainsFunc(c.Variants, known) {
			c.Variants = append(c.Variants, v)
		}
	}
	b.later = append(b.later, func() { b.tellApart(c, r.tag, r.shared) })
	return t
}

// share decides which of a union's own members stand beside the variants: those
// that no variant has. What all variants have is theirs. Where only some have
// one, or where members without a name are kept, each variant gets them all.
func (b *builder) share(s *openrpc.Schema, parts []*openrpc.Schema) (own *openrpc.Schema, variants []*openrpc.Schema) {
	if len(s.Properties)+len(s.Undeclared)+len(unnamed(s)) == 0 {
		return s, parts
	}
	counts := b.memberCounts(parts)
	beside := *s
	beside.Properties, beside.Undeclared = nil, nil
	spread := len(s.Undeclared)+len(unnamed(s)) > 0 || slices.ContainsFunc(parts, func(part *openrpc.Schema) bool { return b.hasExtra(b.flatten(part.Target())) })
	for _, p := range s.Properties {
		switch counts[p.Name] {
		case 0:
			beside.Properties = append(beside.Properties, p)
		case len(parts):
		default:
			spread = true
		}
	}
	for _, part := range parts {
		if spread {
			part = b.spread(s, part)
		} else {
			part = b.require(part, s.Required)
		}
		variants = append(variants, part)
	}
	if spread {
		beside.Properties = nil
	}
	return &beside, variants
}

// spread adds to an alternative what the union says of all.
func (b *builder) spread(s, part *openrpc.Schema) *openrpc.Schema {
	target := b.flatten(part.Target())
	if b.kind(target) != Struct {
		return part
	}
	merged := *s
	merged.OneOf, merged.AnyOf, merged.Description = nil, nil, ""
	merged.Node, merged.GoName = target.Node, target.GoName
	merged.Key, merged.Title = "", firstOf(target.Title, target.Key)
	b.merge(&merged, target)
	if b.kind(&merged) != Struct {
		return part // no value is both
	}
	return &merged
}

// require adds to an inline alternative which of its members the union
// requires.
func (b *builder) require(part *openrpc.Schema, required []string) *openrpc.Schema {
	target := b.flatten(part.Target())
	known := func(name string) bool { return target.Property(name) == nil || target.RequiresMember(name) }
	missing := slices.DeleteFunc(slices.Clone(required), known)
	if len(missing) == 0 || slices.ContainsFunc(b.steps(part), b.isComponent) {
		return part
	}
	stricter := *target
	stricter.Required = slices.Concat(target.Required, missing)
	return &stricter
}

// base is the type that an alias stands for.
func base(t *Type) *Type {
	for t.Of != nil {
		t = t.Of
	}
	return t
}

// relatives is what the alternatives of a union have to do with each other.
type relatives struct {
	union   string         // its name in Go
	tag     tag            // tells objects apart
	shared  bool           // members stand beside the alternatives
	members map[string]int // in how many alternatives each is
	kinds   bool           // they are the types of one schema
}

// variant decides about one alternative. Its type has a name, because a method
// marks it as a variant.
func (b *builder) variant(part *openrpc.Schema, r relatives) *Variant {
	steps := b.steps(part)
	target := steps[len(steps)-1]
	v := &Variant{part: part, schema: target, Pattern: target.Pattern}
	if !target.PatternWorks {
		v.Pattern = ""
	}
	kind := b.kind(target)
	v.Pointer = kind >= Struct
	for _, schema := range steps {
		if c := b.components[schema]; c != nil && kind != Time && kind != Bytes && kind != Number {
			b.fill(c)
			v.Type = c.typ
			return v
		}
	}
	if isPlain(target, kind) {
		v.Type = b.plainType(target.Node, kind)
		return v
	}
	if inner := b.onlyMember(target, r.members); inner != nil && r.tag.name == "" && !r.shared {
		v.Key = target.Properties[0].Name
		outer := target
		target, kind = inner, b.kind(inner)
		v.Pointer = kind >= Struct
		v.Type = b.variantType(target, kind, asked([]*openrpc.Schema{inner, outer}, false), r.union, variantName(r.union, goSuffix(v.Key)))
		v.Type.Doc = paragraphs(outerDoc(v.Type, outer, inner), Wrap(fmt.Sprintf("As JSON: {%q: value}.", v.Key)))
		return v
	}
	v.Type = b.variantType(target, kind, asked(steps, false), r.union, variantName(r.union, b.label(target, kind, r)))
	return v
}

// outerDoc documents the value of the only member of an object, which may be
// described as well.
func outerDoc(t *Type, outer, inner *openrpc.Schema) []string {
	text := firstOf(outer.Description, outer.Title)
	if text == "" {
		return t.Doc
	}
	return paragraphs(prose(after(t.Name+":", text)), prose(inner.Description), constraints(inner), constDoc(t))
}

// memberCounts counts in how many alternatives each member is.
func (b *builder) memberCounts(parts []*openrpc.Schema) map[string]int {
	counts := map[string]int{}
	for _, part := range parts {
		for _, p := range b.flatten(part.Target()).Properties {
			counts[p.Name]++
		}
	}
	return counts
}

// onlyMember is the value of an object that has one member, which it requires
// and no other alternative has, if it is a type that is declared for this
// place: Rust's enums are such.
func (b *builder) onlyMember(s *openrpc.Schema, members map[string]int) *openrpc.Schema {
	if b.kind(s) != Struct || len(s.Properties) != 1 || len(s.Required) != 1 || members[s.Properties[0].Name] > 1 ||
		b.hasExtra(s) || goSuffix(s.Required[0]) == "" {
		return nil
	}
	steps := b.steps(s.Properties[0].Schema)
	inner := steps[len(steps)-1]
	kind := b.kind(inner)
	isElsewhere := func(step *openrpc.Schema) bool { return step.Ref != nil || b.isComponent(step) }
	if slices.ContainsFunc(steps, isElsewhere) || slices.ContainsFunc(steps, b.allowsNull) || b.inline[inner] != nil ||
		kind == Raw || kind == Union || onlyValue(inner) != "" {
		return nil
	}
	return inner
}

// variantType declares the type of an inline variant. Types of the standard
// library cannot be marked: a text stays a text here.
func (b *builder) variantType(s *openrpc.Schema, kind Kind, asked *openrpc.Node, union, name string) *Type {
	if t := b.inline[s]; t != nil {
		return t
	}
	t := b.declareAs(&Type{Kind: kind}, s.Node, asked, name)
	b.inline[s] = t
	name = t.Name
	switch kind {
	case Time, Bytes:
		*t = Type{Kind: String, Go: "string"}
	case Number:
		*t = Type{Kind: Number, Go: "json.Number"}
	case String:
		*t = b.text(s, name)
	default:
		*t = b.shape(s, owner{name: name}, name)
	}
	t.Name, t.Sensitive = name, s.Sensitive
	t.Doc = paragraphs(typeDoc(name, s, "a variant of ["+union+"]"), constDoc(t), sensitiveDoc(t))
	return t
}

// text decides about an inline variant that is a string, which may be always the
// same.
func (b *builder) text(s *openrpc.Schema, name string) Type {
	if values := enumValues(s); len(values) == 1 && isTextEnum(s) && !s.Sensitive {
		return Type{Kind: Constant, Go: "struct{}", JSON: string(values[0].JSON()), Text: strconv.Quote(values[0].Text)}
	}
	return b.shape(s, owner{name: name}, name)
}

// plainName are the types that variants without a name share.
var plainName = map[Kind]string{String: "String", Bool: "Bool", Int: "Integer", Float: "Number"}

// isPlain reports whether a schema says no more of a scalar than its type.
func isPlain(s *openrpc.Schema, kind Kind) bool {
	return plainName[kind] != "" && !s.Sensitive && s.Title == "" && !isEnum(s) && s.Pattern == "" && s.Key == "" && s.GoName == ""
}

// plainUnion is the name that all unions of the same plain types share, such as
// StringOrNumber; "" for any other schema.
func (b *builder) plainUnion(s *openrpc.Schema) string {
	if len(s.Properties) > 0 || s.Title != "" || b.kind(s) != Union || b.allowsNull(s) {
		return ""
	}
	var names []string
	for _, part := range b.parts(s) {
		steps := b.steps(part)
		target := steps[len(steps)-1]
		kind := b.kind(target)
		if !isPlain(target, kind) {
			return ""
		}
		names = append(names, plainName[kind])
	}
	return strings.Join(names, "Or")
}

func (b *builder) plainType(at *openrpc.Node, kind Kind) *Type {
	if t := b.plain[plainName[kind]]; t != nil {
		return t
	}
	goType := map[Kind]string{String: "string", Bool: "bool", Int: "int64", Float: "float64"}[kind]
	t := b.declare(&Type{Kind: kind, Go: goType}, at, plainName[kind], plainName[kind]+"Variant")
	t.Doc = prose(t.Name + " is a plain " + goType + " among the variants of a union.")
	b.plain[plainName[kind]] = t
	return t
}

// variantName joins the union's name and a label that may begin with it.
func variantName(union, label string) string {
	if len(label) > len(union) && label[:len(union)] == union {
		return label
	}
	return union + label
}

var kindLabel = map[Kind]string{
	Bool: "Bool", String: "String", Int: "Integer", Uint: "Integer", Float: "Number", Number: "Integer", Time: "Time", Bytes: "Bytes",
	Slice: "Array", Map: "Map", Struct: "Object", Tuple: "Tuple", Union: "Union",
}

// label names a variant within its union: by the text of its tag, its only
// required member, its title, its value, or its kind.
func (b *builder) label(s *openrpc.Schema, kind Kind, r relatives) string {
	values := enumValues(s)
	isConstant := kind == String && len(values) == 1
	switch {
	case r.kinds && isConstant:
		return labelOf(values[0])
	case r.kinds:
		return kindLabel[kind]
	}
	tags := b.memberValues(s, r.tag.name)
	if r.tag.text && len(tags) > 0 {
		return labelOf(tags[0])
	}
	if kind == Struct && len(s.Properties) == 1 && len(s.Required) == 1 && r.members[s.Required[0]] == 1 && goSuffix(s.Required[0]) != "" {
		return goSuffix(s.Required[0])
	}
	if title := goSuffix(s.Title); title != "" && len(title) <= maxTitle {
		return title
	}
	if r.tag.name != "" && len(tags) > 0 {
		return labelOf(tags[0])
	}
	if isConstant {
		return labelOf(values[0])
	}
	return kindLabel[kind]
}

// labelOf names what has a value.
func labelOf(n *openrpc.Node) string {
	text := n.Text
	if n.Kind != openrpc.String {
		text = constantOf(n)
	}
	return firstOf(goSuffix(text), "Empty")
}

// maxTitle is how long a title may be and still be a name.
const maxTitle = 40

// tag is the member by whose value objects are told apart; none if its name is
// "".
type tag struct {
	name     string
	text     bool // all of its values are texts
	optional bool // for one of the objects, which is also what those are that lack it
}

// tagOf finds the member by whose value objects are told apart: its values are
// listed, and none is that of two of them. Texts are preferred, and what all of
// them require, or the union does.
func (b *builder) tagOf(parts []*openrpc.Schema, required []string) (best tag) {
	var objects []*openrpc.Schema
	for _, part := range parts {
		if target := b.flatten(part.Target()); b.kind(target) == Struct {
			objects = append(objects, target)
		}
	}
	if len(objects) < 2 {
		return tag{}
	}
	for _, p := range objects[0].Properties {
		t := b.tagBy(p.Name, objects, required)
		if t.name != "" && (best.name == "" || t.rank() < best.rank()) {
			best = t
		}
	}
	return best
}

func (t tag) rank() int {
	switch {
	case t.optional:
		return 2
	case t.text:
		return 0
	}
	return 1
}

// tagBy is the tag of this name, if it is one.
func (b *builder) tagBy(name string, objects []*openrpc.Schema, required []string) tag {
	t := tag{name: name, text: true}
	seen := map[string]bool{}
	for _, s := range objects {
		values := b.memberValues(s, name)
		if len(values) == 0 {
			return tag{}
		}
		for _, v := range values {
			constant := constantOf(v)
			if constant == "" || seen[constant] {
				return tag{}
			}
			seen[constant] = true
			t.text = t.text && v.Kind == openrpc.String
		}
		if !s.RequiresMember(name) && !slices.Contains(required, name) {
			if t.optional {
				return tag{}
			}
			t.optional = true
		}
	}
	return t
}

// constantOf spells a value as the runtime does that looks for tags; "" if it is
// none by which to tell objects apart.
func constantOf(n *openrpc.Node) string {
	if n.Kind > openrpc.String || n.Kind == openrpc.Number && !jsonrpc.IsInteger(n.JSON()) {
		return ""
	}
	return jsonrpc.ConstOf(fmt.Appendf(nil, `{"tag":%s}`, n.JSON()), "tag")
}

// memberValues are the values that a schema lists for a member.
func (b *builder) memberValues(s *openrpc.Schema, name string) []*openrpc.Node {
	if p := s.Property(name); p != nil {
		return enumValues(b.flatten(p.Target()))
	}
	return nil
}
