package main

import "strings"

// table is one of Markdown. The first column is text, and the last ones can be;
// the others are figures.
type table struct {
	header []string
	words  int // how many of the last columns are text
	rows   [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t table) String() string {
	var s strings.Builder
	row := func(cells []string) { s.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	row(t.header)
	s.WriteString("|---|" + strings.Repeat("---:|", len(t.header)-1-t.words) + strings.Repeat("---|", t.words) + "\n")
	for _, cells := range t.rows {
		row(cells)
	}
	return s.String()
}
