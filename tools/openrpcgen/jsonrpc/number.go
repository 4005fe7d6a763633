package jsonrpc

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// Numbers longer than MaxNumber bytes, or with an exponent beyond
// ±MaxExponent, are refused wherever a number means something: to compute with
// them costs more than any honest caller needs.
const (
	MaxNumber   = 64
	MaxExponent = 400
)

// CheckNumber reports whether the text of a number keeps to [MaxNumber] and
// [MaxExponent].
func CheckNumber(text string) error {
	if len(text) > MaxNumber {
		return fmt.Errorf("want a number of at most %d characters", MaxNumber)
	}
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		exponent, err := strconv.Atoi(text[i+1:])
		if err != nil || exponent > MaxExponent || exponent < -MaxExponent {
			return fmt.Errorf("want a number with an exponent of at most %d", MaxExponent)
		}
	}
	return nil
}

var (
	errRange    = errors.New("want an integer that its type can hold")
	errFraction = errors.New("want an integer, got a number with a fraction")
	errRounded  = errors.New("want a number that a double can hold without rounding an integer")
	errTooLarge = errors.New("want a number that a double can hold")
)

// DecodeInt reads an integer. 1.0 and 1e2 are integers too (JSON Schema,
// draft-07, section 6.1.1); what T cannot hold is an error.
func DecodeInt[T ~int64 | ~int32 | ~int16 | ~int8](v *T, d *Decoder) error {
	text, err := d.number("an integer")
	if err != nil {
		return d.unlessLeftOut(err)
	}
	i, ok := shortInteger(text)
	if !ok {
		if i, err = longInteger(text); err != nil {
			return err
		}
	}
	if *v = T(i); int64(*v) != i {
		return errRange
	}
	return nil
}

// DecodeUint reads an integer that is not negative, as [DecodeInt] does.
func DecodeUint[T ~uint64 | ~uint32 | ~uint16 | ~uint8](v *T, d *Decoder) error {
	text, err := d.number("an integer")
	if err != nil {
		return d.unlessLeftOut(err)
	}
	i, err := strconv.ParseUint(string(text), 10, 64)
	if err != nil {
		whole, err := integer(string(text))
		if err != nil {
			return err
		}
		if !whole.IsUint64() {
			return errRange
		}
		i = whole.Uint64()
	}
	if *v = T(i); uint64(*v) != i {
		return errRange
	}
	return nil
}

// DecodeFloat reads a number. What no double can hold is an error, and so is an
// integer, written as one, that would come back as another.
func DecodeFloat[T ~float64](v *T, d *Decoder) error {
	text, err := d.number("a number")
	if err != nil {
		return d.unlessLeftOut(err)
	}
	if i, ok := shortInteger(text); ok && i != 0 { // a zero may be negative
		*v = T(i)
		return nil
	}
	if err := CheckNumber(string(text)); err != nil {
		return err
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return errTooLarge
	}
	if *v = T(f); isRounded(text, f) {
		return errRounded
	}
	return nil
}

// shortInteger reads an integer of at most 15 digits, which is what nearly all
// are: neither an int64 nor a double loses one of them.
func shortInteger(text []byte) (i int64, ok bool) {
	digits := text
	if len(digits) > 0 && digits[0] == '-' {
		digits = digits[1:]
	}
	if len(digits) == 0 || len(digits) > exactDigits {
		return 0, false
	}
	for _, c := range digits {
		if c -= '0'; c > 9 {
			return 0, false
		}
		i = i*10 + int64(c)
	}
	if len(digits) < len(text) {
		i = -i
	}
	return i, true
}

// exactDigits is how many digits any double keeps.
const exactDigits = 15

func longInteger(text []byte) (int64, error) {
	if i, err := strconv.ParseInt(string(text), 10, 64); err == nil {
		return i, nil
	}
	whole, err := integer(string(text))
	if err != nil {
		return 0, err
	}
	if !whole.IsInt64() {
		return 0, errRange
	}
	return whole.Int64(), nil
}

// isRounded reports whether text is an integer other than f. What other
// programs write for a large f, its first 17 digits and zeros, stands for f.
func isRounded(text []byte, f float64) bool {
	if len(text) <= exactDigits || bytes.ContainsAny(text, ".eE") {
		return false
	}
	whole, _ := big.NewFloat(f).Int(nil)
	return string(text) != whole.String() && string(text) != strconv.FormatFloat(f, 'f', -1, 64)
}

// DecodeNumber reads a number of any size, as its text.
func DecodeNumber[T ~string](v *T, d *Decoder) error {
	text, err := d.number("a number")
	*v = T(text)
	return d.unlessLeftOut(err)
}

// number reads the text of a number, a part of the data.
func (d *Decoder) number(want string) ([]byte, error) {
	if d.Kind() != KindNumber {
		return nil, d.want(want)
	}
	start := d.pos
	if d.passWord(); d.pos == start {
		return nil, errSyntax
	}
	return d.data[start:d.pos], nil
}

// integer reads a number that may be written with a fraction or an exponent.
func integer(text string) (*big.Int, error) {
	if err := CheckNumber(text); err != nil {
		return nil, err
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, errRange
	}
	if !r.IsInt() {
		return nil, errFraction
	}
	return r.Num(), nil
}

func equalNumbers(a, b string) bool {
	if a == b {
		return true
	}
	if CheckNumber(a) != nil || CheckNumber(b) != nil {
		return false
	}
	x, okX := new(big.Rat).SetString(a)
	y, okY := new(big.Rat).SetString(b)
	return okX && okY && x.Cmp(y) == 0
}
