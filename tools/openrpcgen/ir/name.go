package ir

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
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
// a digit. Symbols only separate words, but where there are no others, or only
// digits behind them: >= is GreaterEqual and -1 is Minus1.
func goSuffix(wire string) string {
	shouting := wire == strings.ToUpper(wire)
	var name strings.Builder
	for _, r := range leadingSymbols(wire) {
		name.WriteString(firstOf(symbols[r], fmt.Sprintf("U%04X", r)))
	}
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

// leadingSymbols are the symbols that a name is made of, or that stand before
// its first digit.
func leadingSymbols(name string) string {
	i := strings.IndexFunc(name, func(r rune) bool { return !isSymbol(r) })
	if i < 0 {
		return name
	}
	if first, _ := utf8.DecodeRuneInString(name[i:]); unicode.IsDigit(first) {
		return name[:i]
	}
	return ""
}

func isSymbol(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// symbols are the words for ASCII's symbols; others are their code points.
var symbols = map[rune]string{
	' ': "Space", '!': "Not", '"': "Quote", '#': "Hash", '$': "Dollar", '%': "Percent", '&': "And", '\'': "Apostrophe", '(': "LeftParen",
	')': "RightParen", '*': "Star", '+': "Plus", ',': "Comma", '-': "Minus", '.': "Dot", '/': "Slash", ':': "Colon", ';': "Semicolon",
	'<': "Less", '=': "Equal", '>': "Greater", '?': "Question", '@': "At", '[': "LeftBracket", '\\': "Backslash", ']': "RightBracket",
	'^': "Caret", '_': "Underscore", '`': "Backquote", '{': "LeftBrace", '|': "Or", '}': "RightBrace", '~': "Tilde",
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
		if isSymbol(r) {
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

// claim is names.claim, and warns at the place if the name got a number: it
// may get another one when the document changes.
func (b *builder) claim(scope *names, at *openrpc.Node, candidates ...string) string {
	name := scope.claim(candidates...)
	if !slices.Contains(candidates, name) {
		b.warn(at, "the Go name %s is taken, so this one is %s", candidates[0], name)
	}
	return name
}

// claimFor is claim for what x-go-name can name, and warns if that could not be
// kept. GoName is its value, "" if that is none.
func (b *builder) claimFor(of *openrpc.Node, goName string, scope *names, candidates ...string) string {
	b.named[of] = true
	name := scope.claim(candidates...)
	asked := of.Get("x-go-name")
	switch {
	case asked != nil && goName == "":
		b.warn(asked, `want an exported Go identifier like "UserID": this is ignored, and the Go name is %s`, name)
	case asked != nil && name != candidates[0]:
		b.warn(asked, "the Go name %s is taken, so this one is %s: choose another", candidates[0], name)
	case !slices.Contains(candidates, name):
		b.warn(of, "the Go name %s is taken, so this one is %s: name it by x-go-name", candidates[0], name)
	}
	return name
}

// nameless warns of each x-go-name that names nothing.
func (b *builder) nameless() {
	for n := range b.document.Named() {
		switch {
		case b.named[n]:
		case openrpc.GoName(n) == "":
			b.warn(n.Get("x-go-name"), `want an exported Go identifier like "UserID": this is ignored`)
		default:
			b.warn(n.Get("x-go-name"), "there is nothing in Go that this could name, so it is ignored: remove it, or name what the schema refers to")
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
