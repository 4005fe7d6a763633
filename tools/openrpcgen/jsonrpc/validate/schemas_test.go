package validate_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc/validate"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// compile makes a bundle of one method m, whose params have these schemas.
func compile(t testing.TB, properties, rest string) *validate.Schemas {
	t.Helper()
	return compileBundle(t, fmt.Sprintf(`{"methods":{"m":{"type":"object","properties":{%s}%s}}}`, properties, rest))
}

func compileBundle(t testing.TB, bundle string) *validate.Schemas {
	t.Helper()
	s, err := validate.Compile(bundle)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type violation struct{ Pointer, Keyword, Message string }

// check returns the violations of params, nil if there are none.
func check(t interface {
	Helper()
	Fatalf(string, ...any)
}, s *validate.Schemas, method, params string) []violation {
	t.Helper()
	err := s.Check(context.Background(), &jsonrpc.Call{Method: method, Params: json.RawMessage(params)})
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*jsonrpc.Error](err)
	if !ok || e.Code != jsonrpc.CodeInvalidParams || e.Message != "Invalid params" {
		t.Fatalf("%s: %v, want invalid params", params, err)
	}
	var data struct {
		Message    string
		Violations []violation
	}
	if err := json.Unmarshal(e.Data, &data); err != nil {
		t.Fatalf("%s: %v", params, err)
	}
	if data.Message != "the params do not fit the method; see violations" || len(data.Violations) == 0 {
		t.Fatalf("%s: %s", params, e.Data)
	}
	return data.Violations
}

func TestPositionsAndNames(t *testing.T) {
	s := compile(t, `"a/b~c d%":{"type":"array","items":{"type":"object","properties":{"x/y":{"type":"integer"}},"additionalProperties":false}},"n":{"type":["integer","null"]},"o":{"minimum":1},"z":{"type":"string"}`,
		`,"required":["a/b~c d%","n"],"additionalProperties":false`)
	const integer, text = "want an integer", "want a string"
	for _, test := range []struct {
		params string
		want   []violation
	}{
		{`{"a/b~c d%":[],"n":null}`, nil},
		{`[[],null]`, nil},
		{`[[{"x/y":1}],1,null,null]`, nil}, // by position null is left out where it may be
		{`{"a/b~c d%":[{"x/y":"1"}],"n":1}`, []violation{{"/a~1b~0c d%/0/x~1y", "type", integer}}},
		{`[[{},{"x/y":"1"}],1]`, []violation{{"/0/1/x~1y", "type", integer}}},
		{`[[{"ü~":1}],1]`, []violation{{"/0/0/ü~0", "additionalProperties", "no member of this name is known"}}},
		{`{"a/b~c d%":[],"n":1,"z":null}`, []violation{{"/z", "type", text}}},
		{`{"a/b~c d%":null,"n":1}`, []violation{{"/a~1b~0c d%", "type", "want an array"}}},
		{`[null,1]`, []violation{{"/0", "type", "want an array"}}},
		{`[[],1,0,1]`, []violation{{"/2", "minimum", "want at least 1"}, {"/3", "type", text}}},
		{`[[],1,0,"","x"]`, []violation{{"/4", "maxItems", "want at most 4 params"}}},
		{`[[]]`, []violation{{"", "required", `"n" is missing`}}},
		{``, []violation{{"", "required", `"a/b~c d%" is missing`}, {"", "required", `"n" is missing`}}},
		{`[]`, []violation{{"", "required", `"a/b~c d%" is missing`}, {"", "required", `"n" is missing`}}},
		{`{"A/b~c d%":[],"n":1}`, []violation{{"", "required", `"a/b~c d%" is missing`}, {"/A~1b~0c d%", "additionalProperties", "no member of this name is known"}}},
		{`{"a/b~c d%":[],"n":1,"":1}`, []violation{{"/", "additionalProperties", "no member of this name is known"}}},
	} {
		if diff := cmp.Diff(test.want, check(t, s, "m", test.params)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", test.params, diff)
		}
	}
}

// jsonschema/v5 leaves empty names out of its pointers.
func TestEmptyName(t *testing.T) {
	s := compile(t, `"":{"type":"object","required":["a"]},"a":{}`, ``)
	if diff := cmp.Diff([]violation{{"/", "required", `"a" is missing`}}, check(t, s, "m", `{"a":1,"":{}}`)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := check(t, s, "m", `[{"a":1}]`); got != nil {
		t.Error(got)
	}
}

func TestNoParams(t *testing.T) {
	s := compile(t, ``, `,"additionalProperties":false`)
	for params, want := range map[string][]violation{
		``: nil, `[]`: nil, `{}`: nil,
		`[1]`:     {{"/0", "maxItems", "want no params"}},
		`[null]`:  {{"/0", "maxItems", "want no params"}},
		`{"a":1}`: {{"/a", "additionalProperties", "no member of this name is known"}},
	} {
		if diff := cmp.Diff(want, check(t, s, "m", params)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", params, diff)
		}
	}
}

func TestMethodNames(t *testing.T) {
	for _, name := range []string{"m", "a/b~c d%", "%41", "~1", "a#b?c", "ü😀", "", "anyOf", "rpc.discover", `a"\b`, "a\u0000b", "[x]"} {
		quoted, err := json.Marshal(name)
		if err != nil {
			t.Fatal(err)
		}
		s := compileBundle(t, fmt.Sprintf(`{"methods":{%s:{"properties":{"v":{"type":"string"},"w":{"$ref":"#/definitions/D~1 %%25"}},"required":["v"]}},"definitions":{"D/ %%":{"minimum":2}}}`, quoted))
		if got := check(t, s, name, `["ok",2]`); got != nil {
			t.Errorf("%q: %v", name, got)
		}
		want := []violation{{"/0", "type", "want a string"}, {"/1", "minimum", "want at least 2"}}
		if diff := cmp.Diff(want, check(t, s, name, `[1,1]`)); diff != "" {
			t.Errorf("%q: (-want +got)\n%s", name, diff)
		}
	}
}

func TestUnknownMethod(t *testing.T) {
	err := compile(t, ``, ``).Check(t.Context(), &jsonrpc.Call{Method: "other"})
	if _, ok := errors.AsType[*jsonrpc.Error](err); err == nil || ok {
		t.Errorf("got %v, want an error that is the server's", err)
	}
}

func TestCompileRefuses(t *testing.T) {
	for name, bundle := range map[string]string{
		"no JSON":                `{`,
		"a name twice":           `{"methods":{},"methods":{}}`,
		"no object":              `[]`,
		"methods no object":      `{"methods":[]}`,
		"a keyword of no kind":   `{"methods":{"m":{"type":"text"}}}`,
		"a pattern of no sense":  `{"methods":{"m":{"properties":{"v":{"pattern":"("}}}}}`,
		"a reference to nothing": `{"methods":{"m":{"properties":{"v":{"$ref":"#/definitions/none"}}}}}`,
		"a reference to a file":  `{"methods":{"m":{"properties":{"v":{"$ref":"file:///etc/hostname"}}}}}`,
		"a reference elsewhere":  `{"methods":{"m":{"properties":{"v":{"$ref":"http://127.0.0.1:1/s.json"}}}}}`,
	} {
		if _, err := validate.Compile(bundle); err == nil {
			t.Errorf("%s: compiled", name)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: MustCompile did not panic", name)
				}
			}()
			validate.MustCompile(bundle)
		}()
	}
}

// Schemas may nest deeper than what they are for may.
func TestDeepSchemas(t *testing.T) {
	const levels = 40 // two objects each
	s, err := validate.Compile(`{"methods":{"m":` + strings.Repeat(`{"properties":{"a":`, levels) + `{"type":"string"}` + strings.Repeat(`}}`, levels) + `}}`)
	if err != nil {
		t.Fatal(err)
	}
	for params, valid := range map[string]bool{
		strings.Repeat(`{"a":`, levels) + `""` + strings.Repeat(`}`, levels): true,
		strings.Repeat(`{"a":`, levels) + `7` + strings.Repeat(`}`, levels):  false,
	} {
		err := s.Check(t.Context(), &jsonrpc.Call{Method: "m", Params: json.RawMessage(params)})
		if (err == nil) != valid {
			t.Errorf("%s: %v", params, err)
		}
	}
}

// Numbers that jsonschema/v5 takes seconds for, or panics on, do not reach it,
// wherever they are.
func TestHugeNumbers(t *testing.T) {
	s := compile(t, `"v":{"type":"integer","minimum":1},"any":{}`, ``)
	const exponent, length = "want a number with an exponent of at most 400", "want a number of at most 64 characters"
	for _, test := range []struct {
		params  string
		pointer string
		message string
	}{
		{`{"v":1e2000000}`, "/v", exponent},
		{`[1e2000000]`, "/0", exponent},
		{`{"v":1e999999}`, "/v", exponent},
		{`{"v":1e-999999}`, "/v", exponent},
		{`{"v":1E+401}`, "/v", exponent},
		{`{"v":1e-9223372036854775808}`, "/v", exponent},
		{`{"v":1e99999999999999999999}`, "/v", exponent},
		{`{"v":` + strings.Repeat("9", 70) + `}`, "/v", length},
		{`{"v":0.` + strings.Repeat("9", 70) + `}`, "/v", length},
		{`{"any":[{"a/b":[1,1e401,1e402]}]}`, "/any/0/a~1b/1", exponent},
		{`{"unknown":1e401}`, "/unknown", exponent},
	} {
		if diff := cmp.Diff([]violation{{test.pointer, "type", test.message}}, check(t, s, "m", test.params)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", test.params, diff)
		}
	}
	for _, params := range []string{`{"v":1e400}`, `{"v":` + strings.Repeat("9", 64) + `}`, `{"any":"1e2000000"}`} {
		if got := check(t, s, "m", params); got != nil {
			t.Errorf("%s: %v", params, got)
		}
	}
}

// Params are as many as a body has room for. However many violations there are,
// the same 20 are told.
func TestManyValues(t *testing.T) {
	s := compile(t, `"v":{"type":"array","items":{"type":["object","string","integer"],"additionalProperties":{"items":{"type":"string"}}}}`, ``)
	list := func(n int, value string) string { return `[` + strings.Repeat(value+`,`, n-1) + value + `]` }
	const text = "want a string"
	var first []violation // of all numbers below 200,000, as text
	for _, i := range []string{
		"0", "1", "10", "100", "1000", "10000", "100000", "100001", "100002", "100003", "100004", "100005", "100006", "100007", "100008", "100009",
		"10001", "100010", "100011", "100012",
	} {
		first = append(first, violation{"/v/0/a/" + i, "type", text})
	}
	long := strings.Repeat("x", 500_000)
	for _, test := range []struct {
		name, params string
		want         []violation
	}{
		{"many", `{"v":` + list(300_000, `1`) + `}`, nil},
		{"one is broken", `{"v":[` + strings.Repeat(`{},`, 100_000) + `true]}`, []violation{{"/v/100000", "type", "want an object or a string or an integer"}}},
		{"all are broken", `{"v":[{"a":` + list(200_000, `1`) + `}]}`, first},
		{"too many params", `[` + list(200_000, `1`) + `,` + list(10, `1`) + `]`, []violation{{"/1", "maxItems", "want at most 1 params"}}},
		{"text that is like many", `{"v":["` + strings.Repeat(`,[{\"`, 100_000) + `"]}`, nil},
		{"values below a long name", `{"v":[{"` + long + `":` + list(100_000, `1`) + `}]}`, []violation{{"/v/0/" + long[:251] + "…", "type", text}}},
	} {
		if diff := cmp.Diff(test.want, check(t, s, "m", test.params)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", test.name, diff)
		}
	}
}

func TestViolationsAreBoundedAndInOrder(t *testing.T) {
	s := compile(t, `"v":{"type":"object","additionalProperties":{"type":"integer","minimum":10,"multipleOf":7}}`, ``)
	names := rand.Perm(100)
	var members []string
	for _, n := range names {
		members = append(members, fmt.Sprintf(`"%02d":1`, n))
	}
	var want []violation
	for i := range 10 {
		pointer := fmt.Sprintf("/v/%02d", i)
		want = append(want, violation{pointer, "minimum", "want at least 10"}, violation{pointer, "multipleOf", "want a multiple of 7"})
	}
	for range 10 {
		if diff := cmp.Diff(want, check(t, s, "m", `{"v":{`+strings.Join(members, ",")+`}}`)); diff != "" {
			t.Fatalf("(-want +got)\n%s", diff)
		}
	}
	got := check(t, s, "m", `{"v":{"`+strings.Repeat("ü", 500)+`":1}}`)
	if want := "/v/" + strings.Repeat("ü", 126) + "…"; got[0].Pointer != want {
		t.Errorf("got %s, want %s", got[0].Pointer, want)
	}
}

// Positions, not names, decide which violations are told first.
func TestViolationsByPosition(t *testing.T) {
	s := compile(t, `"b":{"items":{"type":"string"}},"a":{"items":{"type":"string"}}`, ``)
	for _, v := range check(t, s, "m", `[[`+strings.Repeat("1,", 30)+`1],[`+strings.Repeat("1,", 30)+`1]]`) {
		if !strings.HasPrefix(v.Pointer, "/0/") {
			t.Errorf("got %v, want what is wrong with b", v)
		}
	}
}

// No value that is sent comes back: only names do, as parts of pointers.
func TestValuesAreNotEchoed(t *testing.T) {
	const secret, number = "hunter2-secret", "73313771337"
	s := compile(t, `"a":{"enum":["x","y"]},"b":{"type":"string","pattern":"^z","minLength":100,"maxLength":2,"format":"email"},
		"c":{"type":"array","items":{"const":5},"maxItems":1,"uniqueItems":true,"contains":{"const":6}},"d":{"anyOf":[{"type":"null"},{"maximum":3}]},
		"e":{"oneOf":[{"type":"string"},{"type":"string"}]},"f":{"not":{}},"g":false,"h":{"minimum":99999999999999,"multipleOf":0.3},
		"i":{"type":"object","propertyNames":{"maxLength":0},"additionalProperties":false,"required":["q"],"dependencies":{"j":["k"]}},
		"l":{"if":{"type":"string"},"then":{"format":"date-time"},"else":{"type":"null"}},"n":{"contentEncoding":"base64"}`, ``)
	leaf := rapid.SampledFrom([]string{`"` + secret + `"`, number, `-` + number + `.5`, `true`, `null`, `"x` + secret + `,"`, `"` + secret + `@example.com"`})
	names := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "l", "n"})
	var value *rapid.Generator[string]
	value = rapid.Custom(func(t *rapid.T) string {
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0:
			return `[` + strings.Join(rapid.SliceOfN(value, 0, 3).Draw(t, "elements"), ",") + `]`
		case 1:
			var members []string
			for name, v := range rapid.MapOfN(names, value, 0, 3).Draw(t, "members") {
				members = append(members, fmt.Sprintf("%q:%s", name, v))
			}
			return `{` + strings.Join(members, ",") + `}`
		}
		return leaf.Draw(t, "leaf")
	})
	refused := 0
	rapid.Check(t, func(t *rapid.T) {
		var members []string
		for name, v := range rapid.MapOfN(names, value, 1, 6).Draw(t, "params") {
			members = append(members, fmt.Sprintf("%q:%s", name, v))
		}
		params := `{` + strings.Join(members, ",") + `}`
		err := s.Check(context.Background(), &jsonrpc.Call{Method: "m", Params: json.RawMessage(params)})
		e, ok := errors.AsType[*jsonrpc.Error](err)
		if err != nil && !ok {
			t.Fatalf("%s: %v", params, err)
		}
		if !ok {
			return
		}
		refused++
		if all := string(e.Data) + e.Message; strings.Contains(all, secret) || strings.Contains(all, number) {
			t.Fatalf("%s: answered %s", params, all)
		}
	})
	if refused == 0 {
		t.Error("nothing was refused")
	}
}

// TestSuite runs the official tests of draft-07, each as the schema of a param.
// Those whose references need another base than the bundle's are left out.
func TestSuite(t *testing.T) {
	files, err := filepath.Glob("../../../../../shared/json-schema-test-suite/tests/draft7/*.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("../shared/json-schema-test-suite is not there")
	}
	ran := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var groups []struct {
			Description string
			Schema      json.RawMessage
			Tests       []struct {
				Description string
				Data        json.RawMessage
				Valid       bool
			}
		}
		if err := json.Unmarshal(text, &groups); err != nil {
			t.Fatal(err)
		}
		for _, group := range groups {
			if strings.Contains(string(group.Schema), `"$ref"`) || strings.Contains(string(group.Schema), `"$id"`) {
				continue
			}
			s := compileBundle(t, fmt.Sprintf(`{"methods":{"m":{"properties":{"v":%s},"required":["v"]}}}`, group.Schema))
			for _, test := range group.Tests {
				got := check(t, s, "m", fmt.Sprintf(`{"v":%s}`, test.Data))
				if (got == nil) != test.Valid {
					t.Errorf("%s: %s: %s: got %v, want valid: %v", filepath.Base(file), group.Description, test.Description, got, test.Valid)
				}
				for _, v := range got {
					if v.Keyword == "" || v.Message == "does not fit the schema" || !strings.HasPrefix(v.Pointer, "/v") {
						t.Errorf("%s: %s: %s: %v", filepath.Base(file), group.Description, test.Description, v)
					}
				}
				ran++
			}
		}
	}
	if ran < 500 {
		t.Errorf("only %d tests ran", ran)
	}
}
