package validate_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

func TestUnique(t *testing.T) {
	s := compile(t, `"v":{"uniqueItems":true}`, ``)
	for list, unique := range map[string]bool{
		`[]`: true, `[1]`: true, `{"a":1,"b":1}`: true, `"aa"`: true,
		`[1,1.0]`: false, `[10,1e1]`: false, `[120,1.2E+2]`: false, `[0.05,5e-2]`: false, `[0,-0]`: false, `[0,0.0e7]`: false, `[1e400,10e399]`: false,
		`[1,-1]`: true, `[1,10]`: true, `[1,0.1]`: true, `[105,15]`: true, `[1e400,1e-400]`: true, `[9007199254740993,9007199254740992]`: true,
		`[1,"1"]`: true, `[1,true]`: true, `[0,false]`: true, `[null,""]`: true, `[null,"null"]`: true, `[[],{}]`: true, `["","[]"]`: true,
		`["a","\u0061"]`: false, `["é","e\u0301"]`: true, `[true,false]`: true, `[null,null]`: false, `[{},{}]`: false, `[[],[]]`: false,
		`[[1,2],[2,1]]`: true, `[[[1],2],[1,[2]]]`: true, `[[1],[[1]]]`: true, `[["a","b"],["ab"]]`: true, `[["a"],{"a":"a"}]`: true, `[[1],[1.0]]`: false,
		`[{"a":1,"b":2},{"b":2,"a":1}]`: false, `[{"a":1},{"a":2}]`: true, `[{"a":1},{"b":1}]`: true, `[{"a":{"b":1}},{"a":{"b":1e0}}]`: false,
		`[{"a":"b"},["a","b"]]`: true, `[[[]],[]]`: true, `[[[],[]],[[]]]`: true, `[[{}],[{}]]`: false,
	} {
		if got := check(t, s, "m", `{"v":`+list+`}`); (got == nil) != unique {
			t.Errorf("%s: %v, want unique: %v", list, got, unique)
		}
	}
}

// TestUniqueVerdicts holds verdicts about lists against jsonschema/v5's, which
// goes another way from 21 elements on.
func TestUniqueVerdicts(t *testing.T) {
	const bundle = `{"methods":{"m":{"properties":{"v":{"uniqueItems":true}}}}}`
	s := compileBundle(t, bundle)
	unique := 0
	rapid.Check(t, func(t *rapid.T) {
		whole := compileWhole(t, bundle)
		list := []any{}
		for i := range rapid.IntRange(0, 30).Draw(t, "elements") {
			list = append(list, []any{i, drawValue(t, 2)})
		}
		if other := drawValue(t, 3); rapid.Bool().Draw(t, "one more") {
			list = append(list, other, respelled(drawValue(t, 3)))
		} else if len(list) > 0 {
			list = append(list, respelled(rapid.SampledFrom(list).Draw(t, "again")))
		}
		params := marshal(t, object{"v": list})
		want := whole.Validate(object{"v": list}) == nil
		if got := check(t, s, "m", params) == nil; got != want {
			t.Fatalf("%s: unique %v, want %v", params, got, want)
		}
		if want {
			unique++
		}
	})
	if unique < 10 {
		t.Errorf("%d lists were unique", unique)
	}
}

// respelled is a value that equals v.
func respelled(v any) any {
	switch v := v.(type) {
	case int:
		return json.Number(strconv.Itoa(v) + ".0e0")
	case []any:
		list := slices.Clone(v)
		for i := range list {
			list[i] = respelled(list[i])
		}
		return list
	}
	return v
}

// TestNestedUnique has arrays whose elements are looked at again for each of the
// arrays around them, if nothing is kept.
func TestNestedUnique(t *testing.T) {
	s := compileRecursive(t, `{"uniqueItems":true,"items":U}`)
	values := 1
	var v any = []any{}
	for range jsonrpc.MaxDepth {
		list := []any{v}
		for i := range 20 {
			list = append(list, json.Number(strconv.Itoa(i)))
		}
		v = list
		values += len(list)
	}
	got, steps, err := s.Judge("m", object{"v": v})
	if err != nil || got != nil {
		t.Error(got, err)
	}
	if steps > 4*values { // a place each, and one digest for each array that it is an element of or inside
		t.Errorf("took %d steps, but there are %d values", steps, values)
	}
}

// TestTooManyElements are not looked at for their being unique.
func TestTooManyElements(t *testing.T) {
	s := compile(t, `"v":{"maxItems":2,"uniqueItems":true}`, ``)
	for list, keyword := range map[string]string{`[1,1]`: "uniqueItems", `[1,1,1]`: "maxItems"} {
		if got := check(t, s, "m", `{"v":`+list+`}`); len(got) != 1 || got[0].Keyword != keyword {
			t.Errorf("%s: %v, want %s", list, got, keyword)
		}
	}
	v := make([]any, 100_000)
	if _, steps, _ := s.Judge("m", object{"v": v}); steps > 2 {
		t.Errorf("took %d steps for %d elements", steps, len(v))
	}
}

// BenchmarkUnique has different trees without a leaf, as large as a body may be.
func BenchmarkUnique(b *testing.B) {
	s := compile(b, `"v":{"uniqueItems":true}`, ``)
	var list strings.Builder
	for i := 1; list.Len() < 1<<20; i++ {
		list.WriteString(strings.NewReplacer("0", "[],", "1", "[[]],").Replace("[" + strconv.FormatInt(int64(i), 2) + "[]],"))
	}
	params := `{"v":[` + strings.TrimSuffix(list.String(), ",") + `]}`
	b.SetBytes(int64(len(params)))
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Check(b.Context(), &jsonrpc.Call{Method: "m", Params: json.RawMessage(params)}); err != nil {
			b.Fatal(err)
		}
	}
}
