package ir

import (
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// Default is what SetDefaults fills in.
type Default struct {
	Literal string // in Go; of a slice or a map what stands behind the type; "" if there is none that is short
	JSON    string // compact; the type's decoder reads it
}

// setDefault decides what is filled in where an optional param is left out. What does not fit the schema is not; the reader has
// warned of that.
func (b *builder) setDefault(f *Field, s *openrpc.Schema) {
	value := s.EffectiveDefault()
	if value == nil || isNull(value) || !b.document.Fits(value, s) {
		return
	}
	if err := f.Type.takes(value); err != nil {
		b.warn(value, "the default is not filled in, because its Go type cannot hold it: %v", err)
		return
	}
	if f.Presence == ZeroMissing && isZero(value, f.Type) {
		return
	}
	f.Default = &Default{Literal: goLiteral(value, f.Type), JSON: string(value.JSON())}
}

// isZero reports whether a value is Go's zero of a scalar.
func isZero(n *openrpc.Node, t *Type) bool {
	return t.Kind < Number && slices.Contains([]string{"false", `""`, "0", "-0"}, literalOf(n, t))
}

// goLiteral spells a value in Go: constants, and slices and maps of them; "" for all else.
func goLiteral(n *openrpc.Node, t *Type) string {
	if t.Kind != Slice && t.Kind != Map {
		literal := literalOf(n, t)
		for _, v := range t.Enum {
			if v.Literal == literal {
				return v.Const
			}
		}
		return literal
	}
	var parts []string
	for _, e := range n.Elements {
		parts = append(parts, goLiteral(e, t.Elem.Type))
	}
	for _, m := range n.Members {
		part := goLiteral(m.Value, t.Elem.Type)
		if part != "" {
			part = strconv.Quote(m.Name) + ": " + part
		}
		parts = append(parts, part)
	}
	if slices.Contains(parts, "") || t.Elem.Nullable && len(parts) > 0 {
		return ""
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
