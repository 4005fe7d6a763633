package pattern

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const (
	username = `^[A-Za-z0-9._-]+$`
	quantity = `^0x([1-9a-f]+[0-9a-f]*|0)$`
	hash     = `^0x[0-9a-f]{64}$`
	noNUL    = `^[^\x00]*$`
	email    = "^[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+)*@" +
		`([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`
)

var (
	hex64 = strings.Repeat("0123456789abcdef", 4)
	label = strings.Repeat("a", 63)
)

func TestMatch(t *testing.T) {
	for expr, test := range map[string]struct{ yes, no []string }{
		username: {[]string{"alice.smith", "-", "A_9"}, []string{"", "alice smith", "alice\n", "zoë", "a\xff"}},
		quantity: {[]string{"0x0", "0x1", "0xff", "0x10a"}, []string{"", "0x", "0x01", "0xG", "1", "0x0 ", " 0x0", "0xF"}},
		hash:     {[]string{"0x" + hex64}, []string{"", "0x", hex64, "0x" + hex64[1:], "0x0" + hex64, "0x" + hex64 + "\n"}},
		noNUL:    {[]string{"", "alice", "Алиса", "日本語\n", "\xff\xe2\x82"}, []string{"\x00", "alice\x00", "Алиса\x00日"}},
		email: {
			[]string{"a@b.c", "alice.smith+tag@mail.example.co.uk", "a@" + label + ".org", "a@1-2.x"},
			[]string{"", "alice", "@b.c", "a@b", "a@b.", ".a@b.c", "a..b@c.d", "a@-b.c", "a@b-.c", "a@a" + label + ".org", "a@b.c ", "é@b.c"},
		},

		``:                    {[]string{"", "a"}, nil},
		`a`:                   {[]string{"a", "bab", "é\xffa"}, []string{"", "b", "á"}},
		`^`:                   {[]string{"", "a"}, nil},
		`$`:                   {[]string{"", "a"}, nil},
		`^$`:                  {[]string{""}, []string{"a", "\n"}},
		`a|$^`:                {[]string{"", "a", "ba"}, []string{"b"}}, // the end is the beginning of "" alone
		`a$b|a^b`:             {nil, []string{"", "a", "ab"}},
		`[^\x{0}-\x{10FFFF}]`: {nil, []string{"", "a", "é"}},
		`^.$`:                 {[]string{"a", "é", "😀", "\xff", "\uFFFD"}, []string{"", "\n", "ab", "\xe2\x82", "éa"}},
		`^(?s:.){2}$`:         {[]string{"a\n", "\xe2\x82", "é😀"}, []string{"", "é", "\xe2\x82a"}},
		`^\x{FFFD}$`:          {[]string{"\uFFFD", "\xff", "\xc3"}, []string{"", "\xc3\xa9", "\xff\xff", "a"}},
		`^(?i)k+$`:            {[]string{"k", "K", "\u212A"}, []string{"", "x", "κ"}},
		`^\p{Greek}+[0-9]?$`:  {[]string{"λόγος", "α1"}, []string{"", "logos", "αb", "α12"}},

		`\bcat\b`:       {[]string{"cat", "a cat."}, []string{"", "cats", "concat"}},
		`(?m)^b$`:       {[]string{"b", "a\nb\nc"}, []string{"", "ab"}},
		`a.{20}b.{20}c`: {[]string{"a" + strings.Repeat("ab", 10) + "b" + strings.Repeat("é", 20) + "c"}, []string{"", "abc"}},
	} {
		p := MustCompile(expr)
		for _, s := range test.yes {
			if !p.Match(s) {
				t.Errorf("%s does not match %q", expr, s)
			}
		}
		for _, s := range test.no {
			if p.Match(s) {
				t.Errorf("%s matches %q", expr, s)
			}
		}
	}
}

// TestMatcher has what becomes a machine, and what is left to package regexp.
func TestMatcher(t *testing.T) {
	for expr, want := range map[string]bool{
		username: true, quantity: true, hash: true, noNUL: true, email: true,
		`^[\p{L} '-]{1,100}$`: true,
		`(?i)^a.*\z`:          true,

		`\bcat\b`:  false,
		`\Bcat`:    false,
		`(?m)^cat`: false,
		`(?m)cat$`: false,

		`^a{1000}a{24}`: true,
		`^a{1000}a{25}`: false, // 1,025 states
		`a.{20}b`:       false, // a state for each choice of a's among 20 runes
		alphabet(62):    true,
		alphabet(63):    false, // with the end and all other runes 65 classes
	} {
		if got := MustCompile(expr).IsTable(); got != want {
			t.Errorf("%s: table %v, want %v", expr, got, want)
		}
	}
}

// alphabet returns n different runes.
func alphabet(n int) string {
	var runes []rune
	for i := range n {
		runes = append(runes, rune('Ā'+i))
	}
	return string(runes)
}

// TestTable has the table that machine's comment shows, and some where the
// verdict is known before the end.
func TestTable(t *testing.T) {
	for expr, want := range map[string]machine{
		`^a+$`: {
			spans: []span{{0, 1}, {'a', 2}, {'b', 1}},
			next: []uint16{ // at the end, another rune, a
				never, never, 3,
				always, never, 3,
			},
		},
		`a`: {
			spans: []span{{0, 1}, {'a', 2}, {'b', 1}},
			next: []uint16{
				never, 3, always,
				never, 3, always,
			},
		},
		noNUL: {
			spans: []span{{0, 1}, {1, 2}},
			next: []uint16{ // at the end, NUL, another rune
				always, never, 3,
				always, never, 3,
			},
		},
		`^`: {
			spans: []span{{0, 1}},
			next:  []uint16{always, always},
		},
	} {
		got := compile(expr).(*machine)
		if diff := cmp.Diff(want, *got, cmp.AllowUnexported(machine{}, span{}), cmpopts.IgnoreFields(machine{}, "classes")); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", expr, diff)
		}
	}
}

// TestBytes has the classes of bytes: beyond ASCII they have one only if the
// pattern does not tell the runes there apart.
func TestBytes(t *testing.T) {
	for expr, want := range map[string]map[byte]uint8{
		noNUL:       {0: 1, 1: 2, 0x7f: 2, 0x80: 2, 0xff: 2},
		`[\x{80}-]`: {'-': 2, 0x7f: 1, 0x80: several, 0xff: several},
		`[^a-\x7f]`: {'a': 2, 0x7f: 2, 0x80: 1, 0xff: 1},
		`é`:         {0: 1, 0x7f: 1, 0x80: several, 0xc3: several, 0xff: several},
	} {
		m := compile(expr).(*machine)
		for c, class := range want {
			if m.classes[c] != class {
				t.Errorf("%s: byte %#x is of class %d, want %d", expr, c, m.classes[c], class)
			}
		}
	}
}

func TestMatchAllocatesNothing(t *testing.T) {
	for _, expr := range []string{username, quantity, hash, noNUL, email, `^\p{Greek}+$`} {
		p := MustCompile(expr)
		for _, s := range []string{"alice", "0x" + hex64, "a@b.c", strings.Repeat("日本語λόγος\xff", 100)} {
			p.Match(s)
			if n := testing.AllocsPerRun(10, func() { p.Match(s) }); n != 0 {
				t.Errorf("%s: %v allocations for %q", expr, n, s)
			}
		}
	}
}

func TestMustCompileNoExpression(t *testing.T) {
	p := MustCompile(`(`)
	for range 2 {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("Match did not panic")
				}
			}()
			p.Match("")
		}()
	}
}

// TestConcurrentFirstUse is for the race detector.
func TestConcurrentFirstUse(t *testing.T) {
	p := MustCompile(email)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if !p.Match("alice@example.com") || p.Match("alice") {
				t.Error("wrong verdict")
			}
		})
	}
	all.Wait()
}
