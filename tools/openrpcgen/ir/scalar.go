package ir

import (
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

func (b *builder) textKind(s *openrpc.Schema) Kind {
	switch {
	case isTextEnum(s):
		return String
	case s.Format == "date-time":
		return Time
	case s.Format == "byte", s.ContentEncoding == "base64":
		return Bytes
	}
	return String
}

var sizedIntegers = map[string]Type{
	"int8": {Kind: Int, Go: "int8"}, "int16": {Kind: Int, Go: "int16"}, "int32": {Kind: Int, Go: "int32"},
	"uint8": {Kind: Uint, Go: "uint8"}, "uint16": {Kind: Uint, Go: "uint16"}, "uint32": {Kind: Uint, Go: "uint32"},
	"uint64": {Kind: Uint, Go: "uint64"}, "uint": {Kind: Uint, Go: "uint64"},
}

func integerType(s *openrpc.Schema) Type {
	least, most := wholeBound(s.Minimum), wholeBound(s.Maximum)
	for _, n := range enumValues(s) {
		if i := wholeBound(n); i != nil {
			least, most = extreme(least, i, -1), extreme(most, i, 1)
		}
	}
	switch {
	case s.Vast, least != nil && least.Cmp(big.NewInt(math.MinInt64)) < 0,
		most != nil && most.Cmp(new(big.Int).SetUint64(math.MaxUint64)) > 0:
		return Type{Kind: Number, Go: "json.Number"}
	case most != nil && !most.IsInt64():
		return Type{Kind: Uint, Go: "uint64"}
	}
	if t, ok := sizedIntegers[s.Format]; ok {
		return t
	}
	return Type{Kind: Int, Go: "int64"}
}

// extreme is the smaller (-1) or the larger (1) of two; a may be nil.
func extreme(a, b *big.Int, sign int) *big.Int {
	if a == nil || b.Cmp(a) == sign {
		return b
	}
	return a
}

func wholeBound(n *openrpc.Node) *big.Int {
	if n == nil || n.Kind != openrpc.Number {
		return nil
	}
	f, _, err := big.ParseFloat(n.Text, 10, 256, big.ToNearestEven)
	if err != nil {
		return nil
	}
	i, _ := f.Int(nil)
	return i
}

// refusesZero reports whether Go's zero cannot be a value that the schema
// allows, so that it can only mean missing.
func refusesZero(s *openrpc.Schema, t *Type) bool {
	if isEnum(s) && (t.Kind == String || t.Kind == Int) {
		return !slices.ContainsFunc(enumValues(s), func(n *openrpc.Node) bool { return isZero(n, t) })
	}
	switch t.Kind {
	case String:
		return (s.MinLength != nil && *s.MinLength > 0) || patternRefuses(s, "")
	case Int, Uint, Float:
		return sign(s.Minimum) > 0 || sign(s.Maximum) < 0 || (s.ExclusiveMinimum != nil && sign(s.ExclusiveMinimum) >= 0)
	}
	return false
}

func patternRefuses(s *openrpc.Schema, text string) bool {
	if s.Pattern == "" || !s.PatternWorks {
		return false
	}
	re, err := regexp.Compile(s.Pattern)
	return err == nil && !re.MatchString(text)
}

// sign is that of a bound; 0 where there is none.
func sign(n *openrpc.Node) int {
	if n == nil {
		return 0
	}
	f, _, err := big.ParseFloat(n.Text, 10, 64, big.ToNearestEven)
	if err != nil {
		return 0
	}
	return f.Sign()
}

// literalOf spells a value as a constant of t; "" if it is none.
func literalOf(n *openrpc.Node, t *Type) string {
	switch {
	case t.Kind == Bool && n.Kind == openrpc.Bool:
		return n.Text
	case t.Kind == String && n.Kind == openrpc.String:
		return strconv.Quote(n.Text)
	case t.Kind == Number && n.Kind == openrpc.Number:
		return strconv.Quote(n.Text)
	case n.Kind == openrpc.Number:
		return numberLiteral(n, t)
	}
	return ""
}

// numberLiteral spells a number as the runtime reads it: 1.0 is an integer.
func numberLiteral(n *openrpc.Node, t *Type) string {
	d := jsonrpc.NewDecoder(n.JSON())
	switch t.Kind {
	case Int:
		var i int64
		if err := jsonrpc.DecodeInt(&i, d); err == nil && t.takes(n) == nil {
			return strconv.FormatInt(i, 10)
		}
	case Uint:
		var i uint64
		if err := jsonrpc.DecodeUint(&i, d); err == nil && t.takes(n) == nil {
			return strconv.FormatUint(i, 10)
		}
	case Float:
		var f float64
		if err := jsonrpc.DecodeFloat(&f, d); err == nil {
			return strconv.FormatFloat(f, 'g', -1, 64)
		}
	}
	return ""
}

// bits is the size of a predeclared integer type.
func bits(goType string) int {
	n, err := strconv.Atoi(strings.TrimLeft(goType, "uint"))
	if err != nil {
		return 64
	}
	return n
}

// compactJSON is used where a value is shown to people.
func compactJSON(n *openrpc.Node) string {
	if n.Kind == openrpc.String {
		return strconv.Quote(n.Text)
	}
	return string(n.JSON())
}

// allowsNull reports whether a schema says that null is a value.
func (b *builder) allowsNull(s *openrpc.Schema) bool {
	if s.Nullable || (len(s.Types) > 1 && slices.Contains(s.Types, openrpc.TypeNull)) {
		return true
	}
	if len(s.Types) == 0 && len(s.Enum) > 1 && slices.ContainsFunc(s.Enum, isNull) {
		return true
	}
	return slices.ContainsFunc(alternatives(s), func(part *openrpc.Schema) bool { return isNothing(part) || b.allowsNull(part.Target()) })
}

func isNull(n *openrpc.Node) bool { return n.Kind == openrpc.Null }

// isNothing reports whether a schema leaves no value but null, or none at all.
func isNothing(s *openrpc.Schema) bool {
	t := s.Target()
	return isFalse(t) || (len(t.Types) == 1 && t.Types[0] == openrpc.TypeNull) ||
		(t.Const != nil && isNull(t.Const)) || (len(t.Enum) == 1 && isNull(t.Enum[0]))
}
