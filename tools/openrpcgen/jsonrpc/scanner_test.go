package jsonrpc_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

func TestCheckAccepts(t *testing.T) {
	for _, text := range []string{
		`null`, `true`, `false`, `0`, `-0`, `12`, `-1.5`, `1e2`, `1E+2`, `1e-02`, `0.0e00`, `""`, `[]`, `{}`,
		" \t\r\n[ 1 , 2 ]\n", `{ "a" : { "a" : [ { } ] } , "b" : "" }`,
		`"\"\\\/\b\f\n\r\t\u0000\uFFFF\uabcd"`,
		`"\ud83d\ude00"`, `"\uD83D\uDE00"`, `"😀"`, "\"\u007f\u0080\u2028\ufffd\U0010ffff\"",
		`{"a":1,"A":2,"b":3}`,
		`{"":1," ":2}`,
		"{\"e\u0301\":1,\"\u00e9\":2}", // names that only normalisation would make equal
		`[{"a":1},{"a":1}]`,
		`{"\n":1,"n":2,"\\n":3,"\\\n":4,"\n\n":5,"a\n":6,"\na":7,"a":8,"":9,"\u00e9":10,"e":11}`,
		`{"\u006d":0,` + members(16)[1:],
		`{"a":{"a":{"a":1}}}`,
		strings.Repeat("9", 1000), "1e999999999",
		nested(64, "[", "]"), nested(64, `{"a":`, "}"), nested(32, `[{"a":`, "}]"),
		members(17), members(1000),
	} {
		if err := jsonrpc.Check([]byte(text)); err != nil {
			t.Errorf("%.80s: %v", text, err)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	const (
		value   = "want a JSON value"
		end     = "unexpected end"
		follows = "something follows the JSON value"
		twice   = "the member name stands twice"
		escape  = "want a valid escape sequence; surrogates come in pairs"
		utf     = "want valid UTF-8"
		control = "want control characters escaped"
		deep    = "nested deeper than 64"
		comma   = "want , or ] after an element"
		member  = "want , or } after a member"
		name    = "want a member name in quotes"
		colon   = "want : after a member name"
		point   = "want a digit after the point"
		power   = "want a digit in the exponent"
	)
	for _, test := range []struct {
		text   string
		offset int
		want   string
	}{
		{``, 0, end}, {` `, 1, end}, {"\ufeff1", 0, value}, {"\xff\xfe1", 0, value}, {"\x00", 0, value},
		{`1 1`, 2, follows}, {`{}{}`, 2, follows}, {`[],`, 2, follows}, {"1\x00", 1, follows}, {`""x`, 2, follows},
		{`null_`, 4, follows}, {`1 //`, 2, follows}, {"1\u00a0", 1, follows}, {"1\v", 1, follows},
		{`nul`, 0, value}, {`True`, 0, value}, {`tru e`, 0, value}, {`NaN`, 0, value}, {`Infinity`, 0, value}, {`undefined`, 0, value},
		{`01`, 1, follows}, {`-`, 1, end}, {`-a`, 1, value}, {`1.`, 2, end}, {`1.e1`, 2, point}, {`1e`, 2, end}, {`1ex`, 2, power},
		{`1e+`, 3, end}, {`.5`, 0, value}, {`+1`, 0, value}, {`--1`, 1, value}, {`0x10`, 1, follows}, {`1_000`, 1, follows},
		{`-01`, 2, follows}, {`1e1.5`, 3, follows}, {"\uff11", 0, value},
		{`[`, 1, end}, {`[1`, 2, end}, {`[1,`, 3, end}, {`[1,]`, 3, value}, {`[,1]`, 1, value}, {`[1 2]`, 3, comma}, {`[1}`, 2, comma},
		{`]`, 0, value}, {`[1:2]`, 2, comma}, {`[1,,2]`, 3, value},
		{`{`, 1, end}, {`{"a"`, 4, end}, {`{"a":`, 5, end}, {`{"a":1`, 6, end}, {`{"a":1,`, 7, end}, {`{"a":1,}`, 7, name}, {`{,}`, 1, name},
		{`{a:1}`, 1, name}, {`{'a':1}`, 1, name}, {`{1:1}`, 1, name}, {`{"a" 1}`, 5, colon}, {`{"a":1 "b":2}`, 7, member}, {`{"a":1]`, 6, member},
		{`"`, 1, end}, {`"a`, 2, end}, {`"\"`, 3, end}, {`"\`, 1, escape}, {`"\u12`, 1, escape}, {`'a'`, 0, value},
		{`"\x41"`, 1, escape}, {`"\u12G4"`, 1, escape}, {`"\U0041"`, 1, escape}, {`"\ "`, 1, escape}, {"\"\\\x00\"", 1, escape},
		{"\"\n\"", 1, control}, {"\"a\x00\"", 2, control}, {"\"\x1f\"", 1, control}, {"\"\t\"", 1, control},
		{`"\ud800"`, 1, escape}, {`"\udc00"`, 1, escape}, {`"\udc00\ud800"`, 1, escape}, {`"\ud800\ud800"`, 1, escape},
		{`"\ud800x"`, 1, escape}, {`"\ud800\n"`, 1, escape}, {`"\ud83d\u0041"`, 1, escape}, {`"ab\ud83d`, 3, escape},
		{"\"\xff\"", 1, utf}, {"\"\xc3\"", 1, utf}, {"\"\xc0\xaf\"", 1, utf}, {"\"\xed\xa0\x80\"", 1, utf},
		{"\"\xf4\x90\x80\x80\"", 1, utf}, {"\"\xe2\x82\"", 1, utf}, {"{\"\x80\":1}", 2, utf},
		{`{"a":1,"a":2}`, 7, twice}, {`{"a":1,"\u0061":2}`, 7, twice}, {`{"\/":1,"/":2}`, 8, twice}, {`[{"":1,"":2}]`, 7, twice},
		{`{"😀":1,"\ud83d\ude00":2}`, 10, twice}, {`{"a":{"b":1,"c":{},"b":2}}`, 19, twice},
		{`{"\n":0,"\u000a":1}`, 8, twice}, {`{"a\tb\tc":0,"x":1,"a\u0009b\tc":2}`, 19, twice}, {`{"\ud83d\ude00":1,"😀":2}`, 18, twice},
		{`{"\u006d":0,` + members(16)[1:len(members(16))-1] + `,"m":1}`, 12 + len(members(16)) - 1, twice},
		{strings.TrimSuffix(members(17), "}") + `,"n0":1}`, len(members(17)), twice},
		{strings.TrimSuffix(members(17), "}") + `,"n\u0031\u0036":1}`, len(members(17)), twice},
		{strings.TrimSuffix(members(1000), "}") + `,"n999":1}`, len(members(1000)), twice},
		{nested(65, "[", "]"), 64, deep}, {nested(65, `{"a":`, "}"), 64 * 5, deep}, {nested(33, `[{"a":`, "}]"), 32 * 6, deep},
		{strings.Repeat("[", 1<<20), 64, deep},
	} {
		err := jsonrpc.Check([]byte(test.text))
		got, ok := errors.AsType[*jsonrpc.SyntaxError](err)
		if !ok {
			t.Errorf("%.80q: got %v, want a SyntaxError", test.text, err)
			continue
		}
		if diff := cmp.Diff(&jsonrpc.SyntaxError{Offset: test.offset, Message: test.want}, got); diff != "" {
			t.Errorf("%.80q: (-want +got)\n%s", test.text, diff)
		}
	}
}

// An object of many names must not cost their square: then this would take
// minutes.
func TestCheckManyNames(t *testing.T) {
	text := []byte(members(100_000))
	if err := jsonrpc.Check(text); err != nil {
		t.Error(err)
	}
}

// Objects whose names are escaped are as small as others, and as many.
func TestCheckEscapedNamesAllocateLittle(t *testing.T) {
	for _, object := range []string{`{"\n":0}`, `{"\n":0,"\t":0,"a":0,"\u0061b":0}`} {
		const objects = 1000
		data := []byte("[" + strings.Repeat(object+",", objects-1) + object + "]")
		escaped := float64(objects * strings.Count(object, "\\"))
		if n := testing.AllocsPerRun(10, func() { _ = jsonrpc.Check(data) }); n > escaped+10 {
			t.Errorf("%s: %v allocations for %v escaped names", object, n, escaped)
		}
	}
}

func nested(depth int, open, shut string) string {
	inner := "1"
	if open == "[" {
		inner = ""
	}
	return strings.Repeat(open, depth) + inner + strings.Repeat(shut, depth)
}

// members is an object of n members.
func members(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"n%d":%d`, i, i)
	}
	return "{" + strings.TrimPrefix(b.String(), ",") + "}"
}

// FuzzCheck compares Check with encoding/json, and sees that decoders come to an
// end whatever they are given.
func FuzzCheck(f *testing.F) {
	for _, seed := range []string{
		`{"jsonrpc":"2.0","method":"subtract","params":{"a":[1,-2.5e3,null,true],"b":"\ud83d\ude00\n"},"id":"1"}`,
		`{"a":1,"a":2}`, `"\ud800"`, "\"\xff\"", nested(65, "[", "]"), `[}`, `[n`, `{"a"`, `"\`, `[1`, `-`, `nul`, members(18), `[:`, `{}}`, ` "a" `, `1e-9223372036854775808`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got := jsonrpc.Check(data) == nil
		if got && !json.Valid(data) {
			t.Fatal("Check accepts what is no JSON")
		}
		if want := isStrict(data); json.Valid(data) && got != want {
			t.Fatalf("Check accepts: %v, want %v", got, want)
		}
		for name, read := range readers {
			if err := read(jsonrpc.NewDecoder(data)); got && name == "any" && err != nil {
				t.Fatalf("checked, but not decoded: %v", err)
			}
		}
		if got {
			compareAny(t, data)
		}
	})
}

// isStrict reports whether JSON has valid UTF-8, paired surrogates, unique names
// and a depth that is allowed, as encoding/json finds it out.
func isStrict(data []byte) bool {
	if !utf8.Valid(data) || hasLoneSurrogate(data) {
		return false
	}
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.UseNumber()
	return uniqueAndShallow(d, 0)
}

func uniqueAndShallow(d *json.Decoder, depth int) bool {
	token, err := d.Token()
	if err != nil {
		return false
	}
	open, ok := token.(json.Delim)
	if !ok {
		return true
	}
	if depth == jsonrpc.MaxDepth {
		return false
	}
	names := map[string]bool{}
	for d.More() {
		if open == '{' {
			name, err := d.Token()
			if err != nil || names[name.(string)] {
				return false
			}
			names[name.(string)] = true
		}
		if !uniqueAndShallow(d, depth+1) {
			return false
		}
	}
	_, err = d.Token()
	return err == nil
}

// escapes matches pairs of surrogates, else lone ones, else any other escape
// sequence or the begin of one.
var escapes = regexp.MustCompile(`(?s)\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|u[dD][89a-fA-F]..|.)`)

func hasLoneSurrogate(data []byte) bool {
	return slices.ContainsFunc(escapes.FindAll(data, -1), func(b []byte) bool { return len(b) == len(`\ud800`) })
}

func compareAny(t *testing.T, data []byte) {
	t.Helper()
	got, err := jsonrpc.NewDecoder(data).Any()
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.UseNumber()
	var want any
	if err := d.Decode(&want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) { // cmp takes time exponential in the depth
		t.Fatalf("Any: got %v, encoding/json %v", got, want)
	}
}
