package openrpc

import "testing"

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"x-auth", "x-auth", 0}, {"x-atuh", "x-auth", 2}, {"x-aut", "x-auth", 1}, {"x-authz", "x-auth", 1},
		{"x-read-only", "x-readonly", 1}, {"x-tags", "x-auth", 4}, {"", "abc", 3}, {"abc", "", 3},
	} {
		if got := distance(test.a, test.b); got != test.want {
			t.Errorf("distance(%q, %q) is %d, want %d", test.a, test.b, got, test.want)
		}
	}
}
