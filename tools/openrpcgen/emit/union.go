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
	case c.Tag != "" && c.Tagless != nil:
		return fmt.Sprintf(" The member %s tells them apart; without it an object is [*%s].", c.Tag, c.Tagless.Type.Name)
	case c.Tag != "" && len(c.Objects) > 1:
		return fmt.Sprintf(" The member %s tells them apart.", c.Tag)
	case len(c.Arrays) > 1:
		return fmt.Sprintf(" An empty array is %s.", c.Empty.Type.Name)
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
	if w.hidesUnknown() {
		p.redact("Unknown")
	}
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
	p.unlessRedacted(t)
	if shared {
		p.p("if x, ok := v.%s.(*Unknown); ok {", c.Field)
		p.p("%s(x.JSON) // the whole object", encodeUnknown(t))
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
		p.p("%s(x.JSON)", encodeUnknown(t))
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
	if len(t.Fields) > 0 {
		p.p("raw, err := d.Peek()")
	} else {
		p.p("raw, err := d.Raw()")
	}
	p.p("if err != nil {")
	p.p("return err")
	p.p("}")
	if len(t.Fields) > 0 {
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
	p.p("if v.%s, err = %s(d, raw, decode%s); err != nil {", c.Field, p.rt("DecodeVariant"), t.Name)
	p.p("v.%s = &Unknown{%s(raw), err}", c.Field, p.name("bytes", "Clone"))
	p.p("}")
	p.p("return nil")
	p.p("}\n")
}
