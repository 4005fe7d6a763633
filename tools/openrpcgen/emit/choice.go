package emit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/ir"
)

// decodeVariant writes the function that finds out which variant a value is.
func (w *writer) decodeVariant(p *printer, t *ir.Type) {
	c := t.Choice
	p.p("func decode%s(d *%s, raw []byte) (%s, error) {", t.Name, p.rt("Decoder"), c.Interface)
	for _, v := range c.Nested {
		p.p("if x, err := %s; err == nil {", p.decodeBy("Try", v))
		p.p("if _, unknown := x.%s.(*Unknown); !unknown {", v.Type.Choice.Field)
		p.p("return x, nil")
		p.p("}")
		p.p("}")
	}
	if len(c.Nested) < len(c.Variants) {
		p.p("switch %s(raw) {", p.rt("KindOf"))
		w.caseStrings(p, c)
		w.caseNumbers(p, c)
		if c.Bool != nil {
			p.p("case %s:", p.rt("KindBool"))
			p.p("return %s", p.decodeAs(c.Bool))
		}
		w.caseArrays(p, t)
		w.caseObjects(p, t)
		p.p("}")
	}
	p.p("return nil, %s", p.rt("ErrNoVariant"))
	p.p("}\n")
}

func (p *printer) decodeAs(v *ir.Variant) string { return p.decodeBy("Decode", v) }

// decodeBy spells what decodes a value as a variant: Decode where it can be no
// other, else Try.
func (p *printer) decodeBy(function string, v *ir.Variant) string {
	if v.Pointer {
		function += "New"
	} else {
		function += "As"
	}
	decoder := p.decoder(v.Type)
	if v.Key != "" {
		others := "Drop"
		if v.Closed {
			others = "Forgive"
		}
		decoder = fmt.Sprintf("%s(%q, (*%s).%s, %s)", p.rt("Member"), v.Key, p.rt("Decoder"), others, decoder)
	}
	return fmt.Sprintf("%s(d, raw, %s)", p.rt(function), decoder)
}

// tryAs returns a value as a variant, if it is one.
func (p *printer) tryAs(v *ir.Variant) {
	p.p("if x, err := %s; err == nil {", p.decodeBy("Try", v))
	p.p("return x, nil")
	p.p("}")
}

func (w *writer) caseStrings(p *printer, c *ir.Choice) {
	if len(c.Strings) == 0 {
		return
	}
	p.p("case %s:", p.rt("KindString"))
	if len(c.Strings) == 1 {
		p.p("return %s", p.decodeAs(c.Strings[0]))
		return
	}
	p.p("switch s := %s(raw); {", p.rt("TextOf"))
	for _, v := range c.Strings {
		switch {
		case v.Type.Kind == ir.Constant:
			p.p("case s == %s:", v.Type.Text)
			p.p("return %s{}, nil", p.typ(v.Type))
			continue
		case len(v.Type.Enum) > 0:
			p.p("case %s(s).Known():", p.typ(v.Type))
		case v.Pattern != "":
			p.p("case patternOf%s.MatchString(s):", v.Type.Name)
		default:
			p.p("default:")
			p.p("return %s(s), nil", p.typ(v.Type))
			p.p("}")
			return // nothing is wider
		}
		p.p("return %s(s), nil", p.typ(v.Type))
	}
	p.p("}")
}

func (w *writer) caseNumbers(p *printer, c *ir.Choice) {
	if c.Integer == nil && c.Number == nil {
		return
	}
	p.p("case %s:", p.rt("KindNumber"))
	switch {
	case c.Number == nil:
		p.p("return %s", p.decodeAs(c.Integer))
	case c.Integer == nil:
		p.p("return %s", p.decodeAs(c.Number))
	default:
		p.p("if %s(raw) {", p.rt("IsInteger"))
		p.p("return %s", p.decodeAs(c.Integer))
		p.p("}")
		p.p("return %s", p.decodeAs(c.Number))
	}
}

func (w *writer) caseArrays(p *printer, t *ir.Type) {
	c := t.Choice
	if len(c.Arrays) == 0 {
		return
	}
	p.p("case %s:", p.rt("KindArray"))
	switch {
	case len(c.Arrays) == 1:
		p.p("return %s", p.decodeAs(c.Arrays[0]))
	case byFirst(c.Arrays):
		p.p("switch %s(raw) {", p.rt("KindOfFirst"))
		for _, v := range c.Arrays {
			kinds := p.rt(jsonKind(v.First[0]))
			if v == c.Empty {
				kinds = p.rt("KindNone") + ", " + kinds
			}
			p.p("case %s:", kinds)
			p.p("return %s", p.decodeAs(v))
		}
		p.p("}")
	default:
		p.p("for _, i := range %s(raw, lengthsOf%s) {", p.rt("ByLength"), t.Name)
		tryInOrder(p, c.Arrays)
	}
}

// tryInOrder tries the variants in an order of their indexes.
func tryInOrder(p *printer, variants []*ir.Variant) {
	p.p("switch i {")
	for i, v := range variants {
		p.p("case %d:", i)
		p.tryAs(v)
	}
	p.p("}")
	p.p("}")
}

// byFirst reports whether the first element tells arrays apart.
func byFirst(arrays []*ir.Variant) bool {
	seen := map[string]bool{}
	for _, v := range arrays {
		if len(v.First) != 1 || seen[jsonKind(v.First[0])] {
			return false
		}
		seen[jsonKind(v.First[0])] = true
	}
	return true
}

func jsonKind(k ir.Kind) string {
	switch k {
	case ir.Bool:
		return "KindBool"
	case ir.Int, ir.Uint, ir.Float, ir.Number:
		return "KindNumber"
	case ir.Slice, ir.Tuple:
		return "KindArray"
	case ir.Map, ir.Struct:
		return "KindObject"
	}
	return "KindString"
}

func (w *writer) caseObjects(p *printer, t *ir.Type) {
	c := t.Choice
	if len(c.Objects) == 0 {
		return
	}
	p.p("case %s:", p.rt("KindObject"))
	switch {
	case len(c.Objects) == 1:
		p.p("return %s", p.decodeAs(c.Objects[0]))
	case c.Tag != "":
		w.caseTag(p, t)
	case !c.ByFit():
		w.caseOwn(p, c.Objects)
	default:
		p.p("for _, i := range %s(raw, shapesOf%s) {", p.rt("ByFit"), t.Name)
		tryInOrder(p, c.Objects)
	}
}

// caseTag asks the tag. The reason why it fits no variant quotes it, unless it may
// be sensitive.
func (w *writer) caseTag(p *printer, t *ir.Type) {
	c := t.Choice
	of, unknown := "ConstOf", "UnknownConst"
	if c.Text {
		of, unknown = "TagOf", "UnknownTag"
	}
	read := fmt.Sprintf("%s(raw, %q)", p.rt(of), c.Tag)
	quotes := !t.Sensitive && !t.Holds
	if quotes {
		read = fmt.Sprintf("tag := %s; tag", read)
	}
	p.p("switch %s {", read)
	for _, v := range c.Objects {
		p.p("case %s:", tags(c, v))
		p.p("return %s", p.decodeAs(v))
	}
	if quotes {
		p.p("default:")
		p.p("return nil, %s(%q, tag)", p.rt(unknown), c.Tag)
	}
	p.p("}")
}

// tags spells the values of the tag that a variant has. Where it may be left out,
// a null counts as that.
func tags(c *ir.Choice, v *ir.Variant) string {
	if c.Text {
		return quotedList(v.Tags)
	}
	var list []string
	for _, tag := range v.Tags {
		list = append(list, rawString(tag))
	}
	if v == c.Tagless {
		list = append(list, `""`)
		if !slices.ContainsFunc(c.Objects, func(v *ir.Variant) bool { return slices.Contains(v.Tags, "null") }) {
			list = append(list, rawString("null"))
		}
	}
	return strings.Join(list, ", ")
}

func (w *writer) caseOwn(p *printer, objects []*ir.Variant) {
	p.p("switch {")
	var other *ir.Variant
	for _, v := range objects {
		if v.Own == "" {
			other = v
			continue
		}
		p.p("case %s(raw, %q):", p.rt("HasMember"), v.Own)
		p.p("return %s", p.decodeAs(v))
	}
	if other != nil {
		p.p("default:")
		p.p("return %s", p.decodeAs(other))
	}
	p.p("}")
}

func quotedList(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = fmt.Sprintf("%q", text)
	}
	return strings.Join(quoted, ", ")
}

// tables are what unions look values up in: patterns, and the members of objects
// that only the closest fit tells apart.
type tables struct {
	written  map[string]bool   // by their names
	patterns map[string]string // the names of the patterns
}

func (w *writer) tables(p *printer) {
	tables := &tables{map[string]bool{}, map[string]string{}}
	for _, t := range w.service.Types {
		if t.Kind != ir.Union || t.Of != nil {
			continue
		}
		for _, v := range t.Choice.Strings {
			if name := "patternOf" + v.Type.Name; v.Pattern != "" && len(v.Type.Enum) == 0 && len(t.Choice.Strings) > 1 && !tables.written[name] {
				tables.patterns[v.Pattern] = ""
				p.pattern(tables, v.Pattern, name)
			}
		}
	}
	for _, t := range w.service.Types {
		if t.Kind == ir.Union && t.Of == nil {
			w.fit(p, t, tables)
		}
	}
}

// pattern writes a pattern that has not been written yet.
func (p *printer) pattern(tables *tables, pattern, name string) {
	if tables.patterns[pattern] == "" {
		tables.patterns[pattern] = unused(name, tables.written)
		p.p("var %s = %s(%s)\n", tables.patterns[pattern], p.name("regexp", "MustCompile"), rawString(pattern))
	}
}
