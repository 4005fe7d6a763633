package main

import (
	"strings"
)

// table is one of Markdown. The first column is text, the others are figures.
type table struct {
	header []string
	rows   [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t table) String() string {
	var s strings.Builder
	row := func(cells []string) { s.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	row(t.header)
	s.WriteString("|---|" + strings.Repeat("---:|", len(t.header)-1) + "\n")
	for _, cells := range t.rows {
		row(cells)
	}
	return s.String()
}
