package jsonrpc

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unsafe"
)

// What follows is for the codecs of unions: they look at a value before they
// decide which type it has. All take JSON that has passed [Check].

// ErrNoVariant says that a value has a kind that no variant of a union has.
var ErrNoVariant = errors.New("no variant fits")

// NoVariant is the failure to encode a union that was left empty, or that holds
// a pointer where it wants a value.
func NoVariant(union string, v any) error {
	if v == nil {
		return fmt.Errorf("%s has no value", union)
	}
	return fmt.Errorf("%T is no variant of %s", v, union)
}

// UnknownTag says that no variant has the value of the member that tells them
// apart.
func UnknownTag(member, value string) error {
	if value == "" {
		return fmt.Errorf("no text in the member %q, which tells the variants apart", member)
	}
	return fmt.Errorf("no variant has the %s %q", member, value)
}

// UnknownConst is [UnknownTag] for a member as [ConstOf] returns it.
func UnknownConst(member, value string) error {
	if value == "" {
		return fmt.Errorf("no member %q, which tells the variants apart", member)
	}
	return fmt.Errorf("no variant has the %s %s", member, value)
}

// KindOf returns the kind of a value.
func KindOf(raw []byte) Kind { return NewDecoder(raw).Kind() }

// TextOf returns the text of a string, "" of any other value.
func TextOf(raw []byte) (text string) {
	_ = DecodeString(&text, NewDecoder(raw))
	return text
}

// IsInteger reports whether a number is one without a fraction.
func IsInteger(raw []byte) bool {
	text := strings.TrimSpace(string(raw))
	if !strings.ContainsAny(text, ".eE") {
		return true
	}
	_, err := integer(text)
	return err == nil
}

// KindOfFirst returns the kind of an array's first element, KindNone if there
// is none.
func KindOfFirst(raw []byte) (kind Kind) {
	d := NewDecoder(raw)
	_ = d.Array(func(i int) error {
		if i == 0 {
			kind = d.Kind()
		}
		return d.Skip()
	})
	return kind
}

// MemberOf returns the value of an object's member, nil if it has none.
func MemberOf(raw []byte, name string) (value []byte) {
	d := NewDecoder(raw)
	_ = d.Object(func(n string) error {
		v, err := d.Raw()
		if n == name {
			value = v
		}
		return err
	})
	return value
}

// HasMember reports whether an object has a member.
func HasMember(raw []byte, name string) bool { return MemberOf(raw, name) != nil }

// TagOf returns the text of an object's member.
func TagOf(raw []byte, name string) string { return TextOf(MemberOf(raw, name)) }

// ConstOf returns an object's member as text in which equal values are the same:
// compact JSON, integers without a fraction or an exponent. It returns "" if
// there is none. Arrays and objects are as they came.
func ConstOf(raw []byte, name string) string {
	value := MemberOf(raw, name)
	switch KindOf(value) {
	case KindString:
		var e Encoder
		e.Str(TextOf(value))
		return string(e.Bytes())
	case KindNumber:
		if i, err := integer(string(value)); err == nil {
			return i.String()
		}
	}
	return string(value)
}

// Shape is what is known of an object's members.
type Shape struct {
	Required, Optional []string
	Open               bool                               // it may have others
	Closed             bool                               // it must not have others
	Fits               func(name string, d *Decoder) bool // whether a member is as it must be; nil: any is
}

// ByFit returns the indexes of shapes, those first that fit an object best: the
// fewest required members missing, then the fewest members that are not as they
// must be, then the fewest unknown ones, then the most that it requires; equals
// keep their order.
func ByFit(raw []byte, shapes []Shape) []int {
	members := map[string][]byte{}
	d := NewDecoder(raw)
	_ = d.Object(func(name string) error {
		value, err := d.Raw()
		members[strings.Clone(name)] = value
		return err
	})
	scores := make([][]int, len(shapes))
	for i, s := range shapes {
		scores[i] = s.score(members)
	}
	return inOrder(scores)
}

func (s Shape) score(members map[string][]byte) []int {
	missing, known, misfits := 0, 0, 0
	for _, name := range s.Required {
		if members[name] != nil {
			known++
		} else {
			missing++
		}
	}
	for _, name := range s.Optional {
		if members[name] != nil {
			known++
		}
	}
	if s.Fits != nil {
		for name, value := range members {
			if KindOf(value) != KindNull && !s.Fits(name, NewDecoder(value)) {
				misfits++
			}
		}
	}
	unknown := len(members) - known
	switch {
	case s.Open:
		unknown = 0
	case s.Closed:
		misfits += unknown
	}
	return []int{missing, misfits, unknown, -len(s.Required)}
}

// Lengths is what is known of an array's elements.
type Lengths struct {
	Least int
	Most  *int                         // nil: any number
	Fits  func(i int, d *Decoder) bool // whether an element is as it must be; nil: any is
}

// ByLength returns the indexes of lengths, those first that fit an array best:
// as many elements as it has, then the fewest elements that are not as they must
// be; equals keep their order.
func ByLength(raw []byte, lengths []Lengths) []int {
	var elements [][]byte
	d := NewDecoder(raw)
	_ = d.Array(func(int) error {
		element, err := d.Raw()
		elements = append(elements, element)
		return err
	})
	scores := make([][]int, len(lengths))
	for i, l := range lengths {
		scores[i] = l.score(elements)
	}
	return inOrder(scores)
}

func (l Lengths) score(elements [][]byte) []int {
	outside, misfits := 0, 0
	if len(elements) < l.Least || l.Most != nil && len(elements) > *l.Most {
		outside = 1
	}
	for i, element := range elements {
		if l.Fits != nil && KindOf(element) != KindNull && !l.Fits(i, NewDecoder(element)) {
			misfits++
		}
	}
	return []int{outside, misfits}
}

// inOrder returns the indexes of scores, the lowest first.
func inOrder(scores [][]int) []int {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return slices.Compare(scores[a], scores[b]) })
	return order
}

// misfits count how far a value is from a schema by which it was decoded all the
// same.
type misfits struct {
	lapses int // members that are missing, or forbidden, and nulls taken for what is missing
	drops  int // members that the schema does not name
}

func (m misfits) minus(other misfits) misfits {
	return misfits{m.lapses - other.lapses, m.drops - other.drops}
}

func (m misfits) compare(other misfits) int {
	return cmp.Or(cmp.Compare(m.lapses, other.lapses), cmp.Compare(m.drops, other.drops))
}

// DecodeVariant decodes the value of a union that d has passed. Of the variants
// that decode tries, it is the first of those which the value misfits least.
func DecodeVariant[V any](d *Decoder, raw []byte, decode func(*Decoder, []byte) (V, error)) (V, error) {
	if d.tried == nil {
		defer func() { d.tried = nil }()
		return decodeVariant(d, raw, decode)
	}
	at := place{unsafe.SliceData(raw), (*V)(nil)}
	known, ok := d.tried[at]
	if !ok {
		before := d.misfits
		v, err := decodeVariant(d, raw, decode)
		if err != nil {
			d.misfits.lapses++ // nobody knows what it is
		}
		known = outcome{v, err, d.misfits.minus(before)}
		d.tried[at], d.misfits = known, before
	}
	d.add(known.misfits)
	v, _ := known.variant.(V)
	return v, known.err
}

// place is where a union stands, and which one it is: a nil pointer to the
// interface of its variants.
type place struct {
	at    *byte
	union any
}

// outcome is what became of a union. It is remembered as long as a variant of
// one around it is tried, because the next variant may have the same union in
// the same place: else what lies n levels deep would be decoded 2^n times.
type outcome struct {
	variant any
	err     error
	misfits misfits
}

func decodeVariant[V any](d *Decoder, raw []byte, decode func(*Decoder, []byte) (V, error)) (v V, err error) {
	if d.lenient && KindOf(raw) == KindNull {
		d.misfits.lapses++
		return v, nil
	}
	d.allowed, d.closest = misfits{}, nil
	if v, err = decode(d, raw); err != nil && d.closest != nil {
		d.allowed = *d.closest
		v, err = decode(d, raw)
	}
	return v, err
}

// DecodeAs decodes a variant that is held by value, for [DecodeVariant].
func DecodeAs[T any](d *Decoder, raw []byte, decode func(*T, *Decoder) error) (v T, err error) {
	err = d.only(raw, func(inner *Decoder) error { return decode(&v, inner) })
	return v, err
}

// DecodeNew decodes a variant that is held by pointer, for [DecodeVariant].
func DecodeNew[T any](d *Decoder, raw []byte, decode func(*T, *Decoder) error) (*T, error) {
	v := new(T)
	return v, d.only(raw, func(inner *Decoder) error { return decode(v, inner) })
}

// TryAs is [DecodeAs] for one of several variants that a value may be.
func TryAs[T any](d *Decoder, raw []byte, decode func(*T, *Decoder) error) (v T, err error) {
	err = d.try(raw, func(inner *Decoder) error { return decode(&v, inner) })
	return v, err
}

// TryNew is [DecodeNew] for one of several variants that a value may be.
func TryNew[T any](d *Decoder, raw []byte, decode func(*T, *Decoder) error) (*T, error) {
	v := new(T)
	return v, d.try(raw, func(inner *Decoder) error { return decode(v, inner) })
}

// Member decodes a variant that is the value of an object's member; others skips
// those beside it.
func Member[T any](name string, others func(*Decoder) error, decode func(*T, *Decoder) error) func(*T, *Decoder) error {
	return func(v *T, d *Decoder) error {
		found := false
		err := d.Object(func(n string) error {
			if n != name {
				return others(d)
			}
			found = true
			return decode(v, d)
		})
		if err == nil && !found {
			err = fmt.Errorf("no member %q", name)
		}
		return err
	}
}

// only decodes raw, which d has passed, as the only variant that it may be.
func (d *Decoder) only(raw []byte, decode func(*Decoder) error) error {
	inner := d.inside(raw)
	err := decode(inner)
	d.add(inner.misfits)
	return err
}

var errMisfit = errors.New("another variant may fit better")

// try decodes raw as one of several variants that it may be.
func (d *Decoder) try(raw []byte, decode func(*Decoder) error) error {
	if d.tried == nil {
		d.tried = map[place]outcome{}
	}
	inner := d.inside(raw)
	if err := decode(inner); err != nil {
		return err
	}
	if inner.misfits.compare(d.allowed) > 0 {
		if d.closest == nil || inner.misfits.compare(*d.closest) < 0 {
			d.closest = &inner.misfits
		}
		return errMisfit
	}
	d.add(inner.misfits)
	return nil
}

// inside is a decoder of raw, which d has passed.
func (d *Decoder) inside(raw []byte) *Decoder {
	return &Decoder{data: raw, lenient: d.lenient, tried: d.tried}
}

func (d *Decoder) add(m misfits) {
	d.misfits.lapses += m.lapses
	d.misfits.drops += m.drops
}

// Peek returns the text of the next value, a part of the data, without passing
// it.
func (d *Decoder) Peek() ([]byte, error) {
	ahead := *d
	return ahead.Raw()
}

// Tuple calls elem for each element of an array of at least n.
func (d *Decoder) Tuple(n int, elem func(i int) error) error {
	if d.leftOut() {
		return nil
	}
	got := 0
	err := d.Array(func(i int) error {
		got++
		return elem(i)
	})
	if err == nil && got < n {
		return fmt.Errorf("want at least %d elements, got %d", n, got)
	}
	return err
}

// DecodeNext appends an element to those that a tuple does not name.
func DecodeNext[T any](rest *[]T, d *Decoder, decode func(*T, *Decoder) error) error {
	var x T
	err := decode(&x, d)
	*rest = append(*rest, x)
	return err
}

// DecodeMember keeps a member that a schema allows and does not name.
func DecodeMember[T any](extra *map[string]T, name string, d *Decoder, decode func(*T, *Decoder) error) error {
	var x T
	err := decode(&x, d)
	if *extra == nil {
		*extra = map[string]T{}
	}
	(*extra)[strings.Clone(name)] = x
	return err
}
