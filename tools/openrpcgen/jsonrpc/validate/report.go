package validate

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// maxListed is how many values of an enum a message names.
const maxListed = 12

// violations tell what the keyword at a pointer into a schema, which is a URI's
// fragment, has against a value.
func (s *Schemas) violations(schema *jsonschema.Schema, pointer string, value any) []jsonrpc.Violation {
	_, fragment, _ := strings.Cut(schema.Location, "#")
	argument := lookUp(s.bundle, splitPointer(fragment+pointer))
	steps := splitPointer(pointer)
	switch {
	case schema == stranger:
		return one("additionalProperties", "no member of this name is known")
	case schema.Always != nil:
		return one("false", "no value is allowed here")
	}
	switch keyword := steps[0]; keyword {
	case "dependencies":
		return one(keyword, fmt.Sprintf("%q asks for %q, which is missing", steps[1], argument))
	case "required":
		return missing(argument, value)
	default:
		return one(keyword, want(keyword, argument))
	}
}

func one(keyword, message string) []jsonrpc.Violation {
	return []jsonrpc.Violation{{Keyword: keyword, Message: message}}
}

func missing(required, value any) (violations []jsonrpc.Violation) {
	object, _ := value.(map[string]any)
	list, _ := required.([]any)
	for _, name := range list {
		if name, ok := name.(string); ok {
			if _, ok := object[name]; !ok {
				violations = append(violations, one("required", fmt.Sprintf("%q is missing", name))...)
			}
		}
	}
	return violations
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
	case "contains":
		return "want an element that the schema asks for"
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
