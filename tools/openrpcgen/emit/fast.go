package emit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/ir"
)

// fastLanes writes the functions that read params and check them at once.
func (w *writer) fastLanes(p *printer) {
	l := &lanes{printer: p, patterns: map[string]string{}, names: map[*ir.Reader]string{}, taken: map[string]bool{}}
	for _, m := range w.service.Methods {
		if m.Reader != nil {
			l.claim(m.Reader)
		}
	}
	for _, m := range w.service.Methods {
		if m.Reader == nil {
			continue
		}
		l.params(m)
		for len(l.todo) > 0 {
			next := l.todo[0]
			l.todo = l.todo[1:]
			l.function(next)
		}
	}
	l.tables()
}

// reader spells the fast lane of a method.
func reader(m *ir.Method) string {
	if m.Reader == nil {
		return "nil"
	}
	return "read" + m.Params.Name
}

// lanes is the state of one fast.go.
type lanes struct {
	*printer
	todo     []*ir.Reader // used, and not written yet
	names    map[*ir.Reader]string
	taken    map[string]bool   // of names
	patterns map[string]string // the variables, by their expressions
	order    []string          // of patterns
	owner    string            // of what is being written
}

func (l *lanes) params(m *ir.Method) {
	r := m.Reader
	l.owner = r.Type.Name
	l.comment(ir.Wrap(fmt.Sprintf("%s is the fast lane of %s: it reads params that are as the contract wants them, and no others.",
		reader(m), ir.Printable(m.Name)))...)
	l.p("func %s(d *%s) (v %s, _ bool) {", reader(m), l.rt("Decoder"), l.typ(r.Type))
	var names []string
	for _, member := range r.Members {
		names = append(names, member.Field.Name)
	}
	l.loop(r, fmt.Sprintf("d.NextParam(%s)", quotedList(names)), "v, false")
	end := "d.End()"
	if r.Required > 0 {
		end += " && seen == " + allBits(r.Required)
	}
	if r.Type.HasDefaults() {
		l.p("v.SetDefaults()")
	}
	l.p("return v, %s", end)
	l.p("}\n")
}

// function writes the reader of a type.
func (l *lanes) function(r *ir.Reader) {
	l.owner = r.Type.Name
	l.p("func %s(v *%s, d *%s) bool {", l.names[r], l.typ(r.Type), l.rt("Decoder"))
	defer l.p("}\n")
	switch r.Type.Kind {
	case ir.Struct:
		l.object(r)
	case ir.Union:
		l.union(r)
	default:
		l.p("return %s", l.unnamed(r, "v"))
	}
}

func (l *lanes) object(r *ir.Reader) {
	l.p("if d.Kind() != %s {", l.rt("KindObject"))
	l.p("return false")
	l.p("}")
	l.loop(r, "d.NextMember()", "false")
	if r.Required > 0 {
		l.p("return seen == %s", allBits(r.Required))
	} else {
		l.p("return true")
	}
}

// loop reads the members that next goes through.
func (l *lanes) loop(r *ir.Reader, next, fail string) {
	if r.Required > 0 {
		l.p("var seen uint64")
	}
	l.p("for %s {", next)
	l.p("var ok bool")
	l.p("switch d.Name() {")
	for _, c := range r.Consts {
		l.p("case %q:", c.Name)
		l.p("ok = d.DecodeConst(%s) == nil", rawString(c.JSON))
		l.p("seen |= %s", bit(c.Bit))
	}
	for _, m := range r.Members {
		l.p("case %q:", m.Field.Name)
		l.p("ok = %s", l.member(m, r.Type.Params))
		if m.Bit >= 0 {
			l.p("seen |= %s", bit(m.Bit))
		}
	}
	if len(r.Refused) > 0 && !r.Closed {
		l.p("case %s: // the contract allows no value", quotedList(r.Refused))
	}
	switch {
	case r.Extra != nil:
		l.p("default:")
		l.p("ok = %s(&v.Extra, d, %s)", l.rt("ReadMember"), l.readerOf(r.Extra))
	case !r.Closed:
		l.p("default:")
		l.p("ok = d.Pass()")
	}
	l.p("}")
	l.p("if !ok {")
	l.p("return %s", fail)
	l.p("}")
	l.p("}")
}

// maxBinary is how many bits are readable as binary digits.
const maxBinary = 12

func bit(i int) string {
	if i < maxBinary {
		return "0b1" + strings.Repeat("0", i)
	}
	return fmt.Sprintf("1 << %d", i)
}

func allBits(n int) string {
	if n <= maxBinary {
		return "0b" + strings.Repeat("1", n)
	}
	return fmt.Sprintf("1<<%d-1", n)
}

// member spells the expression that reads a member into its field.
func (l *lanes) member(m *ir.MemberReader, params bool) string {
	f := m.Field
	v := "&v." + f.GoName
	var read string
	switch {
	case f.Presence == ir.OrNothing:
		read = fmt.Sprintf("%s(%s, d, %s)", l.rt("ReadNullable"), v, l.readerOf(m.Reader))
		if !m.Null {
			read = fmt.Sprintf("d.Kind() != %s && %s", l.rt("KindNull"), read)
		}
	case f.Presence == ir.NilMissing, f.Presence == ir.OrNull && !f.Type.HasNil():
		read = fmt.Sprintf("%s(%s, d, %s)", l.rt("ReadNew"), v, l.readerOf(m.Reader))
	default:
		read = l.read(m.Reader, v)
	}
	if m.Null && holdsNull(f) {
		read = "d.Null() || " + read
	}
	if !m.Null && f.Presence == ir.ZeroMissing && f.Type.Kind == ir.Raw {
		read = fmt.Sprintf("d.Kind() != %s && %s", l.rt("KindNull"), read)
	}
	if params && m.Bit < 0 && f.Presence != ir.OrNothing && f.Presence != ir.RawMissing {
		read = "d.LeftOut() || " + read
	}
	return read
}

// holdsNull reports whether a null makes the field what it is when it was not
// touched.
func holdsNull(f *ir.Field) bool {
	if f.Presence == ir.Required {
		return f.Type.Kind == ir.Union && f.Type.Choice.Null
	}
	return f.Presence != ir.OrNothing && f.Presence != ir.RawMissing
}

// read spells the expression that reads a value that is not null to where v, a
// pointer, points.
func (l *lanes) read(r *ir.Reader, v string) string {
	if r.Type.Name == "" {
		return l.unnamed(r, v)
	}
	return fmt.Sprintf("%s(%s, d)", l.use(r), v)
}

// use returns the name of a reader, which will be written.
func (l *lanes) use(r *ir.Reader) string {
	if l.names[r] == "" {
		l.claim(r)
		l.todo = append(l.todo, r)
	}
	return l.names[r]
}

// claim gives a reader a name. One type may have several: they ask for more
// than its schema alone.
func (l *lanes) claim(r *ir.Reader) {
	name := "read" + r.Type.Name
	for n := 2; l.taken[name]; n++ {
		name = fmt.Sprintf("read%s%d", r.Type.Name, n)
	}
	l.names[r], l.taken[name] = name, true
}

// readerOf spells a func(*T, *Decoder) bool.
func (l *lanes) readerOf(r *ir.Reader) string {
	if r.Type.Name != "" {
		return l.use(r)
	}
	if r.Type.Kind < ir.Slice && len(r.Checks) == 0 {
		return l.scalarReader(r)
	}
	return fmt.Sprintf("func(v *%s, d *%s) bool { return %s }", l.typ(r.Type), l.rt("Decoder"), l.unnamed(r, "v"))
}

// scalarReader spells a func(*T, *Decoder) bool for a scalar as it is.
func (l *lanes) scalarReader(r *ir.Reader) string {
	if r.Type.Kind == ir.Raw && r.Closed {
		return l.rt("ReadEmptyObject")
	}
	return l.scalar("Read", r.Type)
}

// elementReader is readerOf for an element, which may be null.
func (l *lanes) elementReader(r *ir.Reader) string {
	elem := r.Type.Elem
	if !elem.Nullable || elem.Type.HasNil() && !r.ElemNull {
		return l.readerOf(r.Elem)
	}
	read := l.read(r.Elem, "v")
	if !elem.Type.HasNil() {
		read = fmt.Sprintf("%s(v, d, %s)", l.rt("ReadNew"), l.readerOf(r.Elem))
	}
	if r.ElemNull {
		read = "d.Null() || " + read
	}
	return fmt.Sprintf("func(v *%s, d *%s) bool { return %s }", l.value(elem), l.rt("Decoder"), read)
}

// unnamed spells what reads a value and checks it.
func (l *lanes) unnamed(r *ir.Reader, v string) string {
	value := strings.TrimPrefix(v, "&")
	if value == v {
		value = "*" + v
	}
	if r.Type.Kind == ir.Constant {
		return fmt.Sprintf("d.DecodeConst(%s) == nil", rawString(r.Type.JSON))
	}
	conditions := []string{l.scan(r, v)}
	for _, c := range r.Checks {
		conditions = append(conditions, l.check(r, c, value))
	}
	line := strings.Join(conditions, " && ")
	if len(line) > maxLine {
		line = strings.Join(conditions, " &&\n")
	}
	return line
}

// maxLine is where a condition is broken into lines.
const maxLine = 130

// scan spells what reads a value of the type.
func (l *lanes) scan(r *ir.Reader, v string) string {
	switch t := r.Type; t.Kind {
	case ir.Slice:
		return fmt.Sprintf("%s(%s, d, %s)", l.rt("ReadSlice"), v, l.elementReader(r))
	case ir.Map:
		return fmt.Sprintf("%s(%s, d, %s)", l.rt("ReadMap"), v, l.elementReader(r))
	case ir.Float:
		if len(r.Checks) > 0 {
			return fmt.Sprintf("%s(%s, d)", l.rt("ReadShortFloat"), v)
		}
	}
	name, _, _ := strings.Cut(l.scalarReader(r), "[")
	if r.Type.Sensitive && (r.Type.Kind == ir.Time || r.Type.Kind == ir.Raw) {
		v = fmt.Sprintf("(*%s)(%s)", l.literal(r.Type), v)
	}
	return fmt.Sprintf("%s(%s, d)", name, v)
}

var operators = map[ir.CheckKind]string{
	ir.Minimum: ">=", ir.Maximum: "<=", ir.ExclusiveMinimum: ">", ir.ExclusiveMaximum: "<",
	ir.MinItems: ">=", ir.MaxItems: "<=",
}

// check spells one condition.
func (l *lanes) check(r *ir.Reader, c ir.Check, value string) string {
	switch c.Kind {
	case ir.Pattern:
		return fmt.Sprintf("%s.Match(%s)", l.pattern(c.Arg), convert(r.Type, "string", value))
	case ir.Format:
		return fmt.Sprintf("%s(%q, %s)", l.name(l.runtime+"/validate", "Format"), c.Arg, convert(r.Type, "string", value))
	}
	return l.condition(r.Type, c, value)
}

// condition spells a check that needs no more than the runtime.
func (p *printer) condition(t *ir.Type, c ir.Check, value string) string {
	switch c.Kind {
	case ir.MinLength:
		return fmt.Sprintf("%s(%s, %s)", p.rt("MinLength"), value, c.Arg)
	case ir.MaxLength:
		return fmt.Sprintf("%s(%s, %s)", p.rt("MaxLength"), value, c.Arg)
	case ir.MinItems, ir.MaxItems:
		return fmt.Sprintf("len(%s) %s %s", value, operators[c.Kind], c.Arg)
	case ir.MultipleOf:
		return fmt.Sprintf("%s%%%s == 0", value, c.Arg)
	case ir.OneOf:
		return oneOf(t, c.Args, value)
	}
	return fmt.Sprintf("%s %s %s", value, operators[c.Kind], c.Arg)
}

func oneOf(t *ir.Type, literals []string, value string) string {
	isKnown := len(t.Enum) == len(literals) && len(t.Enum) > 0
	var equal []string
	for i, literal := range literals {
		isKnown = isKnown && t.Enum[i].Literal == literal
		equal = append(equal, value+" == "+literal)
	}
	switch {
	case isKnown:
		return strings.TrimPrefix(value, "*") + ".Known()"
	case len(equal) == 0:
		return "false"
	}
	return "(" + strings.Join(equal, " || ") + ")"
}

func literalsOf(enum []ir.EnumValue) (literals []string) {
	for _, v := range enum {
		literals = append(literals, v.Literal)
	}
	return literals
}

// pattern is the variable of a regular expression.
func (l *lanes) pattern(expression string) string {
	if name := l.patterns[expression]; name != "" {
		return name
	}
	name := unexported(l.owner) + "Pattern"
	for n := 2; slices.Contains(l.order, name); n++ {
		name = fmt.Sprintf("%sPattern%d", unexported(l.owner), n)
	}
	l.patterns[expression] = name
	l.order = append(l.order, name)
	return name
}

// tables writes the patterns.
func (l *lanes) tables() {
	if len(l.order) == 0 {
		return
	}
	l.p("var (")
	for _, name := range l.order {
		for expression, n := range l.patterns {
			if n == name {
				l.p("%s = %s(%s)", name, l.name(l.runtime+"/pattern", "MustCompile"), rawString(expression))
			}
		}
	}
	l.p(")")
}

// union writes what reads the one variant that a value can be.
func (l *lanes) union(r *ir.Reader) {
	l.p("switch d.Kind() {")
	for _, c := range r.Cases {
		if slices.ContainsFunc(c.Variants, func(v *ir.VariantReader) bool { return !v.Works() }) {
			continue
		}
		l.p("case %s:", l.rt(jsonKind(c.Kind)))
		switch {
		case c.Tag != "":
			l.tagged(r, c)
		case len(c.Variants) > 1:
			l.strings(r, c)
		default:
			l.variant(r, c.Variants[0])
		}
	}
	l.p("}")
	l.p("return false")
}

func (l *lanes) variant(r *ir.Reader, v *ir.VariantReader) {
	field := "v." + r.Type.Choice.Field
	if v.Pointer {
		l.p("x := new(%s)", l.typ(v.Variant.Type))
		l.p("%s = x", field)
		l.p("return %s", l.read(v.Reader, "x"))
		return
	}
	l.p("var x %s", l.typ(v.Variant.Type))
	if v.Variant.Type.HasCodec() {
		l.p("ok := %s", l.read(v.Reader, "&x"))
	} else {
		l.p("ok := %s", l.unnamed(v.Reader, "&x"))
	}
	l.p("%s = x", field)
	l.p("return ok")
}

func (l *lanes) tagged(r *ir.Reader, c *ir.CaseReader) {
	function := "Const"
	if r.Type.Choice.Text {
		function = "Tag"
	}
	l.p("switch d.%s(%q) {", function, c.Tag)
	for _, v := range c.Variants {
		l.p("case %s:", tags(r.Type.Choice, v.Variant))
		l.variant(r, v)
	}
	l.p("}")
}

// strings tells strings apart as their decoder does, and checks them.
func (l *lanes) strings(r *ir.Reader, c *ir.CaseReader) {
	l.p("var s string")
	l.p("if !%s(&s, d) {", l.rt("ReadString"))
	l.p("return false")
	l.p("}")
	l.p("switch {")
	for i, v := range c.Variants {
		l.owner = v.Variant.Type.Name
		told := ""
		value := fmt.Sprintf("%s(s)", l.typ(v.Variant.Type))
		switch enum := v.Variant.Type.Enum; {
		case v.Variant.Type.Kind == ir.Constant:
			value = l.typ(v.Variant.Type) + "{}"
			told = "s == " + v.Variant.Type.Text
			l.p("case %s:", told)
			told = "(" + told + ")"
		case len(enum) > 0:
			told = oneOf(&ir.Type{}, literalsOf(enum), "s")
			l.p("case %s(s).Known():", l.typ(v.Variant.Type))
		case v.Pattern != "":
			told = l.pattern(v.Pattern) + ".Match(s)"
			l.p("case %s:", told)
		default:
			l.p("default:")
		}
		l.p("v.%s = %s", r.Type.Choice.Field, value)
		conditions := l.stringChecks(v, told)
		for _, other := range c.Variants[i+1:] { // those before do not fit
			if c.Exclusive {
				l.owner = other.Variant.Type.Name
				conditions = append(conditions, negated(l.stringChecks(other, "")))
			}
		}
		l.p("return %s", joined(conditions))
		if told == "" {
			break // nothing is wider
		}
	}
	l.p("}")
}

// stringChecks are the conditions that a variant sets to the string s, beside
// the one that told it from the others.
func (l *lanes) stringChecks(v *ir.VariantReader, told string) (conditions []string) {
	plain := &ir.Reader{Type: &ir.Type{Kind: ir.String, Go: "string"}}
	for _, c := range v.Checks {
		if condition := l.check(plain, c, "s"); condition != told {
			conditions = append(conditions, condition)
		}
	}
	return conditions
}

func negated(conditions []string) string {
	if len(conditions) == 1 && strings.HasSuffix(conditions[0], ")") {
		return "!" + conditions[0]
	}
	return "!(" + joined(conditions) + ")"
}

// joined spells a conjunction, on several lines where one would be long.
func joined(conditions []string) string {
	switch line := strings.Join(conditions, " && "); {
	case len(conditions) == 0:
		return "true"
	case len(line) > maxLine:
		return strings.Join(conditions, " &&\n")
	default:
		return line
	}
}
