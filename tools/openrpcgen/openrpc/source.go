package openrpc

import (
	"slices"
	"sort"
	"strings"
)

// source is a file that was read.
type source struct {
	path  string // as shown in faults
	text  string
	lines []int // where each line begins
	root  *Node
	// named are the objects with a $id; anchors those whose $id is a fragment, by it without the #.
	named   []*Node
	anchors map[string]*Node
}

func newSource(path, text string) *source {
	s := &source{path: path, text: text, lines: []int{0}}
	for i := range len(text) {
		if text[i] == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

// position returns the line and the column in bytes, both from 1.
func (s *source) position(offset int) (line, column int) {
	line = sort.SearchInts(s.lines, offset+1)
	return line, offset - s.lines[line-1] + 1
}

// index prepares for references by $id. The $ids of schemas go before those that only stand in a value, like an example.
func (s *source) index() {
	s.named = slices.DeleteFunc(s.named, func(n *Node) bool { return idOf(n) == "" })
	slices.SortStableFunc(s.named, func(a, b *Node) int { return rankOfID(a) - rankOfID(b) })
	s.anchors = map[string]*Node{}
	for _, n := range s.named {
		if _, anchor, ok := strings.Cut(idOf(n), "#"); ok && s.anchors[anchor] == nil {
			s.anchors[anchor] = n
		}
	}
}
