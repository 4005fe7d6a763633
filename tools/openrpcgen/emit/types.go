package emit

import (
	"fmt"
	"go/token"
	"strings"
	"unicode"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/ir"
)

func (w *writer) types(p *printer) {
	for _, t := range w.service.Types {
		if !t.Params {
			w.typeDecl(p, t)
			w.sensitive(p, t)
		}
	}
	if w.hasUnion() {
		w.unknown(p)
	}
}

func (w *writer) paramsTypes(p *printer) {
	for _, t := range w.service.Types {
		if t.Params {
			w.structDecl(p, t)
			w.setDefaults(p, t)
			w.sensitive(p, t)
		}
	}
}

func (w *writer) typeDecl(p *printer, t *ir.Type) {
	switch {
	case t.Of != nil:
		p.comment(t.Doc...)
		p.p("type %s = %s\n", t.Name, t.Of.Name)
		return
	case t.Kind == ir.Struct || t.Kind == ir.Tuple:
		w.structDecl(p, t)
		return
	case t.Kind == ir.Union:
		w.unionDecl(p, t)
		return
	case t.Alias:
		p.comment(t.Doc...)
		p.p("type %s = %s\n", t.Name, p.literal(t))
		return
	}
	p.comment(t.Doc...)
	p.p("type %s %s\n", t.Name, p.literal(t))
	if len(t.Enum) > 0 {
		w.enum(p, t)
	}
}

func (w *writer) enum(p *printer, t *ir.Type) {
	p.comment(fmt.Sprintf("The values of [%s] that the contract knows.", t.Name))
	p.p("const (")
	var names []string
	for _, v := range t.Enum {
		p.p("%s %s = %s", v.Const, t.Name, v.Literal)
		names = append(names, v.Const)
	}
	p.p(")\n")
	p.comment("Known reports whether v is one of the constants above. A value that is not came",
		"from a newer server and is kept as it is.")
	p.p("func (v %s) Known() bool {", t.Name)
	p.p("switch v {")
	p.p("case %s:", strings.Join(names, ", "))
	p.p("return true")
	p.p("}")
	p.p("return false")
	p.p("}\n")
}

func (w *writer) structDecl(p *printer, t *ir.Type) {
	p.comment(t.Doc...)
	if len(t.Fields) == 0 && t.Extra == nil {
		p.p("type %s struct{}\n", t.Name)
		return
	}
	p.p("type %s struct {", t.Name)
	if t.Kind == ir.Tuple {
		p.elements(t.Fields)
	} else {
		p.fields(t.Fields)
	}
	switch {
	case t.Extra == nil:
	case t.Kind == ir.Tuple:
		p.p("Rest []%s // the elements that follow", p.value(t.Extra))
	default:
		p.p("")
		p.comment("Extra holds the members that the schema allows and does not name.")
		p.p("Extra map[string]%s `json:\"-\"`", p.value(t.Extra))
	}
	p.p("}\n")
}

func (p *printer) fields(fields []*ir.Field) {
	for _, f := range fields {
		p.field(f, tag(f))
	}
}

func (p *printer) elements(fields []*ir.Field) {
	for _, f := range fields {
		p.field(f, "")
	}
}

func (p *printer) field(f *ir.Field, tag string) {
	line := fmt.Sprintf("%s %s%s", f.GoName, p.fieldType(f), tag)
	if f.Beside {
		p.p("%s // %s", line, unconstrained(ir.Printable(f.Doc[0])))
		return
	}
	p.comment(f.Doc...)
	p.p("%s", line)
}

func (p *printer) fieldType(f *ir.Field) string {
	t := p.typ(f.Type)
	switch f.Presence {
	case ir.OrNull:
		if f.Type.HasNil() {
			return t
		}
		return "*" + t
	case ir.NilMissing:
		return "*" + t
	case ir.OrNothing:
		return fmt.Sprintf("%s[%s]", p.rt("Nullable"), t)
	}
	return t
}

// tag spells a field's name for readers, and for encoding/json where the field
// is of no generated type. Names that no tag can hold have none.
func tag(f *ir.Field) string {
	name := f.Name
	if name == "" || strings.ContainsFunc(name, func(r rune) bool {
		return r == '`' || r == '"' || r == '\\' || r == ',' || !unicode.IsPrint(r)
	}) {
		return " `json:\"-\"`"
	}
	if f.Presence == ir.Required || f.Presence == ir.OrNull {
		return fmt.Sprintf(" `json:%q`", name)
	}
	return fmt.Sprintf(" `json:%q`", name+",omitzero")
}

func (w *writer) setDefaults(p *printer, t *ir.Type) {
	if !t.HasDefaults() {
		return
	}
	p.comment("SetDefaults fills in what was left out. The params that a server gets have passed",
		"it.")
	p.p("func (v *%s) SetDefaults() {", t.Name)
	for _, f := range t.Fields {
		if f.Default != nil {
			p.setDefault(f)
		}
	}
	p.p("}\n")
}

func (p *printer) setDefault(f *ir.Field) {
	constant := f.Default.Literal != "" && f.Type.Kind != ir.Slice && f.Type.Kind != ir.Map
	v, value := "v."+f.GoName, p.defaultValue(f)
	switch {
	case f.Presence == ir.OrNothing:
		p.p("if %s.IsZero() {\n%s = %s(%s)\n}", v, v, p.rt("Value"), value)
	case f.Presence == ir.NilMissing && constant:
		p.p("%s = %s(%s, new(%s))", v, p.name("cmp", "Or"), v, value)
	case f.Presence == ir.NilMissing:
		p.p("if %s == nil {\n%s = new(%s)\n}", v, v, value)
	case constant:
		p.p("%s = %s(%s, %s)", v, p.name("cmp", "Or"), v, f.Default.Literal)
	default:
		p.p("if %s {\n%s = %s\n}", p.isNil(f), v, value)
	}
}

// defaultValue spells a default as a value of the field's type.
func (p *printer) defaultValue(f *ir.Field) string {
	t, literal := f.Type, f.Default.Literal
	switch {
	case t.Kind == ir.Raw:
		return fmt.Sprintf("%s(%s)", p.typ(t), rawString(f.Default.JSON))
	case literal == "":
		return fmt.Sprintf("%s(%s, %s)", p.rt("MustDecode"), rawString(f.Default.JSON), p.decoder(t))
	case t.Kind == ir.Slice || t.Kind == ir.Map:
		return p.typ(t) + literal
	case token.IsExported(literal) || t.Name == "" && (t.Kind == ir.Bool || t.Kind == ir.String):
		return literal
	}
	return fmt.Sprintf("%s(%s)", p.typ(t), literal)
}
