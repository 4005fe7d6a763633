package jsonrpc

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"
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
func Check(data []byte) error { return check(data, 0) }

// CheckDeep is [Check] for what no caller sent: nothing lies deeper than 10,000.
func CheckDeep(data []byte) error { return check(data, MaxDepth-10_000) }

func check(data []byte, depth int) error {
	s := scanners.Get().(*scanner)
	defer scanners.Put(s)
	s.data, s.depth = data, depth
	s.value()
	s.end()
	err := s.err
	*s = scanner{names: s.names[:0]}
	return err
}

var scanners = sync.Pool{New: func() any { return new(scanner) }}

// scanner walks over JSON once and checks every byte it passes. It builds
// nothing: who wants a part of the text notes the position before and after.
//
// The first fault sticks and moves the scanner to the end of the data, where
// every walk ends by itself: who started it looks at err, and nobody else.
type scanner struct {
	data  []byte
	pos   int
	depth int
	name  span   // the last member name, without its quotes
	names []span // the first ones of the objects that are open
	err   error
}

// span is a part of the data. It has no pointer, so that its memory can be used
// again uncleared. The zero span is none: no part of an object begins where the
// data does.
type span struct{ begin, end int }

func (p span) absent() bool { return p.begin == 0 }

// of is nil for the zero span.
func (p span) of(data []byte) []byte {
	if p.absent() {
		return nil
	}
	return data[p.begin:p.end]
}

func (s *scanner) fail(message string) { s.failAt(s.pos, message) }

func (s *scanner) failAt(pos int, message string) {
	if s.err != nil {
		return
	}
	if pos == len(s.data) {
		message = "unexpected end"
	}
	s.err = &SyntaxError{pos, message}
	s.pos = len(s.data)
}

// peek passes white space and returns the byte that follows, 0 at the end.
func (s *scanner) peek() byte {
	if s.pos < len(s.data) && s.data[s.pos] > ' ' {
		return s.data[s.pos]
	}
	return s.passSpace()
}

func (s *scanner) passSpace() byte {
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
func (s *scanner) end() {
	if s.peek(); s.pos < len(s.data) {
		s.fail("something follows the JSON value")
	}
}

// value passes one value of any kind.
func (s *scanner) value() {
	switch s.peek() {
	case '{':
		s.object()
	case '[':
		for more := s.open(']'); more; more = s.next(']') {
			s.value()
		}
	case '"':
		s.text()
	case 't':
		s.literal("true")
	case 'f':
		s.literal("false")
	case 'n':
		s.literal("null")
	default:
		s.number()
	}
}

// part passes one value and returns where it is.
func (s *scanner) part() span {
	s.peek()
	start := s.pos
	s.value()
	return span{start, s.pos}
}

// slice passes one value and returns its text.
func (s *scanner) slice() []byte {
	p := s.part()
	return s.data[p.begin:p.end]
}

// open passes the bracket that opens an array or an object, and reports whether
// an element or a member follows rather than the bracket that shuts it.
func (s *scanner) open(shut byte) bool {
	if s.depth++; s.depth > MaxDepth {
		s.fail(fmt.Sprintf("nested deeper than %d", MaxDepth))
		return false
	}
	s.pos++
	if s.peek() == shut {
		s.shut()
		return false
	}
	return true
}

func (s *scanner) shut() { s.pos++; s.depth-- }

// next passes what stands behind an element or a member, and reports whether
// another one follows.
func (s *scanner) next(shut byte) bool {
	switch c := s.peek(); {
	case c == ',':
		s.pos++
		return true
	case c == shut:
		s.shut()
	case shut == ']':
		s.fail("want , or ] after an element")
	default:
		s.fail("want , or } after a member")
	}
	return false
}

// object passes an object.
func (s *scanner) object() {
	var seen nameSet
	seen.first = len(s.names)
	for more := s.open('}'); more; more = s.next('}') {
		seen.add(s, s.memberName())
		s.value()
	}
	s.names = s.names[:seen.first]
}

// memberName passes the name of a member and the colon, and returns the name
// unescaped.
func (s *scanner) memberName() []byte {
	if s.peek() != '"' {
		s.fail("want a member name in quotes")
		return nil
	}
	begin := s.pos + 1
	name, escaped := s.text()
	s.name = span{begin, begin + len(name)}
	if s.peek() != ':' {
		s.fail("want : after a member name")
		return nil
	}
	s.pos++
	if escaped {
		return unescape(name)
	}
	return name
}

// twice is the fault of a name that its object has already had.
func (s *scanner) twice() { s.failAt(s.name.begin-1, "the member name stands twice") }

// nameSet holds the names of one object. Those that its reader knows are bits;
// few others are compared one by one where they are; a map keeps an object of a
// hundred thousand names from costing their square.
type nameSet struct {
	known   uint8
	escaped bool // is one of those in scanner.names
	first   int  // of this object, in scanner.names
	many    map[string]struct{}
}

const fewNames = 16

func (n *nameSet) addKnown(s *scanner, bit int) {
	if n.known&(1<<bit) != 0 {
		s.twice()
	}
	n.known |= 1 << bit
}

func (n *nameSet) add(s *scanner, name []byte) {
	if n.many != nil {
		n.addToMany(s, name)
		return
	}
	own := s.names[n.first:]
	for _, other := range own {
		raw := s.data[other.begin:other.end]
		if !n.escaped && bytes.Equal(raw, name) || n.escaped && spells(raw, name) {
			s.twice()
			return
		}
	}
	if len(own) < fewNames {
		n.escaped = n.escaped || len(name) < s.name.end-s.name.begin
		s.names = append(s.names, s.name)
		return
	}
	n.many = make(map[string]struct{}, len(own)+1)
	for _, other := range own {
		raw := s.data[other.begin:other.end]
		if n.escaped {
			raw = unescape(raw)
		}
		n.addToMany(s, raw)
	}
	n.addToMany(s, name)
}

// spells reports whether raw, some of which may be escaped, stands for name.
func spells(raw, name []byte) bool {
	for {
		i := bytes.IndexByte(raw, '\\')
		if i < 0 {
			return bytes.Equal(raw, name)
		}
		if len(name) <= i || string(raw[:i]) != string(name[:i]) {
			return false
		}
		want, n := escape(raw[i:])
		got, size := utf8.DecodeRune(name[i:])
		if n == 0 || got != want {
			return false
		}
		raw, name = raw[i+n:], name[i+size:]
	}
}

// addToMany keeps the name where it is: the data outlives the scan.
func (n *nameSet) addToMany(s *scanner, name []byte) {
	before := len(n.many)
	n.many[unsafe.String(unsafe.SliceData(name), len(name))] = struct{}{}
	if len(n.many) == before {
		s.twice()
	}
}

func (s *scanner) literal(want string) {
	if len(s.data)-s.pos < len(want) || string(s.data[s.pos:s.pos+len(want)]) != want {
		s.fail("want a JSON value")
		return
	}
	s.pos += len(want)
}

// number passes a number (RFC 8259, section 6).
func (s *scanner) number() {
	if s.byteIs('-') {
		s.pos++
	}
	if s.byteIs('0') {
		s.pos++
	} else {
		s.digits("want a JSON value")
	}
	if s.byteIs('.') {
		s.pos++
		s.digits("want a digit after the point")
	}
	if s.byteIs('e') || s.byteIs('E') {
		s.pos++
		if s.byteIs('+') || s.byteIs('-') {
			s.pos++
		}
		s.digits("want a digit in the exponent")
	}
}

func (s *scanner) byteIs(c byte) bool { return s.pos < len(s.data) && s.data[s.pos] == c }

// digits passes digits; want is the fault if there are none.
func (s *scanner) digits(want string) {
	start := s.pos
	for s.pos < len(s.data) && s.data[s.pos]-'0' < 10 {
		s.pos++
	}
	if s.pos == start {
		s.fail(want)
	}
}

// text passes a string and returns what stands between its quotes, and whether
// some of it is escaped.
func (s *scanner) text() (between []byte, escaped bool) {
	start := s.pos + 1
	end := passPlain(s.data, start)
	if end == len(s.data) || s.data[end] != '"' {
		end, escaped = s.passSpecials(end)
	}
	s.pos = min(end+1, len(s.data))
	return s.data[start:end], escaped
}

// passSpecials passes the rest of a string, from i on. It returns the position
// of its closing quote, and whether some of the string is escaped.
func (s *scanner) passSpecials(i int) (end int, escaped bool) {
	for i < len(s.data) {
		switch c := s.data[i]; {
		case c == '"':
			return i, escaped
		case c == '\\':
			_, n := escape(s.data[i:])
			if n == 0 {
				s.failAt(i, "want a valid escape sequence; surrogates come in pairs")
				return s.pos, false
			}
			escaped = true
			i += n
		case c < ' ':
			s.failAt(i, "want control characters escaped")
			return s.pos, false
		case c < utf8.RuneSelf:
			i = passPlain(s.data, i)
		default:
			r, n := utf8.DecodeRune(s.data[i:])
			if r == utf8.RuneError && n == 1 {
				s.failAt(i, "want valid UTF-8")
				return s.pos, false
			}
			i += n
		}
	}
	s.failAt(i, "unexpected end")
	return i, false
}

// passPlain returns the position, from i on, of the first byte that does not
// just stand for itself in a string; the end of data if there is none. It looks
// at eight bytes at a time.
func passPlain(data []byte, i int) int {
	for ; i+8 <= len(data); i += 8 {
		if special := specials(binary.LittleEndian.Uint64(data[i:])); special != 0 {
			return i + bits.TrailingZeros64(special)/8
		}
	}
	for i < len(data) && data[i] >= ' ' && data[i] != '"' && data[i] != '\\' && data[i] < utf8.RuneSelf {
		i++
	}
	return i
}

// specials marks, by its highest bit, the first byte of x that is a quote, a
// backslash, a control character or no ASCII; bytes after it may be marked in
// error, because a subtraction borrows from them.
func specials(x uint64) uint64 {
	const ones, highest = 0x0101010101010101, 0x8080808080808080
	quotes, backslashes := x^ones*'"', x^ones*'\\'
	return ((quotes - ones) | (backslashes - ones) | (x - ones*' ') | x) & highest
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

// hex4 reads an escape of four digits, like \u00e9.
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
