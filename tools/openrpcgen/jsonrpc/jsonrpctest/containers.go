package jsonrpctest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

func (v *Values) array(s object, depth int) string {
	others := s["items"]
	tuple, isTuple := s["items"].([]any)
	if isTuple {
		others = v.behind(tuple, s["additionalItems"])
	}
	var list []string
	n := v.size(s, "minItems", "maxItems", len(tuple))
	for i := range n {
		schema := others
		switch contains, ok := s["contains"]; {
		case ok && i == n-1 && !v.slip():
			schema = contains
		case i < len(tuple):
			schema = tuple[i]
		}
		element := v.value(schema, depth+1)
		if s["uniqueItems"] != true || !slices.Contains(list, element) || v.slip() {
			list = append(list, element)
		}
	}
	return v.list(list)
}

// behind is the schema of the elements behind a list of schemas. Where it may be
// any, it is mostly the last of the list.
func (v *Values) behind(tuple []any, additional any) any {
	if len(tuple) == 0 || additional != nil || v.oneIn(8) {
		return additional
	}
	return tuple[len(tuple)-1]
}

// maxSize is how long texts, arrays and objects get.
const maxSize = 300

// size is how many of something there are to be, between the bounds that two
// keywords name.
func (v *Values) size(s object, least, most string, usual int) int {
	low, high := 0, maxSize
	if n := rational(s[least]); n != nil {
		low = int(min(n.Num().Int64(), maxSize))
	}
	n := rational(s[most])
	bounded := n != nil && n.Num().Int64() <= maxSize
	if bounded {
		high = int(n.Num().Int64())
	}
	switch {
	case v.slip() && (low > 0 || bounded):
		if low > 0 && (!bounded || v.oneIn(2)) {
			return low - 1
		}
		return high + 1
	case v.left <= 0, high <= low:
		return low
	case bounded && v.oneIn(4):
		return high
	case usual > 0 && v.oneIn(2):
		return min(max(usual, low), high)
	}
	return min(low+v.IntN(5), high)
}

func (v *Values) object(s object, depth int) string {
	properties, _ := s["properties"].(object)
	names := map[string]bool{}
	var list []string
	add := func(name string, schema any) {
		if !names[name] {
			names[name] = true
			list = append(list, v.quote(name)+v.space()+":"+v.space()+v.value(schema, depth+1))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if v.has(s, name) && (properties[name] != false || v.slip()) {
			add(name, properties[name])
		}
	}
	for _, name := range v.alsoRequired(s, names) {
		add(name, both(properties[name], s["additionalProperties"]))
	}
	for range v.others(s, len(list)) {
		add(v.other(s))
	}
	v.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	if most := rational(s["maxProperties"]); most != nil && !v.slip() {
		list = list[:min(len(list), int(most.Num().Int64()))]
	}
	return "{" + v.space() + strings.Join(list, v.space()+","+v.space()) + v.space() + "}"
}

// alsoRequired lists members that are required although they are no
// properties, or because others are there.
func (v *Values) alsoRequired(s object, names map[string]bool) (required []string) {
	properties, _ := s["properties"].(object)
	for _, name := range texts(s["required"]) {
		if _, known := properties[name]; !known && !v.slip() {
			required = append(required, name)
		}
	}
	dependencies, _ := s["dependencies"].(object)
	for _, name := range slices.Sorted(maps.Keys(dependencies)) {
		if names[name] && !v.slip() {
			required = append(required, texts(dependencies[name])...)
		}
	}
	return required
}

// others decides how many members there are beside those that have names.
func (v *Values) others(s object, named int) int {
	least := 0
	if n := rational(s["minProperties"]); n != nil && !v.slip() {
		least = int(min(n.Num().Int64(), maxSize)) - named
	}
	additional, declared := s["additionalProperties"]
	switch {
	case v.left <= 0:
		return max(least, 0)
	case s["patternProperties"] != nil, declared && additional != false:
		if v.oneIn(50) {
			return 70
		}
		return max(least, v.IntN(3))
	case additional == false:
		return boolInt(v.slip())
	}
	return max(least, boolInt(v.oneIn(4)))
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// other is a member that no property is.
func (v *Values) other(s object) (name string, schema any) {
	patterns, _ := s["patternProperties"].(object)
	if len(patterns) > 0 && (s["additionalProperties"] == nil || v.oneIn(2)) {
		pattern := pick(v, slices.Sorted(maps.Keys(patterns)))
		return v.match(pattern), patterns[pattern]
	}
	return v.text(v.keywords(s["propertyNames"])), s["additionalProperties"]
}

func (v *Values) list(list []string) string {
	return "[" + v.space() + strings.Join(list, v.space()+","+v.space()) + v.space() + "]"
}

func (v *Values) space() string {
	if !v.strange {
		return ""
	}
	return pick(v, []string{"", "", "", " ", "\n\t", " \r\n"})
}

// anything makes a value of any kind, some very deep and some very wide.
func (v *Values) anything(depth int) string {
	if v.oneIn(2) || depth >= maxDepth || v.left <= 0 {
		return v.leaf()
	}
	elements := 2
	switch v.IntN(20) {
	case 0:
		n := v.IntN(jsonrpc.MaxDepth - 2 - depth)
		return strings.Repeat("[", n) + v.leaf() + strings.Repeat("]", n)
	case 1:
		elements = 70
		depth = maxDepth
	}
	var list []string
	for range v.IntN(elements + 1) {
		v.left--
		list = append(list, v.anything(depth+1))
	}
	if v.oneIn(2) {
		return v.list(list)
	}
	for i := range list {
		list[i] = v.quote(fmt.Sprint(i, "-", v.text(nil))) + ":" + list[i]
	}
	return "{" + strings.Join(list, ",") + "}"
}

// leaf makes a value that holds no others.
func (v *Values) leaf() string {
	switch v.IntN(8) {
	case 0, 1:
		return v.number(nil, v.oneIn(2))
	case 2, 3:
		return v.quote(v.text(nil))
	}
	return pick(v, []string{"null", "true", "false", "{}", "[]"})
}
