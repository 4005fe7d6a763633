package openrpc

import (
	"slices"
	"strings"
)

// fields reads the members of one of the specification's objects and remembers which it was asked for, so that close can name
// the others.
type fields struct {
	r        *reader
	node     *Node
	what     string   // "method", for messages
	severity Severity // of a member that is missing or of the wrong kind
	seen     []string
}

// fields begins to read n as the object that what names; nil if n is none.
func (r *reader) fields(n *Node, what string, severity Severity) *fields {
	if n == nil {
		return nil
	}
	if n.Kind != Object {
		r.report(severity, n, "want %s, an object, found %s", withArticle(what), describe(n))
		return nil
	}
	r.roles[n] = what
	return &fields{r: r, node: n, what: what, severity: severity}
}

// optional returns the member or nil.
func (f *fields) optional(name string) *Node {
	f.seen = append(f.seen, name)
	return f.node.Get(name)
}

// required returns the member and reports if there is none.
func (f *fields) required(name string) *Node {
	n := f.optional(name)
	if n == nil {
		f.r.report(f.severity, f.node, "the %s has no %q: add it", f.what, name)
	}
	return n
}

// text returns a string member, "" if there is none.
func (f *fields) text(name string) string {
	return f.r.text(f.optional(name), f.severity)
}

// prose returns a string member that is only shown to people, so that its being of the wrong kind stops nothing.
func (f *fields) prose(name string) string {
	return f.r.text(f.optional(name), Warning)
}

// name returns a string member that must be there and not empty.
func (f *fields) name(name string) string {
	f.required(name)
	return f.optionalName(name)
}

// optionalName returns a string member that may be absent, but not empty.
func (f *fields) optionalName(name string) string {
	n := f.optional(name)
	text := f.r.text(n, f.severity)
	if n != nil && n.Kind == String && text == "" {
		f.r.report(f.severity, n, "the %q of the %s is empty: give it one", name, f.what)
	}
	return text
}

// label is name for text that may be empty.
func (f *fields) label(name string) string {
	return f.r.text(f.required(name), f.severity)
}

// flag returns a boolean member, false if there is none.
func (f *fields) flag(name string, severity Severity) bool {
	n := f.optional(name)
	return n != nil && f.r.flag(n, severity)
}

// list returns the elements of an array member, none if there is no such member.
func (f *fields) list(name string, severity Severity) []*Node {
	if n := f.optional(name); n != nil {
		return f.r.elements(n, severity)
	}
	return nil
}

// close returns the extensions and reports the members that the specification does not know.
func (f *fields) close() []Member {
	for _, m := range f.node.Members {
		if !isExtension(m.Name) && !slices.Contains(f.seen, m.Name) {
			f.r.reportName(Warning, f.node, m.Name, "the specification has no member %s in %s: remove it, or begin its name with x-",
				quote(m.Name), withArticle(f.what))
		}
	}
	return extensions(f.node)
}

// extensions returns the members that begin with x-.
func extensions(n *Node) []Member {
	var list []Member
	for _, m := range n.Members {
		if isExtension(m.Name) {
			list = append(list, m)
		}
	}
	return list
}

func isExtension(name string) bool { return strings.HasPrefix(name, "x-") }

// text returns a string's text; nil is "".
func (r *reader) text(n *Node, severity Severity) string {
	if n == nil {
		return ""
	}
	if n.Kind != String {
		r.report(severity, n, "want a string, found %s", describe(n))
		return ""
	}
	return n.Text
}

// describe names the kind of a value in a sentence.
func describe(n *Node) string {
	if n.Kind == Null {
		return "null"
	}
	return withArticle(n.Kind.String())
}

func withArticle(noun string) string {
	if strings.ContainsRune("aeiou", rune(strings.ToLower(noun)[0])) {
		return "an " + noun
	}
	return "a " + noun
}
