package validate

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// maxListed is how many values of an enum a message names.
const maxListed = 12

// report tells where value breaks the schemas of a bundle, sorted by place.
func report(fault *jsonschema.ValidationError, bundle, value any) []jsonrpc.Violation {
	r := reporter{bundle: bundle, value: value}
	for _, cause := range fault.Causes { // the root says only that there are some
		r.walk(cause)
	}
	sortByPlace(r.violations)
	return slices.Compact(r.violations)
}

func sortByPlace(violations []jsonrpc.Violation) {
	slices.SortFunc(violations, func(a, b jsonrpc.Violation) int {
		return cmp.Or(strings.Compare(a.Pointer, b.Pointer), strings.Compare(a.Keyword, b.Keyword), strings.Compare(a.Message, b.Message))
	})
}

type reporter struct {
	bundle, value any
	violations    []jsonrpc.Violation
}

// walk goes down to what has no further cause. The branches of anyOf and oneOf
// contradict each other, so that the keyword itself is what is reported.
func (r *reporter) walk(fault *jsonschema.ValidationError) {
	_, fragment, _ := strings.Cut(fault.AbsoluteKeywordLocation, "#")
	steps := splitPointer(fragment)
	switch keyword := steps[len(steps)-1]; {
	case fault.Message == "": // a schema with several faults, whatever its name
	case len(fault.Causes) == 0, keyword == "anyOf", keyword == "oneOf", keyword == "minContains":
		r.leaf(fault, keyword, steps)
		return
	}
	for _, cause := range fault.Causes {
		r.walk(cause)
	}
}

func (r *reporter) leaf(fault *jsonschema.ValidationError, keyword string, steps []string) {
	argument := lookUp(r.bundle, steps)
	place := splitPointer(fault.InstanceLocation)
	pointer := ""
	for _, step := range place {
		pointer = jsonrpc.AppendPointer(pointer, step)
	}
	_, notKeyword := strconv.Atoi(keyword)
	switch {
	case fault.Message == "not allowed": // a schema that is false; its name is no keyword
		r.add(pointer, "false", "no value is allowed here")
	case notKeyword == nil: // an element of dependencies
		r.add(pointer, "dependencies", fmt.Sprintf("%q asks for %q, which is missing", steps[len(steps)-2], argument))
	case keyword == "required":
		for _, name := range missing(argument, lookUp(r.value, place)) {
			r.add(pointer, keyword, fmt.Sprintf("%q is missing", name))
		}
	case keyword == "additionalProperties":
		schema, _ := lookUp(r.bundle, steps[:len(steps)-1]).(map[string]any)
		for _, name := range undeclared(schema, lookUp(r.value, place)) {
			r.add(jsonrpc.AppendPointer(pointer, name), keyword, "no member of this name is known")
		}
	case keyword == "minContains": // so v5 calls it; the draft has none
		r.add(pointer, "contains", "want an element that the schema asks for")
	default:
		r.add(pointer, keyword, want(keyword, argument))
	}
}

func (r *reporter) add(pointer, keyword, message string) {
	r.violations = append(r.violations, jsonrpc.Violation{Pointer: pointer, Keyword: keyword, Message: message})
}

// want says what a keyword with this argument asks for.
func want(keyword string, argument any) string {
	switch keyword {
	case "type":
		return "want " + types(argument)
	case "enum":
		return "want one of " + listed(argument)
	case "const":
		return "want " + compact(argument)
	case "minLength":
		return fmt.Sprintf("want at least %s", count(argument, "character"))
	case "maxLength":
		return fmt.Sprintf("want at most %s", count(argument, "character"))
	case "pattern":
		return fmt.Sprintf("want text that matches %v", argument)
	case "format":
		return fmt.Sprintf("want text in the format %v", argument)
	case "contentEncoding":
		return fmt.Sprintf("want text encoded as %v", argument)
	case "contentMediaType":
		return fmt.Sprintf("want text of the media type %v", argument)
	case "minimum":
		return fmt.Sprintf("want at least %v", argument)
	case "maximum":
		return fmt.Sprintf("want at most %v", argument)
	case "exclusiveMinimum":
		return fmt.Sprintf("want more than %v", argument)
	case "exclusiveMaximum":
		return fmt.Sprintf("want less than %v", argument)
	case "multipleOf":
		return fmt.Sprintf("want a multiple of %v", argument)
	case "minItems":
		return fmt.Sprintf("want at least %s", count(argument, "element"))
	case "maxItems":
		return fmt.Sprintf("want at most %s", count(argument, "element"))
	case "additionalItems":
		return "want no more elements"
	case "uniqueItems":
		return "want elements that differ"
	case "minProperties":
		return fmt.Sprintf("want at least %s", count(argument, "member"))
	case "maxProperties":
		return fmt.Sprintf("want at most %s", count(argument, "member"))
	case "anyOf":
		return fmt.Sprintf("want one of %s", alternatives(argument))
	case "oneOf":
		return fmt.Sprintf("want exactly one of %s", alternatives(argument))
	case "not":
		return "want anything but what the schema excludes"
	}
	return "does not fit the schema"
}

func types(argument any) string {
	list, ok := argument.([]any)
	if !ok {
		list = []any{argument}
	}
	var names []string
	for _, t := range list {
		switch t {
		case "null":
			names = append(names, "null")
		case "array", "object", "integer":
			names = append(names, fmt.Sprintf("an %v", t))
		default:
			names = append(names, fmt.Sprintf("a %v", t))
		}
	}
	return strings.Join(names, " or ")
}

func listed(argument any) string {
	list, _ := argument.([]any)
	var names []string
	for i, v := range list {
		if i == maxListed {
			return strings.Join(names, ", ") + fmt.Sprintf(" and %d more", len(list)-maxListed)
		}
		names = append(names, compact(v))
	}
	return strings.Join(names, ", ")
}

func compact(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // came out of JSON
	return strings.TrimSuffix(b.String(), "\n")
}

func count(argument any, noun string) string {
	if n, ok := argument.(json.Number); ok && n == "1" {
		return "1 " + noun
	}
	return fmt.Sprintf("%v %ss", argument, noun)
}

func alternatives(argument any) string {
	list, _ := argument.([]any)
	return fmt.Sprintf("the schema's %d alternatives", len(list))
}

func missing(required, value any) (names []string) {
	object, _ := value.(map[string]any)
	list, _ := required.([]any)
	for _, name := range list {
		if name, ok := name.(string); ok {
			if _, ok := object[name]; !ok {
				names = append(names, name)
			}
		}
	}
	return names
}

// undeclared lists the members of value that the schema neither names nor has a
// pattern for.
func undeclared(schema map[string]any, value any) (names []string) {
	properties, _ := schema["properties"].(map[string]any)
	patterns := compilePatterns(schema)
	object, _ := value.(map[string]any)
	for name := range object {
		_, declared := properties[name]
		if !declared && !slices.ContainsFunc(patterns, func(p *regexp.Regexp) bool { return p.MatchString(name) }) {
			names = append(names, name)
		}
	}
	return names
}

func compilePatterns(schema map[string]any) (patterns []*regexp.Regexp) {
	byPattern, _ := schema["patternProperties"].(map[string]any)
	for text := range byPattern {
		patterns = append(patterns, regexp.MustCompile(text)) // compiled before, with the schema
	}
	return patterns
}

// splitPointer splits a JSON pointer in its form as a URI fragment (RFC 6901,
// section 6).
func splitPointer(pointer string) []string {
	if pointer == "" {
		return nil
	}
	steps := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	for i, step := range steps {
		if plain, err := url.PathUnescape(step); err == nil {
			step = plain
		}
		steps[i] = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
	}
	return steps
}

func lookUp(value any, steps []string) any {
	for _, step := range steps {
		switch v := value.(type) {
		case map[string]any:
			value = v[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}
