package scan

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-rpc/rollcall/tools/bench/peer"
)

// TestPasses is what the choice of a scanner rests on beside its speed.
func TestPasses(t *testing.T) {
	got := map[string][]string{}
	for _, s := range Scanners {
		got[s.Name] = s.Passes()
	}
	lax := []string{"a name twice", "a name twice, once escaped", "invalid UTF-8", "invalid UTF-8 in a name", "a lone surrogate", "depth 65"}
	want := map[string][]string{
		"Rollcall's own":                     nil,
		"go-faster/jx, Validate":             lax,
		"go-faster/jx, with names and UTF-8": {"a lone surrogate", "depth 65"},
		"go-json-experiment/json/jsontext":   {"depth 65"},
		"encoding/json, Valid":               lax,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestScannersTakeJSON(t *testing.T) {
	batch := peer.Servers[0].Body(100)
	for _, s := range Scanners {
		for _, data := range []string{batch, `null`, ` [ ] `, `{"a":{"a":1},"b":[{"a":"\u00e9\ud83d\ude00é"}]}`, `-1.5e+3`} {
			if err := s.Check([]byte(data)); err != nil {
				t.Errorf("%s refuses %.50s: %v", s.Name, data, err)
			}
		}
	}
}
