package auth

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

func TestCheckPassword(t *testing.T) {
	t.Parallel()
	personal := []string{"Ada_L", "Countess.Lovelace@Example.com"}
	tests := []struct {
		name, password string
		want           error
	}{
		{"good", "analytical engine", nil},
		{"of 8", "jaeger8x", nil},
		{"of 7", "jaeger8", PasswordLength},
		{"none", "", PasswordLength},
		{"of 8 code points", "🐎🐎🐎🐎🐎🐎🐎🐎", nil},
		{"of 7, in 28 bytes", "🐎🐎🐎🐎🐎🐎🐎", PasswordLength},
		{"of 8 that become 7", "jaeger\u0065\u0301", PasswordLength},
		{"of 1 that becomes 18", "\ufdfa", nil},
		{"of 128", strings.Repeat("x y ", 32), nil},
		{"of 129", strings.Repeat("x y ", 32) + "z", PasswordLength},
		{"only digits", "8305177264", nil},
		{"only spaces", strings.Repeat(" ", 9), nil},

		{"the most common", "password", PasswordCommon},
		{"in capitals", "PassWord", PasswordCommon},
		{"in wide letters", "ｐａｓｓｗｏｒｄ", PasswordCommon},
		{"a number", "12345678", PasswordCommon},
		{"that of rollcall dev", "admin123", PasswordCommon},
		{"the first of the list", "!qaz2wsx", PasswordCommon},
		{"the last of the list", "zzzzzzz1", PasswordCommon},
		{"a part of one in the list", "asswords", nil},
		{"two of the list", "password\n12345678", nil},
		{"the page's", "test123456", nil},
		{"the page's other one", "testpassword123", nil},

		{"the name and digits", "ada_l1815", PasswordPersonal},
		{"the name and signs", "ADA_L!!!2024?", PasswordPersonal},
		{"the name and letters", "ada_l likes numbers", nil},
		{"the name later", "i am ada_l", nil},
		{"the address", "countess.lovelace@example.com", PasswordPersonal},
		{"the address before the @", "Countess.Lovelace", PasswordPersonal},
		{"the same in wide letters", "Ｃountess.Lovelace1", PasswordPersonal},
		{"a part of the address", "countess!", nil},
	}
	for _, test := range tests {
		if got := CheckPassword(test.password, personal...); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
	for _, nothing := range [][]string{nil, {""}, {"", "@"}, {"@example.com"}} {
		if err := CheckPassword("8305177264", nothing...); err != nil {
			t.Errorf("of %q: %v", nothing, err)
		}
	}
	// What the page's own tests send.
	if err := CheckPassword("test123456", "test_user_1767355200", "test_1767355200@example.com"); err != nil {
		t.Error(err)
	}
}

// Faults are words of the contract, and sentences for people.
func TestPasswordFaults(t *testing.T) {
	t.Parallel()
	for _, fault := range []PasswordFault{PasswordLength, PasswordCommon, PasswordPersonal, PasswordUnchanged} {
		if text := fault.Error(); text == string(fault) || !strings.Contains(text, "password") {
			t.Errorf("%s says %s", string(fault), text)
		}
	}
}

// The list is searched for what CheckPassword makes of a password.
func TestCommonPasswords(t *testing.T) {
	t.Parallel()
	header, list, _ := strings.Cut(commonPasswords, "\n")
	lines := strings.Split(strings.TrimSuffix(list, "\n"), "\n")
	if !strings.HasPrefix(header, "#") || len(lines) != 10_000 || !slices.IsSorted(lines) || len(slices.Compact(slices.Clone(lines))) != 10_000 {
		t.Errorf("there are %d passwords, in order: %v", len(lines), slices.IsSorted(lines))
	}
	for _, line := range lines {
		if line != strings.ToLower(norm.NFKC.String(line)) || CheckPassword(line) != PasswordCommon {
			t.Errorf("%q is not found", line)
		}
	}
}

func BenchmarkCheckPassword(b *testing.B) {
	for b.Loop() {
		if err := CheckPassword("analytical engine", "ada", "ada@example.com"); err != nil {
			b.Fatal(err)
		}
	}
}
