package ir

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// enum gives a scalar that has a name its constants.
func (b *builder) enum(t Type, s *openrpc.Schema, name string) Type {
	if name == "" || !isEnum(s) {
		return t
	}
	values := slices.DeleteFunc(slices.Clone(enumValues(s)), isNull)
	for _, v := range values {
		label, literal := v.Text, literalOf(v, &t)
		if v.Kind == openrpc.Number {
			label = literal
		}
		label = firstOf(goSuffix(label), "Empty")
		if len(values) == 1 && endsInWord(name, label) {
			label = "Value" // the type is named after it
		}
		t.Enum = append(t.Enum, EnumValue{Const: b.constName(v, name, label), Literal: literal})
	}
	return t
}

// endsInWord reports whether a Go name ends in a label, and not in the midst of
// capitals.
func endsInWord(name, label string) bool {
	before, ok := strings.CutSuffix(name, label)
	last, _ := utf8.DecodeLastRuneInString(before)
	return ok && before != "" && !unicode.IsUpper(last)
}

func (b *builder) constName(at *openrpc.Node, name, label string) string {
	return b.claim(b.names, at, name+label, name+label+"Value")
}

// isEnum reports whether a schema lists strings or integers, or fixes one.
func isEnum(s *openrpc.Schema) bool {
	return s.Boolean == nil && !isUnion(s) && (onlyStrings(enumValues(s)) || onlyIntegers(s))
}

// isTextEnum reports whether a schema lists strings, or fixes one.
func isTextEnum(s *openrpc.Schema) bool { return isEnum(s) && onlyStrings(enumValues(s)) }

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

// onlyIntegers reports whether a schema of integers lists values, all of which
// 64 bits hold.
func onlyIntegers(s *openrpc.Schema) bool {
	t := integerType(s)
	if t.Kind == Number || !slices.Equal(valueTypes(s), []openrpc.Type{openrpc.TypeInteger}) {
		return false
	}
	values := slices.DeleteFunc(slices.Clone(enumValues(s)), isNull)
	return len(values) > 0 && !slices.ContainsFunc(values, func(n *openrpc.Node) bool { return literalOf(n, &t) == "" })
}

// enumValues are the values that a schema lists, without those that its types
// rule out.
func enumValues(s *openrpc.Schema) []*openrpc.Node {
	if len(s.Types) == 0 {
		return listed(s)
	}
	return slices.DeleteFunc(slices.Clone(listed(s)), func(n *openrpc.Node) bool {
		return !slices.ContainsFunc(s.Types, func(t openrpc.Type) bool { return isOf(n, t) }) && !(s.Nullable && isNull(n))
	})
}

func listed(s *openrpc.Schema) []*openrpc.Node {
	switch literal := literalPattern(s); {
	case literal != nil:
		return []*openrpc.Node{literal}
	case s.Const == nil:
		return s.Enum
	case s.Enum != nil && !slices.ContainsFunc(s.Enum, func(n *openrpc.Node) bool { return n.Canonical() == s.Const.Canonical() }):
		return []*openrpc.Node{} // no value is both
	}
	return []*openrpc.Node{s.Const}
}

// literalPattern is the one string that the pattern of a schema of strings
// leaves, such as 0x2 of ^0x2$; nil where there are others, or the schema lists
// its values.
func literalPattern(s *openrpc.Schema) *openrpc.Node {
	if s.Const != nil || s.Enum != nil || s.Nullable || !s.PatternWorks || !slices.Equal(s.Types, []openrpc.Type{openrpc.TypeString}) ||
		!strings.HasPrefix(s.Pattern, "^") || !strings.HasSuffix(s.Pattern, "$") {
		return nil
	}
	re, err := syntax.Parse(s.Pattern, syntax.Perl)
	if err != nil || re.Op != syntax.OpConcat || re.Sub[0].Op != syntax.OpBeginText || re.Sub[len(re.Sub)-1].Op != syntax.OpEndText {
		return nil
	}
	text := ""
	for _, part := range re.Sub[1 : len(re.Sub)-1] {
		if part.Op != syntax.OpLiteral || part.Flags&syntax.FoldCase != 0 {
			return nil
		}
		text += string(part.Rune)
	}
	return &openrpc.Node{Kind: openrpc.String, Text: text}
}

// isOf reports whether a value is of a type; 1.0 is an integer.
func isOf(n *openrpc.Node, t openrpc.Type) bool {
	switch t {
	case openrpc.TypeInteger:
		return n.Kind == openrpc.Number && jsonrpc.IsInteger(n.JSON())
	case openrpc.TypeNumber:
		return n.Kind == openrpc.Number
	}
	return n.Kind.String() == string(t)
}

// valueTypes are the types of a schema's values beside null: those that it
// names, or else those of the values that it lists. A type of which it lists no
// value is none of them.
func valueTypes(s *openrpc.Schema) []openrpc.Type {
	types := slices.DeleteFunc(slices.Clone(s.Types), func(t openrpc.Type) bool { return t == openrpc.TypeNull })
	values := enumValues(s)
	if len(values) == 0 {
		return types
	}
	if len(s.Types) == 0 {
		types = []openrpc.Type{openrpc.TypeString, openrpc.TypeInteger, openrpc.TypeNumber, openrpc.TypeBoolean, openrpc.TypeArray, openrpc.TypeObject}
	}
	return narrow(types, values)
}

// narrow drops the types that no value has, and one of integer and number where
// the other is enough.
func narrow(types []openrpc.Type, values []*openrpc.Node) []openrpc.Type {
	has := func(t openrpc.Type) bool {
		return slices.ContainsFunc(values, func(n *openrpc.Node) bool { return isOf(n, t) })
	}
	fraction := slices.ContainsFunc(values, func(n *openrpc.Node) bool {
		return isOf(n, openrpc.TypeNumber) && !isOf(n, openrpc.TypeInteger)
	})
	number := slices.Contains(types, openrpc.TypeNumber)
	integer := slices.Contains(types, openrpc.TypeInteger)
	return slices.DeleteFunc(types, func(t openrpc.Type) bool {
		return !has(t) || t == openrpc.TypeInteger && number && fraction || t == openrpc.TypeNumber && integer && !fraction
	})
}
