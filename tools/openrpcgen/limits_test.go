package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// What follows are the differences from jsonschema/v5 that the generated code
// is allowed, each told from the value and its schema.

// tooMuch returns a number in a value that nobody is to compute with. It has to
// be refused, and jsonschema/v5 must not see it.
func tooMuch(value any) json.Number {
	var inside []any
	switch v := value.(type) {
	case json.Number:
		if jsonrpc.CheckNumber(string(v)) != nil {
			return v
		}
	case []any:
		inside = v
	case object:
		for _, member := range v {
			inside = append(inside, member)
		}
	}
	for _, v := range inside {
		if n := tooMuch(v); n != "" {
			return n
		}
	}
	return ""
}

// noGoType tells why Go's type cannot hold what stands at a place within a value
// that its schemas allow; "" if it can.
func (o *original) noGoType(pointers []string, value any, place []string) string {
	pointers = o.inPlace(pointers, all)
	if len(place) == 0 {
		return o.noGoTypeHere(pointers, value)
	}
	switch v := value.(type) {
	case object:
		if o.any(pointers, func(s object) bool { return isOnlyPattern(s, place[0]) }) {
			return "one pattern alone is taken for that of all members"
		}
		return o.noGoType(o.member(pointers, place[0]), v[place[0]], place[1:])
	case []any:
		i, err := strconv.Atoi(place[0])
		if err != nil || i >= len(v) {
			return ""
		}
		if i > 0 && o.any(pointers, isOnlyItem) {
			return "one schema in a list of items is taken for that of all elements"
		}
		return o.noGoType(o.element(pointers, i), v[i], place[1:])
	}
	return ""
}

func (o *original) noGoTypeHere(pointers []string, value any) (why string) {
	switch v := value.(type) {
	case json.Number:
		why = o.noNumber(pointers, string(v))
	case string:
		_, err := base64.StdEncoding.DecodeString(v)
		switch {
		case o.says(pointers, "date-time") && strings.Contains(v, ":60"):
			return "Go has no leap seconds"
		case o.says(pointers, "byte") && err != nil:
			return "bytes are base64"
		}
	case object:
		return ""
	}
	if why == "" && o.any(pointers, isStruct) {
		return onlyObjects
	}
	return why
}

// isStruct reports whether a schema becomes a struct though it allows more than
// objects.
func isStruct(s object) bool { return s["properties"] != nil && s["type"] == nil }

// sizes are the largest values of the formats that choose a type of Go.
var sizes = map[any]float64{"int8": math.MaxInt8, "int32": math.MaxInt32, "uint8": math.MaxUint8, "uint64": math.MaxUint64}

func (o *original) noNumber(pointers []string, text string) string {
	n, _ := new(big.Rat).SetString(text)
	f, _ := n.Float64()
	tooLarge := func(s object) bool {
		most, sized := sizes[s["format"]]
		return sized && (f > most || f < -most-1 || f < 0 && s["format"].(string)[0] == 'u')
	}
	unsigned := func(s object) bool {
		most, ok := new(big.Rat).SetString(fmt.Sprint(s["maximum"]))
		return f < 0 && s["minimum"] == nil && ok && most.Cmp(new(big.Rat).SetInt64(math.MaxInt64)) > 0
	}
	switch {
	case math.IsInf(f, 0):
		return "a number is a double"
	case !n.IsInt():
		return ""
	case !n.Num().IsInt64():
		return "an integer is an int64, or what its bounds ask for"
	case new(big.Rat).SetFloat64(f).Cmp(n) != 0:
		return "a double would round it"
	case o.any(pointers, tooLarge):
		return "an integer is sized by its format"
	case o.any(pointers, unsigned):
		return "an integer whose maximum asks for uint64 is not negative, unless it has a minimum that is"
	}
	return ""
}

func list(value any) []any {
	l, _ := value.([]any)
	return l
}
