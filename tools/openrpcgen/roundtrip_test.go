package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// roundTrip compares what came out of a codec with what went in.
type roundTrip struct {
	*original
	keepsAll    bool // members, too, that no schema speaks of
	anotherType bool // it met a value that may have been taken for one of another type
}

// compare returns where got is not the value want; "" if it is.
func (r *roundTrip) compare(pointers []string, got, want any) string {
	pointers = r.inPlace(pointers, func(alternatives []string) []string {
		return slices.DeleteFunc(slices.Clone(alternatives), func(p string) bool { return !r.fits(p, want) })
	})
	switch want := want.(type) {
	case object:
		return r.members(pointers, got, want)
	case []any:
		return r.elements(pointers, got, want)
	case json.Number:
		if n, ok := got.(json.Number); ok && sameNumber(string(n), string(want)) {
			return ""
		}
	case string:
		s, ok := got.(string)
		says := func(format string) bool { return len(pointers) == 0 || r.says(pointers, format) } // or another variant does
		if ok && (s == want || says("date-time") && sameInstant(s, want) || says("byte") && sameBytes(s, want)) {
			return ""
		}
	default:
		if got == want {
			return ""
		}
	}
	return fmt.Sprintf(": %v has become %v; %v", want, got, pointers)
}

func (r *roundTrip) members(pointers []string, got any, want object) string {
	members, ok := got.(object)
	if !ok {
		return fmt.Sprintf(": an object has become %v", got)
	}
	for name := range members {
		if _, ok := want[name]; !ok {
			return fmt.Sprintf("/%s has come out of nothing", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		parts := r.member(pointers, name)
		v, ok := members[name]
		if r.any(pointers, func(s object) bool { return isOnlyPattern(s, name) }) {
			r.anotherType = true
			continue
		}
		switch {
		case !ok && r.mayBeLost(parts, want[name]):
			continue
		case !ok:
			return fmt.Sprintf("/%s is lost: %v; %v", name, want[name], parts)
		}
		if fault := r.compare(parts, v, want[name]); fault != "" {
			return "/" + name + fault
		}
	}
	return ""
}

// mayBeLost reports whether a member is left out rightly: because no schema
// speaks of it, or because its value is what a missing one stands for.
func (r *roundTrip) mayBeLost(parts []string, value any) bool {
	parts = slices.DeleteFunc(parts, r.saysAnything)
	if len(parts) == 0 {
		return !r.keepsAll
	}
	standsFor := func(s object) bool {
		return s["default"] != nil && equal(s["default"], value) || value == nil && isStruct(s)
	}
	return r.any(r.inPlace(parts, all), standsFor)
}

// saysAnything reports whether a schema is that of other members beside a
// choice, and is true: no variant of the choice has a field for them.
func (r *roundTrip) saysAnything(pointer string) bool {
	owner, others := strings.CutSuffix(pointer, "/additionalProperties")
	s := r.at(owner)
	return others && s["additionalProperties"] == true && (s["oneOf"] != nil || s["anyOf"] != nil)
}

func equal(a, b any) bool {
	x, okX := a.(json.Number)
	y, okY := b.(json.Number)
	return okX && okY && sameNumber(string(x), string(y)) || reflect.DeepEqual(a, b)
}

func (r *roundTrip) elements(pointers []string, got any, want []any) string {
	elements, ok := got.([]any)
	if !ok {
		return fmt.Sprintf(": an array has become %v", got)
	}
	if len(want) > 1 && r.any(pointers, isOnlyItem) {
		r.anotherType = true
		want, elements = want[:1], elements[:min(len(elements), 1)]
	}
	for i := range want {
		parts := r.element(pointers, i)
		switch {
		case i >= len(elements) && (len(parts) == 0 || r.mayBeLost(parts, want[i])):
			continue
		case i >= len(elements):
			return fmt.Sprintf("/%d is lost: %v; %v", i, want[i], parts)
		}
		if fault := r.compare(parts, elements[i], want[i]); fault != "" {
			return "/" + strconv.Itoa(i) + fault
		}
	}
	if len(elements) > len(want) {
		return fmt.Sprintf("/%d has come out of nothing", len(want))
	}
	return ""
}

// sameNumber compares by value, but what is a double in Go as doubles: fractions,
// and integers that a double holds and does not write digit by digit.
func sameNumber(got, want string) bool {
	x, okX := new(big.Rat).SetString(got)
	y, okY := new(big.Rat).SetString(want)
	if !okX || !okY || x.Cmp(y) == 0 {
		return okX && okY
	}
	f, _ := x.Float64()
	g, exact := y.Float64()
	return f == g && (exact || !y.IsInt() || strings.ContainsAny(want, ".eE"))
}

func sameInstant(a, b string) bool {
	x, errX := time.Parse(time.RFC3339, a)
	y, errY := time.Parse(time.RFC3339, strings.ToUpper(b))
	return errX == nil && errY == nil && x.Equal(y)
}

func sameBytes(a, b string) bool {
	x, errX := base64.StdEncoding.DecodeString(a)
	y, errY := base64.StdEncoding.DecodeString(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
