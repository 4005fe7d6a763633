package ir

import (
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// CheckKind is what a Check compares.
type CheckKind uint8

// The checks. The names are those of JSON Schema's keywords.
const (
	MinLength CheckKind = iota // in code points
	MaxLength
	Pattern
	Format
	OneOf // Args
	Minimum
	Maximum
	ExclusiveMinimum
	ExclusiveMaximum
	MultipleOf
	MinItems
	MaxItems
	Kinds // Kinds, of JSON
)

// Check is one condition. Arg is spelled in Go, but for Pattern and Format,
// which have it as it is.
type Check struct {
	Kind CheckKind
	Arg  string
	Args []string

	Kinds []Kind
}

// each adds what every one of the schemas asks for.
func (r *Reader) each(all []*openrpc.Schema, add func(*Reader, *openrpc.Schema) bool) {
	for _, s := range all {
		r.impossible = r.impossible || !add(r, s)
	}
}

func (r *Reader) check(kind CheckKind, arg string) {
	r.Checks = append(r.Checks, Check{Kind: kind, Arg: arg})
}

// sized adds the bounds of a length, as far as they say anything: none is
// negative, or more than an int32 everywhere holds.
func (r *Reader) sized(atLeast CheckKind, least *int, atMost CheckKind, most *int) {
	if least != nil && *least > 0 {
		r.check(atLeast, strconv.Itoa(min(*least, math.MaxInt32)))
	}
	if most != nil {
		r.check(atMost, strconv.Itoa(min(*most, math.MaxInt32)))
	}
}

// anything is for raw JSON, which nobody looks at: any value, or the one object
// that a closed schema without properties leaves.
func (r *Reader) anything(s *openrpc.Schema) bool {
	bare := *s
	if isClosed(s) && slices.Equal(s.Types, []openrpc.Type{openrpc.TypeObject}) {
		bare.AdditionalProperties, bare.Types, r.Closed = nil, nil, true
	}
	return !asserts(&bare)
}

func (r *Reader) anyOfKind(s *openrpc.Schema) bool { return enumValues(s) == nil }

// text adds what a schema asks of a string.
func (r *Reader) text(s *openrpc.Schema) bool {
	if s.ContentEncoding != "" || s.ContentMediaType != "" {
		return false
	}
	if values := enumValues(s); values != nil {
		c := Check{Kind: OneOf}
		for _, v := range values {
			if v.Kind == openrpc.String {
				c.Args = append(c.Args, strconv.Quote(v.Text))
			}
		}
		r.Checks = append(r.Checks, c)
	}
	r.sized(MinLength, s.MinLength, MaxLength, s.MaxLength)
	if s.Pattern != "" && s.PatternWorks && literalPattern(s) == nil {
		r.check(Pattern, s.Pattern)
	}
	if openrpc.IsFormat(s.Format) {
		r.check(Format, s.Format)
	}
	return true
}

// encodedText is for strings that Go holds as another type, which none but its
// decoder looks at.
func (r *Reader) encodedText(s *openrpc.Schema) bool {
	plain := *s
	plain.Types, plain.Format, plain.ContentEncoding, plain.AllOf = nil, "", "", nil
	format := map[Kind]string{Time: "date-time", Bytes: "byte"}[r.Type.Kind]
	return !asserts(&plain) && (s.Format == "" || s.Format == format) && (s.ContentEncoding == "" || r.Type.Kind == Bytes && s.ContentEncoding == "base64")
}

// integer adds what a schema asks of an integer.
func (r *Reader) integer(s *openrpc.Schema) bool {
	if values := enumValues(s); values != nil {
		c := Check{Kind: OneOf}
		for _, v := range values {
			literal := literalOf(v, r.Type)
			if v.Kind == openrpc.Number && literal == "" {
				return false
			}
			if literal != "" {
				c.Args = append(c.Args, literal)
			}
		}
		r.Checks = append(r.Checks, c)
	}
	return r.wholeBound(Minimum, s.Minimum) && r.wholeBound(ExclusiveMinimum, s.ExclusiveMinimum) &&
		r.wholeBound(Maximum, s.Maximum) && r.wholeBound(ExclusiveMaximum, s.ExclusiveMaximum) &&
		r.wholeBound(MultipleOf, s.MultipleOf)
}

// wholeBound compares with a bound that is an integer of the same type.
func (r *Reader) wholeBound(kind CheckKind, n *openrpc.Node) bool {
	if n == nil {
		return true
	}
	exact, ok := new(big.Rat).SetString(n.Text)
	if !ok || !exact.IsInt() || (kind == MultipleOf && exact.Sign() <= 0) {
		return false
	}
	bits := bits(r.Type.Go)
	text := exact.Num().String()
	if r.Type.Kind == Uint {
		if exact.Sign() == 0 && kind == Minimum {
			return true
		}
		_, err := strconv.ParseUint(text, 10, bits)
		r.check(kind, text)
		return err == nil
	}
	_, err := strconv.ParseInt(text, 10, bits)
	r.check(kind, text)
	return err == nil
}

// float adds what a schema asks of a number. A bound of at most 15 digits is
// told from any number of as many by their doubles; see jsonrpc.ReadFloat.
func (r *Reader) float(s *openrpc.Schema) bool {
	if enumValues(s) != nil || s.MultipleOf != nil {
		return false
	}
	return r.floatBound(Minimum, s.Minimum) && r.floatBound(ExclusiveMinimum, s.ExclusiveMinimum) &&
		r.floatBound(Maximum, s.Maximum) && r.floatBound(ExclusiveMaximum, s.ExclusiveMaximum)
}

func (r *Reader) floatBound(kind CheckKind, n *openrpc.Node) bool {
	if n == nil {
		return true
	}
	const exactDigits = 15
	f, err := strconv.ParseFloat(n.Text, 64)
	if err != nil || len(n.Text) > exactDigits || strings.ContainsAny(n.Text, "eE") {
		return false
	}
	r.check(kind, strconv.FormatFloat(f, 'g', -1, 64))
	return true
}
