package emit

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/ir"
)

// codecs writes how the types read and write themselves.
func (w *writer) codecs(p *printer) {
	w.tables(p)
	for _, t := range w.service.Types {
		switch {
		case t.Of != nil:
		case t.Params:
			w.paramsCodec(p, t)
		case t.HasCodec():
			p.p("// %s\n", t.Name)
			p.p("func (v %s) MarshalJSON() ([]byte, error) { return %s(&v) }", t.Name, p.rt("Marshal"))
			p.p("func (v *%s) UnmarshalJSON(b []byte) error { return %s(b, v) }\n", t.Name, p.rt("Unmarshal"))
			w.codec(p, t)
		}
	}
}

func (w *writer) codec(p *printer, t *ir.Type) {
	switch t.Kind {
	case ir.Struct:
		w.encodeStruct(p, t)
		w.decodeStruct(p, t)
		return
	case ir.Tuple:
		w.tupleCodec(p, t)
		return
	case ir.Union:
		w.unionCodec(p, t)
		return
	case ir.Constant:
		w.constantCodec(p, t)
		return
	}
	bare := *t
	bare.Sensitive = false
	p.comment("EncodeJSON writes v.")
	p.p("func (v *%s) EncodeJSON(e *%s) {", t.Name, p.rt("Encoder"))
	p.unlessRedacted(t)
	p.p("%s", p.encodeBare(&bare))
	p.p("}\n")
	p.comment("DecodeJSON reads v.")
	p.p("func (v *%s) DecodeJSON(d *%s) error {", t.Name, p.rt("Decoder"))
	p.p("return %s", p.decode(&bare, address(p.pointee(&bare))))
	p.p("}\n")
}

// encodeBare spells the statement that writes what v, a pointer to a declared
// type, points to by what the type is made of.
func (p *printer) encodeBare(t *ir.Type) string {
	if t.Kind == ir.Slice || t.Kind == ir.Map {
		return p.encodeComposed(t, "*v")
	}
	return p.encode(t, p.pointee(t))
}

// pointee spells what v points to, as the type's codec in the runtime takes it.
func (p *printer) pointee(t *ir.Type) string {
	if t.Kind == ir.Time || t.Kind == ir.Raw {
		return fmt.Sprintf("*(*%s)(v)", p.literal(t))
	}
	return "*v"
}

func (w *writer) constantCodec(p *printer, t *ir.Type) {
	p.comment("EncodeJSON writes v.")
	p.p("func (v *%s) EncodeJSON(e *%s) { %s }\n", t.Name, p.rt("Encoder"), p.encodeLiteral(t.JSON))
	p.comment("DecodeJSON reads v.")
	p.p("func (v *%s) DecodeJSON(d *%s) error { return d.DecodeConst(%s) }\n", t.Name, p.rt("Decoder"), rawString(t.JSON))
}

func (w *writer) encodeStruct(p *printer, t *ir.Type) {
	p.comment("EncodeJSON writes v.")
	p.p("func (v *%s) EncodeJSON(e *%s) {", t.Name, p.rt("Encoder"))
	p.unlessRedacted(t)
	p.p("e.ObjStart()")
	if t.Shared {
		p.p("v.encodeMembers(e)")
		p.p("e.ObjEnd()")
		p.p("}\n")
		p.p("func (v *%s) encodeMembers(e *%s) {", t.Name, p.rt("Encoder"))
		if t.Sensitive {
			p.p("if e.Redacts() {")
			p.p("return")
			p.p("}")
		}
		w.encodeMembers(p, t)
		p.p("}\n")
		return
	}
	w.encodeMembers(p, t)
	p.p("e.ObjEnd()")
	p.p("}\n")
}

func (w *writer) encodeConst(p *printer, c *ir.Const) {
	p.p("e.FieldStart(%q)", c.Name)
	if c.Sensitive {
		p.p("if !e.Redact() {")
		defer p.p("}")
	}
	p.p("%s", p.encodeLiteral(c.JSON))
}

func (w *writer) encodeMembers(p *printer, t *ir.Type) {
	consts := t.Consts
	for i := 0; i <= len(t.Fields); i++ {
		for len(consts) > 0 && consts[0].At == i {
			w.encodeConst(p, consts[0])
			consts = consts[1:]
		}
		if i < len(t.Fields) {
			w.encodeMember(p, t.Fields[i])
		}
	}
	if t.Kind == ir.Struct && t.Extra != nil {
		p.p("%s(v.Extra, e, %s)", p.rt("EncodeMembers"), p.valueEncoder(t.Extra))
	}
}

func (w *writer) encodeMember(p *printer, f *ir.Field) {
	present := p.isPresent(f)
	if present != "" {
		p.p("if %s {", present)
	}
	p.p("e.FieldStart(%q)", f.Name)
	p.p("%s", p.encodeField(f))
	if present != "" {
		p.p("}")
	}
}

// isPresent is the condition under which a field is written; "" is always.
func (p *printer) isPresent(f *ir.Field) string {
	v := "v." + f.GoName
	switch f.Presence {
	case ir.NilMissing, ir.RawMissing:
		return v + " != nil"
	case ir.OrNothing:
		return "!" + v + ".IsZero()"
	case ir.ZeroMissing:
		switch f.Type.Kind {
		case ir.Bool:
			return v
		case ir.String, ir.Number:
			return v + ` != ""`
		case ir.Int, ir.Uint, ir.Float:
			return v + " != 0"
		}
		return strings.Replace(p.isNil(f), " == ", " != ", 1)
	}
	return ""
}

// isNil is the condition under which a field of a type that has a nil is nil.
func (p *printer) isNil(f *ir.Field) string {
	if f.Type.Kind == ir.Union {
		return fmt.Sprintf("v.%s.%s == nil", f.GoName, f.Type.Choice.Field)
	}
	return "v." + f.GoName + " == nil"
}

// encodeField spells the statement that writes a field that is present.
func (p *printer) encodeField(f *ir.Field) string {
	v := "v." + f.GoName
	switch f.Presence {
	case ir.OrNull:
		if !f.Type.HasNil() {
			return fmt.Sprintf("%s(%s, e, %s)", p.rt("EncodePtr"), v, p.encoder(f.Type))
		}
		if f.Type.Kind == ir.Raw {
			return p.encode(f.Type, v)
		}
		return fmt.Sprintf("if %s {\ne.Null()\n} else {\n%s\n}", p.isNil(f), p.encode(f.Type, v))
	case ir.NilMissing:
		if f.Type.HasCodec() {
			return v + ".EncodeJSON(e)"
		}
		return p.encode(f.Type, "*"+v)
	case ir.OrNothing:
		return fmt.Sprintf("%s(&%s, e, %s)", p.rt("EncodeNullable"), v, p.encoder(f.Type))
	}
	return p.encode(f.Type, v)
}

// encode spells the statement that writes the value v, an addressable
// expression.
func (p *printer) encode(t *ir.Type, v string) string {
	if t.HasCodec() {
		return v + ".EncodeJSON(e)"
	}
	switch t.Kind {
	case ir.Bool:
		return "e.Bool(" + convert(t, "bool", v) + ")"
	case ir.String:
		return "e.Str(" + convert(t, "string", v) + ")"
	case ir.Int:
		return "e.Int(" + convert(t, "int64", v) + ")"
	case ir.Uint:
		return "e.Uint(" + convert(t, "uint64", v) + ")"
	case ir.Float:
		return "e.Float(" + convert(t, "float64", v) + ")"
	case ir.Raw:
		return "e.JSON(" + v + ")"
	case ir.Slice, ir.Map:
		return p.encodeComposed(t, v)
	}
	return fmt.Sprintf("%s(%s, e)", p.scalarEncoder(t), address(v))
}

func (p *printer) encodeComposed(t *ir.Type, v string) string {
	function := "EncodeSlice"
	if t.Kind == ir.Map {
		function = "EncodeMap"
	}
	return fmt.Sprintf("%s(%s, e, %s)", p.rt(function), v, p.valueEncoder(t.Elem))
}

// convert spells v as a value of a predeclared type.
func convert(t *ir.Type, predeclared, v string) string {
	if t.Name == "" && t.Go == predeclared {
		return v
	}
	return predeclared + "(" + v + ")"
}

func address(v string) string {
	if pointer, ok := strings.CutPrefix(v, "*"); ok {
		return pointer
	}
	return "&" + v
}

// encodeLiteral writes compact JSON that is known.
func (p *printer) encodeLiteral(json string) string {
	switch {
	case json == "true" || json == "false":
		return "e.Bool(" + json + ")"
	case json == "null":
		return "e.Null()"
	case json[0] == '"' && !strings.Contains(json, `\`):
		return "e.Str(" + strconv.Quote(json[1:len(json)-1]) + ")"
	}
	return fmt.Sprintf("e.JSON([]byte(%s))", rawString(json))
}

// encoder spells a func(*T, *Encoder) for a type.
func (p *printer) encoder(t *ir.Type) string {
	switch {
	case t.HasCodec():
		return fmt.Sprintf("(*%s).EncodeJSON", p.typ(t))
	case t.Kind == ir.Slice:
		return fmt.Sprintf("%s[%s](%s)", p.rt("EncodeSliceOf"), p.typ(t), p.valueEncoder(t.Elem))
	case t.Kind == ir.Map:
		return fmt.Sprintf("%s[%s](%s)", p.rt("EncodeMapOf"), p.typ(t), p.valueEncoder(t.Elem))
	}
	return p.scalarEncoder(t)
}

// valueEncoder is encoder for a place where null may be allowed.
func (p *printer) valueEncoder(v *ir.Value) string {
	switch {
	case !v.Nullable || knowsNull(v.Type):
		return p.encoder(v.Type)
	case v.Type.Sensitive && v.Type.Kind != ir.Union && v.Type.HasNil():
		return fmt.Sprintf("func(v *%s, e *%s) {\nif *v == nil {\ne.Null()\n} else {\nv.EncodeJSON(e)\n}\n}", p.typ(v.Type), p.rt("Encoder"))
	case v.Type.Kind == ir.Slice:
		return fmt.Sprintf("%s[%s](%s)", p.rt("EncodeSliceOrNull"), p.typ(v.Type), p.valueEncoder(v.Type.Elem))
	case v.Type.Kind == ir.Map:
		return fmt.Sprintf("%s[%s](%s)", p.rt("EncodeMapOrNull"), p.typ(v.Type), p.valueEncoder(v.Type.Elem))
	case v.Type.Kind == ir.Bytes:
		return fmt.Sprintf("%s[%s]", p.rt("EncodeBytesOrNull"), p.typ(v.Type))
	case v.Type.HasNil():
		return fmt.Sprintf("%s[%s](%s)", p.rt("EncodeOrNull"), p.typ(v.Type), p.encoder(v.Type))
	}
	return fmt.Sprintf("%s[%s](%s)", p.rt("EncodePtrOf"), p.typ(v.Type), p.encoder(v.Type))
}

// knowsNull reports whether the type's own codec takes null for a value.
func knowsNull(t *ir.Type) bool { return t.Kind == ir.Raw || t.Kind == ir.Union && t.Choice.Null }

// scalarFunctions are the names of the runtime's codecs after Encode and
// Decode, and whether they are generic.
var scalarFunctions = map[ir.Kind]struct {
	name    string
	generic bool
}{
	ir.Bool: {"Bool", true}, ir.String: {"String", true}, ir.Int: {"Int", true}, ir.Uint: {"Uint", true},
	ir.Float: {"Float", true}, ir.Number: {"Number", true}, ir.Time: {"Time", false}, ir.Bytes: {"Bytes", true},
	ir.Raw: {"Raw", false},
}

func (p *printer) scalarEncoder(t *ir.Type) string { return p.scalar("Encode", t) }
func (p *printer) scalarDecoder(t *ir.Type) string { return p.scalar("Decode", t) }

func (p *printer) scalar(prefix string, t *ir.Type) string {
	f := scalarFunctions[t.Kind]
	if !f.generic {
		return p.rt(prefix + f.name)
	}
	return fmt.Sprintf("%s[%s]", p.rt(prefix+f.name), p.typ(t))
}

func (w *writer) decodeStruct(p *printer, t *ir.Type) {
	p.comment("DecodeJSON reads v.")
	p.p("func (v *%s) DecodeJSON(d *%s) error {", t.Name, p.rt("Decoder"))
	if len(t.Fields)+len(t.Consts) == 0 && t.Extra == nil {
		p.p("return d.Object(func(string) error { return d.Skip() })")
		p.p("}\n")
		return
	}
	p.p("return d.Object(func(name string) error {")
	p.p("switch name {")
	w.decodeMembers(p, t)
	p.p("}")
	switch {
	case t.Extra != nil:
		p.p("return %s(&v.Extra, name, d, %s)", p.rt("DecodeMember"), p.valueDecoder(t.Extra))
	case t.Tried && t.Closed:
		p.p("return d.Forgive()")
	case t.Tried:
		p.p("return d.Drop()")
	default:
		p.p("return d.Skip()")
	}
	p.p("}%s)", requiredNames(t))
	p.p("}\n")
}

// requiredNames spells the arguments that name the members by which variants are
// told apart.
func requiredNames(t *ir.Type) string {
	var names []string
	if !t.Tried {
		return ""
	}
	for _, c := range t.Consts {
		names = append(names, c.Name)
	}
	for _, f := range t.Fields {
		if f.Presence == ir.Required || f.Presence == ir.OrNull {
			names = append(names, f.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return ", " + quotedList(names)
}

func (w *writer) decodeMembers(p *printer, t *ir.Type) {
	for _, c := range t.Consts {
		p.p("case %q:", c.Name)
		p.p("return d.DecodeConst(%s)", rawString(c.JSON))
	}
	for _, f := range t.Fields {
		p.p("case %q:", f.Name)
		p.p("return %s", p.decodeField(f))
	}
}

// decodeField spells the expression that reads a field.
func (p *printer) decodeField(f *ir.Field) string {
	v := "&v." + f.GoName
	switch f.Presence {
	case ir.OrNull:
		if f.Type.HasNil() {
			return fmt.Sprintf("%s(%s, d, %s)", p.rt("DecodeOptional"), v, p.decoder(f.Type))
		}
		return fmt.Sprintf("%s(%s, d, %s)", p.rt("DecodePtr"), v, p.decoder(f.Type))
	case ir.ZeroMissing:
		return fmt.Sprintf("%s(%s, d, %s)", p.rt("DecodeOptional"), v, p.decoder(f.Type))
	case ir.NilMissing:
		return fmt.Sprintf("%s(%s, d, %s)", p.rt("DecodeOptionalPtr"), v, p.decoder(f.Type))
	case ir.OrNothing:
		return fmt.Sprintf("%s(%s, d, %s)", p.rt("DecodeNullable"), v, p.decoder(f.Type))
	}
	if f.Type.HasCodec() {
		return "v." + f.GoName + ".DecodeJSON(d)"
	}
	return p.decode(f.Type, v)
}

// decode spells the expression that reads a value of a type without a codec to
// where v, a pointer, points.
func (p *printer) decode(t *ir.Type, v string) string {
	if t.Kind == ir.Slice || t.Kind == ir.Map {
		return p.decodeComposed(t, v)
	}
	name, _, _ := strings.Cut(p.scalarDecoder(t), "[")
	return fmt.Sprintf("%s(%s, d)", name, v)
}

func (p *printer) decodeComposed(t *ir.Type, v string) string {
	function := "DecodeSlice"
	if t.Kind == ir.Map {
		function = "DecodeMap"
	}
	return fmt.Sprintf("%s(%s, d, %s)", p.rt(function), v, p.valueDecoder(t.Elem))
}

// decoder spells a func(*T, *Decoder) error for a type.
func (p *printer) decoder(t *ir.Type) string {
	switch {
	case t.HasCodec():
		return fmt.Sprintf("(*%s).DecodeJSON", p.typ(t))
	case t.Kind == ir.Slice:
		return fmt.Sprintf("%s[%s](%s)", p.rt("SliceOf"), p.typ(t), p.valueDecoder(t.Elem))
	case t.Kind == ir.Map:
		return fmt.Sprintf("%s[%s](%s)", p.rt("MapOf"), p.typ(t), p.valueDecoder(t.Elem))
	}
	return p.scalarDecoder(t)
}

// valueDecoder is decoder for a place where null may be allowed.
func (p *printer) valueDecoder(v *ir.Value) string {
	switch {
	case !v.Nullable || knowsNull(v.Type):
		return p.decoder(v.Type)
	case v.Type.HasNil():
		return fmt.Sprintf("%s[%s](%s)", p.rt("OrNil"), p.typ(v.Type), p.decoder(v.Type))
	}
	return fmt.Sprintf("%s[%s](%s)", p.rt("PtrTo"), p.typ(v.Type), p.decoder(v.Type))
}
