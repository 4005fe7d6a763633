package jsonrpctest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// These are numbers around which something changes: the sizes of integers, what
// a double holds, what anybody computes with.
var (
	integers = []string{
		"0", "1", "2", "7", "-1", "100", "127", "128", "-128", "-129", "255", "256", "32768", "65535", "65536", "2147483647", "-2147483649",
		"4294967295", "4294967296", "9007199254740993", "123456789012345678", "9223372036854775807", "-9223372036854775808",
		"9223372036854775808", "18446744073709551615", "18446744073709551616", "12345678901234567000000", "123456789012345678901234567890",
	}
	fractions = []string{"0.1", "-2.25", "1.5", "0.30000000000000004", "3.141592653589793238462643", "123456789.123456789", "5e-324", "1.7976931348623157e308"}
	tooMuch   = []string{"1e309", "-1e400", "1e401", "1e-401", "1e2000000", "1." + strings.Repeat("0", 70), strings.Repeat("1", 65)}
)

// number makes a number near the bounds that there are.
func (v *Values) number(s object, integer bool) string {
	if v.slip() && v.oneIn(2) {
		return pick(v, tooMuch)
	}
	n := v.bounded(s)
	if integer && !v.slip() {
		n = floor(n)
	}
	if step := rational(s["multipleOf"]); step != nil && step.Sign() > 0 && !v.slip() {
		n = floor(n.Quo(n, step))
		n.Mul(n, step)
	}
	return v.digits(n)
}

// bounded is a number inside the bounds, mostly close to one of them.
func (v *Values) bounded(s object) *big.Rat {
	distance := big.NewRat(v.Int64N(4), 1)
	if v.oneIn(4) {
		distance.SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(v.Int64N(21)), nil))
	}
	for _, i := range v.Perm(4) {
		keyword := []string{"minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"}[i]
		bound := rational(s[keyword])
		if bound == nil {
			continue
		}
		if distance.Sign() == 0 && i%2 == 1 && !v.slip() {
			distance.SetInt64(1)
		}
		if (i >= 2) != v.slip() {
			distance.Neg(distance)
		}
		return bound.Add(bound, distance)
	}
	switch v.IntN(4) {
	case 0:
		return rational(json.Number(pick(v, fractions)))
	case 1:
		return rational(json.Number(pick(v, integers)))
	}
	return distance
}

// rational is the value of a number, nil of anything else and of what is too
// much to compute with.
func rational(value any) *big.Rat {
	text, ok := value.(json.Number)
	if !ok || jsonrpc.CheckNumber(string(text)) != nil {
		return nil
	}
	n, _ := new(big.Rat).SetString(string(text))
	return n
}

func floor(n *big.Rat) *big.Rat {
	return new(big.Rat).SetInt(new(big.Int).Div(n.Num(), n.Denom()))
}

// digits writes a number in one of the ways that JSON has.
func (v *Values) digits(n *big.Rat) string {
	if !n.IsInt() {
		if text := n.FloatString(25); len(text) < jsonrpc.MaxNumber/2 && !v.oneIn(3) {
			return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
		}
		f, _ := n.Float64()
		return fmt.Sprintf("%g", f)
	}
	text := n.Num().String()
	if text == "0" {
		return pick(v, []string{"0", "0", "0", "-0", "0.0", "0e5"})
	}
	zeros := len(text) - len(strings.TrimRight(text, "0"))
	switch v.IntN(20) {
	case 0:
		return text + ".0"
	case 1:
		return text + "0e-1"
	case 2:
		return text + pick(v, []string{"e0", "E+0", "e-0"})
	case 3, 4:
		if zeros > 0 {
			return fmt.Sprintf("%se%d", text[:len(text)-zeros], zeros)
		}
	case 5:
		return text + "." + strings.Repeat("0", v.IntN(20)+1)
	}
	return text
}

// spell writes a value that is known, or one that is nearly it.
func (v *Values) spell(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case bool:
		return fmt.Sprint(value)
	case json.Number:
		if n := rational(value); n != nil && len(n.Num().String()) < jsonrpc.MaxNumber/2 {
			return v.digits(n)
		}
		return string(value)
	case string:
		if v.slip() {
			value = v.spoiled(value)
		}
		return v.quote(value)
	case []any:
		var list []string
		for _, element := range value {
			list = append(list, v.spell(element))
		}
		return v.list(list)
	case object:
		var list []string
		for _, name := range slices.Sorted(maps.Keys(value)) {
			list = append(list, v.quote(name)+":"+v.spell(value[name]))
		}
		return "{" + strings.Join(list, ",") + "}"
	}
	panic(fmt.Sprintf("%T came out of JSON", value))
}

// samples have each format that jsonschema/v5 knows; the last is hardly one.
var samples = map[string][]string{
	"date-time":             {"2026-01-01T12:00:00Z", "2026-02-28t23:59:59.999999999+23:59", "1990-12-31T23:59:60Z", "2026-02-30T12:00:00Z"},
	"date":                  {"2024-02-29", "2023-02-29"},
	"time":                  {"12:00:00Z", "23:59:60.5z", "24:00:00Z"},
	"duration":              {"P3DT4H", "P2W", "P"},
	"hostname":              {"example.com", "-example.com"},
	"email":                 {"a@b.com", "a.b+c@[127.0.0.1]", `"a b"@c.de`, " a@b.com", "a@b@c.de", "a@" + strings.Repeat("b", 64) + ".de"},
	"ipv4":                  {"127.0.0.1", "127.0.0.01"},
	"ipv6":                  {"::1", "fe80::1%eth0"},
	"uri":                   {"http://example.com/a?b#c", "urn:x:y", "/a"},
	"uri-reference":         {"../a#b", `\\`},
	"uri-template":          {"/a/{b}", "/a/{b"},
	"regex":                 {"^[a-z]+$", "("},
	"json-pointer":          {"/a~1b", "/a~2b"},
	"relative-json-pointer": {"0#", "1/a", "#"},
	"uuid":                  {"0b48d4a8-7d6e-4c3c-9c2a-7e2f0b1c9d3e", "0b48d4a87d6e4c3c9c2a7e2f0b1c9d3e"},
	"byte":                  {"", "AAEC/w==", "AAEC/w="},
}

// text makes what a schema asks of a string.
func (v *Values) text(s object) string {
	text := ""
	format, _ := s["format"].(string)
	pattern, _ := s["pattern"].(string)
	switch n := v.size(s, "minLength", "maxLength", 0); {
	case s["contentEncoding"] == "base64":
		text = base64.StdEncoding.EncodeToString([]byte(v.runes(n)))
	case pattern != "":
		text = v.matchOf(pattern, s)
	case samples[format] != nil:
		text = pick(v, samples[format])
	default:
		text = v.runes(n)
	}
	if v.slip() {
		return v.spoiled(text)
	}
	return text
}

// matchOf looks for a match that is as long as a schema asks for.
func (v *Values) matchOf(pattern string, s object) (text string) {
	least, most := rational(s["minLength"]), rational(s["maxLength"])
	v.repeat = 5
	if least != nil {
		v.repeat += int(min(least.Num().Int64(), maxSize))
	}
	for range 20 {
		text = v.match(pattern)
		length := big.NewRat(int64(utf8.RuneCountInString(text)), 1)
		if (least == nil || length.Cmp(least) >= 0) && (most == nil || length.Cmp(most) <= 0) {
			break
		}
	}
	return text
}

// alphabet has a rune of each length and treatment.
var alphabet = []rune("abcxyz0189ABCXYZ -_.@/\\\"'<&\n\t\x00\x7fé\u0301ß\u2028日本\ufeff\uffff😀")

func (v *Values) runes(n int) string {
	plain := v.oneIn(2)
	var b strings.Builder
	for range n {
		if plain {
			b.WriteRune(alphabet[v.IntN(16)])
		} else {
			b.WriteRune(pick(v, alphabet))
		}
	}
	return b.String()
}

// spoiled is nearly a text.
func (v *Values) spoiled(text string) string {
	_, n := utf8.DecodeLastRuneInString(text)
	return pick(v, []string{"", text[:len(text)-n], text + "x", text + "\n", text + "é", " " + text, strings.ToUpper(text), text + text})
}

// match makes a text that a pattern matches; "" if Go cannot compile it.
func (v *Values) match(pattern string) string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return ""
	}
	var b strings.Builder
	v.expand(&b, re)
	return b.String()
}

// expand writes what a part of a pattern matches. It takes no notice of what
// matches no text, such as ^.
func (v *Values) expand(b *strings.Builder, re *syntax.Regexp) {
	least, most := 1, 1
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
		return
	case syntax.OpCharClass:
		v.oneOf(b, re.Rune)
		return
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteString(v.runes(1))
		return
	case syntax.OpAlternate:
		v.expand(b, pick(v, re.Sub))
		return
	case syntax.OpStar:
		least, most = 0, v.repeat
	case syntax.OpPlus:
		most = v.repeat
	case syntax.OpQuest:
		least = 0
	case syntax.OpRepeat:
		least, most = re.Min, re.Max
		if re.Max < 0 {
			most = re.Min + v.repeat
		}
	}
	n := least
	switch {
	case v.oneIn(6):
		n = most
	case most > least:
		n += v.IntN(min(most-least, v.repeat) + 1)
	}
	for range n {
		for _, part := range re.Sub {
			v.expand(b, part)
		}
	}
}

// oneOf writes a rune of a character class, which is pairs of first and last.
func (v *Values) oneOf(b *strings.Builder, ranges []rune) {
	if len(ranges) == 0 {
		return
	}
	i := v.IntN(len(ranges)/2) * 2
	first, last := ranges[i], ranges[i+1]
	b.WriteRune(first + rune(v.IntN(int(min(last-first, 1000))+1)))
}

// quote writes a string, some with escapes that need not be.
func (v *Values) quote(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || v.strange && v.oneIn(8):
			writeEscape(&b, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func writeEscape(b *strings.Builder, r rune) {
	switch high, low := utf16.EncodeRune(r); {
	case high != utf8.RuneError:
		fmt.Fprintf(b, `\u%04x\u%04X`, high, low)
	case r == '\n':
		b.WriteString(`\n`)
	case r == '/':
		b.WriteString(`\/`)
	default:
		fmt.Fprintf(b, `\u%04x`, r)
	}
}
