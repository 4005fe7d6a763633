package validate

import (
	"crypto/sha256"
	"encoding/json"
	"hash"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// digest stands for a value: values that JSON Schema takes for equal have the
// same, and no others that anybody can find. To compare elements by their digests
// takes time that grows with their size; jsonschema/v5 compares them in pairs.
type digest [sha256.Size]byte

// areUnique reports whether elements differ. It is right as long as nobody
// interrupts.
func (j *judge) areUnique(list []any) bool {
	seen := map[digest]struct{}{}
	for i, element := range list {
		if seen[j.digest(element)] = struct{}{}; len(seen) == i || j.err != nil {
			return false
		}
	}
	return true
}

func (j *judge) digest(value any) digest {
	j.spend(1)
	switch v := value.(type) {
	case bool:
		return sum('b', strconv.FormatBool(v))
	case json.Number:
		return sum('0', plain(v))
	case string:
		return sum('"', v)
	case []any, map[string]any:
		return j.digestInside(v)
	}
	return sum('n', "null")
}

// sum keeps the kinds of values apart.
func sum(kind byte, text string) digest {
	return sha256.Sum256(append([]byte{kind}, text...))
}

// digestInside is the digest of an array or an object. It is kept, for where the
// arrays inside an array have to be unique themselves.
func (j *judge) digestInside(value any) (d digest) {
	where := reflect.ValueOf(value).Pointer()
	if d, ok := j.digests[where]; ok {
		return d
	}
	h := sha256.New()
	switch v := value.(type) {
	case []any:
		if len(v) == 0 { // all of them are at the same place
			return sum('[', "")
		}
		h.Write([]byte{'['})
		for _, element := range v {
			j.add(h, element)
		}
	case map[string]any:
		h.Write([]byte{'{'})
		for _, name := range slices.Sorted(maps.Keys(v)) {
			j.add(h, name)
			j.add(h, v[name])
		}
	}
	h.Sum(d[:0])
	if j.digests == nil {
		j.digests = map[uintptr]digest{}
	}
	j.digests[where] = d
	return d
}

func (j *judge) add(h hash.Hash, value any) {
	if j.err == nil {
		d := j.digest(value)
		h.Write(d[:])
	}
}

// plain is how all numbers are spelled that are equal: 12e1 for 120, 120.0 and
// 1.2e2. The exponent of a number in params is small.
func plain(n json.Number) string {
	text, negative := strings.CutPrefix(string(n), "-")
	mantissa, exponent := text, 0
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		mantissa = text[:i]
		exponent, _ = strconv.Atoi(text[i+1:])
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	short := strings.TrimRight(digits, "0")
	if short == "" {
		return "0"
	}
	if negative {
		short = "-" + short
	}
	return short + "e" + strconv.Itoa(exponent-len(fraction)+len(digits)-len(short))
}
