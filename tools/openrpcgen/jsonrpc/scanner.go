package jsonrpc

import (
	"bytes"
	"cmp"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxDepth is how deep arrays and objects may lie in each other.
const MaxDepth = 64

// SyntaxError says where bytes are not the JSON that [Check] asks for.
type SyntaxError struct {
	Offset  int // of the byte at fault, from 0
	Message string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("at byte %d: %s", e.Offset, e.Message) }

// Check reports whether data is one JSON value (RFC 8259) and nothing more,
// with what the RFC leaves to the reader decided strictly: names within an
// object are unique (compared after unescaping), text is valid UTF-8 without
// lone surrogates, and nothing lies deeper than [MaxDepth].
func Check(data []byte) error {
	s := scanner{data: data, names: make([][]byte, 0, fewNames)}
	return cmp.Or(s.value(), s.end())
}

// CheckDeep is [Check] for what no caller sent: nothing lies deeper than 10,000.
func CheckDeep(data []byte) error {
	s := scanner{data: data, depth: MaxDepth - 10_000}
	return cmp.Or(s.value(), s.end())
}

// scanner walks over JSON once and checks every byte it passes. It builds
// nothing: who wants a part of the text notes the position before and after.
type scanner struct {
	data  []byte
	pos   int
	depth int
	names [][]byte // of the objects that are open, unescaped
}

func (s *scanner) fail(message string) error {
	if s.pos >= len(s.data) {
		message = "unexpected end"
	}
	return &SyntaxError{s.pos, message}
}

// peek passes white space and returns the byte that follows, 0 at the end.
func (s *scanner) peek() byte {
	for ; s.pos < len(s.data); s.pos++ {
		switch c := s.data[s.pos]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// end makes sure that only white space is left.
func (s *scanner) end() error {
	if s.peek(); s.pos < len(s.data) {
		return s.fail("something follows the JSON value")
	}
	return nil
}

// value passes one value of any kind.
func (s *scanner) value() error {
	switch c := s.peek(); c {
	case '{':
		return s.object(func([]byte) error { return s.value() })
	case '[':
		return s.array(s.value)
	case '"':
		_, err := s.text()
		return err
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	case 'n':
		return s.literal("null")
	default:
		return s.number()
	}
}

func (s *scanner) enter() error {
	if s.depth++; s.depth > MaxDepth {
		return s.fail(fmt.Sprintf("nested deeper than %d", MaxDepth))
	}
	s.pos++
	return nil
}

// array passes an array; elem passes one element.
func (s *scanner) array(elem func() error) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer func() { s.depth-- }()
	if s.peek() == ']' {
		s.pos++
		return nil
	}
	for {
		if err := elem(); err != nil {
			return err
		}
		switch s.peek() {
		case ',':
			s.pos++
		case ']':
			s.pos++
			return nil
		default:
			return s.fail("want , or ] after an element")
		}
	}
}

// object passes an object; member gets a name, unescaped, and passes its value.
func (s *scanner) object(member func(name []byte) error) error {
	if err := s.enter(); err != nil {
		return err
	}
	seen := nameSet{scanner: s, first: len(s.names)}
	defer func() { s.depth--; s.names = s.names[:seen.first] }()
	if s.peek() == '}' {
		s.pos++
		return nil
	}
	for {
		if s.peek() != '"' {
			return s.fail("want a member name in quotes")
		}
		start := s.pos
		name, err := s.text()
		if err != nil {
			return err
		}
		if !seen.add(name) {
			s.pos = start
			return s.fail("the member name stands twice")
		}
		if s.peek() != ':' {
			return s.fail("want : after a member name")
		}
		s.pos++
		if err := member(name); err != nil {
			return err
		}
		switch s.peek() {
		case ',':
			s.pos++
		case '}':
			s.pos++
			return nil
		default:
			return s.fail("want , or } after a member")
		}
	}
}

// nameSet holds the names of one object. Few are compared one by one; a map
// keeps an object of a hundred thousand names from costing their square.
type nameSet struct {
	*scanner
	first int // of this object, in scanner.names
	many  map[string]struct{}
}

const fewNames = 16

func (n *nameSet) add(name []byte) bool {
	if n.many != nil {
		before := len(n.many)
		n.many[string(name)] = struct{}{}
		return len(n.many) > before
	}
	own := n.names[n.first:]
	for _, other := range own {
		if bytes.Equal(name, other) {
			return false
		}
	}
	n.names = append(n.names, name)
	if len(own) == fewNames {
		n.many = make(map[string]struct{}, 4*fewNames)
		for _, name := range n.names[n.first:] {
			n.many[string(name)] = struct{}{}
		}
	}
	return true
}

func (s *scanner) literal(want string) error {
	if !bytes.HasPrefix(s.data[s.pos:], []byte(want)) {
		return s.fail("want a JSON value")
	}
	s.pos += len(want)
	return nil
}

// number passes a number (RFC 8259, section 6).
func (s *scanner) number() error {
	if s.byteIs('-') {
		s.pos++
	}
	switch {
	case s.byteIs('0'):
		s.pos++
	case !s.digits():
		return s.fail("want a JSON value")
	}
	if s.byteIs('.') {
		s.pos++
		if !s.digits() {
			return s.fail("want a digit after the point")
		}
	}
	if s.byteIs('e') || s.byteIs('E') {
		s.pos++
		if s.byteIs('+') || s.byteIs('-') {
			s.pos++
		}
		if !s.digits() {
			return s.fail("want a digit in the exponent")
		}
	}
	return nil
}

func (s *scanner) byteIs(c byte) bool { return s.pos < len(s.data) && s.data[s.pos] == c }

func (s *scanner) digits() bool {
	start := s.pos
	for s.pos < len(s.data) && s.data[s.pos]-'0' < 10 {
		s.pos++
	}
	return s.pos > start
}

// text passes a string and returns what it stands for: a part of the data
// where nothing is escaped, else a copy.
func (s *scanner) text() ([]byte, error) {
	s.pos++
	start := s.pos
	var unescaped []byte // what stands before start
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; {
		case c == '"':
			s.pos++
			part := s.data[start : s.pos-1]
			if unescaped == nil {
				return part, nil
			}
			return append(unescaped, part...), nil
		case c == '\\':
			unescaped = append(unescaped, s.data[start:s.pos]...)
			r, n := escape(s.data[s.pos:])
			if n == 0 {
				return nil, s.fail("want a valid escape sequence; surrogates come in pairs")
			}
			unescaped = utf8.AppendRune(unescaped, r)
			s.pos += n
			start = s.pos
		case c < ' ':
			return nil, s.fail("want control characters escaped")
		case c < utf8.RuneSelf:
			s.pos++
		default:
			r, n := utf8.DecodeRune(s.data[s.pos:])
			if r == utf8.RuneError && n == 1 {
				return nil, s.fail("want valid UTF-8")
			}
			s.pos += n
		}
	}
	return nil, s.fail("unexpected end")
}

// escape reads the escape sequence that b begins with, or a pair of them that
// are surrogates: the rune that it stands for, and its length; 0 if it is none.
func escape(b []byte) (r rune, n int) {
	if len(b) < 2 {
		return 0, 0
	}
	switch b[1] {
	case '"', '\\', '/':
		return rune(b[1]), 2
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		return unicodeEscape(b)
	}
	return 0, 0
}

func unicodeEscape(b []byte) (r rune, n int) {
	r, ok := hex4(b)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	low, ok := hex4(b[6:])
	if r = utf16.DecodeRune(r, low); !ok || r == utf8.RuneError {
		return 0, 0
	}
	return r, 12
}

// hex4 reads \uXXXX.
func hex4(b []byte) (r rune, ok bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	for _, c := range b[2:6] {
		switch {
		case c-'0' < 10:
			c -= '0'
		case c-'a' < 6:
			c -= 'a' - 10
		case c-'A' < 6:
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
