// Package pattern matches a regular expression against a string in one pass
// over its bytes.
//
// Package regexp keeps a list of the places in the expression where a match may
// stand, and with every rune works out the next list. But there are only so many
// lists. This package works them out beforehand, gives each a number, the state,
// and writes down in a table which one follows which: a byte then costs one look
// into the table. (The field calls this a deterministic finite automaton.)
//
// machine.go has the table and how it is read, builder.go how it is made. What
// no table can tell, and what takes too large a table, is left to package regexp.
package pattern

import (
	"regexp"
	"regexp/syntax"
	"sync"
)

// Pattern is a regular expression that a string matches or does not. It may be
// used by several goroutines at once.
type Pattern struct {
	compiled func() matcher
}

// matcher is a *machine, or a *regexp.Regexp in place of one.
type matcher interface {
	MatchString(string) bool
}

// MustCompile returns the pattern that expr describes in the syntax of package
// regexp. Expr is compiled by the first Match, so that programs start fast; if it
// is no regular expression, Match panics.
func MustCompile(expr string) *Pattern {
	return &Pattern{sync.OnceValue(func() matcher { return compile(expr) })}
}

// Match reports whether s contains a match. The verdict is that of
// [regexp.MatchString] for every string, valid UTF-8 or not.
func (p *Pattern) Match(s string) bool { return p.compiled().MatchString(s) }

// IsTable reports whether Match takes no more than a look into a table for each
// byte. Else it takes as long as package regexp.
func (p *Pattern) IsTable() bool {
	_, ok := p.compiled().(*machine)
	return ok
}

func compile(expr string) matcher {
	re := regexp.MustCompile(expr)
	parsed, _ := syntax.Parse(expr, syntax.Perl) // as package regexp has just done
	prog, _ := syntax.Compile(parsed.Simplify())
	if m := build(prog); m != nil {
		return m
	}
	return re
}
