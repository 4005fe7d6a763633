package ir

import (
	"fmt"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// builder is the state of one Build.
type builder struct {
	names       *names
	methodNames map[*openrpc.Method]string
	declared    map[*openrpc.Schema]*Type // by the component's schema
	types       []*Type
	errors      map[string]*Error
	errorList   []*Error
	faults      openrpc.Faults
}

func newBuilder(d *openrpc.Document) *builder {
	return &builder{
		names:       newNames(),
		methodNames: map[*openrpc.Method]string{},
		declared:    map[*openrpc.Schema]*Type{},
		errors:      map[string]*Error{},
	}
}

// reserve gives out names by rank: the generated code's own first, then the
// methods', then the components', so that derived names are those that yield.
func (b *builder) reserve(d *openrpc.Document) {
	for _, own := range []string{"Service", "UnimplementedService", "Client", "NewClient", "Batch", "NewBatch"} {
		b.names.claim(own)
	}
	methods := newNames()
	for _, m := range d.Methods {
		name := firstOf(m.GoName, goName(m.Name))
		b.methodNames[m] = methods.claim(name, name+"Method")
	}
	for _, s := range d.Components.Schemas {
		name := firstOf(s.GoName, goName(s.Key))
		b.declared[s] = &Type{Name: b.names.claim(name, name+"Value")}
	}
}

// owner is what an inline schema belongs to; its type is named after both.
type owner struct {
	name, step string
	method     string // of whose params or result it is
}

func (o owner) typeName() string { return o.name + goName(o.step) }

// use says what the type is for.
func (o owner) use() string {
	switch {
	case o.method != "":
		return fmt.Sprintf("the %s of [Service.%s]", o.step, o.method)
	case o.step == "item":
		return fmt.Sprintf("an element of [%s]", o.name)
	case o.step == "value":
		return fmt.Sprintf("a value in [%s]", o.name)
	}
	return fmt.Sprintf("the value of %s in [%s]", o.step, o.name)
}

// component fills in the type that reserve has named.
func (b *builder) component(s *openrpc.Schema) {
	t := b.declared[s]
	b.types = append(b.types, t)
	name := t.Name
	*t = b.shape(s, owner{name: name})
	t.Name = name
	t.Doc = typeDoc(name, s, "the schema "+s.Key)
	switch t.Kind {
	case Time, Raw, Bytes, Number:
		t.Alias = true
	}
}

// declare gives a derived type the first name that is free.
func (b *builder) declare(t *Type, candidates ...string) *Type {
	t.Name = b.names.claim(candidates...)
	b.types = append(b.types, t)
	return t
}

// value returns the type of what a schema describes, in whatever place.
func (b *builder) value(s *openrpc.Schema, o owner) Value {
	target := s.Target()
	nullable := allowsNull(target)
	if t, ok := b.declared[target]; ok {
		return Value{t, nullable}
	}
	if target.Key != "" {
		o = owner{name: goName(target.Key)}
	}
	shape := b.shape(target, o)
	t := &shape
	if t.Kind == Struct || len(t.Enum) > 0 {
		t.Doc = typeDoc(o.typeName(), target, o.use())
		b.declare(t, o.typeName())
	}
	return Value{t, nullable && t.Kind != Raw}
}

// shape decides what a schema becomes where it stands. What Go has no type for
// is raw JSON: the schema is still enforced by validation.
func (b *builder) shape(s *openrpc.Schema, o owner) Type {
	kinds := slices.DeleteFunc(slices.Clone(s.Types), func(t openrpc.Type) bool { return t == openrpc.TypeNull })
	if s.Boolean != nil || len(kinds) != 1 || len(s.OneOf)+len(s.AnyOf)+len(s.AllOf) > 0 {
		return Type{Kind: Raw}
	}
	switch kinds[0] {
	case openrpc.TypeBoolean:
		return Type{Kind: Bool, Go: "bool"}
	case openrpc.TypeString:
		return b.text(s, o)
	case openrpc.TypeInteger:
		return b.integer(s)
	case openrpc.TypeNumber:
		return Type{Kind: Float, Go: "float64"}
	case openrpc.TypeArray:
		return b.array(s, o)
	default:
		return b.object(s, o)
	}
}

func (b *builder) text(s *openrpc.Schema, o owner) Type {
	switch {
	case len(s.Enum) > 0:
		return b.enum(s, o)
	case s.Format == "date-time":
		return Type{Kind: Time}
	case s.Format == "byte", s.ContentEncoding == "base64":
		return Type{Kind: Bytes}
	}
	return Type{Kind: String, Go: "string"}
}

func (b *builder) enum(s *openrpc.Schema, o owner) Type {
	t := Type{Kind: String, Go: "string"}
	typeName := o.name
	if o.step != "" {
		typeName = o.typeName()
	}
	for _, v := range s.Enum {
		if v.Kind != openrpc.String {
			continue
		}
		label := firstOf(goName(v.Text), "Empty")
		t.Enum = append(t.Enum, EnumValue{
			Const:   b.names.claim(typeName+label, typeName+label+"Value"),
			Literal: strconv.Quote(v.Text),
		})
	}
	return t
}

var sizedIntegers = map[string]Type{
	"int8": {Kind: Int, Go: "int8"}, "int16": {Kind: Int, Go: "int16"}, "int32": {Kind: Int, Go: "int32"},
	"uint8": {Kind: Uint, Go: "uint8"}, "uint16": {Kind: Uint, Go: "uint16"}, "uint32": {Kind: Uint, Go: "uint32"},
	"uint64": {Kind: Uint, Go: "uint64"},
}

func (b *builder) integer(s *openrpc.Schema) Type {
	least, most := wholeBound(s.Minimum), wholeBound(s.Maximum)
	switch {
	case least != nil && least.Cmp(big.NewInt(math.MinInt64)) < 0,
		most != nil && most.Cmp(new(big.Int).SetUint64(math.MaxUint64)) > 0:
		return Type{Kind: Number, Go: "json.Number"}
	case most != nil && !most.IsInt64():
		return Type{Kind: Uint, Go: "uint64"}
	}
	if t, ok := sizedIntegers[s.Format]; ok {
		return t
	}
	return Type{Kind: Int, Go: "int64"}
}

func wholeBound(n *openrpc.Node) *big.Int {
	if n == nil {
		return nil
	}
	f, _, err := big.ParseFloat(n.Text, 10, 256, big.ToNearestEven)
	if err != nil {
		return nil
	}
	i, _ := f.Int(nil)
	return i
}

func (b *builder) array(s *openrpc.Schema, o owner) Type {
	if s.Items == nil || len(s.Tuple) > 0 {
		return Type{Kind: Slice, Elem: &Type{Kind: Raw}}
	}
	elem := b.value(s.Items, owner{name: joined(o), step: "item"})
	return Type{Kind: Slice, Elem: elem.Type, Null: elem.Nullable && !elem.Type.HasNil()}
}

func joined(o owner) string {
	if o.step == "" {
		return o.name
	}
	return o.typeName()
}

func (b *builder) object(s *openrpc.Schema, o owner) Type {
	if len(s.Properties) == 0 {
		elem := &Type{Kind: Raw}
		null := false
		if extra := s.AdditionalProperties; extra != nil && extra.Target().Boolean == nil && len(s.PatternProperties) == 0 {
			v := b.value(extra, owner{name: joined(o), step: "value"})
			elem, null = v.Type, v.Nullable && !v.Type.HasNil()
		}
		return Type{Kind: Map, Elem: elem, Null: null}
	}
	t := Type{Kind: Struct}
	fields := newNames()
	for _, p := range s.Properties {
		required := s.RequiresMember(p.Name)
		if only := onlyValue(p.Schema.Target()); required && only != "" {
			t.Consts = append(t.Consts, &Const{Name: p.Name, JSON: only, At: len(t.Fields)})
			continue
		}
		own := owner{name: joined(o), step: p.Name}
		field := b.field(fields, own, p.Name, p.Schema.GoName, p.Schema, required)
		field.Doc = b.fieldDoc(firstOf(p.Schema.Description, p.Schema.Title), p.Schema)
		t.Fields = append(t.Fields, field)
	}
	return t
}

// onlyValue returns the one value that a schema allows, as compact JSON, or "".
func onlyValue(s *openrpc.Schema) string {
	switch {
	case s.Const != nil:
		return string(s.Const.JSON())
	case len(s.Enum) == 1:
		return string(s.Enum[0].JSON())
	}
	return ""
}

func (b *builder) field(fields *names, o owner, name, override string, s *openrpc.Schema, required bool) *Field {
	goName := firstOf(override, goName(name))
	v := b.value(s, o)
	f := &Field{Name: name, GoName: fields.claim(goName, goName+"Field"), Type: v.Type}
	target := s.Target()
	switch {
	case required && v.Nullable:
		f.Presence = OrNull
	case required:
		f.Presence = Required
	case v.Nullable && target.Default == nil:
		f.Presence = OrNothing
	case v.Type.HasNil() || refusesZero(target, v.Type) || defaultIsZero(target, v.Type):
		f.Presence = ZeroMissing
	default:
		f.Presence = NilMissing
	}
	if !required {
		f.Default = b.defaultLiteral(target, v.Type)
	}
	return f
}

// refusesZero reports whether Go's zero cannot be a value that the schema
// allows, so that it can only mean missing.
func refusesZero(s *openrpc.Schema, t *Type) bool {
	switch t.Kind {
	case String:
		return (s.MinLength != nil && *s.MinLength > 0) || patternRefuses(s, "") ||
			(len(s.Enum) > 0 && !slices.ContainsFunc(s.Enum, func(n *openrpc.Node) bool { return n.Text == "" && n.Kind == openrpc.String }))
	case Int, Uint, Float:
		return sign(s.Minimum) > 0 || sign(s.Maximum) < 0 || (s.ExclusiveMinimum != nil && sign(s.ExclusiveMinimum) >= 0)
	}
	return false
}

func patternRefuses(s *openrpc.Schema, text string) bool {
	if s.Pattern == "" || !s.PatternWorks {
		return false
	}
	re, err := regexp.Compile(s.Pattern)
	return err == nil && !re.MatchString(text)
}

func sign(n *openrpc.Node) int {
	if n == nil {
		return 0
	}
	f, _, err := big.ParseFloat(n.Text, 10, 64, big.ToNearestEven)
	if err != nil {
		return 0
	}
	return f.Sign()
}

func defaultIsZero(s *openrpc.Schema, t *Type) bool {
	if s.Default == nil {
		return false
	}
	switch t.Kind {
	case Bool:
		return s.Default.Text == "false"
	case String:
		return s.Default.Kind == openrpc.String && s.Default.Text == ""
	case Int, Uint, Float:
		return s.Default.Kind == openrpc.Number && sign(s.Default) == 0
	}
	return false
}

// defaultLiteral spells a default in Go, for the types that Go has literals of.
func (b *builder) defaultLiteral(s *openrpc.Schema, t *Type) string {
	if s.Default == nil || defaultIsZero(s, t) {
		return ""
	}
	n := s.Default
	switch t.Kind {
	case Bool:
		if n.Kind == openrpc.Bool {
			return n.Text
		}
	case String:
		if n.Kind == openrpc.String {
			return strconv.Quote(n.Text)
		}
	case Int:
		if i, err := strconv.ParseInt(n.Text, 10, 64); err == nil && n.Kind == openrpc.Number {
			return strconv.FormatInt(i, 10)
		}
	case Uint:
		if i, err := strconv.ParseUint(n.Text, 10, 64); err == nil && n.Kind == openrpc.Number {
			return strconv.FormatUint(i, 10)
		}
	case Float:
		if f, err := strconv.ParseFloat(n.Text, 64); err == nil && n.Kind == openrpc.Number {
			return strconv.FormatFloat(f, 'g', -1, 64)
		}
	}
	b.faults = append(b.faults, openrpc.Warnf(n, "the default is not filled in: it is no %s that Go could be given as a literal", strings.ToLower(t.Go)))
	return ""
}

// allowsNull reports whether a schema says that null is a value.
func allowsNull(s *openrpc.Schema) bool {
	return s.Nullable || (len(s.Types) > 1 && slices.Contains(s.Types, openrpc.TypeNull))
}

// isNothing reports whether a schema leaves no value but null, or none at all.
func isNothing(s *openrpc.Schema) bool {
	t := s.Target()
	return (t.Boolean != nil && !*t.Boolean) || (len(t.Types) == 1 && t.Types[0] == openrpc.TypeNull)
}

// compactJSON is used where a value is shown to people.
func compactJSON(n *openrpc.Node) string {
	if n.Kind == openrpc.String {
		return strconv.Quote(n.Text)
	}
	return string(n.JSON())
}

func firstOf(candidates ...string) string {
	for _, c := range candidates {
		if c != "" {
			return c
		}
	}
	return ""
}
