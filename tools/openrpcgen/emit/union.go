package emit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/ir"
)

// unionDecl writes a union's struct, and the interface of its variants.
func (w *writer) unionDecl(p *printer, t *ir.Type) {
	c := t.Choice
	p.comment(t.Doc...)
	if len(t.Fields) > 0 {
		p.comment("", fmt.Sprintf("The members that not all of its variants have are in %s.", c.Field))
	}
	p.p("type %s struct {", t.Name)
	p.fields(t.Fields)
	if len(t.Fields) > 0 {
		p.p("")
		p.p("%s %s `json:\"-\"`", c.Field, c.Interface)
	} else {
		p.p("%s %s", c.Field, c.Interface)
	}
	p.p("}\n")

	var links []string
	for _, v := range c.Variants {
		links = append(links, "["+p.variantType(v)+"]")
	}
	p.comment(ir.Wrap(fmt.Sprintf("%s is one of %s, [*Unknown].%s", c.Interface, strings.Join(links, ", "), toldBy(c)))...)
	p.p("type %s interface{ %s() }\n", c.Interface, c.Mark)
	for _, v := range c.Variants {
		p.p("func (%s) %s() {}", p.variantType(v), c.Mark)
	}
	p.p("func (*Unknown) %s() {}\n", c.Mark)
}

// toldBy says how the variants are told apart, where that is worth a word.
func toldBy(c *ir.Choice) string {
	switch {
	case c.Tag != "" && len(c.Objects) > 1:
		return fmt.Sprintf(" The member %s tells them apart.", c.Tag)
	case len(c.Arrays) > 1:
		return fmt.Sprintf(" An empty array is %s.", c.Arrays[0].Type.Name)
	}
	return ""
}

func (p *printer) variantType(v *ir.Variant) string {
	if v.Pointer {
		return "*" + p.typ(v.Type)
	}
	return p.typ(v.Type)
}

// unknown writes the variant that every union has.
func (w *writer) unknown(p *printer) {
	p.comment("Unknown is a variant that this package does not know: the value of a union from a",
		"newer server, or from one that does not keep to the document. It is kept as it",
		"came, and is sent as it is.")
	p.p("type Unknown struct {")
	p.p("JSON %s", p.name("encoding/json", "RawMessage"))
	p.p("Reason error // why no variant fits")
	p.p("}\n")
	p.comment("MarshalJSON returns the value as it came.")
	p.p("func (u *Unknown) MarshalJSON() ([]byte, error) { return u.JSON.MarshalJSON() }\n")
}

func (w *writer) hasUnion() bool {
	return slices.ContainsFunc(w.service.Types, func(t *ir.Type) bool { return t.Kind == ir.Union && t.Of == nil })
}

func (w *writer) unionCodec(p *printer, t *ir.Type) {
	w.encodeUnion(p, t)
	w.decodeUnion(p, t)
	w.decodeVariant(p, t)
}

func (w *writer) encodeUnion(p *printer, t *ir.Type) {
	c := t.Choice
	shared := len(t.Fields)+len(t.Consts) > 0
	p.comment("EncodeJSON writes v.")
	p.p("func (v *%s) EncodeJSON(e *%s) {", t.Name, p.rt("Encoder"))
	if shared {
		p.p("if x, ok := v.%s.(*Unknown); ok {", c.Field)
		p.p("e.JSON(x.JSON) // the whole object")
		p.p("return")
		p.p("}")
		p.p("e.ObjStart()")
		w.encodeMembers(p, t)
	}
	p.p("switch x := v.%s.(type) {", c.Field)
	if c.Null {
		p.p("case nil:")
		p.p("e.Null()")
	}
	for _, v := range c.Variants {
		p.p("case %s:", p.variantType(v))
		switch {
		case shared:
			p.p("x.encodeMembers(e)")
		case v.Key != "":
			p.p("e.ObjStart()")
			p.p("e.FieldStart(%q)", v.Key)
			p.p("%s", p.encode(v.Type, "x"))
			p.p("e.ObjEnd()")
		default:
			p.p("%s", p.encode(v.Type, "x"))
		}
	}
	if !shared {
		p.p("case *Unknown:")
		p.p("e.JSON(x.JSON)")
	}
	p.p("default:")
	p.p("e.Fail(%s(%q, x))", p.rt("NoVariant"), t.Name)
	p.p("}")
	if shared {
		p.p("e.ObjEnd()")
	}
	p.p("}\n")
}

func (w *writer) decodeUnion(p *printer, t *ir.Type) {
	c := t.Choice
	p.comment("DecodeJSON reads v. A value that no variant fits becomes an [*Unknown].")
	p.p("func (v *%s) DecodeJSON(d *%s) error {", t.Name, p.rt("Decoder"))
	if c.Null {
		p.p("if d.Null() {")
		p.p("v.%s = nil", c.Field)
		p.p("return nil")
		p.p("}")
	}
	p.p("raw, err := d.Raw()")
	p.p("if err != nil {")
	p.p("return err")
	p.p("}")
	if len(t.Fields) > 0 {
		p.p("d = %s(raw)", p.rt("NewDecoder"))
		p.p("err = d.Object(func(name string) error {")
		p.p("switch name {")
		w.decodeMembers(p, t)
		p.p("}")
		p.p("return d.Skip()")
		p.p("})")
		p.p("if err != nil {")
		p.p("return err")
		p.p("}")
	}
	p.p("if v.%s, err = decode%s(raw); err != nil {", c.Field, t.Name)
	p.p("v.%s = &Unknown{%s(raw), err}", c.Field, p.name("bytes", "Clone"))
	p.p("}")
	p.p("return nil")
	p.p("}\n")
}

// decodeVariant writes the function that finds out which variant a value is.
func (w *writer) decodeVariant(p *printer, t *ir.Type) {
	c := t.Choice
	p.p("func decode%s(raw []byte) (%s, error) {", t.Name, c.Interface)
	for _, v := range c.Nested {
		p.p("if x, err := %s; err == nil {", p.decodeAs(v))
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
		w.caseArrays(p, c)
		w.caseObjects(p, t)
		p.p("}")
	}
	p.p("return nil, %s", p.rt("ErrNoVariant"))
	p.p("}\n")
}

func (p *printer) decodeAs(v *ir.Variant) string {
	function, raw := "DecodeAs", "raw"
	if v.Pointer {
		function = "DecodeNew"
	}
	if v.Key != "" {
		raw = fmt.Sprintf("%s(raw, %q)", p.rt("MemberOf"), v.Key)
	}
	return fmt.Sprintf("%s(%s, %s)", p.rt(function), raw, p.decoder(v.Type))
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

func (w *writer) caseArrays(p *printer, c *ir.Choice) {
	if len(c.Arrays) == 0 {
		return
	}
	p.p("case %s:", p.rt("KindArray"))
	switch {
	case len(c.Arrays) == 1:
		p.p("return %s", p.decodeAs(c.Arrays[0]))
	case byFirst(c.Arrays):
		p.p("switch %s(raw) {", p.rt("KindOfFirst"))
		for i, v := range c.Arrays {
			kinds := p.rt(jsonKind(v.First[0]))
			if i == 0 {
				kinds = p.rt("KindNone") + ", " + kinds
			}
			p.p("case %s:", kinds)
			p.p("return %s", p.decodeAs(v))
		}
		p.p("}")
	default:
		for _, v := range c.Arrays {
			p.p("if x, err := %s; err == nil {", p.decodeAs(v))
			p.p("return x, nil")
			p.p("}")
		}
	}
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
		p.p("switch tag := %s(raw, %q); tag {", p.rt("TagOf"), c.Tag)
		for _, v := range c.Objects {
			p.p("case %s:", quotedList(v.Tags))
			p.p("return %s", p.decodeAs(v))
		}
		p.p("default:")
		p.p("return nil, %s(%q, tag)", p.rt("UnknownTag"), c.Tag)
		p.p("}")
	case byOwn(c.Objects):
		w.caseOwn(p, c.Objects)
	default:
		p.p("switch %s(raw, shapesOf%s) {", p.rt("Closest"), t.Name)
		for i, v := range c.Objects {
			p.p("case %d:", i)
			p.p("return %s", p.decodeAs(v))
		}
		p.p("}")
	}
}

// byOwn reports whether all variants but one have a member of their own.
func byOwn(objects []*ir.Variant) bool {
	without := 0
	for _, v := range objects {
		if v.Own == "" {
			without++
		}
	}
	return without <= 1
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

// tables writes what unions look values up in: patterns, and the members of
// objects that only the closest fit tells apart.
func (w *writer) tables(p *printer) {
	written := map[string]bool{}
	for _, t := range w.service.Types {
		if t.Kind != ir.Union || t.Of != nil {
			continue
		}
		for _, v := range t.Choice.Strings {
			if v.Pattern == "" || len(v.Type.Enum) > 0 || len(t.Choice.Strings) == 1 || written[v.Type.Name] {
				continue
			}
			written[v.Type.Name] = true
			p.p("var patternOf%s = %s(%s)\n", v.Type.Name, p.name("regexp", "MustCompile"), rawString(v.Pattern))
		}
		if c := t.Choice; len(c.Objects) > 1 && c.Tag == "" && !byOwn(c.Objects) {
			w.shapes(p, t)
		}
	}
}

func (w *writer) shapes(p *printer, t *ir.Type) {
	p.p("var shapesOf%s = []%s{", t.Name, p.rt("Shape"))
	for _, v := range t.Choice.Objects {
		var members []string
		if len(v.Required) > 0 {
			members = append(members, "Required: []string{"+quotedList(v.Required)+"}")
		}
		if len(v.Optional) > 0 {
			members = append(members, "Optional: []string{"+quotedList(v.Optional)+"}")
		}
		if v.Open {
			members = append(members, "Open: true")
		}
		p.p("{%s}, // %s", strings.Join(members, ", "), v.Type.Name)
	}
	p.p("}\n")
}

// tupleCodec writes an array whose elements are fields.
func (w *writer) tupleCodec(p *printer, t *ir.Type) {
	p.comment("EncodeJSON writes v.")
	p.p("func (v *%s) EncodeJSON(e *%s) {", t.Name, p.rt("Encoder"))
	p.p("e.ArrStart()")
	w.encodeElements(p, t)
	if t.Extra != nil {
		p.p("for i := range v.Rest {")
		p.p("e.Arg()")
		if t.Extra.Nullable {
			p.p("%s(&v.Rest[i], e)", p.resultEncoder(t.Extra))
		} else {
			p.p("%s", p.encode(t.Extra.Type, "v.Rest[i]"))
		}
		p.p("}")
	}
	p.p("e.EndArgs()")
	p.p("}\n")
	least := 0
	for i, f := range t.Fields {
		if f.Presence == ir.Required || f.Presence == ir.OrNull {
			least = i + 1
		}
	}
	p.comment("DecodeJSON reads v.")
	p.p("func (v *%s) DecodeJSON(d *%s) error {", t.Name, p.rt("Decoder"))
	p.p("return d.Tuple(%d, func(i int) error {", least)
	p.p("switch i {")
	for i, f := range t.Fields {
		p.p("case %d:", i)
		p.p("return %s", p.decodeField(f))
	}
	p.p("}")
	if t.Extra != nil {
		p.p("return %s(&v.Rest, d, %s)", p.rt("DecodeNext"), p.resultDecoder(t.Extra))
	} else {
		p.p("return d.Skip()")
	}
	p.p("})")
	p.p("}\n")
}
