package emit

import (
	"fmt"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/ir"
)

// paramsCodec writes the codec of params: they are read by name and by
// position, and written as the contract says.
func (w *writer) paramsCodec(p *printer, t *ir.Type) {
	p.p("// %s\n", t.Name)
	if t.ByName {
		w.encodeStruct(p, t)
	} else {
		w.encodeArgs(p, t)
	}
	names := unexported("namesOf" + t.Name)
	var quoted []string
	for _, f := range t.Fields {
		quoted = append(quoted, fmt.Sprintf("%q", f.Name))
	}
	p.p("var %s = []string{%s}\n", names, strings.Join(quoted, ", "))
	p.comment("DecodeJSON reads v, by name or by position.")
	p.p("func (v *%s) DecodeJSON(d *%s) error {", t.Name, p.rt("Decoder"))
	p.p("return d.Params(%s, func(name string) error {", names)
	p.p("switch name {")
	w.decodeMembers(p, t)
	p.p("}")
	p.p("return d.Skip()")
	p.p("})")
	p.p("}\n")
}

func (w *writer) encodeArgs(p *printer, t *ir.Type) {
	p.comment("EncodeJSON writes v by position.")
	p.p("func (v *%s) EncodeJSON(e *%s) {", t.Name, p.rt("Encoder"))
	p.p("e.ArrStart()")
	w.encodeElements(p, t)
	p.p("e.EndArgs()")
	p.p("}\n")
}

// encodeElements writes fields as elements of an array. Those that are missing
// at its end are left out, those between are null.
func (w *writer) encodeElements(p *printer, t *ir.Type) {
	for _, f := range t.Fields {
		present := p.isPresent(f)
		if present != "" {
			p.p("if %s {", present)
		}
		p.p("e.Arg()")
		p.p("%s", p.encodeField(f))
		if present != "" {
			p.p("} else {")
			p.p("e.NoArg()")
			p.p("}")
		}
	}
}

func unexported(name string) string { return strings.ToLower(name[:1]) + name[1:] }
