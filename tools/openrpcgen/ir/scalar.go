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

// isEnum reports whether a schema lists strings or integers, or fixes one.
func isEnum(s *openrpc.Schema) bool {
	return s.Boolean == nil && !isUnion(s) && (onlyStrings(enumValues(s)) || onlyIntegers(s))
}

// isTextEnum reports whether a schema lists strings, or fixes one.
func isTextEnum(s *openrpc.Schema) bool { return isEnum(s) && onlyStrings(enumValues(s)) }

// onlyIntegers reports whether a schema of integers lists values, all of which
// an int64 holds.
func onlyIntegers(s *openrpc.Schema) bool {
	types := valueTypes(s)
	values := enumValues(s)
	if len(types) > 1 || (len(types) == 1 && types[0] != openrpc.TypeInteger) || integerType(s).Kind != Int || len(values) == 0 {
		return false
	}
	found := false
	for _, n := range values {
		if !isNull(n) && literalOf(n, &Type{Kind: Int, Go: integerType(s).Go}) == "" {
			return false
		}
		found = found || !isNull(n)
	}
	return found
}

func enumValues(s *openrpc.Schema) []*openrpc.Node {
	if s.Const != nil {
		return []*openrpc.Node{s.Const}
	}
	return s.Enum
}

// onlyStrings reports whether there are values and all are strings, but for a
// null.
func onlyStrings(values []*openrpc.Node) bool {
	found := false
	for _, v := range values {
		if v.Kind != openrpc.String && v.Kind != openrpc.Null {
			return false
		}
		found = found || v.Kind == openrpc.String
	}
	return found
}

// enum gives a scalar that has a name its constants.
func (b *builder) enum(t Type, s *openrpc.Schema, name string) Type {
	if name == "" || !isEnum(s) {
		return t
	}
	for _, v := range enumValues(s) {
		if isNull(v) {
			continue
		}
		label, literal := v.Text, literalOf(v, &t)
		if v.Kind == openrpc.Number {
			label = literal
		}
		t.Enum = append(t.Enum, EnumValue{Const: b.constName(v, name, firstOf(goSuffix(label), "Empty")), Literal: literal})
	}
	return t
}

// constName joins the type's name and a label; a type that is named after its
// value already has a Value.
func (b *builder) constName(at *openrpc.Node, name, label string) string {
	if strings.HasSuffix(name, label) {
		label = "Value"
	}
	return b.claim(b.names, at, name+label, name+label+"Value")
}

var sizedIntegers = map[string]Type{
	"int8": {Kind: Int, Go: "int8"}, "int16": {Kind: Int, Go: "int16"}, "int32": {Kind: Int, Go: "int32"},
	"uint8": {Kind: Uint, Go: "uint8"}, "uint16": {Kind: Uint, Go: "uint16"}, "uint32": {Kind: Uint, Go: "uint32"},
	"uint64": {Kind: Uint, Go: "uint64"}, "uint": {Kind: Uint, Go: "uint64"},
}

func integerType(s *openrpc.Schema) Type {
	least, most := wholeBound(s.Minimum), wholeBound(s.Maximum)
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

func wholeBound(n *openrpc.Node) *big.Int {
	if n == nil {
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

// valueTypes are the types that a schema names beside null.
func valueTypes(s *openrpc.Schema) []openrpc.Type {
	return slices.DeleteFunc(slices.Clone(s.Types), func(t openrpc.Type) bool { return t == openrpc.TypeNull })
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
	return (t.Boolean != nil && !*t.Boolean) || (len(t.Types) == 1 && t.Types[0] == openrpc.TypeNull) ||
		(t.Const != nil && isNull(t.Const)) || (len(t.Enum) == 1 && isNull(t.Enum[0]))
}
