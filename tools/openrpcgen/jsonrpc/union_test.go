package jsonrpc_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

func TestLooksAtValues(t *testing.T) {
	for _, test := range []struct {
		text    string
		kind    jsonrpc.Kind
		name    string // of the kind
		first   jsonrpc.Kind
		string  string // what a string stands for
		member  string // the member "a"
		tag     string // the text of the member "a"
		integer bool
	}{
		{text: ` null`, kind: jsonrpc.KindNull, name: "null"},
		{text: `true`, kind: jsonrpc.KindBool, name: "a boolean"},
		{text: ` -12 `, kind: jsonrpc.KindNumber, name: "a number", integer: true},
		{text: ` 1.0 `, kind: jsonrpc.KindNumber, name: "a number", integer: true},
		{text: `12e-1`, kind: jsonrpc.KindNumber, name: "a number"},
		{text: `1.5`, kind: jsonrpc.KindNumber, name: "a number"},
		{text: `"\u0061b"`, kind: jsonrpc.KindString, name: "a string", string: "ab"},
		{text: `[]`, kind: jsonrpc.KindArray, name: "an array"},
		{text: `[ "x",1]`, kind: jsonrpc.KindArray, name: "an array", first: jsonrpc.KindString},
		{text: `[[1],"a"]`, kind: jsonrpc.KindArray, name: "an array", first: jsonrpc.KindArray},
		{text: `{}`, kind: jsonrpc.KindObject, name: "an object"},
		{text: `{"A":1,"b":{"a":2}}`, kind: jsonrpc.KindObject, name: "an object"},
		{text: `{"b":[1,{}],"\u0061": "t" ,"c":null}`, kind: jsonrpc.KindObject, name: "an object", member: `"t"`, tag: "t"},
		{text: `{"a":null}`, kind: jsonrpc.KindObject, name: "an object", member: `null`},
	} {
		raw := []byte(test.text)
		if k := jsonrpc.KindOf(raw); k != test.kind || k.String() != test.name {
			t.Errorf("%s: kind %v, want %v", test.text, k, test.name)
		}
		if k := jsonrpc.KindOfFirst(raw); k != test.first {
			t.Errorf("%s: kind of the first %v, want %v", test.text, k, test.first)
		}
		if s := jsonrpc.TextOf(raw); s != test.string {
			t.Errorf("%s: text %q, want %q", test.text, s, test.string)
		}
		if m := string(jsonrpc.MemberOf(raw, "a")); m != test.member || jsonrpc.HasMember(raw, "a") != (test.member != "") {
			t.Errorf("%s: member %s, want %s", test.text, m, test.member)
		}
		if tag := jsonrpc.TagOf(raw, "a"); tag != test.tag {
			t.Errorf("%s: tag %s, want %s", test.text, tag, test.tag)
		}
		if i := jsonrpc.IsInteger(raw); test.kind == jsonrpc.KindNumber && i != test.integer {
			t.Errorf("%s: integer %v", test.text, i)
		}
	}
}

func TestConstOf(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":"b"}`:                    `"b"`,
		`{"b":1,"a": "\u0062\u00e9" }`: `"bé"`,
		`{"a":"\"\n"}`:                 `"\"\n"`,
		`{"a":null}`:                   `null`,
		`{"a": true }`:                 `true`,
		`{"a":1}`:                      `1`,
		`{"a":-10e-1 }`:                `-1`,
		`{"a":1.50}`:                   `1.50`,
		`{"a":[ 1]}`:                   `[ 1]`,
		`{"b":1}`:                      ``,
		`[]`:                           ``,
	} {
		if got := jsonrpc.ConstOf([]byte(text), "a"); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
		if got := jsonrpc.NewDecoder([]byte(text)).Const("a"); got != want {
			t.Errorf("%s: got %s before it is read, want %s", text, got, want)
		}
	}
}

// TestByFitOfMembers orders shapes of the same members.
func TestByFitOfMembers(t *testing.T) {
	isString := func(name string, d *jsonrpc.Decoder) bool { return name != "a" || d.Kind() == jsonrpc.KindString }
	isNumber := func(name string, d *jsonrpc.Decoder) bool { return name != "a" || d.Kind() == jsonrpc.KindNumber }
	shapes := []jsonrpc.Shape{
		{Required: []string{"a"}, Closed: true},
		{Required: []string{"a"}, Fits: isString},
		{Required: []string{"a"}, Fits: isNumber},
	}
	for text, want := range map[string][]int{
		`{"a":"x"}`:       {0, 1, 2},
		`{"a":1}`:         {0, 2, 1},
		`{"a":1,"b":1}`:   {2, 0, 1},
		`{"a":"x","b":1}`: {1, 0, 2},
		`{"a":null}`:      {0, 1, 2},
	} {
		if diff := cmp.Diff(want, jsonrpc.ByFit([]byte(text), shapes)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", text, diff)
		}
	}
}

func TestByLength(t *testing.T) {
	isString := func(i int, d *jsonrpc.Decoder) bool { return i > 0 || d.Kind() == jsonrpc.KindString }
	lengths := []jsonrpc.Lengths{{Least: 1, Most: new(2)}, {Fits: isString}, {Least: 3}}
	for text, want := range map[string][]int{
		`[]`:          {1, 0, 2},
		`["a"]`:       {0, 1, 2},
		`[1,2]`:       {0, 1, 2},
		`[null]`:      {0, 1, 2},
		`[1,2,3]`:     {2, 1, 0},
		`["a",2,[3]]`: {1, 2, 0},
	} {
		if diff := cmp.Diff(want, jsonrpc.ByLength([]byte(text), lengths)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", text, diff)
		}
	}
}

func TestByFit(t *testing.T) {
	shapes := []jsonrpc.Shape{
		{Required: []string{"a", "b"}},
		{Required: []string{"a"}, Optional: []string{"c"}},
		{Required: []string{"a"}, Open: true},
		{Required: []string{"z"}, Optional: []string{"a"}},
	}
	for text, want := range map[string]int{
		`{}`:                    1, // nothing fits: the fewest missing, then the fewest unknown, then the first
		`{"a":1}`:               1,
		`{"a":1,"b":2}`:         0,
		`{"a":1,"\u0062":2}`:    0,
		`{"c":1,"a":2}`:         1,
		`{"a":1,"d":2}`:         2,
		`{"a":1,"b":2,"d":2}`:   2,
		`{"z":1}`:               3,
		`{"z":1,"a":[{"b":1}]}`: 2, // of equals the first
	} {
		if got := jsonrpc.ByFit([]byte(text), shapes)[0]; got != want {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
}

func TestTuple(t *testing.T) {
	type pair struct {
		First int64
		Rest  []string
	}
	decode := func(v *pair, d *jsonrpc.Decoder) error {
		return d.Tuple(2, func(i int) error {
			if i == 0 {
				return jsonrpc.DecodeInt(&v.First, d)
			}
			return jsonrpc.DecodeNext(&v.Rest, d, jsonrpc.DecodeString)
		})
	}
	for _, test := range []struct {
		text    string
		want    pair
		message string
	}{
		{`[1,"a"]`, pair{1, []string{"a"}}, ""},
		{`[1,"a","b"]`, pair{1, []string{"a", "b"}}, ""},
		{`[1]`, pair{}, "want at least 2 elements, got 1"},
		{`[1,"a",2]`, pair{}, "/2: want a string, got a number"},
		{`{}`, pair{}, "want an array, got an object"},
	} {
		got, message := decoded(t, test.text, decode)
		if message != test.message {
			t.Errorf("%s: %q, want %q", test.text, message, test.message)
		}
		if diff := cmp.Diff(test.want, got); message == "" && diff != "" {
			t.Errorf("%s: (-want +got)\n%s", test.text, diff)
		}
	}
}

func TestMembers(t *testing.T) {
	var extra map[string]int64
	data := []byte(`{"b":1,"\u0061":2}`)
	d := jsonrpc.NewDecoder(data)
	if err := d.Object(func(name string) error { return jsonrpc.DecodeMember(&extra, name, d, jsonrpc.DecodeInt) }); err != nil {
		t.Fatal(err)
	}
	clear(data) // names must not be a part of it
	var e jsonrpc.Encoder
	e.ObjStart()
	e.FieldStart("x")
	e.Int(0)
	jsonrpc.EncodeMembers(extra, &e, jsonrpc.EncodeInt)
	e.ObjEnd()
	if got, want := string(e.Bytes()), `{"x":0,"a":2,"b":1}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestVariants(t *testing.T) {
	d := jsonrpc.NewDecoder([]byte("true,"))
	if raw, err := d.Peek(); string(raw) != "true" || d.Kind() != jsonrpc.KindBool || err != nil {
		t.Errorf("the value that comes next: %s, %v", raw, err)
	}
	if v, err := jsonrpc.DecodeAs(d, []byte(`7`), jsonrpc.DecodeInt[int64]); v != 7 || err != nil {
		t.Errorf("by value: %d, %v", v, err)
	}
	if v, err := jsonrpc.DecodeNew(d, []byte(`[42,23]`), (*subtraction).DecodeJSON); *v != (subtraction{42, 23}) || err != nil {
		t.Errorf("by pointer: %v, %v", v, err)
	}
	for _, test := range []struct {
		err  error
		want string
	}{
		{jsonrpc.NoVariant("Block", nil), "Block has no value"},
		{jsonrpc.NoVariant("Block", new(int64)), "*int64 is no variant of Block"},
		{jsonrpc.UnknownTag("type", "x"), `no variant has the type "x"`},
		{jsonrpc.UnknownConst("type", "1"), `no variant has the type 1`},
		{jsonrpc.UnknownConst("type", ""), `no member "type", which tells the variants apart`},
		{jsonrpc.UnknownTag("type", ""), `no text in the member "type", which tells the variants apart`},
	} {
		if test.err.Error() != test.want {
			t.Errorf("got %v, want %s", test.err, test.want)
		}
	}
}

// tree is a union of itself, whose variants only a try tells apart: both have a
// child, and which one it is the member behind it says.
type tree struct{ Value *branch }

type branch struct {
	Text  bool // it has a text, and not a number
	Child *tree
}

// decodings counts how many branches are decoded.
type decodings int

func (n *decodings) tree(v *tree, d *jsonrpc.Decoder) error {
	raw, err := d.Raw()
	if err != nil {
		return err
	}
	v.Value, _ = jsonrpc.DecodeVariant(d, raw, func(d *jsonrpc.Decoder, raw []byte) (*branch, error) {
		for _, text := range []bool{true, false} {
			x, err := jsonrpc.TryNew(d, raw, func(v *branch, d *jsonrpc.Decoder) error { return n.branch(v, d, text) })
			if err == nil {
				return x, nil
			}
		}
		return nil, jsonrpc.ErrNoVariant
	})
	return nil
}

func (n *decodings) branch(v *branch, d *jsonrpc.Decoder, text bool) error {
	*n++
	v.Text = text
	return d.Object(func(name string) error {
		switch {
		case name == "child":
			return jsonrpc.DecodePtr(&v.Child, d, n.tree)
		case text:
			return jsonrpc.DecodeString(new(string), d)
		}
		return jsonrpc.DecodeInt(new(int64), d)
	})
}

// TestTries counts what it costs to try variants that lie in each other: so many
// tries for each of them, and not for each try of the one around it.
func TestTries(t *testing.T) {
	const depth = 60
	nested := func(leaf, rest string) string {
		return strings.Repeat(`{"child":`, depth) + leaf + strings.Repeat(rest, depth)
	}
	for _, test := range []struct {
		end, text string
		tries     decodings // of each union
	}{
		{"server", nested(`{"a":1}`, `,"a":1}`), 2},
		{"client", nested(`{"a":1}`, `,"a":1}`), 2},
		{"client", nested(`{"a":1,"b":null}`, `,"a":1,"b":null}`), 4}, // each again, when none is exact
	} {
		var n decodings
		v, err := decodedBy(t, test.end, test.text, n.tree)
		if err != nil {
			t.Fatalf("%s: %v", test.end, err)
		}
		levels := 1
		for x := v.Value; x != nil && !x.Text && x.Child != nil; x = x.Child.Value {
			levels++
		}
		if want := test.tries * (depth + 1); levels != depth+1 || n != want {
			t.Errorf("%s: %d levels with a number by %d tries, want %d by %d", test.end, levels, n, depth+1, want)
		}
	}
}

// decodedBy decodes params, as a server does, or a result.
func decodedBy[T any](t *testing.T, end, text string, decode func(*T, *jsonrpc.Decoder) error) (v T, err error) {
	if end == "server" {
		return v, decode(&v, jsonrpc.NewDecoder([]byte(text)))
	}
	answer := func(jsonrpc.Func) jsonrpc.Func {
		return func(_ context.Context, call *jsonrpc.Call) error {
			call.Result = json.RawMessage(text)
			return nil
		}
	}
	client := jsonrpc.NewClient("http://service.test", nil, jsonrpc.WithInterceptor(answer))
	return jsonrpc.Invoke(t.Context(), client, "tree", nil, decode)
}
