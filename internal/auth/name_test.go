package auth

import (
	"strings"
	"testing"
)

func TestCanonicalName(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, want string }{
		{"ada", "ada"},
		{"ADA", "ada"},
		{"Ada.Lovelace_1-5", "ada.lovelace_1-5"},
		{"ａｄａ", "ada"},         // fullwidth
		{"\u212A\u017F", "ks"}, // the sign of Kelvin, the long s
		{"Straße", "strasse"},
		{"аdа", "аdа"}, // Cyrillic, which stays
		{" ada", " ada"},
		{"", ""},
		{"ada\x00", ""},
		{strings.Repeat("a", 64), strings.Repeat("a", 64)},
		{strings.Repeat("Ａ", 64), strings.Repeat("a", 64)},
		{strings.Repeat("a", 65), ""},
		{strings.Repeat("\uFDFA", 1<<20/3), ""}, // each would become 18
	}
	for _, test := range tests {
		if got := CanonicalName(test.name); got != test.want {
			t.Errorf("%.40q is %q, want %q", test.name, got, test.want)
		}
		if again := CanonicalName(test.want); again != test.want {
			t.Errorf("%q, made canonical again, is %q", test.want, again)
		}
	}
}
