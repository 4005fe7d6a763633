package emit

import (
	"slices"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/ir"
)

// sensitive writes the methods by which a type keeps what is sensitive from
// being shown.
func (w *writer) sensitive(p *printer, t *ir.Type) {
	switch {
	case t.Of != nil:
	case t.Sensitive:
		p.redact(t.Name)
	case t.Holds:
		p.comment("Format and LogValue show v, as JSON, but for what is sensitive.")
		p.p("func (v %s) Format(s %s, _ rune) { %s(s, &v) }", t.Name, p.name("fmt", "State"), p.rt("Format"))
		p.p("func (v %s) LogValue() %s { return %s(&v) }\n", t.Name, p.name("log/slog", "Value"), p.rt("LogValue"))
	}
}

// redact writes the methods of a type that shows nothing: fmt asks Format for
// every verb.
func (p *printer) redact(receiver string) {
	p.comment("String, Format and LogValue show nothing of v.")
	p.p("func (%s) String() string { return %s }", receiver, p.rt("Redacted"))
	p.p("func (%s) Format(s %s, _ rune) { %s(s) }", receiver, p.name("fmt", "State"), p.rt("Redact"))
	p.p("func (%s) LogValue() %s { return %s(%s) }\n", receiver, p.name("log/slog", "Value"), p.name("log/slog", "StringValue"), p.rt("Redacted"))
}

// unlessRedacted begins the encoder of a sensitive type.
func (p *printer) unlessRedacted(t *ir.Type) {
	if t.Sensitive {
		p.p("if e.Redact() {")
		p.p("return")
		p.p("}")
	}
}

// encodeUnknown spells what writes a value of a union that no variant fits.
func encodeUnknown(t *ir.Type) string {
	if t.Holds {
		return "e.Unknown"
	}
	return "e.JSON"
}

// hidesUnknown reports whether a value that no variant fits may be sensitive.
func (w *writer) hidesUnknown() bool {
	return slices.ContainsFunc(w.service.Types, func(t *ir.Type) bool { return t.Kind == ir.Union && (t.Sensitive || t.Holds) })
}

// logsError writes the LogValue of an error whose data may be sensitive: what it
// logs as where it is no error for log/slog, by value.
func (p *printer) logsError(e *ir.Error) {
	if e.Data != nil && (e.Data.Sensitive || e.Data.Holds) {
		p.comment("LogValue shows what Error does, and no data.")
		p.p("func (e %s) LogValue() %s { return %s(e.Error()) }\n", e.GoName, p.name("log/slog", "Value"), p.name("log/slog", "StringValue"))
	}
}
