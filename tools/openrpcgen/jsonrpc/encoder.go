package jsonrpc

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
	"unsafe"
)

// Encoder appends JSON. The first failure sticks: whoever starts an encoder
// looks once, at the end, by [Encoder.Finish].
type Encoder struct {
	buf  []byte
	err  error
	null int // positional params left out so far and not yet written

	redacts bool // it writes for people: see LogValue
}

// ToJSON is a generated type that writes itself.
type ToJSON interface{ EncodeJSON(*Encoder) }

// Marshal is what every generated MarshalJSON calls.
func Marshal(v ToJSON) ([]byte, error) {
	e := Encoder{buf: make([]byte, 0, usualSize)}
	v.EncodeJSON(&e)
	return e.Finish()
}

// usualSize is room for most params and requests.
const usualSize = 256

// Fail records err, unless an earlier failure is recorded.
func (e *Encoder) Fail(err error) { e.err = cmp.Or(e.err, err) }

// Bytes returns what has been written.
func (e *Encoder) Bytes() []byte { return e.buf }

// Finish returns what has been written, or the first failure.
func (e *Encoder) Finish() ([]byte, error) {
	if e.err != nil {
		return nil, e.err
	}
	return e.buf, nil
}

// truncate takes back what was written after the first n bytes, failures
// included.
func (e *Encoder) truncate(n int) {
	e.buf, e.err, e.null = e.buf[:n], nil, 0
}

// comma separates the value or member to come from the one before. What is open
// can be told from the last byte: inside a value no encoder stops.
func (e *Encoder) comma() {
	if len(e.buf) == 0 {
		return
	}
	switch e.buf[len(e.buf)-1] {
	case '{', '[', ':', ',':
	default:
		e.buf = append(e.buf, ',')
	}
}

// ObjStart opens an object.
func (e *Encoder) ObjStart() { e.comma(); e.buf = append(e.buf, '{') }

// ObjEnd closes an object.
func (e *Encoder) ObjEnd() { e.buf = append(e.buf, '}') }

// ArrStart opens an array.
func (e *Encoder) ArrStart() { e.comma(); e.buf = append(e.buf, '[') }

// ArrEnd closes an array.
func (e *Encoder) ArrEnd() { e.buf = append(e.buf, ']') }

// FieldStart writes the name of a member; its value comes next.
func (e *Encoder) FieldStart(name string) {
	e.Str(name)
	e.buf = append(e.buf, ':')
}

// Null writes null.
func (e *Encoder) Null() { e.comma(); e.buf = append(e.buf, "null"...) }

// Bool writes a boolean.
func (e *Encoder) Bool(v bool) { e.comma(); e.buf = strconv.AppendBool(e.buf, v) }

// Int writes an integer.
func (e *Encoder) Int(v int64) { e.comma(); e.buf = strconv.AppendInt(e.buf, v, 10) }

// Uint writes an integer.
func (e *Encoder) Uint(v uint64) { e.comma(); e.buf = strconv.AppendUint(e.buf, v, 10) }

// Float writes a number as encoding/json does: in the fewest digits that read
// back as v. NaN and the infinities have no JSON and are a failure.
func (e *Encoder) Float(v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		e.Fail(fmt.Errorf("%v is no JSON number", v))
		v = 0
	}
	e.comma()
	if i := int64(v); i != 0 && float64(i) == v && i > -maxExact && i < maxExact {
		e.buf = strconv.AppendInt(e.buf, i, 10) // the same digits, sooner
		return
	}
	if abs := math.Abs(v); abs == 0 || (abs >= 1e-6 && abs < 1e21) {
		e.buf = strconv.AppendFloat(e.buf, v, 'f', -1, 64)
		return
	}
	e.buf = strconv.AppendFloat(e.buf, v, 'e', -1, 64)
	if n := len(e.buf); string(e.buf[n-4:n-1]) == "e-0" { // e-07 is e-7
		e.buf = append(e.buf[:n-2], e.buf[n-1])
	}
}

// maxExact bounds the integers of which a float64 holds each.
const maxExact = 1 << 53

// JSON writes raw JSON as it is; no bytes are null. What does not pass [Check]
// is a failure: it would spoil all that is around it.
func (e *Encoder) JSON(raw json.RawMessage) {
	if len(raw) == 0 {
		e.Null()
		return
	}
	if err := Check(raw); err != nil {
		e.Fail(fmt.Errorf("raw JSON: %w", err))
		return
	}
	e.comma()
	e.buf = append(e.buf, raw...)
}

// Str writes a string. What is not UTF-8 becomes U+FFFD.
func (e *Encoder) Str(s string) {
	e.comma()
	b := append(e.buf, '"')
	for {
		n := passPlain(unsafe.Slice(unsafe.StringData(s), len(s)), 0)
		b = append(b, s[:n]...)
		if s = s[n:]; s == "" {
			break
		}
		if s[0] < utf8.RuneSelf {
			b = appendEscape(b, s[0])
			s = s[1:]
		}
		for s != "" && s[0] >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s)
			b = utf8.AppendRune(b, r)
			s = s[size:]
		}
	}
	e.buf = append(b, '"')
}

func appendEscape(b []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	return append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}

// Arg precedes a positional param that is sent, NoArg stands for one that is
// left out: null where others follow, nothing at the end.
func (e *Encoder) Arg() {
	for ; e.null > 0; e.null-- {
		e.Null()
	}
}

// NoArg is explained at [Encoder.Arg].
func (e *Encoder) NoArg() { e.null++ }

// EndArgs ends positional params.
func (e *Encoder) EndArgs() { e.null = 0; e.ArrEnd() }

// EncodeString writes a string.
func EncodeString[T ~string](v *T, e *Encoder) { e.Str(string(*v)) }

// EncodeBool writes a boolean.
func EncodeBool[T ~bool](v *T, e *Encoder) { e.Bool(bool(*v)) }

// EncodeInt writes an integer.
func EncodeInt[T ~int64 | ~int32 | ~int16 | ~int8](v *T, e *Encoder) { e.Int(int64(*v)) }

// EncodeUint writes an integer.
func EncodeUint[T ~uint64 | ~uint32 | ~uint16 | ~uint8](v *T, e *Encoder) { e.Uint(uint64(*v)) }

// EncodeFloat writes a number.
func EncodeFloat[T ~float64](v *T, e *Encoder) { e.Float(float64(*v)) }

// EncodeNumber writes a number of any size, given as its text.
func EncodeNumber[T ~string](v *T, e *Encoder) {
	raw := []byte(cmp.Or(*v, "0"))
	s := scanner{data: raw}
	if s.number(); s.err != nil || s.pos != len(raw) {
		e.Fail(errors.New("a json.Number holds no JSON number"))
	}
	e.JSON(raw)
}

// EncodeRaw writes raw JSON.
func EncodeRaw(v *json.RawMessage, e *Encoder) { e.JSON(*v) }

// EncodeTime writes a date-time in UTC (RFC 3339), which has years of four
// digits: others are a failure.
func EncodeTime(v *time.Time, e *Encoder) {
	e.comma()
	b, err := v.UTC().AppendText(append(e.buf, '"'))
	if err != nil {
		e.Fail(err)
		return
	}
	e.buf = append(b, '"')
}

// EncodeBytes writes base64 (RFC 4648, section 4).
func EncodeBytes[T ~[]byte](v *T, e *Encoder) {
	e.comma()
	e.buf = append(base64.StdEncoding.AppendEncode(append(e.buf, '"'), *v), '"')
}

// EncodeSlice writes an array: [] for nil, because null is the business of
// [EncodePtr].
func EncodeSlice[S ~[]T, T any](v S, e *Encoder, elem func(*T, *Encoder)) {
	e.ArrStart()
	for i := range v {
		elem(&v[i], e)
	}
	e.ArrEnd()
}

// EncodeMap writes an object with its names sorted; {} for nil.
func EncodeMap[M ~map[string]T, T any](v M, e *Encoder, elem func(*T, *Encoder)) {
	e.ObjStart()
	EncodeMembers(v, e, elem)
	e.ObjEnd()
}

// EncodeMembers writes the members of a map into the object that is open, with
// their names sorted.
func EncodeMembers[M ~map[string]T, T any](v M, e *Encoder, elem func(*T, *Encoder)) {
	for _, name := range slices.Sorted(maps.Keys(v)) {
		x := v[name]
		e.FieldStart(name)
		elem(&x, e)
	}
}

// EncodePtr writes null for nil.
func EncodePtr[T any](v *T, e *Encoder, elem func(*T, *Encoder)) {
	if v == nil {
		e.Null()
		return
	}
	elem(v, e)
}

// EncodeNullable writes the value or null; to leave one out that is absent is
// the caller's part.
func EncodeNullable[T any](v *Nullable[T], e *Encoder, elem func(*T, *Encoder)) {
	EncodePtr(v.Value, e, elem)
}

// EncodeSliceOf is the encoder of a slice, made of its element's.
func EncodeSliceOf[S ~[]T, T any](elem func(*T, *Encoder)) func(*S, *Encoder) {
	return func(v *S, e *Encoder) { EncodeSlice(*v, e, elem) }
}

// EncodeMapOf is the encoder of a map, made of its element's.
func EncodeMapOf[M ~map[string]T, T any](elem func(*T, *Encoder)) func(*M, *Encoder) {
	return func(v *M, e *Encoder) { EncodeMap(*v, e, elem) }
}

// EncodePtrOf is the encoder of what may be null, made of the value's.
func EncodePtrOf[T any](elem func(*T, *Encoder)) func(**T, *Encoder) {
	return func(v **T, e *Encoder) { EncodePtr(*v, e, elem) }
}

// EncodeSliceOrNull is the encoder of a slice whose nil is null.
func EncodeSliceOrNull[S ~[]T, T any](elem func(*T, *Encoder)) func(*S, *Encoder) {
	return func(v *S, e *Encoder) {
		if *v == nil {
			e.Null()
			return
		}
		EncodeSlice(*v, e, elem)
	}
}

// EncodeBytesOrNull writes base64, or null for nil.
func EncodeBytesOrNull[T ~[]byte](v *T, e *Encoder) {
	if *v == nil {
		e.Null()
		return
	}
	EncodeBytes(v, e)
}

// EncodeOrNull is the encoder of a union that is null without a variant.
func EncodeOrNull[T comparable](elem func(*T, *Encoder)) func(*T, *Encoder) {
	return func(v *T, e *Encoder) {
		if *v == *new(T) {
			e.Null()
			return
		}
		elem(v, e)
	}
}

// EncodeMapOrNull is the encoder of a map whose nil is null.
func EncodeMapOrNull[M ~map[string]T, T any](elem func(*T, *Encoder)) func(*M, *Encoder) {
	return func(v *M, e *Encoder) {
		if *v == nil {
			e.Null()
			return
		}
		EncodeMap(*v, e, elem)
	}
}
