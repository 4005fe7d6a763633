package pattern

import "unicode/utf8"

// machine is a table that tells which state follows which, for each class of
// runes. Runes that the pattern does not tell apart are of one class.
//
// The pattern ^a+$ has two classes, the rune a and all the others, and two
// states, nothing read yet and nothing read but a:
//
//	         at the end   a        another rune
//	nothing  never        only a   never
//	only a   always       only a   never
type machine struct {
	next    []uint16   // row after row; a state is the index at which its row begins
	classes [256]uint8 // by byte; beyond ASCII the class that all runes are of, or several
	spans   []span     // all runes, in order
}

// span is runes of one class, from first on up to where the next span begins.
type span struct {
	first rune
	class uint8
}

const (
	maxStates  = 1024
	maxClasses = 1 << 16 / maxStates // so that a state fits into 16 bits

	start   = 0   // the state at the beginning of a string
	end     = 0   // the class of a string's end, after which there is no state
	several = end // the class of a byte that does not tell the class of its rune

	// Verdicts, in place of a state after which nothing can change them.
	never  = 1<<16 - 2
	always = 1<<16 - 1
)

// MatchString reads s up to where the table has a verdict. As in package regexp,
// a byte that is not UTF-8 counts as U+FFFD.
func (m *machine) MatchString(s string) bool {
	state := uint16(start)
	for i := 0; i < len(s); i++ {
		next := m.next[int(state)+int(m.classes[s[i]])]
		if next == state {
			// So common that the processor guesses it, and does not wait for the
			// table. The rune's other bytes are of the same class and stay too.
			continue
		}
		if s[i] >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			next = m.next[int(state)+int(m.class(r))]
			i += size - 1
		}
		if next >= never {
			return next == always
		}
		state = next
	}
	return m.next[state+end] == always
}

func (m *machine) class(r rune) uint8 {
	low, high := 0, len(m.spans) // r is in one of these, without high
	for high-low > 1 {
		if middle := (low + high) / 2; m.spans[middle].first <= r {
			low = middle
		} else {
			high = middle
		}
	}
	return m.spans[low].class
}

// setClasses derives the classes of bytes from the spans.
func (m *machine) setClasses() {
	last := m.spans[len(m.spans)-1]
	for c := range m.classes {
		if c < utf8.RuneSelf || last.first <= utf8.RuneSelf {
			m.classes[c] = m.class(rune(c))
		}
	}
}
