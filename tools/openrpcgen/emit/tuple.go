package emit

import "github.com/rollcall-rpc/rollcall/tools/openrpcgen/ir"

// tupleCodec writes an array whose elements are fields.
func (w *writer) tupleCodec(p *printer, t *ir.Type) {
	p.comment("EncodeJSON writes v.")
	p.p("func (v *%s) EncodeJSON(e *%s) {", t.Name, p.rt("Encoder"))
	p.unlessRedacted(t)
	p.p("e.ArrStart()")
	w.encodeElements(p, t)
	if t.Extra != nil {
		p.p("for i := range v.Rest {")
		p.p("e.Arg()")
		if t.Extra.Nullable {
			p.p("%s(&v.Rest[i], e)", p.valueEncoder(t.Extra))
		} else {
			p.p("%s", p.encode(t.Extra.Type, "v.Rest[i]"))
		}
		p.p("}")
	}
	p.p("e.EndArgs()")
	p.p("}\n")
	p.comment("DecodeJSON reads v.")
	p.p("func (v *%s) DecodeJSON(d *%s) error {", t.Name, p.rt("Decoder"))
	p.p("return d.Tuple(%d, func(i int) error {", t.Least())
	p.p("switch i {")
	for i, f := range t.Fields {
		p.p("case %d:", i)
		p.p("return %s", p.decodeField(f))
	}
	p.p("}")
	if t.Extra != nil {
		p.p("return %s(&v.Rest, d, %s)", p.rt("DecodeNext"), p.valueDecoder(t.Extra))
	} else {
		p.p("return d.Skip()")
	}
	p.p("})")
	p.p("}\n")
}
