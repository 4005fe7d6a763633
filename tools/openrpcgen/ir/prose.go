package ir

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// proseWidth is where the text of a doc comment is wrapped.
const proseWidth = 76

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
func Wrap(text string) []string { return wrap(text, proseWidth) }

func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case len(line)+1+len(word) > width:
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
		text = after(name+":", text)
	}
	return deprecate(paragraphs(stopped(prose(text)), constraints(s)), s.Deprecated)
}

// after puts a text behind what it is about.
func after(lead, text string) string {
	if startsBlock(text) {
		return lead + "\n" + text
	}
	return lead + " " + text
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

// constDoc tells of the members that are no fields, and of a nil that is a value.
func constDoc(t *Type) (lines []string) {
	if t.Choice != nil && t.Choice.Null {
		lines = append(lines, fmt.Sprintf("A nil %s is null.", t.Choice.Field))
	}
	if t.Kind == Constant {
		lines = append(lines, Wrap(fmt.Sprintf("It is always %s.", Printable(t.JSON)))...)
	}
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
	var null, errors, see []string
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
	switch r := method.Result; {
	case r == nil || !r.Nullable || r.Type.Kind == Raw:
	case r.Type.Choice != nil && r.Type.HasNil():
		null = []string{fmt.Sprintf("Its result has a nil %s where the document says null.", r.Type.Choice.Field)}
	default:
		null = []string{"The result is nil where the document says null."}
	}
	doc := paragraphs(sentence(prose(m.Summary)), sentence(description), null, errors, see)
	return deprecate(doc, m.Deprecated)
}

// fieldDoc documents a field. What a declared type asks for stands with the
// type; only a default matters where it is filled in.
func (b *builder) fieldDoc(f *Field, text string, s *openrpc.Schema, deprecated bool) {
	var doc, last []string
	if !repeats(text, f.Name, s) {
		doc = prose(text)
	}
	switch target, fallback := s.Target(), s.EffectiveDefault(); {
	case b.components[target] == nil:
		shown := *target
		shown.Default = fallback
		last = constraints(&shown)
	case fallback != nil:
		last = []string{"Default " + Printable(compactJSON(fallback)) + "."}
	}
	f.Doc = deprecate(withLast(doc, last), deprecated || s.Deprecated)
	f.Beside = len(f.Doc) == 1 && len(doc) == 1 && len(doc[0]) <= besideWidth && !isIndented(doc[0]) && doc[0][0] != '#'
}

// besideWidth is how long the docs of a field may be that stand beside it.
const besideWidth = 48

// repeats reports whether a text only says what a field is called, or of which
// type it is.
func repeats(text, name string, s *openrpc.Schema) bool {
	bare := func(text string) string {
		return strings.ToLower(strings.Join(strings.FieldsFunc(text, isSymbol), ""))
	}
	isType := func(t openrpc.Type) bool { return string(t) == bare(text) }
	return bare(text) == bare(name) || slices.ContainsFunc(s.Target().Types, isType)
}

// withLast adds last lines to prose, which they shall not seem to go on with.
func withLast(doc, lines []string) []string {
	switch {
	case len(doc) == 0 || len(lines) == 0:
		return append(doc, lines...)
	case isIndented(doc[len(doc)-1]): // a list, or code
		return paragraphs(doc, lines)
	}
	return append(stopped(doc), lines...)
}

// stopped ends docs with a full stop if their last line is prose without one.
func stopped(doc []string) []string {
	if len(doc) == 0 || isIndented(doc[len(doc)-1]) || strings.HasPrefix(doc[len(doc)-1], "#") {
		return doc
	}
	end := &doc[len(doc)-1]
	if last, _ := utf8.DecodeLastRuneInString(*end); !isSymbol(last) || strings.ContainsRune(")]`'\"", last) {
		*end += "."
	}
	return doc
}

func isIndented(line string) bool { return strings.TrimLeft(line, "\t ") != line }

// constraints says in a line what a schema asks for beyond its Go type.
func constraints(s *openrpc.Schema) []string {
	var list []string
	number := func(what string, n *openrpc.Node) {
		if n != nil {
			list = append(list, what+" "+n.Text)
		}
	}
	count := func(what, parts string, least, most *int) {
		if least != nil && most != nil && *least == *most {
			list = append(list, fmt.Sprintf("exactly %d %s", *least, parts))
			return
		}
		if least != nil && *least > 0 {
			list = append(list, fmt.Sprintf("minimum %s %d", what, *least))
		}
		if most != nil {
			list = append(list, fmt.Sprintf("maximum %s %d", what, *most))
		}
	}
	inGo := integerType(s).Kind == Uint && slices.Contains(s.Types, openrpc.TypeInteger)
	if may(s, openrpc.TypeInteger, openrpc.TypeNumber) {
		if !inGo || sign(s.Minimum) != 0 {
			number("minimum", s.Minimum)
		}
		number("more than", s.ExclusiveMinimum)
		number("maximum", s.Maximum)
		number("less than", s.ExclusiveMaximum)
		number("a multiple of", s.MultipleOf)
	}
	if may(s, openrpc.TypeString) {
		count("length", "characters", s.MinLength, s.MaxLength)
	}
	if may(s, openrpc.TypeArray) {
		count("elements", "elements", s.MinItems, s.MaxItems)
		if s.UniqueItems {
			list = append(list, "elements differ")
		}
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
	if s.Pattern != "" && may(s, openrpc.TypeString) {
		lines = append(lines, "Pattern: "+Printable(strings.ReplaceAll(s.Pattern, "\n", `\n`)))
	}
	return lines
}

// may reports whether values of one of these types are allowed: of others the
// keywords that are about them say nothing.
func may(s *openrpc.Schema, types ...openrpc.Type) bool {
	return len(s.Types) == 0 || slices.ContainsFunc(types, func(t openrpc.Type) bool { return slices.Contains(s.Types, t) })
}
