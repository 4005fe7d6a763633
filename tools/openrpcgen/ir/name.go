package ir

import (
	"fmt"
	"strings"
	"unicode"
)

// initialisms are the words that Go spells in capitals.
var initialisms = func() map[string]bool {
	list := "ACL API ASCII CPU CSS DNS EOF GUID HTML HTTP HTTPS ID IP JSON JWT QPS RAM RPC SLA SMTP SQL SSH TCP TLS TTL " +
		"UDP UI UID UUID URI URL UTF8 VM XML XMPP XSRF XSS"
	set := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		set[word] = true
	}
	return set
}()

// goName makes an exported Go identifier of a name on the wire.
func goName(wire string) string {
	s := goSuffix(wire)
	if s == "" {
		return ""
	}
	if first := []rune(s)[0]; !unicode.IsUpper(first) {
		return "X" + s
	}
	return s
}

// goSuffix is goName for what stands behind another name: it may begin with
// a digit.
func goSuffix(wire string) string {
	shouting := wire == strings.ToUpper(wire)
	var name strings.Builder
	for _, word := range words(wire) {
		upper := strings.ToUpper(word)
		switch {
		case initialisms[upper]:
			name.WriteString(upper)
		case shouting:
			name.WriteString(capital(strings.ToLower(word)))
		default:
			name.WriteString(capital(word))
		}
	}
	return name.String()
}

func capital(word string) string {
	runes := []rune(word)
	runes[0] = unicode.ToUpper(runes[0])
	return string(runes)
}

// words splits a name where anything but letters and digits stands, and where a
// capital follows a small letter, or begins a word behind capitals: HTTPServer
// is HTTP and Server.
func words(name string) []string {
	var list []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			list = append(list, string(word))
			word = nil
		}
	}
	runes := []rune(name)
	for i, r := range runes {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			flush()
			continue
		}
		if unicode.IsUpper(r) && len(word) > 0 {
			before := word[len(word)-1]
			nextIsLower := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if unicode.IsLower(before) || unicode.IsDigit(before) && nextIsLower || unicode.IsUpper(before) && nextIsLower {
				flush()
			}
		}
		word = append(word, r)
	}
	flush()
	return list
}

// trimError takes a final "Error" off, which the type's name adds again.
func trimError(name string) string {
	if short := strings.TrimSuffix(name, "Error"); short != "" {
		return short
	}
	return name
}

// names is a scope of Go identifiers.
type names struct {
	taken  map[string]bool
	suffix string // what is appended to a name has to be free, too
}

func newNames() *names { return &names{taken: map[string]bool{}} }

// newFields is the scope of a generated struct's fields, which has methods.
func newFields() *names {
	fields := newNames()
	for _, method := range []string{"EncodeJSON", "DecodeJSON", "MarshalJSON", "UnmarshalJSON", "SetDefaults"} {
		fields.claim(method)
	}
	return fields
}

// newMethods is the scope of the service's methods, which stand beside what
// the client and the batch embed, and which the mock has a field for each.
func newMethods() *names {
	methods := newNames()
	methods.suffix = "Func"
	for _, name := range []string{
		"Client", "Batch",
		// go vet asks that these have the standard library's signatures.
		"GobDecode", "GobEncode", "MarshalJSON", "MarshalXML", "ReadByte", "ReadRune", "UnmarshalJSON", "UnmarshalXML", "UnreadByte",
		"UnreadRune", "WriteByte",
	} {
		methods.claim(name)
	}
	return methods
}

// claim takes the first candidate that is free; if none is, the first with the
// lowest number that is.
func (n *names) claim(candidates ...string) string {
	for _, c := range candidates {
		if n.take(c) {
			return c
		}
	}
	for i := 2; ; i++ {
		if numbered := fmt.Sprintf("%s%d", candidates[0], i); n.take(numbered) {
			return numbered
		}
	}
}

func (n *names) take(name string) bool {
	if n.taken[name] || n.taken[name+n.suffix] {
		return false
	}
	n.taken[name], n.taken[name+n.suffix] = true, true
	return true
}
