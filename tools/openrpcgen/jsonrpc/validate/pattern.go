package validate

import (
	"io"
	"regexp"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc/pattern"
)

// runes gives package regexp a text as long as somebody waits for the verdict.
type runes struct {
	*strings.Reader
	judge *judge
}

// ReadRune implements [io.RuneReader].
func (r runes) ReadRune() (rune, int, error) {
	if r.judge.spend(1); r.judge.err != nil {
		return 0, 0, io.EOF
	}
	return r.Reader.ReadRune()
}

// matches reports whether text matches a pattern of a schema. It is right as long
// as nobody interrupts. A table takes no longer for one pattern than for another;
// package regexp may take a thousand times as long.
func (j *judge) matches(re *regexp.Regexp, text string) bool {
	j.spend(1)
	table := j.schemas.pattern(re)
	switch {
	case j.err != nil:
		return false
	case table.IsTable():
		return table.Match(text)
	case len(text) <= patience: // package regexp is faster if it has the whole text
		j.spend(len(text))
		return re.MatchString(text)
	}
	return re.MatchReader(runes{strings.NewReader(text), j})
}

// pattern is the same pattern, as fast lanes have it.
func (s *Schemas) pattern(re *regexp.Regexp) *pattern.Pattern {
	p, ok := s.patterns.Load(re)
	if !ok {
		p, _ = s.patterns.LoadOrStore(re, pattern.MustCompile(re.String()))
	}
	return p.(*pattern.Pattern)
}
