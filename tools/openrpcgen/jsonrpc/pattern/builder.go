package pattern

import (
	"encoding/binary"
	"maps"
	"regexp/syntax"
	"slices"
	"unicode"
)

// builder makes a machine of a program, which is what package regexp/syntax
// makes of an expression. The program of ^a+$ is, in words:
//
//	1  at the beginning of the string alone: go on
//	2  read a rune of the set {a}
//	3  go on at 2, and at 4 as well
//	4  at the end of the string alone: go on
//	5  it matches
//
// A match may stand at several instructions at once: after an a, at 2 and at 4.
// Such a set of instructions is a state. Builder begins with the state at the
// beginning, and follows each class of runes from each state that it comes upon,
// until none is new. (Textbooks call this the subset construction.)
type builder struct {
	insts   []syntax.Inst
	first   uint32 // the instruction at which a match begins
	machine machine
	samples []rune            // a rune of each class
	states  [][]uint32        // in the order of their rows
	numbers map[string]uint16 // of the states, by their instructions
	seen    []bool            // by instruction, while follow is at work
}

// build returns nil if the program asks for more than where the string begins and
// ends, or if the table would be too large.
func build(prog *syntax.Prog) *machine {
	b := &builder{
		insts:   prog.Inst,
		first:   uint32(prog.Start),
		numbers: map[string]uint16{},
		seen:    make([]bool, len(prog.Inst)),
	}
	if slices.ContainsFunc(b.insts, looksAround) || !b.classify() {
		return nil
	}
	// The first state is not among the numbers: no other is at the beginning.
	b.states = [][]uint32{b.follow([]uint32{b.first}, syntax.EmptyBeginText)}
	for n := 0; n < len(b.states); n++ {
		if len(b.states) > maxStates {
			return nil
		}
		b.machine.next = append(b.machine.next, b.row(n)...)
	}
	return &b.machine
}

// looksAround tells the instructions that ask for the runes on either side: for
// word boundaries, and for where lines begin and end.
func looksAround(inst syntax.Inst) bool {
	const ofText = syntax.EmptyBeginText | syntax.EmptyEndText
	return inst.Op == syntax.InstEmptyWidth && syntax.EmptyOp(inst.Arg)&^ofText != 0
}

// classify divides all runes into classes: those that are in the same sets of
// the program are of one class.
func (b *builder) classify() bool {
	b.samples = []rune{-1} // the class end has none
	sets := b.sets()
	classes := map[string]uint8{} // by their sets
	for _, first := range borders(sets) {
		var in []byte
		for i, set := range sets {
			if set.MatchRune(first) {
				in = binary.AppendUvarint(in, uint64(i))
			}
		}
		class, ok := classes[string(in)]
		if !ok {
			if len(b.samples) == maxClasses {
				return false
			}
			class = uint8(len(b.samples))
			classes[string(in)] = class
			b.samples = append(b.samples, first)
		}
		b.machine.spans = append(b.machine.spans, span{first, class})
	}
	b.machine.spans = slices.CompactFunc(b.machine.spans, func(a, b span) bool { return a.class == b.class })
	b.machine.setClasses()
	return true
}

// sets lists one instruction for each set of runes that is read: in \pL{1000}
// one for the 1,000 that share it, since it has 1,300 borders.
func (b *builder) sets() []*syntax.Inst {
	type key struct {
		runes *rune
		size  int
		flags uint32
	}
	sets := map[key]*syntax.Inst{}
	for pc := range b.insts {
		if inst := &b.insts[pc]; len(inst.Rune) > 0 {
			sets[key{&inst.Rune[0], len(inst.Rune), inst.Arg}] = inst
		}
	}
	return slices.Collect(maps.Values(sets))
}

// borders lists in order the runes at which a set begins, or has just ended.
func borders(sets []*syntax.Inst) []rune {
	borders := []rune{0}
	for _, set := range sets {
		if len(set.Rune) == 1 { // and perhaps its other cases
			r := set.Rune[0]
			borders = append(borders, r, r+1)
			for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
				borders = append(borders, other, other+1)
			}
			continue
		}
		for i := 0; i < len(set.Rune); i += 2 { // from, to
			borders = append(borders, set.Rune[i], set.Rune[i+1]+1)
		}
	}
	slices.Sort(borders)
	borders = slices.Compact(borders)
	return slices.DeleteFunc(borders, func(r rune) bool { return r > unicode.MaxRune })
}

// row lists by class what follows the n-th state.
func (b *builder) row(n int) []uint16 {
	holds := syntax.EmptyEndText
	if n == start {
		holds |= syntax.EmptyBeginText
	}
	row := []uint16{never}
	if b.matches(b.follow(b.states[n], holds)) {
		row[end] = always
	}
	for _, r := range b.samples[end+1:] {
		next := []uint32{b.first} // a match may begin anywhere
		for _, pc := range b.states[n] {
			switch inst := &b.insts[pc]; {
			case inst.Op == syntax.InstMatch: // and does so whatever follows
				next = append(next, pc)
			case inst.MatchRune(r):
				next = append(next, inst.Out)
			}
		}
		row = append(row, b.state(b.follow(next, 0)))
	}
	return row
}

// follow goes through instructions that read nothing, if what they ask for
// holds. It lists where that ends: at those that read, that match, or that wait
// for the end of the string.
func (b *builder) follow(from []uint32, holds syntax.EmptyOp) (stops []uint32) {
	clear(b.seen)
	for todo := slices.Clone(from); len(todo) > 0; {
		pc := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if b.seen[pc] {
			continue
		}
		b.seen[pc] = true
		switch inst := &b.insts[pc]; inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			todo = append(todo, inst.Out, inst.Arg)
		case syntax.InstCapture, syntax.InstNop:
			todo = append(todo, inst.Out)
		case syntax.InstEmptyWidth:
			if asked := syntax.EmptyOp(inst.Arg); asked&^holds == 0 {
				todo = append(todo, inst.Out)
			} else if asked == syntax.EmptyEndText {
				stops = append(stops, pc)
			}
		case syntax.InstFail:
		default:
			stops = append(stops, pc)
		}
	}
	slices.Sort(stops)
	return stops
}

func (b *builder) matches(stops []uint32) bool {
	return slices.ContainsFunc(stops, func(pc uint32) bool { return b.insts[pc].Op == syntax.InstMatch })
}

// state returns the state that is at stops, a new one if need be.
func (b *builder) state(stops []uint32) uint16 {
	if len(stops) == 0 {
		return never
	}
	if b.matches(stops) {
		return always
	}
	key, _ := binary.Append(nil, binary.NativeEndian, stops)
	state, ok := b.numbers[string(key)]
	if !ok {
		state = uint16(len(b.states) * len(b.samples))
		b.numbers[string(key)] = state
		b.states = append(b.states, stops)
	}
	return state
}
