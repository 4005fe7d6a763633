package pattern

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestRandom compares random patterns with package regexp on random strings.
func TestRandom(t *testing.T) {
	seen := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		expr := expression(3).Draw(t, "expr")
		re, matcher := regexp.MustCompile(expr), compile(expr)
		if _, ok := matcher.(*machine); ok {
			seen["machine"]++
		} else {
			seen["regexp"]++
		}
		for _, s := range rapid.SliceOfN(text(), 20, 20).Draw(t, "strings") {
			want := re.MatchString(s)
			if got := matcher.MatchString(s); got != want {
				t.Fatalf("%s on %q: %v, want %v", expr, s, got, want)
			}
			if want {
				seen["match"]++
			} else {
				seen["no match"]++
			}
		}
	})
	for _, what := range []string{"machine", "regexp", "match", "no match"} {
		if seen[what] == 0 {
			t.Errorf("the random patterns and strings gave no %s: %v", what, seen)
		}
	}
}

// expression generates regular expressions, nested this deep. Their alphabet is
// that of text.
func expression(depth int) *rapid.Generator[string] {
	atom := rapid.SampledFrom([]string{
		`a`, `b`, `k`, `ab`, `\.`, `-`, `é`, `λ`, `日`, `😀`, `\x{FFFD}`, `\x00`, `\n`,
		`.`, `(?s:.)`, `\d`, `\D`, `\w`, `\W`, `\s`, `\pL`, `\PL`, `\p{Greek}`, `[[:alpha:]]`,
		`[a-b]`, `[^a]`, `[^\x00]`, `[ak-]`, `[^ab\n]`, `[é-λ]`, `[^é]`, `[\x{80}-\x{7ff}]`, `[a-\x{10FFFF}]`, `[^\x{0}-\x{10FFFF}]`,
		`(?i:k)`, `(?i:s)`, `(?i:é)`, `(?i:[a-k])`, `(?i:ab)`,
		`^`, `$`, `\A`, `\z`, `^`, `$`, ``,
		`\b`, `\B`, `(?m:^)`, `(?m:$)`,
	})
	if depth == 0 {
		return atom
	}
	return rapid.Custom(func(t *rapid.T) string {
		inner := expression(depth - 1)
		group := func() string {
			return rapid.SampledFrom([]string{"(", "(?:", "(?U:"}).Draw(t, "group") + inner.Draw(t, "inner") + ")"
		}
		switch rapid.SampledFrom([]string{"atom", "sequence", "alternatives", "repetition", "anchors"}).Draw(t, "kind") {
		case "sequence":
			return strings.Join(rapid.SliceOfN(inner, 2, 4).Draw(t, "sequence"), "")
		case "alternatives":
			return "(" + strings.Join(rapid.SliceOfN(inner, 2, 3).Draw(t, "alternatives"), "|") + ")"
		case "repetition":
			return group() + rapid.SampledFrom([]string{"*", "+", "?", "*?", "+?", "??", "{0}", "{2}", "{1,}", "{0,3}", "{2,5}?"}).Draw(t, "times")
		case "anchors":
			return "^" + group() + "$"
		}
		return atom.Draw(t, "atom")
	})
}

// pieces are what texts consist of: runes that patterns tell apart, and bytes
// that are not UTF-8.
var pieces = []string{
	"a", "b", "k", "K", "s", "z", "0", "9", "_", "-", ".", " ", "\n", "\x00", "\x7f",
	"é", "É", "λ", "\u212A", "ſ", "日", "😀", "\u0080", "\uFFFD", "\U0010FFFF",
	"\xff", "\x80", "\xc3", "\xe6\x97", "\xed\xa0\x80", "\xf0\x9f\x98", "\xc0\xaf",
}

func text() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 8).Draw(t, "pieces"), "")
	})
}

// FuzzMatch compares with package regexp, whatever the pattern and the string.
func FuzzMatch(f *testing.F) {
	for _, expr := range []string{username, quantity, hash, noNUL, email, `a|$^`, `(?i)k$`, `\pL+`, `\bcat`, `(?m)^.$`, `^(?s:.)\x{FFFD}`} {
		for _, s := range []string{"", "alice", "0x" + hex64, "a@b.c", "日本語", "e\u212A", "\xe2\x82a"} {
			f.Add(expr, s)
		}
	}
	f.Fuzz(func(t *testing.T, expr, s string) {
		re, err := regexp.Compile(expr)
		if err != nil || len(expr) > 200 {
			return
		}
		if got, want := compile(expr).MatchString(s), re.MatchString(s); got != want {
			t.Errorf("%s on %q: %v, want %v", expr, s, got, want)
		}
	})
}
