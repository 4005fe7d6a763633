package jsonrpc

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"
	"unsafe"
)

// What follows is for fast lanes: generated functions that read params and
// check them against their schemas at once. Their false says only "ask the slow
// lane", which tells why, or accepts after all. They read JSON that has passed
// [Check], so that no object has a name twice.

// NextParam goes on to the next param, by name or by position, and reports
// whether there is one. Its name is then [Decoder.Name].
func (d *Decoder) NextParam(names ...string) bool {
	if len(d.data) > 0 && d.data[0] == '{' {
		return d.NextMember()
	}
	if !d.nextOf('[', ']') || d.args == len(names) {
		return false // where there is one too many, it is not the end
	}
	d.name = names[d.args]
	d.args++
	return true
}

// LeftOut passes a null that stands, by position, for a param that is left out.
func (d *Decoder) LeftOut() bool { return d.args > 0 && d.Null() }

// End reports whether everything has been read.
func (d *Decoder) End() bool { return d.Kind() == KindNone }

// NextMember goes on to the next member of an object, and reports whether there
// is one. Its name is then [Decoder.Name].
func (d *Decoder) NextMember() bool {
	if !d.nextOf('{', '}') {
		return false
	}
	name, err := d.text()
	d.name = unsafe.String(unsafe.SliceData(name), len(name))
	return err == nil && d.next(':')
}

// Name is that of the member or param that comes next. It is valid only until
// the decoder goes on.
func (d *Decoder) Name() string { return d.name }

// Tag returns the text of a member of the object that comes next, without going
// on.
func (d *Decoder) Tag(name string) string {
	raw, _ := d.Peek()
	return TagOf(raw, name)
}

// Const is [ConstOf] for the object that comes next, without going on.
func (d *Decoder) Const(name string) string {
	raw, _ := d.Peek()
	return ConstOf(raw, name)
}

// nextOf passes what stands in front of a member or an element, and reports
// whether there is one. Where the object or array begins can be told from the
// byte alone: behind a value there is a comma or the end.
func (d *Decoder) nextOf(begin, end byte) bool {
	switch {
	case d.next(','):
		return true
	case d.next(begin):
		return !d.next(end)
	}
	d.next(end)
	return false
}

// Pass passes a value of any kind. It refuses numbers that nobody is to compute
// with: see [CheckNumber].
func (d *Decoder) Pass() bool {
	_, err := d.raw(isShort)
	return err == nil
}

// isShort reports whether a word is none of the numbers that [CheckNumber]
// refuses.
func isShort(word []byte) bool {
	return word[0] >= 'a' || CheckNumber(string(word)) == nil
}

// ReadString is [DecodeString] for a fast lane.
func ReadString[T ~string](v *T, d *Decoder) bool { return DecodeString(v, d) == nil }

// ReadBool is [DecodeBool] for a fast lane.
func ReadBool[T ~bool](v *T, d *Decoder) bool { return DecodeBool(v, d) == nil }

// ReadInt is [DecodeInt] for a fast lane.
func ReadInt[T ~int64 | ~int32 | ~int16 | ~int8](v *T, d *Decoder) bool {
	return DecodeInt(v, d) == nil
}

// ReadUint is [DecodeUint] for a fast lane.
func ReadUint[T ~uint64 | ~uint32 | ~uint16 | ~uint8](v *T, d *Decoder) bool {
	return DecodeUint(v, d) == nil
}

// ReadFloat is [DecodeFloat] for a fast lane.
func ReadFloat[T ~float64](v *T, d *Decoder) bool { return DecodeFloat(v, d) == nil }

// ReadTime is [DecodeTime] for a fast lane.
func ReadTime(v *time.Time, d *Decoder) bool { return DecodeTime(v, d) == nil }

// ReadBytes is [DecodeBytes] for a fast lane.
func ReadBytes[T ~[]byte](v *T, d *Decoder) bool { return DecodeBytes(v, d) == nil }

// ReadRaw is [DecodeRaw] for a fast lane.
func ReadRaw(v *json.RawMessage, d *Decoder) bool {
	raw, err := d.raw(isShort)
	*v = bytes.Clone(raw)
	return err == nil
}

// ReadEmptyObject reads an object without members, as its text.
func ReadEmptyObject(v *json.RawMessage, d *Decoder) bool {
	return DecodeRaw(v, d) == nil && (*v)[0] == '{' && isEmpty(*v)
}

// ReadShortFloat is [ReadFloat] for a number that is compared with a bound of at
// most 15 digits. Of as many digits each number has a double of its own, and
// they are in the same order; longer ones are left to the slow lane.
func ReadShortFloat[T ~float64](v *T, d *Decoder) bool {
	d.Kind()
	start := d.pos
	if DecodeFloat(v, d) != nil {
		return false
	}
	text := d.data[start:d.pos]
	for _, c := range text {
		if c == 'e' || c == 'E' {
			return false
		}
	}
	return len(text) <= exactDigits
}

// ReadSlice is [DecodeSlice] for a fast lane.
func ReadSlice[S ~[]T, T any](v *S, d *Decoder, elem func(*T, *Decoder) bool) bool {
	if d.Kind() != KindArray {
		return false
	}
	*v = S{}
	for d.nextOf('[', ']') {
		*v = append(*v, *new(T))
		if !elem(&(*v)[len(*v)-1], d) {
			return false
		}
	}
	return true
}

// ReadMap is [DecodeMap] for a fast lane.
func ReadMap[M ~map[string]T, T any](v *M, d *Decoder, elem func(*T, *Decoder) bool) bool {
	if d.Kind() != KindObject {
		return false
	}
	*v = M{}
	for d.NextMember() {
		if !ReadMember(v, d, elem) {
			return false
		}
	}
	return true
}

// ReadMember is [DecodeMember] for a fast lane.
func ReadMember[M ~map[string]T, T any](v *M, d *Decoder, elem func(*T, *Decoder) bool) bool {
	if *v == nil {
		*v = M{}
	}
	name := strings.Clone(d.name)
	var x T
	ok := elem(&x, d)
	(*v)[name] = x
	return ok
}

// ReadNew reads a value into new memory.
func ReadNew[T any](v **T, d *Decoder, read func(*T, *Decoder) bool) bool {
	*v = new(T)
	return read(*v, d)
}

// ReadNullable is [DecodeNullable] for a fast lane.
func ReadNullable[T any](v *Nullable[T], d *Decoder, read func(*T, *Decoder) bool) bool {
	if v.Null = d.Null(); v.Null {
		return true
	}
	return ReadNew(&v.Value, d, read)
}

// MinLength reports whether s has n code points, which is how JSON Schema counts
// a string, or more.
func MinLength[T ~string](s T, n int) bool {
	for range s {
		if n <= 1 {
			return true
		}
		n--
	}
	return n <= 0
}

// MaxLength reports whether s has n code points or fewer.
func MaxLength[T ~string](s T, n int) bool {
	return len(s) <= n || utf8.RuneCountInString(string(s)) <= n
}
