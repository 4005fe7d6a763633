package auth

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestPasswordHashRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := passwordHash{
			argonParams: drawParams(t),
			salt:        rapid.SliceOfN(rapid.Byte(), 8, 64).Draw(t, "salt"),
			key:         rapid.SliceOfN(rapid.Byte(), 16, 64).Draw(t, "key"),
		}
		got, err := parsePasswordHash(want.String())
		if err != nil {
			t.Fatalf("%s: %v", want, err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(passwordHash{}, argonParams{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", want, diff)
		}
	})
}

func TestParsePasswordHashRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, old, new string }{
		{"another algorithm", "argon2id", "argon2i"},
		{"an older version", "v=19", "v=16"},
		{"no version", "$v=19", ""},
		{"no leading $", "$argon2id", "argon2id"},
		{"4 GiB", "m=64", "m=4194304"},
		{"a little over the bound", "m=64", "m=65537"},
		{"beyond 32 bits", "m=64", "m=4294967360"},
		{"too little memory for the threads", "m=64,t=1,p=1", "m=31,t=1,p=4"},
		{"negative", "m=64", "m=-64"},
		{"a sign", "m=64", "m=+64"},
		{"a leading zero", "m=64", "m=064"},
		{"hexadecimal", "m=64", "m=0x40"},
		{"a space", "m=64", "m= 64"},
		{"an underscore", "m=64", "m=6_4"},
		{"no passes", "t=1", "t=0"},
		{"too many passes", "t=1", "t=11"},
		{"too much of both", "m=64,t=1", "m=65536,t=5"},
		{"no threads", "p=1", "p=0"},
		{"too many threads", "p=1", "p=5"},
		{"threads beyond 8 bits", "p=1", "p=257"},
		{"params in another order", "m=64,t=1,p=1", "t=1,m=64,p=1"},
		{"one more param", "p=1", "p=1,keyid=1"},
		{"a short salt", "c29tZXNhbHQ", "c29tZQ"},
		{"a short key", "ZVrRXqxlLcWfcXCnMyv0m4Rpvh/bnCi7", "ZVrRXqxlLcWfcXCn"},
		{"padding", "c29tZXNhbHQ", "c29tZXNhbHQ="},
		{"bits beyond the salt's end", "c29tZXNhbHQ", "c29tZXNhbHR"},
		{"a line break in the salt", "c29tZXNhbHQ", "c29tZX\nNhbHQ"},
		{"base64 for URLs", "/bnCi7", "_bnCi7"},
		{"one more part", "bnCi7", "bnCi7$"},
		{"a line break at the end", "bnCi7", "bnCi7\n"},
		{"very long", "c29tZXNhbHQ", strings.Repeat("c29tZXNhbHQA", 30)},
		{"nothing", cheap, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			phc := strings.Replace(cheap, test.old, test.new, 1)
			if h, err := parsePasswordHash(phc); err == nil || phc == cheap {
				t.Errorf("%s: read %+v", phc, h)
			}
		})
	}
}

func FuzzParsePasswordHash(f *testing.F) {
	f.Add(cheap)
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=99999999,t=2,p=1$$")
	f.Fuzz(func(t *testing.T, phc string) {
		h, err := parsePasswordHash(phc)
		if err != nil {
			return
		}
		if !h.withinBounds() || h.String() != phc {
			t.Errorf("%q was read as %+v", phc, h)
		}
	})
}
