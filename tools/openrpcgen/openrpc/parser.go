package openrpc

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is how deep arrays and objects may nest: far beyond any real document, and shallow enough for every recursion here and
// in what reads the result.
const maxDepth = 256

// parser reads strict JSON (RFC 8259): UTF-8 without a byte order mark, no lone surrogates, no member name twice, nothing behind
// the value. It stops at the first fault, but for member names that appear twice, of which it reports all and keeps the first.
type parser struct {
	source *source
	text   string
	pos    int
	depth  int
	faults *collector
	failed bool
}

// parse reads the source into its root, which stays nil if the text is not JSON.
func (s *source) parse(faults *collector) {
	p := &parser{source: s, text: s.text, faults: faults}
	if !p.checkEncoding() {
		return
	}
	p.space()
	root := p.value(nil, 0)
	if p.failed {
		return
	}
	s.root = root
	if p.space(); p.pos < len(p.text) {
		p.fail(root, "there is %s behind the end of the document: remove it", p.found())
	}
}

func (p *parser) checkEncoding() bool {
	if strings.HasPrefix(p.text, "\ufeff") {
		p.fail(nil, "the file begins with a byte order mark: save it as UTF-8 without one")
		return false
	}
	if utf8.ValidString(p.text) {
		return true
	}
	for i, r := range p.text {
		if _, size := utf8.DecodeRuneInString(p.text[i:]); r == utf8.RuneError && size == 1 {
			p.pos = i
			break
		}
	}
	p.fail(nil, "byte 0x%02x is not UTF-8: save the file as UTF-8", p.text[p.pos])
	return false
}

// fail reports a fault at the parser's position, within the value n.
func (p *parser) fail(n *Node, format string, args ...any) {
	if !p.failed {
		p.failed = true
		p.report(n, p.pos, "not JSON: "+format, args...)
	}
}

func (p *parser) report(n *Node, offset int, format string, args ...any) {
	p.faults.add(Error, func() Place {
		line, column := p.source.position(offset)
		place := Place{File: p.source.path, Line: line, Column: column}
		if n != nil {
			place.Pointer = n.Pointer()
		}
		return place
	}, format, args...)
}

// found describes what stands at the parser's position.
func (p *parser) found() string {
	if p.pos >= len(p.text) {
		return "the end of the file"
	}
	r, _ := utf8.DecodeRuneInString(p.text[p.pos:])
	return strconv.QuoteRune(r)
}

func (p *parser) space() {
	for p.pos < len(p.text) {
		switch p.text[p.pos] {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return
		}
	}
}

func (p *parser) peek() byte {
	if p.pos < len(p.text) {
		return p.text[p.pos]
	}
	return 0
}

// value reads the value at the parser's position; index is its own within the parent.
func (p *parser) value(parent *Node, index int) *Node {
	n := &Node{source: p.source, offset: p.pos, parent: parent, index: index}
	switch c := p.peek(); {
	case c == '{':
		n.Kind = Object
		p.nested(n, p.object)
	case c == '[':
		n.Kind = Array
		p.nested(n, p.array)
	case c == '"':
		n.Kind, n.Text = String, p.string(n)
	case c == '-' || isDigit(c):
		n.Kind, n.Text = Number, p.number(n)
	default:
		p.literal(n)
	}
	return n
}

func (p *parser) nested(n *Node, read func(*Node)) {
	if p.depth == maxDepth {
		p.fail(n, "arrays and objects nest deeper than %d: make it flatter", maxDepth)
		return
	}
	p.depth++
	p.pos++
	read(n)
	p.depth--
}

func (p *parser) object(n *Node) {
	if p.space(); p.peek() == '}' {
		p.pos++
		return
	}
	for !p.failed {
		p.member(n)
		if p.failed || p.end(n, '}', "member") {
			return
		}
		if p.peek() == '}' {
			p.fail(n, "there is a comma before the closing brace: remove it")
		}
	}
}

func (p *parser) member(n *Node) {
	offset := p.pos
	if p.peek() != '"' {
		p.fail(n, "want a member name in double quotes, found %s", p.found())
		return
	}
	name := p.string(n)
	p.space()
	if !p.failed && p.peek() != ':' {
		p.fail(n, "want a colon after the member name %s, found %s", quote(name), p.found())
	}
	if p.failed {
		return
	}
	p.pos++
	p.space()
	if n.find(name) >= 0 {
		p.repeated(n, name, offset)
		p.value(n, n.find(name))
		return
	}
	// The member is added first, so that faults within its value know their pointer.
	n.add(Member{Name: name, Value: &Node{}, offset: offset})
	i := len(n.Members) - 1
	n.Members[i].Value = p.value(n, i)
	if name == "$id" && n.Members[i].Value.Kind == String {
		p.source.named = append(p.source.named, n)
	}
}

func (p *parser) repeated(n *Node, name string, offset int) {
	first, _ := p.source.position(n.Members[n.find(name)].offset)
	p.report(n, offset, "member %s is there twice, first in line %d: remove one", quote(name), first)
}

func (p *parser) array(n *Node) {
	if p.space(); p.peek() == ']' {
		p.pos++
		return
	}
	for !p.failed {
		n.Elements = append(n.Elements, p.value(n, len(n.Elements)))
		if p.failed || p.end(n, ']', "element") {
			return
		}
		if p.peek() == ']' {
			p.fail(n, "there is a comma before the closing bracket: remove it")
		}
	}
}

// end reads what may follow a member or an element, and reports whether it was the closing one.
func (p *parser) end(n *Node, closing byte, what string) bool {
	p.space()
	switch p.peek() {
	case closing:
		p.pos++
		return true
	case ',':
		p.pos++
		p.space()
	default:
		p.fail(n, "want a comma or %q after this %s, found %s", closing, what, p.found())
	}
	return false
}

func (p *parser) literal(n *Node) {
	for _, text := range [...]string{"null", "true", "false"} {
		if strings.HasPrefix(p.text[p.pos:], text) {
			p.pos += len(text)
			if text != "null" {
				n.Kind, n.Text = Bool, text
			}
			return
		}
	}
	p.fail(n, "want a value, found %s", p.found())
}

func (p *parser) number(n *Node) string {
	start := p.pos
	if p.peek() == '-' {
		p.pos++
	}
	if p.peek() == '0' {
		p.pos++
	} else {
		p.digits(n)
	}
	if p.peek() == '.' {
		p.pos++
		p.digits(n)
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		p.pos++
		if c := p.peek(); c == '+' || c == '-' {
			p.pos++
		}
		p.digits(n)
	}
	return p.text[start:p.pos]
}

func (p *parser) digits(n *Node) {
	if !isDigit(p.peek()) {
		p.fail(n, "want a digit, found %s", p.found())
	}
	for isDigit(p.peek()) {
		p.pos++
	}
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// string reads a string within the value n. Text without escapes is not copied.
func (p *parser) string(n *Node) string {
	p.pos++
	start := p.pos
	for p.pos < len(p.text) {
		switch c := p.text[p.pos]; {
		case c == '"':
			p.pos++
			return p.text[start : p.pos-1]
		case c == '\\':
			return p.escaped(n, []byte(p.text[start:p.pos]))
		case c < 0x20:
			p.fail(n, "control character %s in a string: write it as an escape", p.found())
			return ""
		default:
			p.pos++
		}
	}
	p.fail(n, "a string does not end: close it with a double quote")
	return ""
}

// escaped reads on from the first backslash of a string.
func (p *parser) escaped(n *Node, b []byte) string {
	for p.pos < len(p.text) && !p.failed {
		switch c := p.text[p.pos]; {
		case c == '"':
			p.pos++
			return string(b)
		case c == '\\':
			b = p.escape(n, b)
		case c < 0x20:
			p.fail(n, "control character %s in a string: write it as an escape", p.found())
		default:
			b = append(b, c)
			p.pos++
		}
	}
	p.fail(n, "a string does not end: close it with a double quote")
	return ""
}

func (p *parser) escape(n *Node, b []byte) []byte {
	const short = `"\/bfnrt`
	const meant = "\"\\/\b\f\n\r\t"
	p.pos++
	if p.peek() == 'u' {
		return utf8.AppendRune(b, p.codePoint(n))
	}
	i := strings.IndexByte(short, p.peek())
	if i < 0 {
		p.fail(n, `want one of "\/bfnrtu after a backslash, found %s`, p.found())
		return b
	}
	p.pos++
	return append(b, meant[i])
}

// codePoint reads uXXXX, or two of them that are a surrogate pair; the position is at the first u.
func (p *parser) codePoint(n *Node) rune {
	start := p.pos - 1
	r := p.hex(n)
	if !utf16.IsSurrogate(r) {
		return r
	}
	if strings.HasPrefix(p.text[p.pos:], `\u`) {
		p.pos++
		if pair := utf16.DecodeRune(r, p.hex(n)); pair != utf8.RuneError {
			return pair
		}
	}
	p.pos = start
	p.fail(n, "half of a surrogate pair in a string: write the whole character")
	return utf8.RuneError
}

func (p *parser) hex(n *Node) rune {
	p.pos++
	end := min(p.pos+4, len(p.text))
	v, err := strconv.ParseUint(p.text[p.pos:end], 16, 16)
	if err != nil || end < p.pos+4 {
		p.fail(n, `want four hexadecimal digits after \u`)
		return utf8.RuneError
	}
	p.pos = end
	return rune(v)
}
