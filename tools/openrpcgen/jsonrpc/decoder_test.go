package jsonrpc_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// readers are all ways to read a value.
var readers = map[string]func(*jsonrpc.Decoder) error{
	"any":     func(d *jsonrpc.Decoder) error { _, err := d.Any(); return err },
	"skip":    (*jsonrpc.Decoder).Skip,
	"string":  func(d *jsonrpc.Decoder) error { return jsonrpc.DecodeString(new(string), d) },
	"bool":    func(d *jsonrpc.Decoder) error { return jsonrpc.DecodeBool(new(bool), d) },
	"int8":    func(d *jsonrpc.Decoder) error { return jsonrpc.DecodeInt(new(int8), d) },
	"uint64":  func(d *jsonrpc.Decoder) error { return jsonrpc.DecodeUint(new(uint64), d) },
	"float":   func(d *jsonrpc.Decoder) error { return jsonrpc.DecodeFloat(new(float64), d) },
	"number":  func(d *jsonrpc.Decoder) error { return jsonrpc.DecodeNumber(new(json.Number), d) },
	"raw":     func(d *jsonrpc.Decoder) error { return jsonrpc.DecodeRaw(new(json.RawMessage), d) },
	"time":    func(d *jsonrpc.Decoder) error { return jsonrpc.DecodeTime(new(time.Time), d) },
	"bytes":   func(d *jsonrpc.Decoder) error { return jsonrpc.DecodeBytes(new([]byte), d) },
	"const":   func(d *jsonrpc.Decoder) error { return d.DecodeConst(`{"a":[1,"b"]}`) },
	"slice":   func(d *jsonrpc.Decoder) error { return jsonrpc.DecodeSlice(new([]any), d, decodeAny) },
	"map":     func(d *jsonrpc.Decoder) error { return jsonrpc.DecodeMap(new(map[string]any), d, decodeAny) },
	"pointer": func(d *jsonrpc.Decoder) error { return jsonrpc.DecodePtr(new(*any), d, decodeAny) },
	"nullable": func(d *jsonrpc.Decoder) error {
		return jsonrpc.DecodeNullable(new(jsonrpc.Nullable[any]), d, decodeAny)
	},
	"optional": func(d *jsonrpc.Decoder) error { return jsonrpc.DecodeOptional(new(any), d, decodeAny) },
	"params":   func(d *jsonrpc.Decoder) error { return new(subtraction).DecodeJSON(d) },
	"skipped": func(d *jsonrpc.Decoder) error {
		return d.Params([]string{"a", "b"}, func(string) error { return d.Skip() })
	},
}

func decodeAny(v *any, d *jsonrpc.Decoder) (err error) {
	*v, err = d.Any()
	return err
}

// decoded is what a decoder makes of a text, or the message of its error.
func decoded[T any](t *testing.T, text string, decode func(*T, *jsonrpc.Decoder) error) (v T, message string) {
	t.Helper()
	if err := jsonrpc.Check([]byte(text)); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	d := jsonrpc.NewDecoder([]byte(text))
	if err := decode(&v, d); err != nil {
		return v, err.Error()
	}
	if k := d.Kind(); k != jsonrpc.KindNone {
		t.Errorf("%s: left unread: %v", text, k)
	}
	return v, ""
}

const (
	noRange    = "want an integer that its type can hold"
	noFraction = "want an integer, got a number with a fraction"
	noRounding = "want a number that a double can hold without rounding an integer"
	noDouble   = "want a number that a double can hold"
	noLength   = "want a number of at most 64 characters"
	noExponent = "want a number with an exponent of at most 400"
)

func TestDecodeInt(t *testing.T) {
	for _, test := range []struct {
		text    string
		int8    string // message, "" if it fits
		int64   string
		uint64  string
		want    int64
		wantBig uint64
	}{
		{text: "0"},
		{text: "-0"},
		{text: "-0.0"},
		{text: "127", want: 127, wantBig: 127},
		{text: "1.0", want: 1, wantBig: 1},
		{text: "1e2", want: 100, wantBig: 100},
		{text: "1.20e1", want: 12, wantBig: 12},
		{text: "1200e-2", want: 12, wantBig: 12},
		{text: "-128", uint64: noRange, want: -128},
		{text: "-129", int8: noRange, uint64: noRange, want: -129},
		{text: "128", int8: noRange, want: 128, wantBig: 128},
		{text: "9223372036854775807", int8: noRange, want: math.MaxInt64, wantBig: math.MaxInt64},
		{text: "-9223372036854775808", int8: noRange, uint64: noRange, want: math.MinInt64},
		{text: "-9223372036854775809", int8: noRange, int64: noRange, uint64: noRange},
		{text: "9223372036854775808", int8: noRange, int64: noRange, wantBig: 1 << 63},
		{text: "9.223372036854775808e18", int8: noRange, int64: noRange, wantBig: 1 << 63},
		{text: "18446744073709551615", int8: noRange, int64: noRange, wantBig: math.MaxUint64},
		{text: "18446744073709551616", int8: noRange, int64: noRange, uint64: noRange},
		{text: "1e400", int8: noRange, int64: noRange, uint64: noRange},
		{text: "1.5", int8: noFraction, int64: noFraction, uint64: noFraction},
		{text: "1e-1", int8: noFraction, int64: noFraction, uint64: noFraction},
		{text: "1e-400", int8: noFraction, int64: noFraction, uint64: noFraction},
		{text: "1e401", int8: noExponent, int64: noExponent, uint64: noExponent},
		{text: "1e-9223372036854775808", int8: noExponent, int64: noExponent, uint64: noExponent},
		{text: "1e99999999999999999999", int8: noExponent, int64: noExponent, uint64: noExponent},
		{text: "1" + strings.Repeat("0", 64), int8: noLength, int64: noLength, uint64: noLength},
		{text: `"1"`, int8: "want an integer, got a string", int64: "want an integer, got a string", uint64: "want an integer, got a string"},
		{text: `null`, int8: "want an integer, got null", int64: "want an integer, got null", uint64: "want an integer, got null"},
	} {
		small, message := decoded(t, test.text, jsonrpc.DecodeInt[int8])
		if message != test.int8 || (message == "" && int64(small) != test.want) {
			t.Errorf("int8 of %s: %v %q, want %v %q", test.text, small, message, test.want, test.int8)
		}
		i, message := decoded(t, test.text, jsonrpc.DecodeInt[int64])
		if message != test.int64 || (message == "" && i != test.want) {
			t.Errorf("int64 of %s: %v %q, want %v %q", test.text, i, message, test.want, test.int64)
		}
		u, message := decoded(t, test.text, jsonrpc.DecodeUint[uint64])
		if message != test.uint64 || (message == "" && u != test.wantBig) {
			t.Errorf("uint64 of %s: %v %q, want %v %q", test.text, u, message, test.wantBig, test.uint64)
		}
	}
}

func TestDecodeSizedInt(t *testing.T) {
	for _, test := range []struct {
		name   string
		decode func(*jsonrpc.Decoder) error
		most   string
		beyond string
		least  string
		below  string
	}{
		{"int8", func(d *jsonrpc.Decoder) error { return jsonrpc.DecodeInt(new(int8), d) }, "127", "128", "-128", "-129"},
		{"int16", func(d *jsonrpc.Decoder) error { return jsonrpc.DecodeInt(new(int16), d) }, "32767", "32768", "-32768", "-32769"},
		{"int32", func(d *jsonrpc.Decoder) error { return jsonrpc.DecodeInt(new(int32), d) }, "2147483647", "2147483648", "-2147483648", "-2147483649"},
		{"uint8", func(d *jsonrpc.Decoder) error { return jsonrpc.DecodeUint(new(uint8), d) }, "255", "256", "0", "-1"},
		{"uint16", func(d *jsonrpc.Decoder) error { return jsonrpc.DecodeUint(new(uint16), d) }, "65535", "65536", "0", "-1"},
		{"uint32", func(d *jsonrpc.Decoder) error { return jsonrpc.DecodeUint(new(uint32), d) }, "4294967295", "4294967296", "-0", "-1"},
	} {
		for _, text := range []string{test.most, test.least} {
			if err := test.decode(jsonrpc.NewDecoder([]byte(text))); err != nil {
				t.Errorf("%s: %s: %v", test.name, text, err)
			}
		}
		for _, text := range []string{test.beyond, test.below} {
			if err := test.decode(jsonrpc.NewDecoder([]byte(text))); err == nil {
				t.Errorf("%s: %s was accepted", test.name, text)
			}
		}
	}
}

func TestDecodeFloat(t *testing.T) {
	for _, test := range []struct {
		text    string
		want    float64
		message string
	}{
		{"0", 0, ""},
		{"-1.5e3", -1500, ""},
		{"0.1", 0.1, ""},
		{"9007199254740992", 1 << 53, ""},
		{"9007199254740993", 0, noRounding},
		{"-9007199254740993", 0, noRounding},
		{"9007199254740993.0", 1 << 53, ""}, // written as no integer
		{"18446744073709551616", 1 << 64, ""},
		{"123456789012345680000", 123456789012345680000, ""}, // as JavaScript writes it
		{"123456789012345683968", 123456789012345683968, ""}, // exactly
		{"123456789012345680001", 0, noRounding},
		{"1e308", 1e308, ""},
		{"1e309", 0, noDouble},
		{"-1e400", 0, noDouble},
		{"1e-400", 0, ""},
		{"1e401", 0, noExponent},
		{"1e-9223372036854775808", 0, noExponent},
		{"0." + strings.Repeat("1", 62), 0.1111111111111111, ""},
		{"0." + strings.Repeat("1", 63), 0, noLength},
		{`"1"`, 0, "want a number, got a string"},
		{`[1]`, 0, "want a number, got an array"},
	} {
		got, message := decoded(t, test.text, jsonrpc.DecodeFloat[float64])
		if message != test.message || (message == "" && got != test.want) {
			t.Errorf("%s: got %v %q, want %v %q", test.text, got, message, test.want, test.message)
		}
	}
}

// What package time takes beyond RFC 3339, a comma for the point for example, is
// left to validation.
func TestDecodeTime(t *testing.T) {
	for text, want := range map[string]string{
		`"2026-01-02T03:04:05Z"`:           "2026-01-02T03:04:05Z",
		`"2026-01-02t03:04:05z"`:           "2026-01-02T03:04:05Z",
		`"2026-01-02T03:04:05.123456789Z"`: "2026-01-02T03:04:05.123456789Z",
		`"2026-01-02T03:04:05.5+02:00"`:    "2026-01-02T01:04:05.5Z",
		`"0000-01-01T00:00:00Z"`:           "0000-01-01T00:00:00Z",
		`"\u0032026-01-02T03:04:05Z"`:      "2026-01-02T03:04:05Z",
		`"2026-02-30T00:00:00Z"`:           "",
		`"2026-01-02 03:04:05Z"`:           "",
		`"2026-01-02T03:04:05"`:            "",
		`"2026-01-02T24:00:00Z"`:           "",
		`"2026-01-02T03:04:60Z"`:           "", // package time knows no leap seconds
		`""`:                               "",
		`1`:                                "",
	} {
		got, message := decoded(t, text, jsonrpc.DecodeTime)
		if (message == "") != (want != "") {
			t.Errorf("%s: %q", text, message)
		} else if want != "" && got.UTC().Format(time.RFC3339Nano) != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

func TestDecodeConst(t *testing.T) {
	for _, test := range []struct {
		text, want string
		ok         bool
	}{
		{`true`, `true`, true}, {`false`, `true`, false}, {`null`, `null`, true}, {`0`, `null`, false},
		{`1`, `1`, true}, {`1.0`, `1`, true}, {`1`, `1e0`, true}, {`2`, `1`, false}, {`1e401`, `1`, false}, {`1e2000000`, `1e2000000`, true},
		{`"a"`, `"a"`, true}, {`"\u0061"`, `"a"`, true}, {`"A"`, `"a"`, false}, {`"1"`, `1`, false},
		{` [ 1 , "b" ] `, `[1,"b"]`, true}, {`[1]`, `[1,2]`, false}, {`[2,1]`, `[1,2]`, false},
		{`{"b":2,"a":1}`, `{"a":1,"b":2}`, true}, {`{"a":1}`, `{"a":1,"b":2}`, false}, {`{"a":1,"c":2}`, `{"a":1,"b":2}`, false}, {`{"a":2}`, `{"a":1}`, false},
		{`{}`, `[]`, false},
	} {
		err := jsonrpc.NewDecoder([]byte(test.text)).DecodeConst(test.want)
		if (err == nil) != test.ok {
			t.Errorf("%s for %s: %v", test.text, test.want, err)
		}
		if err != nil && err.Error() != "want "+test.want {
			t.Errorf("%s for %s: %v", test.text, test.want, err)
		}
	}
}

func TestDecodeParams(t *testing.T) {
	for _, test := range []struct {
		text    string
		want    subtraction
		message string
	}{
		{`[42,23]`, subtraction{42, 23}, ""},
		{`{"subtrahend":23,"minuend":42}`, subtraction{42, 23}, ""},
		{`{"\u006dinuend":42}`, subtraction{42, 0}, ""},
		{`{"Minuend":42,"other":[{}]}`, subtraction{}, ""},
		{`[]`, subtraction{}, ""},
		{`[1,2,3]`, subtraction{}, "/2: want at most 2 params"},
		{`["1"]`, subtraction{}, "/0: want an integer, got a string"},
		{`{"minuend":"1"}`, subtraction{}, "/minuend: want an integer, got a string"},
		{`1`, subtraction{}, "want an array, got a number"},
	} {
		got, message := decoded(t, test.text, (*subtraction).DecodeJSON)
		if message != test.message || (message == "" && got != test.want) {
			t.Errorf("%s: got %v %q, want %v %q", test.text, got, message, test.want, test.message)
		}
	}
}

func TestPathError(t *testing.T) {
	decode := jsonrpc.MapOf[map[string][]int64](jsonrpc.SliceOf[[]int64](jsonrpc.DecodeInt[int64]))
	var v map[string][]int64
	err := decode(&v, jsonrpc.NewDecoder([]byte(`{"a":[1],"b~/c\u002f ü":[1,2,"3"]}`)))
	got, ok := errors.AsType[*jsonrpc.PathError](err)
	if !ok {
		t.Fatalf("got %v, want a PathError", err)
	}
	if want := "/b~0~1c~1 ü/2"; got.Pointer != want {
		t.Errorf("pointer %s, want %s", got.Pointer, want)
	}
	if want := "/b~0~1c~1 ü/2: want an integer, got a string"; err.Error() != want {
		t.Errorf("got %v, want %v", err, want)
	}
	data := string(jsonrpc.InvalidParams(err).Data)
	want := `{"message":"the params do not fit the method; see violations","violations":[{"pointer":"/b~0~1c~1 ü/2","keyword":"type","message":"want an integer, got a string"}]}`
	if diff := cmp.Diff(want, data); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestInvalidParamsErrorIsBounded(t *testing.T) {
	violations := make([]jsonrpc.Violation, 1000)
	for i := range violations {
		violations[i].Pointer = "/" + strings.Repeat("ü", 1000)
	}
	var data struct{ Violations []struct{ Pointer string } }
	if err := json.Unmarshal(jsonrpc.InvalidParamsError(violations).Data, &data); err != nil {
		t.Fatal(err)
	}
	if n := len(data.Violations); n != 20 {
		t.Errorf("%d violations, want 20", n)
	}
	if got, want := data.Violations[0].Pointer, "/"+strings.Repeat("ü", 127)+"…"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// What a decoder fills must not change when the bytes it read do: they are
// used again for the next request.
func TestDecoderKeepsNothing(t *testing.T) {
	data := []byte(`{"name":["text",{"raw":"json"},12345678901234567890]}`)
	var raw map[string]json.RawMessage
	if err := jsonrpc.DecodeMap(&raw, jsonrpc.NewDecoder(data), jsonrpc.DecodeRaw); err != nil {
		t.Fatal(err)
	}
	value, err := jsonrpc.NewDecoder(data).Any()
	if err != nil {
		t.Fatal(err)
	}
	clear(data)
	if diff := cmp.Diff(map[string]json.RawMessage{"name": json.RawMessage(`["text",{"raw":"json"},12345678901234567890]`)}, raw); diff != "" {
		t.Errorf("raw: (-want +got)\n%s", diff)
	}
	want := map[string]any{"name": []any{"text", map[string]any{"raw": "json"}, json.Number("12345678901234567890")}}
	if diff := cmp.Diff(want, value); diff != "" {
		t.Errorf("any: (-want +got)\n%s", diff)
	}
}

func TestUnmarshalChecks(t *testing.T) {
	err := jsonrpc.Unmarshal([]byte(`{"minuend":1,"minuend":2}`), new(subtraction))
	if _, ok := errors.AsType[*jsonrpc.SyntaxError](err); !ok {
		t.Errorf("got %v, want a SyntaxError", err)
	}
}

// What stands in generated code is a value of its type, or the generator is at
// fault.
func TestMustDecode(t *testing.T) {
	tags := jsonrpc.MustDecode(`["a",null]`, jsonrpc.SliceOf[[]*string](jsonrpc.PtrTo[string](jsonrpc.DecodeString[string])))
	if diff := cmp.Diff([]*string{new("a"), nil}, tags); diff != "" {
		t.Error(diff)
	}
	defer func() {
		if recover() == nil {
			t.Error("a text was taken for an integer")
		}
	}()
	jsonrpc.MustDecode(`"a"`, jsonrpc.DecodeInt[int64])
}

// Bytes that were not checked are no reason to lose the process.
func TestDecoderOfUncheckedBytes(t *testing.T) {
	for _, text := range []string{strings.Repeat("[", 1<<22), strings.Repeat(`{"a":`, 1<<20), "[}", "[:", "[n", "{", `{"a"`, ""} {
		for name, read := range readers {
			if err := read(jsonrpc.NewDecoder([]byte(text))); name == "any" && err == nil {
				t.Errorf("%.10s was accepted", text)
			}
		}
	}
}
