package validate_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc/validate"
)

// TestPatternVerdicts holds verdicts about texts of any length against those of
// jsonschema/v5, whichever way they are found.
func TestPatternVerdicts(t *testing.T) {
	patterns := []string{`^a`, `b$`, `^(ab?)*$`, `é{3}`, `\bb`, `\B$`, `(?m)^b`, `^[^\x{FFFD}]*$`, `a.{20}b`}
	matched := 0
	rapid.Check(t, func(t *rapid.T) {
		bundle := marshal(t, object{"methods": object{"m": object{"patternProperties": object{
			rapid.SampledFrom(patterns).Draw(t, "of names"): object{"pattern": rapid.SampledFrom(patterns).Draw(t, "of text")},
		}}}})
		whole := compileWhole(t, bundle)
		s, err := validate.Compile(bundle)
		if err != nil {
			t.Fatal(err)
		}
		draw := func(label string) string {
			parts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "é", "\n", " ", "😀", "\uFFFD"}), 0, 5).Draw(t, label)
			return strings.Repeat(strings.Join(parts, ""), rapid.SampledFrom([]int{1, 1, 7, 1000}).Draw(t, "times"))
		}
		params := object{draw("name"): draw("text")}
		want := whole.Validate(params) == nil
		if got := check(t, s, "m", marshal(t, params)) == nil; got != want {
			t.Fatalf("%s: %.200q: fits %v, want %v", bundle, params, got, want)
		}
		if !want {
			matched++ // the name, but not the text
		}
	})
	if matched < 10 {
		t.Errorf("%d texts were refused", matched)
	}
}

// TestPatternTable has texts for which package regexp takes half a minute.
func TestPatternTable(t *testing.T) {
	s := compile(t, `"v":{"pattern":"(?:[a-z]{1,60}[a-z]{1,60}){1,10}!","propertyNames":{"pattern":"(?:[a-z]{1,60}[a-z]{1,60}){1,10}!"}}`, ``)
	long := strings.Repeat("a", 1<<20)
	for _, v := range []any{long, object{long: nil}} {
		got, steps, err := s.Judge("m", object{"v": v})
		if err != nil || len(got) != 1 || got[0].Keyword != "pattern" || steps > 10 {
			t.Errorf("%.50v after %d steps, %v", got, steps, err)
		}
	}
}
