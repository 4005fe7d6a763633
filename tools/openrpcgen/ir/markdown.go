package ir

import (
	"go/doc/comment"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// markdown is how a document's text becomes lines of a doc comment. Paragraphs,
// headings, lists and fenced code are kept in the form that Go has for them;
// lists within lists become one.
type markdown struct {
	lines     []string
	paragraph []string // that is open
	marker    string   // of the list item that it is; "" if it is none
	fenced    bool
}

var (
	headingLine = regexp.MustCompile(`^#{1,6} +(.*?)[ #]*$`)
	itemLine    = regexp.MustCompile(`^([-*+•]|[0-9]{1,3}[.)]) +(.+)$`)
)

// prose makes the lines of a doc comment of a document's text. Nothing can end
// the comment.
func prose(text string) []string {
	var m markdown
	for line := range strings.Lines(text) {
		m.line(strings.TrimRightFunc(Printable(line), unicode.IsSpace))
	}
	m.flush()
	bulletMixed(m.lines)
	return tidy(m.lines)
}

func (m *markdown) line(line string) {
	trimmed := strings.TrimSpace(line)
	heading, item := headingLine.FindStringSubmatch(trimmed), itemLine.FindStringSubmatch(trimmed)
	switch {
	case strings.HasPrefix(trimmed, "```"):
		m.flush()
		m.fenced = !m.fenced
		m.lines = append(m.lines, "")
	case m.fenced:
		m.lines = append(m.lines, "\t"+line)
	case trimmed == "":
		m.flush()
		m.lines = append(m.lines, "")
	case heading != nil && heading[1] != "":
		m.flush()
		m.lines = append(m.lines, "", "# "+heading[1], "")
	case item != nil && !m.goesOn(item[1]):
		m.flush()
		m.marker = "  - "
		if number := strings.TrimRight(item[1], ".)"); number != item[1] {
			m.marker = " " + number + ". "
		}
		m.paragraph = []string{item[2]}
	default:
		m.paragraph = append(m.paragraph, trimmed)
	}
}

// goesOn reports whether what looks like an item is but the next line of a
// paragraph, which no number but the first interrupts, and no sum.
func (m *markdown) goesOn(marker string) bool {
	return len(m.paragraph) > 0 && m.marker == "" && !slices.Contains([]string{"-", "*", "•", "1.", "1)"}, marker)
}

// flush ends the paragraph.
func (m *markdown) flush() {
	for i, line := range wrap(strings.Join(m.paragraph, " "), proseWidth-len(m.marker)) {
		if i == 0 || m.marker == "" {
			m.lines = append(m.lines, m.marker+line)
		} else {
			m.lines = append(m.lines, "    "+line)
		}
	}
	m.paragraph, m.marker = nil, ""
}

var numberedLine = regexp.MustCompile(`^ [0-9]+\. `)

// bulletMixed makes bullets of the numbers of lists that have both: Go takes the
// one kind for text of the other.
func bulletMixed(lines []string) {
	for len(lines) > 0 {
		end := slices.IndexFunc(lines, func(line string) bool { return line != "" && line[0] != ' ' })
		if end < 0 {
			end = len(lines)
		}
		list := lines[:end]
		if slices.ContainsFunc(list, func(line string) bool { return strings.HasPrefix(line, "  - ") }) {
			for i, line := range list {
				if numberedLine.MatchString(line) {
					list[i] = "  -" + line
				}
			}
		}
		lines = lines[min(end+1, len(lines)):]
	}
}

// startsBlock reports whether a text begins with what must be on a line of its
// own.
func startsBlock(text string) bool {
	first, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	first = strings.TrimSpace(first)
	return strings.HasPrefix(first, "```") || headingLine.MatchString(first) || itemLine.MatchString(first)
}

// sentence ends the first line of docs with a full stop if it would be taken
// for a heading, as Go takes a paragraph of one line that has none.
func sentence(doc []string) []string {
	if len(doc) == 0 || len(doc) > 1 && doc[1] != "" || strings.HasPrefix(doc[0], "#") {
		return doc
	}
	parsed := new(comment.Parser).Parse("before\n\n" + doc[0] + "\n\nafter")
	if _, is := parsed.Content[1].(*comment.Heading); is {
		doc[0] += "."
	}
	return doc
}
