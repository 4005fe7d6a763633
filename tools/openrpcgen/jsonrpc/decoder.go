package jsonrpc

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
	"unsafe"
)

// Decoder reads the values of JSON that has passed [Check], front to back. Of
// other bytes it makes an error or some value, but it always comes to an end.
type Decoder struct {
	data  []byte
	pos   int
	depth int
	name  string // of the member or param that comes next
	args  int    // positional params met so far

	lenient bool // a null where the contract wants a value counts as left out

	misfits misfits           // of what was read, counted where variants of a union are tried
	allowed misfits           // of a variant that is taken
	closest *misfits          // of the variants that were not, the fewest; nil: all had errors
	tried   map[place]outcome // unions met while variants of one around them are tried; nil where none are
}

// FromJSON is a generated type that reads itself.
type FromJSON interface{ DecodeJSON(*Decoder) error }

// NewDecoder reads data, which must have passed [Check]. The decoder keeps no
// part of data in what it fills.
func NewDecoder(data []byte) *Decoder { return &Decoder{data: data} }

// newLenient reads what a server sends. Many send null for a list or a map that
// is empty, or for what they do not have, whatever their document says.
func newLenient(data []byte) *Decoder { return &Decoder{data: data, lenient: true} }

// Unmarshal is what every generated UnmarshalJSON calls.
func Unmarshal(data []byte, v FromJSON) error {
	if err := Check(data); err != nil {
		return err
	}
	return v.DecodeJSON(NewDecoder(data))
}

// MustDecode returns the value of JSON that stands in generated code, such as a
// default. It panics if that is no such value, since then the generator is at
// fault.
func MustDecode[T any](text string, decode func(*T, *Decoder) error) (v T) {
	if err := decode(&v, NewDecoder([]byte(text))); err != nil {
		panic(err)
	}
	return v
}

// PathError says where in a value a decoder met what it cannot take.
type PathError struct {
	Pointer string // JSON pointer (RFC 6901)
	Err     error
}

func (e *PathError) Error() string { return e.Pointer + ": " + e.Err.Error() }
func (e *PathError) Unwrap() error { return e.Err }

// AppendPointer appends one step to a JSON pointer.
func AppendPointer(pointer, step string) string {
	step = strings.ReplaceAll(step, "~", "~0")
	return pointer + "/" + strings.ReplaceAll(step, "/", "~1")
}

// at puts a step in front of the path of err.
func at(step string, err error) error {
	if err == nil {
		return nil
	}
	step = AppendPointer("", step)
	if p, ok := err.(*PathError); ok {
		return &PathError{step + p.Pointer, p.Err}
	}
	return &PathError{step, err}
}

// Kind is the kind of a JSON value.
type Kind byte

// The kinds of JSON values. KindNone is the end of the data.
const (
	KindNone   Kind = 0
	KindNull   Kind = 'n'
	KindBool   Kind = 'b'
	KindNumber Kind = '0'
	KindString Kind = '"'
	KindArray  Kind = '['
	KindObject Kind = '{'
)

func (k Kind) String() string {
	switch k {
	case KindNull:
		return "null"
	case KindBool:
		return "a boolean"
	case KindNumber:
		return "a number"
	case KindString:
		return "a string"
	case KindArray:
		return "an array"
	case KindObject:
		return "an object"
	}
	return "nothing"
}

// Kind returns the kind of the next value without reading it.
func (d *Decoder) Kind() Kind {
	for ; d.pos < len(d.data); d.pos++ {
		switch c := d.data[d.pos]; c {
		case ' ', '\t', '\n', '\r':
		case '"', '[', '{', 'n':
			return Kind(c)
		case 't', 'f':
			return KindBool
		default:
			return KindNumber
		}
	}
	return KindNone
}

// want is the error for a value of another kind.
func (d *Decoder) want(what string) error {
	return fmt.Errorf("want %s, got %s", what, d.Kind())
}

// leftOut passes a null that stands where the contract wants a value, if that
// is to be read as left out, and reports whether it did.
func (d *Decoder) leftOut() bool {
	if !d.lenient || !d.Null() {
		return false
	}
	d.misfits.lapses++
	return true
}

// unlessLeftOut is err, which met who wanted a value, if there is one.
func (d *Decoder) unlessLeftOut(err error) error {
	if err != nil && d.leftOut() {
		return nil
	}
	return err
}

// next reports whether the next byte that is no white space is c, and passes
// it if so.
func (d *Decoder) next(c byte) bool {
	d.Kind()
	if d.pos < len(d.data) && d.data[d.pos] == c {
		d.pos++
		return true
	}
	return false
}

// Object calls member for each member of an object. Member must read or skip
// the value; name is valid only as long as it runs. That one of those required is
// missing is no error, but tells variants of a union apart.
func (d *Decoder) Object(member func(name string) error, required ...string) error {
	if !d.next('{') {
		return d.unlessLeftOut(d.want("an object"))
	}
	missing := 0 // of required, counted where that is asked for
	if d.tried != nil {
		missing = len(required)
	}
	if d.depth++; d.depth > MaxDepth {
		return errSyntax
	}
	for !d.next('}') {
		d.next(',')
		name, err := d.text()
		if err != nil {
			return err
		}
		d.next(':')
		if missing > 0 && slices.Contains(required, string(name)) {
			missing--
		}
		if err := member(unsafe.String(unsafe.SliceData(name), len(name))); err != nil {
			return at(string(name), err)
		}
	}
	d.misfits.lapses += missing
	d.depth--
	return nil
}

// Drop skips a member that a schema does not name.
func (d *Decoder) Drop() error {
	d.misfits.drops++
	return d.Skip()
}

// Forgive skips a member that a schema forbids, but that a server has sent.
func (d *Decoder) Forgive() error {
	d.misfits.lapses++
	return d.Skip()
}

// Array calls elem for each element of an array; it must read or skip it.
func (d *Decoder) Array(elem func(i int) error) error {
	if !d.next('[') {
		return d.unlessLeftOut(d.want("an array"))
	}
	if d.depth++; d.depth > MaxDepth {
		return errSyntax
	}
	for i := 0; !d.next(']'); i++ {
		d.next(',')
		if d.Kind() == KindNone {
			return errEnd
		}
		if err := elem(i); err != nil {
			return at(strconv.Itoa(i), err)
		}
	}
	d.depth--
	return nil
}

// These are met only by data that was not checked.
var (
	errEnd    = errors.New("unexpected end of JSON")
	errSyntax = errors.New("want a JSON value")
)

// Params reads params by name, or by position: then names tells which is
// which, and a null counts as left out where param says so by [Decoder.Null].
func (d *Decoder) Params(names []string, param func(name string) error) error {
	if d.Kind() == KindObject {
		return d.Object(param)
	}
	return d.Array(func(i int) error {
		if i >= len(names) {
			return fmt.Errorf("want at most %d params", len(names))
		}
		return param(names[i])
	})
}

// Null reads a null, if one is next, and reports whether it did.
func (d *Decoder) Null() bool {
	if d.Kind() != KindNull {
		return false
	}
	d.passWord()
	return true
}

// Skip passes the next value.
func (d *Decoder) Skip() error {
	_, err := d.Raw()
	return err
}

// Raw passes the next value and returns its text, a part of the data.
func (d *Decoder) Raw() ([]byte, error) { return d.raw(nil) }

// raw is Raw for whoever wants to look at every number, boolean and null; nil
// lets all pass.
func (d *Decoder) raw(pass func(word []byte) bool) ([]byte, error) {
	d.Kind()
	start, depth := d.pos, 0
	for d.pos < len(d.data) {
		switch d.data[d.pos] {
		case '"':
			d.pos++
			d.passText()
		case '{', '[':
			depth++
			d.pos++
			continue
		case '}', ']':
			depth--
			d.pos++
		case ',', ':', ' ', '\t', '\n', '\r':
			d.pos++
			continue
		default:
			word := d.pos
			if d.passWord(); pass != nil && !pass(d.data[word:d.pos]) {
				return nil, errWord
			}
		}
		if depth <= 0 {
			return d.data[start:min(d.pos, len(d.data))], nil
		}
	}
	return nil, errEnd
}

var errWord = errors.New("want other values")

// passText passes the rest of a string, its closing quote included: that is the
// first behind an even number of backslashes.
func (d *Decoder) passText() {
	for start := d.pos; ; {
		n := bytes.IndexByte(d.data[min(d.pos, len(d.data)):], '"')
		if n < 0 {
			d.pos = len(d.data)
			return
		}
		end := d.pos + n
		d.pos = end + 1
		backslashes := 0
		for end-backslashes > start && d.data[end-backslashes-1] == '\\' {
			backslashes++
		}
		if backslashes%2 == 0 {
			return
		}
	}
}

// passWord passes a number, a boolean or a null.
func (d *Decoder) passWord() {
	for ; d.pos < len(d.data); d.pos++ {
		switch d.data[d.pos] {
		case ',', ':', ']', '}', '[', '{', '"', ' ', '\t', '\n', '\r':
			return
		}
	}
}

// text reads a string: a part of the data where nothing is escaped, else a copy.
func (d *Decoder) text() ([]byte, error) {
	if !d.next('"') {
		return nil, d.want("a string")
	}
	start := d.pos
	if end := passPlain(d.data, start); end < len(d.data) && d.data[end] == '"' {
		d.pos = end + 1
		return d.data[start:end], nil
	}
	d.passText()
	raw := d.data[start:d.pos]
	if len(raw) == 0 || raw[len(raw)-1] != '"' {
		return nil, errEnd
	}
	raw = raw[:len(raw)-1]
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw, nil
	}
	return unescape(raw), nil
}

func unescape(raw []byte) []byte {
	plain := make([]byte, 0, len(raw))
	for {
		i := bytes.IndexByte(raw, '\\')
		if i < 0 {
			return append(plain, raw...)
		}
		plain = append(plain, raw[:i]...)
		r, n := escape(raw[i:])
		plain = utf8.AppendRune(plain, r)
		raw = raw[i+max(n, 1):]
	}
}

// DecodeString reads a string.
func DecodeString[T ~string](v *T, d *Decoder) error {
	b, err := d.text()
	*v = T(b)
	return d.unlessLeftOut(err)
}

// DecodeBool reads a boolean.
func DecodeBool[T ~bool](v *T, d *Decoder) error {
	if d.Kind() != KindBool {
		return d.unlessLeftOut(d.want("a boolean"))
	}
	*v = d.data[d.pos] == 't'
	d.passWord()
	return nil
}

// DecodeRaw reads any value, as its text.
func DecodeRaw(v *json.RawMessage, d *Decoder) error {
	raw, err := d.Raw()
	*v = bytes.Clone(raw)
	return err
}

// DecodeTime reads a date-time (RFC 3339).
func DecodeTime(v *time.Time, d *Decoder) error {
	text, err := d.text()
	if err != nil {
		return d.unlessLeftOut(err)
	}
	if v.UnmarshalText(bytes.ToUpper(text)) != nil {
		return errors.New("want a date-time as in RFC 3339")
	}
	return nil
}

// DecodeBytes reads base64 (RFC 4648, section 4).
func DecodeBytes[T ~[]byte](v *T, d *Decoder) error {
	text, err := d.text()
	if err != nil {
		return d.unlessLeftOut(err)
	}
	*v, err = base64.StdEncoding.AppendDecode(T{}, text)
	if err != nil {
		return errors.New("want base64")
	}
	return nil
}

// DecodeSlice reads an array; an empty one becomes an empty slice, not nil.
func DecodeSlice[S ~[]T, T any](v *S, d *Decoder, elem func(*T, *Decoder) error) error {
	if d.leftOut() {
		return nil
	}
	*v = S{}
	return d.Array(func(int) error {
		*v = append(*v, *new(T))
		return elem(&(*v)[len(*v)-1], d)
	})
}

// DecodeMap reads an object whose names are data.
func DecodeMap[M ~map[string]T, T any](v *M, d *Decoder, elem func(*T, *Decoder) error) error {
	if d.leftOut() {
		return nil
	}
	*v = M{}
	return d.Object(func(name string) error {
		var x T
		err := elem(&x, d)
		(*v)[strings.Clone(name)] = x
		return err
	})
}

// DecodePtr reads null as nil.
func DecodePtr[T any](v **T, d *Decoder, elem func(*T, *Decoder) error) error {
	if d.Null() {
		*v = nil
		return nil
	}
	*v = new(T)
	return elem(*v, d)
}

// DecodeOptionalPtr is [DecodeOptional] for what is held by pointer.
func DecodeOptionalPtr[T any](v **T, d *Decoder, elem func(*T, *Decoder) error) error {
	if d.Null() {
		return d.lapse()
	}
	return DecodePtr(v, d, elem)
}

// DecodeNullable reads a value or null.
func DecodeNullable[T any](v *Nullable[T], d *Decoder, elem func(*T, *Decoder) error) error {
	err := DecodePtr(&v.Value, d, elem)
	v.Null = v.Value == nil
	return err
}

// DecodeOptional reads a null, which the schema does not allow, as left out:
// there are servers that send it.
func DecodeOptional[T any](v *T, d *Decoder, elem func(*T, *Decoder) error) error {
	if d.Null() {
		return d.lapse()
	}
	return elem(v, d)
}

// lapse lets a null pass that the schema does not allow; not where another variant
// of a union may take it, unless a server has sent it.
func (d *Decoder) lapse() error {
	if d.tried != nil && !d.lenient {
		return errors.New("want a value, got null")
	}
	d.misfits.lapses++
	return nil
}

// DecodeConst reads a value that can only be want, given as compact JSON.
func (d *Decoder) DecodeConst(want string) error {
	if want != "null" && d.leftOut() {
		return nil
	}
	raw, err := d.Raw()
	if err != nil {
		return err
	}
	if string(raw) == want {
		return nil
	}
	got, errGot := NewDecoder(raw).Any()
	only, errOnly := NewDecoder([]byte(want)).Any()
	if err := cmp.Or(errGot, errOnly); err != nil || !equal(got, only) {
		return fmt.Errorf("want %s", want)
	}
	return nil
}

// Any reads any value: nil, bool, [json.Number], string, []any or
// map[string]any.
func (d *Decoder) Any() (any, error) {
	switch d.Kind() {
	case KindNone:
		return nil, errEnd
	case KindNull:
		d.Null()
		return nil, nil
	case KindBool:
		var b bool
		err := DecodeBool(&b, d)
		return b, err
	case KindNumber:
		text, err := d.number("a number")
		return json.Number(text), err
	case KindString:
		b, err := d.text()
		return string(b), err
	case KindArray:
		var list []any
		err := DecodeSlice(&list, d, decodeAny)
		return list, err
	default:
		var object map[string]any
		err := DecodeMap(&object, d, decodeAny)
		return object, err
	}
}

func decodeAny(v *any, d *Decoder) (err error) {
	*v, err = d.Any()
	return err
}

// equal compares two values as JSON Schema does: numbers by value.
func equal(a, b any) bool {
	switch a := a.(type) {
	case json.Number:
		b, ok := b.(json.Number)
		return ok && equalNumbers(string(a), string(b))
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for name := range a {
			if other, ok := b[name]; !ok || !equal(a[name], other) {
				return false
			}
		}
		return true
	default:
		return a == b
	}
}

// SliceOf is the decoder of a slice, made of its element's.
func SliceOf[S ~[]T, T any](elem func(*T, *Decoder) error) func(*S, *Decoder) error {
	return func(v *S, d *Decoder) error { return DecodeSlice(v, d, elem) }
}

// MapOf is the decoder of a map, made of its element's.
func MapOf[M ~map[string]T, T any](elem func(*T, *Decoder) error) func(*M, *Decoder) error {
	return func(v *M, d *Decoder) error { return DecodeMap(v, d, elem) }
}

// PtrTo is the decoder of what may be null, made of the value's.
func PtrTo[T any](elem func(*T, *Decoder) error) func(**T, *Decoder) error {
	return func(v **T, d *Decoder) error { return DecodePtr(v, d, elem) }
}

// OrNil is the decoder of what has a nil, which null becomes, made of the
// value's.
func OrNil[T any](elem func(*T, *Decoder) error) func(*T, *Decoder) error {
	return func(v *T, d *Decoder) error { return DecodeOptional(v, d, elem) }
}
