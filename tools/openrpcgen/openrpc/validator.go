package openrpc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

const (
	// maxSteps bounds the work on one value, maxTotalSteps that on all: the validator cannot be stopped, and a small recursive schema
	// can keep it busy for ever.
	maxSteps      = 200_000
	maxTotalSteps = 2_000_000
	// maxSchemas bounds the depth of the validator's recursion when it compiles: at 1.7 kB a schema a chain of 600,000 is more stack
	// than Go has.
	maxSchemas = 100_000
)

// Checker tells which values fit a schema, as jsonschema/v5 judges.
type Checker struct {
	schema    *Schema
	validator *validator
}

// NewChecker compiles the schema. The error says why that is not possible.
func NewChecker(s *Schema) (*Checker, error) {
	v, err := newValidator([]*Schema{s})
	return &Checker{s, v}, err
}

// Fits reports whether the value fits. The error says why that cannot be told: the work that a checker does is bounded.
func (c *Checker) Fits(value *Node) (bool, error) {
	violation, err := c.validator.check(c.schema, value)
	return violation == nil && err == nil, err
}

// validator checks values against schemas with jsonschema/v5. It keeps from it what makes it panic or go on without end, and returns
// the same verdict for the same input, in the same words.
type validator struct {
	compiled map[*Schema]*jsonschema.Schema
	steps    int // left of maxTotalSteps
}

// newValidator compiles the schemas. The error says why that is not possible.
func newValidator(schemas []*Schema) (*validator, error) {
	v := &validator{compiled: map[*Schema]*jsonschema.Schema{}, steps: maxTotalSteps}
	return v, v.compile(schemas)
}

func (v *validator) compile(schemas []*Schema) (err error) {
	defer recovered(&err)
	const url = "bundle:schemas"
	b := newBundle(schemas, schemas)
	if b.size > maxSchemas {
		return fmt.Errorf("there are more than %d schemas", maxSchemas)
	}
	c := jsonschema.NewCompiler()
	c.LoadURL = func(url string) (io.ReadCloser, error) {
		return nil, fmt.Errorf("%s is not part of the bundle", url)
	}
	if err := c.AddResource(url, bytes.NewReader(b.document().JSON())); err != nil {
		return err
	}
	for _, s := range schemas {
		compiled, err := c.Compile(url + "#/definitions/" + b.names[s])
		if err != nil {
			return err
		}
		v.compiled[s] = compiled
	}
	return nil
}

// IsFormat reports whether validators know a format. Others they let pass.
func IsFormat(format string) bool { return jsonschema.Formats[format] != nil }

func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("the validator panicked: %v", p)
	}
}

// violation is where a value does not fit its schema, and why.
type violation struct {
	node    *Node
	message string
}

// check returns the first violation in the value's order, or nil if the value fits. The error says why it was not checked.
func (v *validator) check(s *Schema, value *Node) (*violation, error) {
	if n := uncomputable(value); n != nil {
		return nil, fmt.Errorf("it holds the number %s, which is beyond what is computed with", quoteJSON(n))
	}
	w := &work{left: min(maxSteps, v.steps)}
	w.apply(s, value, 0)
	v.steps -= min(maxSteps, v.steps) - max(w.left, 0)
	if w.left < 0 {
		return nil, errors.New("that takes too many steps")
	}
	err := v.validate(s, value)
	if invalid, ok := errors.AsType[*jsonschema.ValidationError](err); ok {
		return firstViolation(invalid, value), nil
	}
	return nil, err
}

func (v *validator) validate(s *Schema, value *Node) (err error) {
	defer recovered(&err)
	return v.compiled[s].Validate(value.Any())
}

// firstViolation goes down to the cause that stands first in the value. It stops at a choice, where each variant has its own cause
// and none is the one.
func firstViolation(e *jsonschema.ValidationError, value *Node) *violation {
	for len(e.Causes) > 0 && !isChoice(e) {
		e = slices.MinFunc(e.Causes, func(a, b *jsonschema.ValidationError) int {
			return compareCauses(a, b, value)
		})
	}
	return &violation{node: instance(e, value), message: causeMessage(e)}
}

func isChoice(e *jsonschema.ValidationError) bool {
	return len(e.Causes) > 1 && (strings.HasSuffix(e.KeywordLocation, "/anyOf") || strings.HasSuffix(e.KeywordLocation, "/oneOf"))
}

// compareCauses is needed because the validator goes through maps.
func compareCauses(a, b *jsonschema.ValidationError, value *Node) int {
	if d := instance(a, value).offset - instance(b, value).offset; d != 0 {
		return d
	}
	return strings.Compare(a.KeywordLocation+causeMessage(a), b.KeywordLocation+causeMessage(b))
}

func instance(e *jsonschema.ValidationError, value *Node) *Node {
	if n, err := locate(value, e.InstanceLocation); err == nil {
		return n
	}
	return value
}

func causeMessage(e *jsonschema.ValidationError) string {
	switch keyword := e.KeywordLocation[strings.LastIndexByte(e.KeywordLocation, '/')+1:]; {
	case keyword == "anyOf":
		return "fits none of the schemas in anyOf"
	case keyword == "oneOf" && len(e.Causes) > 0:
		return "fits none of the schemas in oneOf"
	case keyword == "oneOf":
		return "fits more than one of the schemas in oneOf"
	case keyword == "additionalProperties" && strings.HasSuffix(e.Message, " not allowed"):
		names := strings.TrimSuffix(strings.TrimPrefix(e.Message, "additionalProperties "), " not allowed")
		list := strings.Split(names, ", ")
		slices.Sort(list)
		return "has members that are not allowed: " + strings.Join(list, ", ")
	}
	return e.Message
}

// work counts the steps that the validator will take at most, without taking them. A step deep inside costs more: the validator
// writes the whole way to it into each fault.
type work struct{ left int }

// deepStep is the depth at which a step counts twice.
const deepStep = 8

func (w *work) apply(s *Schema, v *Node, depth int) {
	w.spend(1 + depth/deepStep + len(v.Members) + len(v.Elements) + len(v.Text)/deepStep + len(s.Enum) + len(s.Required) + len(s.Properties))
	if w.left < 0 || s.Boolean != nil || !s.mayBe(v.Kind) {
		return
	}
	for part := range s.inPlace() {
		w.apply(part, v, depth+1)
	}
	switch v.Kind {
	case Object:
		w.members(s, v, depth+1)
	case Array:
		w.elements(s, v, depth+1)
	}
}

func (w *work) spend(steps int) {
	if w.left >= 0 {
		w.left -= steps
	}
}

// mayBe reports whether the keyword type lets a kind through; the validator looks no further if it does not.
func (s *Schema) mayBe(k Kind) bool {
	if len(s.Types) == 0 || s.Nullable {
		return true
	}
	return slices.ContainsFunc(s.Types, func(t Type) bool { return string(t) == k.String() || t == TypeInteger && k == Number })
}

func (w *work) members(s *Schema, v *Node, depth int) {
	for _, p := range s.Properties {
		if member := v.Get(p.Name); member != nil {
			w.apply(p.Schema, member, depth)
		}
	}
	for _, m := range v.Members {
		if s.AdditionalProperties != nil {
			w.apply(s.AdditionalProperties, m.Value, depth)
		}
		for _, p := range s.PatternProperties {
			w.apply(p.Schema, m.Value, depth)
		}
		if s.PropertyNames != nil {
			w.apply(s.PropertyNames, newString(m.Name), depth)
		}
	}
}

func (w *work) elements(s *Schema, v *Node, depth int) {
	if n := len(v.Elements); s.UniqueItems {
		w.spend(n * (n - 1) / 2)
	}
	for i, e := range v.Elements {
		switch {
		case i < len(s.Tuple):
			w.apply(s.Tuple[i], e, depth)
		case s.Tuple != nil && s.AdditionalItems != nil:
			w.apply(s.AdditionalItems, e, depth)
		case s.Items != nil:
			w.apply(s.Items, e, depth)
		}
		if s.Contains != nil {
			w.apply(s.Contains, e, depth)
		}
	}
}
