package pattern

import (
	"regexp"
	"strings"
	"testing"
)

// BenchmarkMatch is beside package regexp.
func BenchmarkMatch(b *testing.B) {
	for _, sample := range []struct{ name, expr, s string }{
		{"username", username, "alice.smith"},
		{"quantity", quantity, "0x1bc16d674ec80000"},
		{"hash", hash, "0x" + hex64},
		{"email", email, "alice.smith@mail.example.co.uk"},
		{"no-NUL-short", noNUL, "Alice Smith"},
		{"no-NUL-ASCII", noNUL, strings.Repeat("Alice Smith ", 100)},
		{"no-NUL-Cyrillic", noNUL, strings.Repeat("Алиса ", 100)},
		{"no-NUL-Japanese", noNUL, strings.Repeat("日本語", 100)},
		{"letters-Cyrillic", `^\pL+$`, strings.Repeat("Алиса", 100)},
		{"refused-at-once", quantity, strings.Repeat("alice", 100)},
	} {
		p, re := MustCompile(sample.expr), regexp.MustCompile(sample.expr)
		want := re.MatchString(sample.s)
		if p.Match(sample.s) != want { // compiles it, too
			b.Fatal("wrong verdict")
		}
		for name, match := range map[string]func(string) bool{"pattern": p.Match, "regexp": re.MatchString} {
			b.Run(sample.name+"/"+name, func(b *testing.B) {
				b.SetBytes(int64(len(sample.s)))
				b.ReportAllocs()
				for b.Loop() {
					if match(sample.s) != want {
						b.Fatal("wrong verdict")
					}
				}
			})
		}
	}
}

// BenchmarkCompile is what the first Match costs.
func BenchmarkCompile(b *testing.B) {
	for name, expr := range map[string]string{"username": username, "hash": hash, "email": email, "letters": `^[\pL '-]{1,100}$`, "too-many-states": `a.{20}b`} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				compile(expr)
			}
		})
	}
}
