package openrpc

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Kind is the kind of a JSON value.
type Kind uint8

// The six kinds of RFC 8259.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

func (k Kind) String() string {
	return [...]string{"null", "boolean", "number", "string", "array", "object"}[k]
}

// Node is a JSON value that knows where it was written. Nothing of the value is lost: members keep their order, numbers their
// digits. The zero place (no file, line 0) is that of a value which was made, not read.
type Node struct {
	Kind Kind
	// Text is a string's decoded text, a number's token as written, or "true" or "false".
	Text string
	// Members are an object's, in the document's order, each name once.
	Members []Member
	// Elements are an array's.
	Elements []*Node

	source *source
	offset int
	parent *Node
	index  int            // in the parent's Members or Elements
	byName map[string]int // index into Members; nil in small objects
}

// Member is one member of an object.
type Member struct {
	Name  string
	Value *Node

	offset int // of the name
}

// Place says where in which file something stands.
type Place struct {
	// File is the path as it was given, or as the reference to it reads from there.
	File string
	// Line counts from 1.
	Line int
	// Column counts bytes from 1, as the Go compiler does.
	Column int
	// Pointer is the JSON pointer (RFC 6901) within the file, not percent-encoded; "" is the whole document.
	Pointer string
}

// smallObject is the number of members up to which looking at each is quicker than a map.
const smallObject = 8

// Get returns the member's value, or nil if n is nil, not an object, or has no such member.
func (n *Node) Get(name string) *Node {
	if i := n.find(name); i >= 0 {
		return n.Members[i].Value
	}
	return nil
}

// Place returns where the value begins.
func (n *Node) Place() Place {
	return n.at(n.offset, n.Pointer())
}

// NamePlace returns where the name of a member of n begins, with the member's own pointer; the place of n if there is none.
func (n *Node) NamePlace(name string) Place {
	i := n.find(name)
	if i < 0 {
		return n.Place()
	}
	return n.at(n.Members[i].offset, n.Members[i].Value.Pointer())
}

// Pointer returns the JSON pointer of n within its file.
func (n *Node) Pointer() string {
	tokens := n.path()
	if len(tokens) == 0 {
		return ""
	}
	var b strings.Builder
	for _, token := range tokens {
		b.WriteByte('/')
		b.WriteString(escapePointer(token))
	}
	return b.String()
}

// JSON returns the value as compact JSON.
func (n *Node) JSON() []byte {
	return n.appendJSON(nil)
}

// Indented returns the value as JSON to be read by people: two spaces a level, a line feed at the end.
func (n *Node) Indented() []byte {
	var b bytes.Buffer
	// Indent fails only on what is not JSON, which a Node always is.
	_ = json.Indent(&b, n.JSON(), "", "  ")
	b.WriteByte('\n')
	return b.Bytes()
}

// Any returns the value as encoding/json would with UseNumber: nil, bool, json.Number, string, []any or map[string]any.
func (n *Node) Any() any {
	switch n.Kind {
	case Bool:
		return n.Text == "true"
	case Number:
		return json.Number(n.Text)
	case String:
		return n.Text
	case Array:
		list := make([]any, len(n.Elements))
		for i, e := range n.Elements {
			list[i] = e.Any()
		}
		return list
	case Object:
		object := make(map[string]any, len(n.Members))
		for _, m := range n.Members {
			object[m.Name] = m.Value.Any()
		}
		return object
	}
	return nil
}

// Canonical returns a text that is the same for values that JSON Schema takes for equal: numbers by value, members in any order.
func (n *Node) Canonical() string { return string(n.canonical(nil)) }

func (n *Node) isTrue() bool { return n.Kind == Bool && n.Text == "true" }

func (n *Node) find(name string) int {
	if n == nil {
		return -1
	}
	if n.byName != nil {
		if i, ok := n.byName[name]; ok {
			return i
		}
		return -1
	}
	return slices.IndexFunc(n.Members, func(m Member) bool { return m.Name == name })
}

// add appends a member; the caller has seen to it that the name is new.
func (n *Node) add(m Member) {
	m.Value.parent, m.Value.index = n, len(n.Members)
	n.Members = append(n.Members, m)
	if n.byName == nil && len(n.Members) > smallObject {
		n.byName = make(map[string]int, 4*smallObject)
		for i, m := range n.Members {
			n.byName[m.Name] = i
		}
	} else if n.byName != nil {
		n.byName[m.Name] = len(n.Members) - 1
	}
}

func (n *Node) append(element *Node) {
	element.parent, element.index = n, len(n.Elements)
	n.Elements = append(n.Elements, element)
}

func (n *Node) at(offset int, pointer string) Place {
	if n.source == nil {
		return Place{Pointer: pointer}
	}
	line, column := n.source.position(offset)
	return Place{File: n.source.path, Line: line, Column: column, Pointer: pointer}
}

// path returns the reference tokens that lead from the root to n.
func (n *Node) path() []string {
	var tokens []string
	for ; n.parent != nil; n = n.parent {
		tokens = append(tokens, n.token())
	}
	slices.Reverse(tokens)
	return tokens
}

// token is the last token of n's pointer; "" for a root.
func (n *Node) token() string {
	switch {
	case n.parent == nil:
		return ""
	case n.parent.Kind == Array:
		return strconv.Itoa(n.index)
	}
	return n.parent.Members[n.index].Name
}

func escapePointer(token string) string {
	if !strings.ContainsAny(token, "~/") {
		return token
	}
	return strings.ReplaceAll(strings.ReplaceAll(token, "~", "~0"), "/", "~1")
}

func (n *Node) appendJSON(b []byte) []byte {
	switch n.Kind {
	case Null:
		return append(b, "null"...)
	case String:
		return appendString(b, n.Text)
	case Array:
		b = append(b, '[')
		for i, e := range n.Elements {
			if i > 0 {
				b = append(b, ',')
			}
			b = e.appendJSON(b)
		}
		return append(b, ']')
	case Object:
		b = append(b, '{')
		for i, m := range n.Members {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendString(b, m.Name), ':')
			b = m.Value.appendJSON(b)
		}
		return append(b, '}')
	}
	return append(b, n.Text...)
}

// appendString escapes what RFC 8259 says must be, and nothing else: text stays as its author wrote it.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c < 0x20:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

// newObject makes an object that stands in no file.
func newObject(members ...Member) *Node {
	n := &Node{Kind: Object}
	for _, m := range members {
		n.add(m)
	}
	return n
}

func newArray(elements ...*Node) *Node {
	n := &Node{Kind: Array}
	for _, e := range elements {
		n.append(e)
	}
	return n
}

func newString(text string) *Node { return &Node{Kind: String, Text: text} }

func newNumber(value int64) *Node { return &Node{Kind: Number, Text: strconv.FormatInt(value, 10)} }

func newBool(value bool) *Node { return &Node{Kind: Bool, Text: strconv.FormatBool(value)} }

// clone copies n without its place, so that it can stand in another tree.
func (n *Node) clone() *Node {
	c := &Node{Kind: n.Kind, Text: n.Text}
	for _, m := range n.Members {
		c.add(Member{Name: m.Name, Value: m.Value.clone()})
	}
	for _, e := range n.Elements {
		c.append(e.clone())
	}
	return c
}

// canonical appends a text that is the same for equal values: numbers by value, members in the order of their names.
func (n *Node) canonical(b []byte) []byte {
	switch n.Kind {
	case Number:
		if v, ok := n.rational(); ok {
			return append(b, v.RatString()...)
		}
		return append(b, n.Text...)
	case Array:
		b = append(b, '[')
		for _, e := range n.Elements {
			b = append(e.canonical(b), ',')
		}
		return append(b, ']')
	case Object:
		members := slices.Clone(n.Members)
		slices.SortFunc(members, func(a, b Member) int { return strings.Compare(a.Name, b.Name) })
		b = append(b, '{')
		for _, m := range members {
			b = append(appendString(b, m.Name), ':')
			b = append(m.Value.canonical(b), ',')
		}
		return append(b, '}')
	}
	return n.appendJSON(b)
}
