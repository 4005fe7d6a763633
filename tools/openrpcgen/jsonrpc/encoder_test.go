package jsonrpc_test

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

func TestEncoder(t *testing.T) {
	for _, test := range []struct {
		want  string
		write func(e *jsonrpc.Encoder)
	}{
		{`{}`, func(e *jsonrpc.Encoder) { e.ObjStart(); e.ObjEnd() }},
		{`[]`, func(e *jsonrpc.Encoder) { e.ArrStart(); e.ArrEnd() }},
		{`[[],{},1,-2,3,true,null,"a",1.5]`, func(e *jsonrpc.Encoder) {
			e.ArrStart()
			e.ArrStart()
			e.ArrEnd()
			e.ObjStart()
			e.ObjEnd()
			e.Int(1)
			e.Int(-2)
			e.Uint(3)
			e.Bool(true)
			e.Null()
			e.Str("a")
			e.Float(1.5)
			e.ArrEnd()
		}},
		{`{"a":{"b":[1]},"":"{","c":[ 1 ],"d":null}`, func(e *jsonrpc.Encoder) {
			e.ObjStart()
			e.FieldStart("a")
			e.ObjStart()
			e.FieldStart("b")
			e.ArrStart()
			e.Int(1)
			e.ArrEnd()
			e.ObjEnd()
			e.FieldStart("")
			e.Str("{")
			e.FieldStart("c")
			e.JSON(json.RawMessage("[ 1 ]"))
			e.FieldStart("d")
			e.JSON(nil)
			e.ObjEnd()
		}},
		{`["[",",",":","\"","\\"]`, func(e *jsonrpc.Encoder) {
			e.ArrStart()
			for _, s := range []string{"[", ",", ":", `"`, `\`} {
				e.Str(s)
			}
			e.ArrEnd()
		}},
		{`[ "a" ,1]`, func(e *jsonrpc.Encoder) {
			e.ArrStart()
			e.JSON(json.RawMessage(` "a" `))
			e.Int(1)
			e.ArrEnd()
		}},
		{`"\u0000\u0001\n\r\t\u001f` + "\u007f\u2028<>&ü😀\ufffd\ufffd" + `"`, func(e *jsonrpc.Encoder) {
			e.Str("\x00\x01\n\r\t\x1f\x7f\u2028<>&ü😀\xff\xed")
		}},
	} {
		var e jsonrpc.Encoder
		test.write(&e)
		got, err := e.Finish()
		if err != nil {
			t.Errorf("%s: %v", test.want, err)
		}
		if diff := cmp.Diff(test.want, string(got)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

func TestEncoderFails(t *testing.T) {
	for want, write := range map[string]func(e *jsonrpc.Encoder){
		"NaN is no JSON number":                                 func(e *jsonrpc.Encoder) { e.Float(math.NaN()) },
		"+Inf is no JSON number":                                func(e *jsonrpc.Encoder) { e.Float(math.Inf(1)) },
		"-Inf is no JSON number":                                func(e *jsonrpc.Encoder) { e.Float(math.Inf(-1)); e.Float(math.NaN()) },
		"a json.Number holds no JSON number":                    func(e *jsonrpc.Encoder) { e.ArrStart(); jsonrpc.EncodeNumber(new(json.Number("1,2")), e); e.ArrEnd() },
		"raw JSON: at byte 1: something follows the JSON value": func(e *jsonrpc.Encoder) { e.JSON(json.RawMessage(`1,"result":2`)) },
		"raw JSON: at byte 7: the member name stands twice":     func(e *jsonrpc.Encoder) { e.JSON(json.RawMessage(`{"a":1,"a":2}`)) },
		"raw JSON: at byte 2: unexpected end":                   func(e *jsonrpc.Encoder) { jsonrpc.EncodeRaw(new(json.RawMessage("[1")), e) },
		"Time.AppendText: year outside of range [0,9999]":       func(e *jsonrpc.Encoder) { jsonrpc.EncodeTime(new(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)), e) },
	} {
		var e jsonrpc.Encoder
		write(&e)
		e.Str("and more")
		if _, err := e.Finish(); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestArgs(t *testing.T) {
	const hole = math.MinInt64
	for _, test := range []struct {
		args []int64
		want string
	}{
		{nil, `[]`},
		{[]int64{1}, `[1]`},
		{[]int64{hole}, `[]`},
		{[]int64{1, hole, hole}, `[1]`},
		{[]int64{hole, 2}, `[null,2]`},
		{[]int64{hole, hole, 3, hole, 5, hole}, `[null,null,3,null,5]`},
	} {
		var e jsonrpc.Encoder
		e.ArrStart()
		for _, arg := range test.args {
			if arg == hole {
				e.NoArg()
				continue
			}
			e.Arg()
			e.Int(arg)
		}
		e.EndArgs()
		e.ArrStart() // the next array has no holes
		e.Arg()
		e.EndArgs()
		if got := string(e.Bytes()); got != test.want+",[]" {
			t.Errorf("%v: got %s, want %s", test.args, got, test.want)
		}
	}
}

// roundTrip writes a value, compares it with what encoding/json reads, and reads
// it back.
func roundTrip[T any](t *rapid.T, v T, encode func(*T, *jsonrpc.Encoder), decode func(*T, *jsonrpc.Decoder) error) (text string, back T) {
	var e jsonrpc.Encoder
	encode(&v, &e)
	data, err := e.Finish()
	if err != nil {
		t.Fatal(err)
	}
	if err := jsonrpc.Check(data); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	if !json.Valid(data) {
		t.Fatalf("%s is no JSON", data)
	}
	if err := decode(&back, jsonrpc.NewDecoder(data)); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	return string(data), back
}

func TestStringRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
		if rapid.Bool().Draw(t, "text") {
			s = rapid.String().Draw(t, "runes")
		}
		text, back := roundTrip(t, s, jsonrpc.EncodeString, jsonrpc.DecodeString)
		var theirs string
		if err := json.Unmarshal([]byte(text), &theirs); err != nil {
			t.Fatal(err)
		}
		want := string([]rune(s)) // each byte that is not UTF-8 becomes U+FFFD
		if back != want || theirs != want {
			t.Fatalf("%q: got %q, encoding/json %q", s, back, theirs)
		}
	})
}

func TestFloatRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := math.Float64frombits(rapid.Uint64().Draw(t, "bits"))
		if rapid.Bool().Draw(t, "whole") { // the doubles next to integers beyond 2^53
			f = float64(rapid.Int64().Draw(t, "int")) * math.Pow(2, float64(rapid.IntRange(0, 8).Draw(t, "power")))
		}
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return
		}
		text, back := roundTrip(t, f, jsonrpc.EncodeFloat, jsonrpc.DecodeFloat)
		theirs, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		if math.Float64bits(back) != math.Float64bits(f) || text != string(theirs) {
			t.Fatalf("%v: wrote %s, encoding/json %s, read %v", f, text, theirs, back)
		}
	})
}

func TestIntegerRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.Int64().Draw(t, "int64")
		if text, back := roundTrip(t, i, jsonrpc.EncodeInt, jsonrpc.DecodeInt); back != i || text != strconv.FormatInt(i, 10) {
			t.Fatalf("%d: wrote %s, read %d", i, text, back)
		}
		u := rapid.Uint64().Draw(t, "uint64")
		if text, back := roundTrip(t, u, jsonrpc.EncodeUint, jsonrpc.DecodeUint); back != u || text != strconv.FormatUint(u, 10) {
			t.Fatalf("%d: wrote %s, read %d", u, text, back)
		}
		n := json.Number("-1" + strconv.FormatUint(u, 10) + strings.Repeat("0", rapid.IntRange(0, 100).Draw(t, "zeros")))
		if text, back := roundTrip(t, n, jsonrpc.EncodeNumber, jsonrpc.DecodeNumber); back != n || text != string(n) {
			t.Fatalf("%s: wrote %s, read %s", n, text, back)
		}
	})
}

func TestTimeAndBytesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first, last := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).Unix()
		zone := time.FixedZone("", 60*rapid.IntRange(-14*60, 14*60).Draw(t, "zone"))
		v := time.Unix(rapid.Int64Range(first, last).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")).In(zone)
		text, back := roundTrip(t, v, jsonrpc.EncodeTime, jsonrpc.DecodeTime)
		if !back.Equal(v) || !strings.HasSuffix(text, `Z"`) {
			t.Fatalf("%v: wrote %s, read %v", v, text, back)
		}
		b := rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
		text, bytes := roundTrip(t, b, jsonrpc.EncodeBytes, jsonrpc.DecodeBytes)
		if string(bytes) != string(b) || text != strconv.Quote(base64.StdEncoding.EncodeToString(b)) {
			t.Fatalf("%x: wrote %s, read %x", b, text, bytes)
		}
	})
}

func TestNestedRoundTrip(t *testing.T) {
	encode := jsonrpc.EncodeMapOf[map[string][]*string](jsonrpc.EncodeSliceOf[[]*string](jsonrpc.EncodePtrOf(jsonrpc.EncodeString[string])))
	decode := jsonrpc.MapOf[map[string][]*string](jsonrpc.SliceOf[[]*string](jsonrpc.PtrTo(jsonrpc.DecodeString[string])))
	gen := rapid.MapOf(rapid.String(), rapid.SliceOf(rapid.Ptr(rapid.String(), true)))
	rapid.Check(t, func(t *rapid.T) {
		v := gen.Draw(t, "map")
		text, back := roundTrip(t, v, encode, decode)
		want, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(v, back); diff != "" {
			t.Fatalf("(-want +got)\n%s", diff)
		}
		var ours, theirs any
		if json.Unmarshal([]byte(text), &ours) != nil || json.Unmarshal(want, &theirs) != nil || !cmp.Equal(ours, theirs) {
			t.Fatalf("wrote %s, encoding/json %s", text, want)
		}
	})
}

func TestNilAndNull(t *testing.T) {
	type list = []int64
	type dict = map[string]int64
	write := func(encode func(*jsonrpc.Encoder)) string {
		var e jsonrpc.Encoder
		encode(&e)
		return string(e.Bytes())
	}
	for _, test := range []struct{ got, want string }{
		{write(func(e *jsonrpc.Encoder) { jsonrpc.EncodeSlice(list(nil), e, jsonrpc.EncodeInt[int64]) }), `[]`},
		{write(func(e *jsonrpc.Encoder) { jsonrpc.EncodeMap(dict(nil), e, jsonrpc.EncodeInt[int64]) }), `{}`},
		{write(func(e *jsonrpc.Encoder) { jsonrpc.EncodeMap(dict{"b": 1, "a": 2}, e, jsonrpc.EncodeInt[int64]) }), `{"a":2,"b":1}`},
		{write(func(e *jsonrpc.Encoder) { jsonrpc.EncodeSliceOrNull[list](jsonrpc.EncodeInt[int64])(new(list), e) }), `null`},
		{write(func(e *jsonrpc.Encoder) { jsonrpc.EncodeSliceOrNull[list](jsonrpc.EncodeInt[int64])(&list{}, e) }), `[]`},
		{write(func(e *jsonrpc.Encoder) { jsonrpc.EncodeMapOrNull[dict](jsonrpc.EncodeInt[int64])(new(dict), e) }), `null`},
		{write(func(e *jsonrpc.Encoder) { jsonrpc.EncodeMapOrNull[dict](jsonrpc.EncodeInt[int64])(&dict{}, e) }), `{}`},
		{write(func(e *jsonrpc.Encoder) { jsonrpc.EncodeBytesOrNull(new([]byte), e) }), `null`},
		{write(func(e *jsonrpc.Encoder) { jsonrpc.EncodeBytesOrNull(&[]byte{}, e) }), `""`},
		{write(func(e *jsonrpc.Encoder) { jsonrpc.EncodeOrNull(encodeAny)(new(any), e) }), `null`},
		{write(func(e *jsonrpc.Encoder) { jsonrpc.EncodeOrNull(encodeAny)(new(any([]int{1})), e) }), `[1]`},
		{write(func(e *jsonrpc.Encoder) { jsonrpc.EncodePtr(nil, e, jsonrpc.EncodeInt[int64]) }), `null`},
		{write(func(e *jsonrpc.Encoder) {
			jsonrpc.EncodeNullable(new(jsonrpc.Null[int64]()), e, jsonrpc.EncodeInt[int64])
		}), `null`},
		{write(func(e *jsonrpc.Encoder) {
			jsonrpc.EncodeNullable(new(jsonrpc.Value(int64(0))), e, jsonrpc.EncodeInt[int64])
		}), `0`},
		{write(func(e *jsonrpc.Encoder) { jsonrpc.EncodeNumber(new(json.Number), e) }), `0`},
		{write(func(e *jsonrpc.Encoder) { jsonrpc.EncodeRaw(new(json.RawMessage), e) }), `null`},
	} {
		if test.got != test.want {
			t.Errorf("got %s, want %s", test.got, test.want)
		}
	}
}

func encodeAny(v *any, e *jsonrpc.Encoder) {
	raw, err := json.Marshal(*v)
	if err != nil {
		e.Fail(err)
	}
	e.JSON(raw)
}

func TestNullable(t *testing.T) {
	type object struct {
		V jsonrpc.Nullable[string] `json:"v,omitzero"`
	}
	for text, want := range map[string]jsonrpc.Nullable[string]{
		`{}`:         {},
		`{"v":null}`: jsonrpc.Null[string](),
		`{"v":""}`:   jsonrpc.Value(""),
	} {
		var std object
		if err := json.Unmarshal([]byte(text), &std); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, std.V); diff != "" {
			t.Errorf("%s by encoding/json: (-want +got)\n%s", text, diff)
		}
		if back, err := json.Marshal(std); err != nil || string(back) != text {
			t.Errorf("%s came back as %s, %v", text, back, err)
		}
		var own jsonrpc.Nullable[string]
		d := jsonrpc.NewDecoder([]byte(text))
		err := d.Object(func(string) error { return jsonrpc.DecodeNullable(&own, d, jsonrpc.DecodeString) })
		if diff := cmp.Diff(want, own); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got)\n%s", text, err, diff)
		}
		if want.IsZero() != (text == `{}`) {
			t.Errorf("%s: IsZero is %v", text, want.IsZero())
		}
	}
}

func TestOptionalNull(t *testing.T) {
	list, message := decoded(t, `null`, jsonrpc.OrNil(jsonrpc.SliceOf[[]int64](jsonrpc.DecodeInt[int64])))
	if list != nil || message != "" {
		t.Errorf("got %v %q, want nil", list, message)
	}
	list, message = decoded(t, `[]`, jsonrpc.OrNil(jsonrpc.SliceOf[[]int64](jsonrpc.DecodeInt[int64])))
	if list == nil || message != "" {
		t.Errorf("got %v %q, want an empty slice", list, message)
	}
	s, message := decoded(t, ` null `, jsonrpc.PtrTo(jsonrpc.DecodeString[string]))
	if s != nil || message != "" {
		t.Errorf("got %v %q, want nil", s, message)
	}
}
