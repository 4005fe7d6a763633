package ir

import (
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
	"int8": {Kind: Int, Go: "int8"}, "int16": {Kind: Int, Go: "int16"}, "int32": {Kind: Int, Go: "int32"}, "int64": int64Type,
	"uint8": {Kind: Uint, Go: "uint8"}, "uint16": {Kind: Uint, Go: "uint16"}, "uint32": {Kind: Uint, Go: "uint32"},
	"uint64": uint64Type, "uint": uint64Type,
	"int128": bigNumber, "int256": bigNumber, "uint128": bigNumber, "uint256": bigNumber,
}

var (
	int64Type  = Type{Kind: Int, Go: "int64"}
	uint64Type = Type{Kind: Uint, Go: "uint64"}
	bigNumber  = Type{Kind: Number, Go: "json.Number"}
)

// integerType is what the format asks for, or else an int64, if it holds all
// that the schema speaks of: its bounds, the values that it lists, its default.
func integerType(s *openrpc.Schema) Type {
	spoken := spokenIntegers(s)
	candidates := []Type{int64Type, uint64Type}
	if t, ok := sizedIntegers[s.Format]; ok {
		candidates = append([]Type{t}, candidates...)
	}
	for _, t := range candidates {
		if !s.Vast && !slices.ContainsFunc(spoken, func(i *big.Int) bool { return !t.holds(i) }) {
			return t
		}
	}
	return bigNumber
}

// holds reports whether an integer is one of the type.
func (t Type) holds(i *big.Int) bool {
	switch t.Kind {
	case Int:
		shorter := new(big.Int).Rsh(i, uint(bits(t.Go)-1)) // its sign, if it fits
		return shorter.Sign() == 0 || shorter.Cmp(big.NewInt(-1)) == 0
	case Uint:
		return i.Sign() >= 0 && i.BitLen() <= bits(t.Go)
	}
	return true
}

// spokenIntegers are the extreme integers that the bounds allow, and those that
// a schema names.
func spokenIntegers(s *openrpc.Schema) (list []*big.Int) {
	add := func(n *openrpc.Node, round func(*big.Rat) *big.Int, further int64) {
		if n != nil && n.Kind == openrpc.Number {
			if exact, ok := new(big.Rat).SetString(n.Text); ok {
				i := round(exact)
				list = append(list, i.Add(i, big.NewInt(further)))
			}
		}
	}
	add(s.Minimum, ceiling, 0)
	add(s.Maximum, floor, 0)
	add(s.ExclusiveMinimum, floor, 1)
	add(s.ExclusiveMaximum, ceiling, -1)
	add(s.MultipleOf, ceiling, 0)
	for _, n := range append(slices.Clip(enumValues(s)), s.Default) {
		add(n, floor, 0)
	}
	return list
}

func floor(r *big.Rat) *big.Int { return new(big.Int).Div(r.Num(), r.Denom()) }

func ceiling(r *big.Rat) *big.Int {
	i := floor(new(big.Rat).Neg(r))
	return i.Neg(i)
}

// numberType is a float64, if it holds all that the schema speaks of.
func numberType(s *openrpc.Schema) Type {
	double := Type{Kind: Float, Go: "float64"}
	for _, bound := range []*openrpc.Node{s.Minimum, s.Maximum, s.ExclusiveMinimum, s.ExclusiveMaximum, s.MultipleOf} {
		if bound == nil {
			continue
		}
		if _, err := strconv.ParseFloat(bound.Text, 64); err != nil {
			return bigNumber
		}
	}
	for _, n := range append(slices.Clip(enumValues(s)), s.Default) {
		if n != nil && n.Kind == openrpc.Number && double.takes(n) != nil {
			return bigNumber
		}
	}
	return double
}

// refusesZero reports whether Go's zero cannot be a value that the schema
// allows, so that it can only mean missing.
func refusesZero(s *openrpc.Schema, t *Type) bool {
	if isEnum(s) && (t.Kind == String || t.Kind == Int || t.Kind == Uint) {
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
