package jsonrpctest

import (
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// Values makes JSON near what JSON Schemas (draft-07) ask for: much of it fits
// them, and what does not is only just wrong. It goes by one keyword at a time,
// so that there are schemas that it never fits.
type Values struct {
	*rand.Rand
	source   string
	document any  // what references lead into
	slips    int  // one decision in so many is wrong; 0: none
	left     int  // how many values may follow; then there are only as many as must be
	repeat   int  // how often a pattern's * repeats at most
	strange  bool // white space and escapes wherever they may be
}

type object = map[string]any

// NewValues makes values near the schemas of a document, the same ones for the
// same seed.
func NewValues(document string, seed uint64) *Values {
	return &Values{Rand: rand.New(rand.NewPCG(seed, seed)), source: document, document: parse([]byte(document))}
}

// Params makes params of a method, by name or by position. The document is then
// the bundle of schemas that a generated server validates by: its member
// methods holds an object schema of the params of each.
func (v *Values) Params(method string) []byte {
	v.begin()
	methods, _ := v.document.(object)["methods"].(object)
	schema := v.keywords(methods[method])
	if v.oneIn(2) {
		return []byte(v.positional(method, schema))
	}
	return []byte(v.object(schema, 0))
}

// Near makes a value near a schema.
func (v *Values) Near(schema any) []byte {
	v.begin()
	return []byte(v.value(schema, 0))
}

func (v *Values) begin() {
	v.slips = pick(v, []int{0, 0, 0, 30, 10, 4})
	v.left = maxValues
	v.repeat = 5
	v.strange = v.oneIn(4)
}

func (v *Values) oneIn(n int) bool { return v.IntN(n) == 0 }

// slip reports whether to do something wrong.
func (v *Values) slip() bool { return v.slips > 0 && v.oneIn(v.slips) }

func pick[T any](v *Values, list []T) T { return list[v.IntN(len(list))] }

// positional makes params by position. Those that are left out are cut off at
// the end, and null before.
func (v *Values) positional(method string, schema object) string {
	properties, _ := schema["properties"].(object)
	var list []string
	present := 0
	for _, name := range v.names(method) {
		switch {
		case v.has(schema, name):
			list = append(list, v.value(properties[name], 1))
			present = len(list)
		default:
			list = append(list, "null")
		}
	}
	if v.slip() {
		return v.list(append(list, v.anything(1)))
	}
	return v.list(list[:present+v.IntN(len(list)-present+1)])
}

// names lists the params of a method in their order.
func (v *Values) names(method string) (names []string) {
	schema := jsonrpc.MemberOf(jsonrpc.MemberOf([]byte(v.source), "methods"), method)
	d := jsonrpc.NewDecoder(jsonrpc.MemberOf(schema, "properties"))
	_ = d.Object(func(name string) error {
		names = append(names, strings.Clone(name))
		return d.Skip()
	})
	return names
}

// has decides whether an object has a member that its schema names.
func (v *Values) has(schema object, name string) bool {
	if slices.Contains(texts(schema["required"]), name) {
		return !v.slip()
	}
	return v.left > 0 && v.oneIn(2)
}

func texts(value any) (list []string) {
	values, _ := value.([]any)
	for _, e := range values {
		if text, ok := e.(string); ok {
			list = append(list, text)
		}
	}
	return list
}

// Values that are made of themselves end at maxDepth, or where there are
// maxValues, and as many again that must be.
const (
	maxDepth  = 24
	maxValues = 400
)

func (v *Values) value(schema any, depth int) string {
	v.left--
	s := v.keywords(schema)
	if depth > maxDepth || v.left < -maxValues {
		return "null"
	}
	if v.slip() {
		return v.anything(depth)
	}
	if only, ok := s["const"]; ok {
		return v.spell(only)
	}
	if enum, ok := s["enum"].([]any); ok && len(enum) > 0 {
		return v.spell(pick(v, enum))
	}
	switch v.kind(s) {
	case "null":
		return "null"
	case "boolean":
		return pick(v, []string{"true", "false"})
	case "integer":
		return v.number(s, true)
	case "number":
		return v.number(s, false)
	case "string":
		return v.quote(v.text(s))
	case "array":
		return v.array(s, depth)
	case "object":
		return v.object(s, depth)
	}
	return v.anything(depth)
}

// keywords makes one schema of a schema and what it refers to, all of its
// allOf, one of a choice, and of an anyOf now and then several.
func (v *Values) keywords(schema any) object {
	all := object{}
	v.gather(all, schema, 0)
	return all
}

func (v *Values) gather(all object, schema any, depth int) {
	s, ok := schema.(object)
	if !ok || depth > maxDepth {
		return
	}
	if reference, ok := s["$ref"].(string); ok {
		v.gather(all, v.lookUp(reference), depth+1)
		return
	}
	for _, keyword := range slices.Sorted(maps.Keys(s)) {
		list, _ := s[keyword].([]any)
		switch keyword {
		case "allOf":
			for _, part := range list {
				v.gather(all, part, depth+1)
			}
		case "anyOf", "oneOf":
			chosen := v.IntN(max(len(list), 1))
			several := keyword == "anyOf" && v.oneIn(2)
			for i, part := range list {
				if i == chosen || several && v.oneIn(2) {
					v.gather(all, part, depth+1)
				}
			}
		case "if":
			if v.oneIn(2) {
				v.gather(all, s["else"], depth+1)
			} else {
				v.gather(all, s["if"], depth+1)
				v.gather(all, s["then"], depth+1)
			}
		case "required":
			sum, _ := all[keyword].([]any)
			all[keyword] = slices.Concat(sum, list)
		default:
			all[keyword] = both(all[keyword], s[keyword])
		}
	}
}

// both joins what two schemas say by one keyword: members add up, of all else
// the first counts.
func both(a, b any) any {
	switch a := a.(type) {
	case nil:
		return b
	case object:
		b, _ := b.(object)
		sum := maps.Clone(a)
		for name, schema := range b {
			if other, ok := sum[name]; ok {
				schema = object{"allOf": []any{other, schema}}
			}
			sum[name] = schema
		}
		return sum
	}
	return a
}

// lookUp follows a reference within the document.
func (v *Values) lookUp(reference string) any {
	_, fragment, _ := strings.Cut(reference, "#")
	fragment, _ = url.PathUnescape(fragment)
	value := v.document
	for _, step := range strings.Split(fragment, "/")[1:] {
		step = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
		switch whole := value.(type) {
		case object:
			value = whole[step]
		case []any:
			if i, err := strconv.Atoi(step); err == nil && i < len(whole) {
				value = whole[i]
			}
		}
	}
	return value
}

// hints are the keywords that make sense for one kind only.
var hints = map[string][]string{
	"object": {"properties", "required", "additionalProperties", "patternProperties", "propertyNames", "minProperties", "maxProperties", "dependencies"},
	"array":  {"items", "additionalItems", "contains", "minItems", "maxItems", "uniqueItems"},
	"string": {"pattern", "format", "minLength", "maxLength", "contentEncoding"},
	"number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
}

// kind is one of those that a schema names or is about, "" for any.
func (v *Values) kind(s object) string {
	kinds := texts(s["type"])
	if kind, ok := s["type"].(string); ok {
		kinds = []string{kind}
	}
	if len(kinds) == 0 && !v.oneIn(8) {
		for _, kind := range slices.Sorted(maps.Keys(hints)) {
			if slices.ContainsFunc(hints[kind], func(keyword string) bool { return s[keyword] != nil }) {
				kinds = append(kinds, kind)
			}
		}
	}
	switch {
	case len(kinds) == 0:
		return ""
	case v.left <= 0 && slices.Contains(kinds, "null"):
		return "null"
	}
	return pick(v, kinds)
}
