package ir

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// proseWidth is where the text of a doc comment is wrapped.
const proseWidth = 76

// prose makes the lines of a doc comment of a document's text. Paragraphs and
// the lines of code blocks are kept; nothing can end the comment.
func prose(text string) []string {
	var lines, paragraph []string
	flush := func() {
		lines = append(lines, Wrap(strings.Join(paragraph, " "))...)
		paragraph = nil
	}
	fenced := false
	for line := range strings.Lines(text) {
		line = strings.TrimRightFunc(Printable(line), unicode.IsSpace)
		switch trimmed := strings.TrimSpace(line); {
		case strings.HasPrefix(trimmed, "```"):
			flush()
			fenced = !fenced
			lines = append(lines, "")
		case fenced:
			lines = append(lines, "\t"+line)
		case trimmed == "":
			flush()
			lines = append(lines, "")
		default:
			paragraph = append(paragraph, trimmed)
		}
	}
	flush()
	return tidy(lines)
}

// Printable drops what no line of a comment may hold.
func Printable(line string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', unicode.IsPrint(r):
			return r
		case unicode.IsSpace(r): // the end of a line, too
			return ' '
		}
		return -1
	}, line)
}

// tidy drops blank lines at either end and where one follows another.
func tidy(lines []string) []string {
	var kept []string
	for _, line := range lines {
		if line == "" && (len(kept) == 0 || kept[len(kept)-1] == "") {
			continue
		}
		kept = append(kept, line)
	}
	for len(kept) > 0 && kept[len(kept)-1] == "" {
		kept = kept[:len(kept)-1]
	}
	return kept
}

// Wrap breaks text into the lines of a comment.
func Wrap(text string) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case len(line)+1+len(word) > proseWidth:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// paragraphs joins blocks of lines with blank lines between.
func paragraphs(blocks ...[]string) []string {
	var lines []string
	for _, block := range blocks {
		if len(block) > 0 {
			lines = append(append(lines, ""), block...)
		}
	}
	return tidy(lines)
}

// typeDoc documents a type by the document's words; where it has none, by where
// the type is used.
func typeDoc(name string, s *openrpc.Schema, use string) []string {
	text := firstOf(s.Description, s.Title)
	if text == "" || goName(text) == name {
		text = name + " is " + use + "."
	} else {
		text = name + ": " + text
	}
	return deprecate(paragraphs(prose(text), constraints(s)), s.Deprecated)
}

// Deprecated is the paragraph by which tools know what is not to be used.
const Deprecated = "Deprecated: the contract says so."

// deprecate adds that to docs which do not say it in words of their own.
func deprecate(doc []string, is bool) []string {
	if !is || slices.ContainsFunc(doc, func(line string) bool { return strings.HasPrefix(line, "Deprecated: ") }) {
		return doc
	}
	return paragraphs(doc, []string{Deprecated})
}

// constDoc tells of the members that are no fields.
func constDoc(t *Type) (lines []string) {
	for _, c := range t.Consts {
		lines = append(lines, Wrap(fmt.Sprintf("Its member %s is always %s.", Printable(c.Name), Printable(c.JSON)))...)
	}
	return lines
}

func methodDoc(m *openrpc.Method, method *Method) []string {
	var description []string
	if m.Description != m.Summary {
		description = prose(m.Description)
	}
	var errors, see []string
	var links []string
	for _, e := range method.Errors {
		links = append(links, "[*"+e.GoName+"]")
	}
	if len(links) > 0 {
		errors = Wrap("Errors: " + strings.Join(links, ", ") + ".")
	}
	if m.ExternalDocs != nil && m.ExternalDocs.URL != "" {
		see = prose("See " + m.ExternalDocs.URL)
	}
	return deprecate(paragraphs(prose(m.Summary), description, errors, see), m.Deprecated)
}

// fieldDoc documents a field. What a declared type asks for stands with the
// type; only a default matters where it is filled in.
func (b *builder) fieldDoc(text string, s *openrpc.Schema, deprecated bool) []string {
	doc, target := prose(text), s.Target()
	switch {
	case b.components[target] == nil:
		doc = append(doc, constraints(target)...)
	case target.Default != nil:
		doc = append(doc, "Default "+Printable(compactJSON(target.Default))+".")
	}
	return deprecate(doc, deprecated || s.Deprecated)
}

// constraints says in a line what a schema asks for beyond its Go type.
func constraints(s *openrpc.Schema) []string {
	var list []string
	number := func(what string, n *openrpc.Node) {
		if n != nil {
			list = append(list, what+" "+n.Text)
		}
	}
	count := func(what string, n *int) {
		if n != nil {
			list = append(list, fmt.Sprintf("%s %d", what, *n))
		}
	}
	inGo := integerType(s).Kind == Uint && slices.Contains(s.Types, openrpc.TypeInteger)
	if !inGo || sign(s.Minimum) != 0 {
		number("minimum", s.Minimum)
	}
	number("more than", s.ExclusiveMinimum)
	number("maximum", s.Maximum)
	number("less than", s.ExclusiveMaximum)
	number("a multiple of", s.MultipleOf)
	count("minimum length", s.MinLength)
	count("maximum length", s.MaxLength)
	count("minimum elements", s.MinItems)
	count("maximum elements", s.MaxItems)
	if s.UniqueItems {
		list = append(list, "elements differ")
	}
	if _, sized := sizedIntegers[s.Format]; s.Format != "" && s.Format != "date-time" && !sized {
		list = append(list, "format "+Printable(s.Format))
	}
	if s.Default != nil {
		list = append(list, "default "+Printable(compactJSON(s.Default)))
	}
	var lines []string
	if len(list) > 0 {
		sentence := strings.Join(list, ", ") + "."
		lines = Wrap(strings.ToUpper(sentence[:1]) + sentence[1:])
	}
	if s.Pattern != "" {
		lines = append(lines, "Pattern: "+Printable(strings.ReplaceAll(s.Pattern, "\n", `\n`)))
	}
	return lines
}
