package ir

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// builder is the state of one Build.
type builder struct {
	options     Options
	names       *names
	methodNames map[*openrpc.Method]string
	components  map[*openrpc.Schema]*component
	inline      map[*openrpc.Schema]*Type // the declared types of other schemas
	same        map[string]*Type          // the first type of each inline schema, by its text
	plain       map[string]*Type          // the scalars that unions share
	open        map[*openrpc.Schema]bool  // those without a name that are being looked at
	flat        map[*openrpc.Schema]*openrpc.Schema
	unionKinds  map[*openrpc.Schema]Kind
	joined      map[[2]*openrpc.Schema]*openrpc.Schema
	only        map[*openrpc.Schema]*openrpc.Schema // what a schema is but for annotations, and null
	secrets     map[secret]*openrpc.Schema          // see sensitive.go
	secretive   map[*openrpc.Schema]bool            // see isSecretive
	types       *[]*Type                            // where the types go that are declared now
	document    *openrpc.Document
	declared    declarations
	sampled     map[*openrpc.Schema]bool
	samples     []Sample
	later       []func()               // what has to wait until all types are known
	named       map[*openrpc.Node]bool // whose x-go-name was looked at
	errors      map[string]*Error
	errorList   []*Error
	faults      openrpc.Faults
}

// component is a schema with a name of its own.
type component struct {
	schema *openrpc.Schema
	typ    *Type
	types  []*Type // it, and those that are declared on the way to it
	filled bool
}

func newBuilder(d *openrpc.Document, o Options) *builder {
	return &builder{
		document:    d,
		declared:    declarations{map[*openrpc.Schema]*openrpc.Checker{}, o.KeepUnknown},
		sampled:     map[*openrpc.Schema]bool{},
		options:     o,
		names:       newNames(),
		methodNames: map[*openrpc.Method]string{},
		components:  map[*openrpc.Schema]*component{},
		inline:      map[*openrpc.Schema]*Type{},
		same:        map[string]*Type{},
		plain:       map[string]*Type{},
		open:        map[*openrpc.Schema]bool{},
		flat:        map[*openrpc.Schema]*openrpc.Schema{},
		unionKinds:  map[*openrpc.Schema]Kind{},
		joined:      map[[2]*openrpc.Schema]*openrpc.Schema{},
		only:        map[*openrpc.Schema]*openrpc.Schema{},
		named:       map[*openrpc.Node]bool{},
		secrets:     map[secret]*openrpc.Schema{},
		secretive:   map[*openrpc.Schema]bool{},
		errors:      map[string]*Error{},
	}
}

// reserve gives out names by rank: the generated code's own first, then the
// components', so that derived names are those that yield.
func (b *builder) reserve(d *openrpc.Document) {
	for _, own := range []string{"Service", "UnimplementedService", "Client", "NewClient", "Batch", "NewBatch", "Unknown"} {
		b.names.claim(own)
	}
	methods := newMethods()
	for _, m := range d.Methods {
		name := firstOf(m.GoName, goName(strings.TrimPrefix(m.Name, b.options.TrimPrefix)), goName(m.Name), "Method")
		b.methodNames[m] = b.claimFor(m.Node, m.GoName, methods, name, name+"Method")
	}
	for _, s := range d.Components.Schemas {
		name := firstOf(s.GoName, goName(s.Key), "Schema")
		t := &Type{Name: b.claimFor(s.Node, s.GoName, b.names, name, name+"Value")}
		b.components[s] = &component{schema: s, typ: t}
	}
	for _, s := range d.Components.Schemas {
		target := s
		for target.Ref != nil && (target == s || b.components[target] == nil) {
			target = target.Ref
		}
		if b.components[target] == nil { // it stands in another file, or in no section for schemas
			b.components[target] = b.components[s]
		}
	}
}

// build fills in the components and returns their types in the document's
// order, each followed by those that were derived from it.
func (b *builder) build(d *openrpc.Document) (types []*Type) {
	for _, s := range d.Components.Schemas {
		b.fill(b.components[s])
		b.sample(s, Value{b.components[s].typ, b.allowsNull(s.Target())})
	}
	for _, s := range d.Components.Schemas {
		types = append(types, b.components[s].types...)
	}
	return types
}

// fill decides what a component becomes. Its kind is set before its parts are
// looked at, because they may lead back to it.
func (b *builder) fill(c *component) {
	if c.filled {
		return
	}
	c.filled = true
	outer := b.types
	b.types = &c.types
	defer func() { b.types = outer }()

	name := c.typ.Name
	c.types = append(c.types, c.typ)
	steps := b.steps(c.schema)
	target := b.whole(steps[len(steps)-1])
	if other := b.alreadyNamed(c); other != nil {
		b.fill(other)
		*c.typ = *other.typ
		c.typ.Alias, c.typ.Of = true, other.typ
	} else {
		c.typ.Kind = b.kind(target)
		*c.typ = b.shape(target, owner{name: name}, name)
		c.typ.Alias = scalarAlias(c.typ)
	}
	c.typ.Name = name
	use := "the schema " + c.schema.Key
	if c.typ.Of != nil {
		use = "[" + c.typ.Of.Name + "]"
	}
	about := *c.schema
	if c.typ.Of == nil {
		about = *about.Target()
		about.Description = firstOf(c.schema.Description, about.Description)
	}
	c.typ.Doc = paragraphs(typeDoc(name, &about, use), constDoc(c.typ), sensitiveDoc(c.typ))
}

// alreadyNamed is another component that c is, too.
func (b *builder) alreadyNamed(c *component) *component {
	for _, s := range b.steps(c.schema) {
		if other := b.components[s]; other != nil && other != c {
			return other
		}
	}
	return nil
}

// scalarAlias reports whether a name for the type must be an alias, because
// its codec is that of a type of the standard library.
func scalarAlias(t *Type) bool {
	return !t.Sensitive && (t.Kind == Time || t.Kind == Raw || t.Kind == Bytes || t.Kind == Number)
}

// refreshAliases copies what aliases stand for once more: some were made while
// that was not complete yet.
func refreshAliases(types []*Type) {
	for _, t := range types {
		if t.Of == nil {
			continue
		}
		name, doc, of := t.Name, t.Doc, t.Of
		*t = *base(of)
		t.Name, t.Doc, t.Alias, t.Of = name, doc, true, of
	}
}

// owner is what an inline schema belongs to; its type is named after both.
type owner struct {
	name, step string
	method     string        // of whose params or result it is
	second     string        // the type's name if the first is taken
	in         *owner        // the array or the map of which it is an element or a value
	asked      *openrpc.Node // has the x-go-name of the type; nil: the schema may have it
	member     bool          // the schema's x-go-name is that of the field
}

func (o owner) typeName() string {
	if o.step == "" {
		return o.name
	}
	return o.name + goSuffix(o.step)
}

// typeNames are the type's name and, for what is a method's, the second one.
func (o owner) typeNames() []string {
	if o.second == "" {
		return []string{o.typeName()}
	}
	return []string{o.typeName(), o.second}
}

// use says what the type is for.
func (o owner) use() string {
	switch {
	case o.in != nil && o.step == "item":
		return "an element of " + o.in.place()
	case o.in != nil:
		return "a value in " + o.in.place()
	case o.method != "":
		return fmt.Sprintf("the %s of [Service.%s]", Printable(o.step), o.method)
	case o.step == "":
		return "a type of the contract"
	}
	return fmt.Sprintf("the %s of [%s]", Printable(o.step), o.name)
}

// place is use for what lies within: a type that has a name is called by it.
func (o owner) place() string {
	if o.step == "" {
		return "[" + o.name + "]"
	}
	return o.use()
}

// within is the owner of the elements of an array, or of the values of a map.
func (o owner) within(step string) owner { return owner{name: o.typeName(), step: step, in: &o} }

// declare gives a derived type the first name that is free.
func (b *builder) declare(t *Type, at *openrpc.Node, candidates ...string) *Type {
	t.Name = b.claim(b.names, at, candidates...)
	*b.types = append(*b.types, t)
	return t
}

// declareAs is declare for what x-go-name can name; asked is nil if none does.
func (b *builder) declareAs(t *Type, at, asked *openrpc.Node, candidates ...string) *Type {
	if asked == nil {
		return b.declare(t, at, candidates...)
	}
	name := openrpc.GoName(asked)
	t.Name = b.claimFor(asked, name, b.names, append([]string{name}, candidates...)...)
	*b.types = append(*b.types, t)
	return t
}

// value returns the type of what a schema describes, in whatever place.
func (b *builder) value(s *openrpc.Schema, o owner) Value {
	v := b.typeOf(s, o)
	b.sample(s, v)
	return v
}

func (b *builder) typeOf(s *openrpc.Schema, o owner) Value {
	steps := b.steps(s)
	target := b.whole(steps[len(steps)-1])
	nullable := slices.ContainsFunc(steps, b.allowsNull)
	for _, schema := range append(steps, target) {
		if c := b.components[schema]; c != nil {
			b.fill(c)
			return Value{c.typ, nullable && c.typ.Kind != Raw}
		}
		if t := b.inline[schema]; t != nil {
			return Value{t, nullable}
		}
	}
	if target.Key != "" {
		o = owner{name: goName(target.Key), asked: o.asked, member: o.member}
	}
	if o.asked == nil {
		o.asked = asked(steps, o.member)
	}
	k := b.kind(target)
	if needsName(k) || isEnum(target) || o.asked != nil || target.Sensitive || k >= Slice && (b.hasSecret(target) || len(b.open) >= maxUnnamed && !b.open[target]) {
		return Value{b.inlineType(target, o), nullable}
	}
	if b.open[target] { // an array or a map of itself, without a name
		return Value{&Type{Kind: Raw}, false}
	}
	b.open[target] = true
	defer delete(b.open, target)
	t := b.shape(target, o, "")
	return Value{&t, nullable && t.Kind != Raw}
}

// asked is the first of the schemas that has an x-go-name for their type.
func asked(steps []*openrpc.Schema, member bool) *openrpc.Node {
	for _, s := range steps {
		if s.GoName != "" && !(member && s.Node == steps[0].Node) {
			return s.Node
		}
	}
	return nil
}

func needsName(k Kind) bool { return k >= Struct }

// maxUnnamed is how many arrays and maps without a name may lie in each other:
// of too many the compiler infers no types.
const maxUnnamed = 16

// inlineType declares a type for a schema that has no name of its own. Where
// one of the same text has been declared it is another name of that.
func (b *builder) inlineType(s *openrpc.Schema, o owner) *Type {
	text := string(s.Node.JSON())
	if strings.Contains(text, `"$ref"`) {
		text = s.Node.Place().File + text // which means something else in another folder
	}
	if s.Sensitive {
		text = fmt.Sprintf("sensitive %d %s", b.kind(s), text)
	}
	if len(s.Beside) > 0 {
		text = "beside others " + text
	}
	if name := b.plainUnion(s); name != "" && o.asked == nil {
		text, o = name, owner{name: name}
		if t := b.same[text]; t != nil {
			return t
		}
	}
	first := b.same[text]
	if first != nil && o.asked != nil && first.Name == openrpc.GoName(o.asked) {
		b.named[o.asked] = true
		return first
	}
	t := b.declareAs(&Type{Kind: b.kind(s)}, s.Node, o.asked, o.typeNames()...)
	b.inline[s] = t
	name := t.Name
	if first != nil {
		*t = *first
		t.Alias, t.Of = true, first
		t.Name, t.Doc = name, prose(fmt.Sprintf("%s is the same schema as [%s].", name, first.Name))
		return t
	}
	b.same[text] = t
	*t = b.shape(s, owner{name: name}, name)
	t.Name, t.Alias = name, scalarAlias(t)
	t.Doc = paragraphs(typeDoc(name, s, o.use()), constDoc(t), sensitiveDoc(t))
	return t
}

// kind is what shape will make of a schema, without looking at its parts.
func (b *builder) kind(s *openrpc.Schema) Kind {
	kinds := valueTypes(s)
	switch {
	case s.Boolean != nil:
		return Raw
	case isUnion(s):
		if _, known := b.unionKinds[s]; !known { // asked at every level of unions in unions
			b.unionKinds[s] = b.unionKind(s)
		}
		return b.unionKinds[s]
	case len(kinds) == 0:
		return kindByContent(s)
	}
	switch kinds[0] {
	case openrpc.TypeBoolean:
		return Bool
	case openrpc.TypeString:
		return b.textKind(s)
	case openrpc.TypeInteger:
		return integerType(s).Kind
	case openrpc.TypeNumber:
		return numberType(s).Kind
	case openrpc.TypeArray:
		return arrayKind(s)
	}
	return objectKind(s)
}

// kindByContent is for schemas without a type: their keywords tell it, if they
// make sense for one only. Of null alone, and of nothing, no keyword tells.
func kindByContent(s *openrpc.Schema) Kind {
	if len(s.Types) == 0 && len(enumValues(s)) == 0 && len(s.Properties) > 0 && s.Items == nil && len(s.Tuple) == 0 {
		return objectKind(s)
	}
	return Raw
}

// shape decides what a schema becomes where it stands; name is that of the
// type, if it has one. What Go has no type for is raw JSON: the schema is
// still enforced by validation.
func (b *builder) shape(s *openrpc.Schema, o owner, name string) Type {
	t := b.bareShape(s, o, name)
	t.Sensitive = s.Sensitive || isSecretBytes(&t)
	return t
}

func (b *builder) bareShape(s *openrpc.Schema, o owner, name string) Type {
	switch k := b.kind(s); k {
	case String:
		return b.enum(Type{Kind: String, Go: "string"}, s, name)
	case Int, Uint:
		return b.enum(integerType(s), s, name)
	case Number:
		return bigNumber
	case Bool:
		return Type{Kind: Bool, Go: "bool"}
	case Float:
		return Type{Kind: Float, Go: "float64"}
	case Slice:
		return b.array(s, o)
	case Tuple:
		return b.tuple(s, o)
	case Map:
		return b.mapping(s, o)
	case Struct:
		return b.object(s, o)
	case Union:
		return b.union(s, o, name)
	default:
		return Type{Kind: k}
	}
}

func (b *builder) warn(at *openrpc.Node, format string, args ...any) {
	b.faults = append(b.faults, openrpc.Warnf(at, format, args...))
}

func firstOf(candidates ...string) string {
	for _, c := range candidates {
		if c != "" {
			return c
		}
	}
	return ""
}
