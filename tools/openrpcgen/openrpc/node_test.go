package openrpc

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestNodeRoundTrip compares with encoding/json, which with UseNumber loses nothing that Node keeps but the order of members.
func TestNodeRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := jsonValue(3).Draw(t, "value")
		var indented bytes.Buffer
		e := json.NewEncoder(&indented)
		e.SetIndent(rapid.SampledFrom([]string{"", " ", "\r\n", "\t"}).Draw(t, "prefix"), "  ")
		e.SetEscapeHTML(rapid.Bool().Draw(t, "escape"))
		if err := e.Encode(value); err != nil {
			t.Fatal(err)
		}
		c := &collector{}
		s := newSource("", indented.String())
		s.parse(c)
		if len(c.faults) > 0 {
			t.Fatalf("%s\n%v", indented.String(), c.faults)
		}
		if got := s.root.Any(); !reflect.DeepEqual(got, value) {
			t.Errorf("want %#v, got %#v", value, got)
		}
		if again := parseText(t, "", string(s.root.JSON())); !bytes.Equal(again.JSON(), s.root.JSON()) {
			t.Errorf("%s became %s", s.root.JSON(), again.JSON())
		}
		checkPlaces(t, s.root)
	})
}

func jsonValue(depth int) *rapid.Generator[any] {
	scalars := []*rapid.Generator[any]{
		rapid.Just[any](nil),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Map(rapid.String(), func(s string) any { return strings.ToValidUTF8(s, "?") }),
		rapid.Map(rapid.StringMatching(`-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,20})?([eE][-+]?[0-9]{1,5})?`), func(s string) any { return json.Number(s) }),
	}
	if depth == 0 {
		return rapid.OneOf(scalars...)
	}
	inner := jsonValue(depth - 1)
	names := rapid.Map(rapid.String(), func(s string) string { return strings.ToValidUTF8(s, "?") })
	return rapid.OneOf(append(scalars,
		rapid.Map(rapid.SliceOfN(inner, 0, 4), func(l []any) any { return l }),
		rapid.Map(rapid.MapOfN(names, inner, 0, 2*smallObject), func(m map[string]any) any { return m }),
	)...)
}

// checkPlaces holds that a pointer leads to the value that has it, and a place to where its text begins.
func checkPlaces(t *rapid.T, root *Node) {
	lines := strings.Split(root.source.text, "\n")
	for _, n := range append(descendants(root), root) {
		place := n.Place()
		if found, err := locate(root, strings.ReplaceAll(place.Pointer, "%", "%25")); err != nil || found != n {
			t.Errorf("%q leads to %v, %v", place.Pointer, found, err)
		}
		text := lines[place.Line-1][place.Column-1:]
		if first := n.JSON()[:1]; !strings.HasPrefix(text, string(first)) {
			t.Errorf("%d:%d is %q, want %q", place.Line, place.Column, text, first)
		}
		for _, m := range n.Members {
			place := n.NamePlace(m.Name)
			if text := lines[place.Line-1][place.Column-1:]; !strings.HasPrefix(text, `"`) || place.Pointer != m.Value.Pointer() {
				t.Errorf("the name %q is at %v: %q", m.Name, place, text)
			}
		}
	}
}

func TestSyntax(t *testing.T) {
	tests := []struct{ text, want string }{
		{``, "f:1:1: not JSON: want a value, found the end of the file"},
		{" \n\t", "f:2:2: not JSON: want a value, found the end of the file"},
		{`{`, "f:1:2: not JSON: want a member name in double quotes, found the end of the file"},
		{`{"a" 1}`, `f:1:6: not JSON: want a colon after the member name "a", found '1'`},
		{`{"a":1,}`, "f:1:8: not JSON: there is a comma before the closing brace: remove it"},
		{`{"a":{"b":[1,]}}`, "f:1:14: /a/b: not JSON: there is a comma before the closing bracket: remove it"},
		{`{"a":[1 2]}`, "f:1:9: /a: not JSON: want a comma or ']' after this element, found '2'"},
		{`{a:1}`, "f:1:2: not JSON: want a member name in double quotes, found 'a'"},
		{`[nul]`, "f:1:2: /0: not JSON: want a value, found 'n'"},
		{`[True]`, "f:1:2: /0: not JSON: want a value, found 'T'"},
		{`[truex]`, "f:1:6: not JSON: want a comma or ']' after this element, found 'x'"},
		{`[NaN]`, "f:1:2: /0: not JSON: want a value, found 'N'"},
		{`[01]`, "f:1:3: not JSON: want a comma or ']' after this element, found '1'"},
		{`[+1]`, "f:1:2: /0: not JSON: want a value, found '+'"},
		{`[.5]`, "f:1:2: /0: not JSON: want a value, found '.'"},
		{`[1.]`, "f:1:4: /0: not JSON: want a digit, found ']'"},
		{`[1e]`, "f:1:4: /0: not JSON: want a digit, found ']'"},
		{`[-]`, "f:1:3: /0: not JSON: want a digit, found ']'"},
		{`["a`, "f:1:4: /0: not JSON: a string does not end: close it with a double quote"},
		{`["\`, "f:1:4: /0: not JSON: want one of \"\\/bfnrtu after a backslash, found the end of the file"},
		{"[\"a\nb\"]", "f:1:4: /0: not JSON: control character '\\n' in a string: write it as an escape"},
		{"[\"\\n\x00\"]", "f:1:5: /0: not JSON: control character '\\x00' in a string: write it as an escape"},
		{`["\x"]`, "f:1:4: /0: not JSON: want one of \"\\/bfnrtu after a backslash, found 'x'"},
		{`["\u12g4"]`, "f:1:5: /0: not JSON: want four hexadecimal digits after \\u"},
		{`["\u+123"]`, "f:1:5: /0: not JSON: want four hexadecimal digits after \\u"},
		{`["\u12`, "f:1:5: /0: not JSON: want four hexadecimal digits after \\u"},
		{`["\ud800"]`, "f:1:3: /0: not JSON: half of a surrogate pair in a string: write the whole character"},
		{`["\udc00\ud800"]`, "f:1:3: /0: not JSON: half of a surrogate pair in a string: write the whole character"},
		{`["\ud800\u0041"]`, "f:1:3: /0: not JSON: half of a surrogate pair in a string: write the whole character"},
		{"\ufeff{}", "f:1:1: not JSON: the file begins with a byte order mark: save it as UTF-8 without one"},
		{"[\"ü\xff\"]", "f:1:5: not JSON: byte 0xff is not UTF-8: save the file as UTF-8"},
		{`{} {}`, "f:1:4: not JSON: there is '{' behind the end of the document: remove it"},
		{"[1]\n// no", "f:2:1: not JSON: there is '/' behind the end of the document: remove it"},
		{"{\"a\":1,\n\"a\":[2],\"b\":{\"c\":1,\"c\":2}}", "f:2:1: member \"a\" is there twice, first in line 1: remove one\n" +
			"f:2:20: /b: member \"c\" is there twice, first in line 2: remove one"},
		{strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth), ""},
		{strings.Repeat("[", maxDepth+1), "f:1:257: " + strings.Repeat("/0", 59) + "/…" + strings.Repeat("/0", 60) + ": not JSON: arrays and objects nest deeper than 256: make it flatter"},
		{`{"` + strings.Repeat("é", 100) + `"}`, `f:1:204: not JSON: want a colon after the member name "` + strings.Repeat("é", 40) + `"..., found '}'`},
		{"{\"\x1b[31m\"}", "f:1:3: not JSON: control character '\\x1b' in a string: write it as an escape"},
		{"{\"\\u001b[31m\":[}", `f:1:16: /\x1b[31m/0: not JSON: want a value, found '}'`},
	}
	for _, test := range tests {
		c := &collector{}
		newSource("f", test.text).parse(c)
		if diff := cmp.Diff(test.want, strings.TrimSuffix(c.result(false).String(), "\n")); diff != "" {
			t.Errorf("%.60q (-want +got):\n%s", test.text, diff)
		}
	}
}

func TestNodeKeepsNumbersAndText(t *testing.T) {
	const text = `{"z":[1.0,1e2,-0,123456789012345678901234567890],"a":"\u00e9\u0041\/\"\\\b\f\n\r\t\u2028😀\ud83d\ude00","":{"":null},"t":true}`
	const want = "{\"z\":[1.0,1e2,-0,123456789012345678901234567890],\"a\":\"éA/\\\"\\\\\\u0008\\u000c\\n\\r\\t\u2028😀😀\",\"\":{\"\":null},\"t\":true}"
	if got := string(parseText(t, "f", text).JSON()); got != want {
		t.Errorf("want %s\n got %s", want, got)
	}
}

func TestManyFaultsAreBounded(t *testing.T) {
	name := strings.Repeat("n", 10_000)
	text := `{"openrpc":"1.3.2","info":{"title":"","version":""},"methods":[],"components":{"schemas":{"` + name + `":{"required":[` +
		strings.TrimSuffix(strings.Repeat("1,", 1000), ",") + `]}}}}`
	_, faults := Read("openrpc.json", Options{Open: inMemory(map[string]string{"openrpc.json": text})})
	last := faults[len(faults)-1]
	if size := len(faults.String()); size > maxFaultBytes+1<<20 || last.Severity != Error || !strings.Contains(last.Message, "faults more") {
		t.Errorf("%d bytes of faults, the last one: %v", size, last)
	}
}
