package jsonrpc_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// pair is read as a generated fast lane reads params.
type pair struct {
	A, B int64
}

func readPair(d *jsonrpc.Decoder) (v pair, _ bool) {
	for d.NextParam("a", "b") {
		var ok bool
		switch d.Name() {
		case "a":
			ok = jsonrpc.ReadInt(&v.A, d)
		case "b":
			ok = d.LeftOut() || jsonrpc.ReadInt(&v.B, d)
		}
		if !ok {
			return v, false
		}
	}
	return v, d.End()
}

func TestNextParam(t *testing.T) {
	for _, test := range []struct {
		params string
		want   pair
		ok     bool
	}{
		{``, pair{}, true},
		{`[]`, pair{}, true},
		{`{ }`, pair{}, true},
		{`[1]`, pair{A: 1}, true},
		{`[1,2]`, pair{1, 2}, true},
		{" [ 1 , 2 ] "[1:], pair{1, 2}, true},
		{`[1,null]`, pair{A: 1}, true}, // by position null is what is left out
		{`{"b":2,"a":1}`, pair{1, 2}, true},
		{`{"\u0061":1}`, pair{A: 1}, true},
		{`[1,2,3]`, pair{1, 2}, false},
		{`{"a":1,"b":null}`, pair{A: 1}, false},
		{`{"a":1,"c":3}`, pair{A: 1}, false},
		{`{"A":1}`, pair{}, false},
		{`[[1]]`, pair{}, false},
	} {
		got, ok := readPair(jsonrpc.NewDecoder([]byte(test.params)))
		if ok != test.ok || ok && got != test.want {
			t.Errorf("%s: got %v, %v, want %v, %v", test.params, got, ok, test.want, test.ok)
		}
	}
}

// Numbers with more digits than a double tells apart are the slow lane's.
func TestReadShortFloat(t *testing.T) {
	for text, want := range map[string]bool{
		`0.3`: true, `-12.5`: true, `0`: true, `123456789012345`: true, `0.3000000000001`: true,
		`0.30000000000000001`: false, `1234567890123456`: false, `3e-1`: false, `"3"`: false,
	} {
		var v float64
		if got := jsonrpc.ReadShortFloat(&v, jsonrpc.NewDecoder([]byte(text))); got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

// What nobody looks at may hold no number that nobody is to compute with.
func TestPass(t *testing.T) {
	long := strings.Repeat("1", jsonrpc.MaxNumber+1)
	for text, want := range map[string]bool{
		`{"a":[1,-2.5e3,"` + long + `"]}`: true,
		`{"` + long + `":null}`:           true,
		`[` + long + `]`:                  false,
		`{"a":1e401}`:                     false,
		`"\"` + long + `"`:                true,
	} {
		var v json.RawMessage
		if got := jsonrpc.ReadRaw(&v, jsonrpc.NewDecoder([]byte(text))); got != want {
			t.Errorf("ReadRaw %s: got %v, want %v", text, got, want)
		}
		if got := jsonrpc.NewDecoder([]byte(text)).Pass(); got != want {
			t.Errorf("Pass %s: got %v, want %v", text, got, want)
		}
	}
}

// JSON Schema counts code points.
func TestLength(t *testing.T) {
	for _, s := range []string{"", "a", "abc", "äöü", "e\u0301", "日本語", "😀", "a😀b", strings.Repeat("€", 30)} {
		points := utf8.RuneCountInString(s)
		for n := range 40 {
			if got := jsonrpc.MinLength(s, n); got != (points >= n) {
				t.Errorf("MinLength(%q, %d) = %v", s, n, got)
			}
			if got := jsonrpc.MaxLength(s, n); got != (points <= n) {
				t.Errorf("MaxLength(%q, %d) = %v", s, n, got)
			}
		}
	}
}
