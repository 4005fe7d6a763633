package openrpc

import "sort"

// source is a file that was read.
type source struct {
	path  string // as shown in faults
	text  string
	lines []int // where each line begins
	root  *Node
	named []*Node // the objects with a $id, in order
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
