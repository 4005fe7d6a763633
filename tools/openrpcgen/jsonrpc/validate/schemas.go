// Package validate checks the params of calls against the JSON Schemas of a
// contract. It is a part of the runtime that only servers link.
//
// Verdicts are those of github.com/santhosh-tekuri/jsonschema/v5 (draft-07),
// but for numbers beyond [jsonrpc.CheckNumber], which are always refused. What
// a violation says is written from the schema alone and never holds a value.
package validate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// Schemas are the schemas of a contract's params. They are safe for use by
// several goroutines; only so many validate at once, because a validation's
// memory is a multiple of what it looks at.
type Schemas struct {
	methods map[string]*paramsSchema
	bundle  any // the document that Compile was given, for messages
	slots   chan struct{}
}

// paramsSchema is the schema of the params of one method, by name.
type paramsSchema struct {
	names    []string        // in the order of positional params
	required map[string]bool // of names
	schema   *jsonschema.Schema
}

// maxValues bounds what is validated at once: a JSON value of 2 bytes becomes
// several hundred on the way.
const maxValues = 1 << 16

const bundleURL = "contract:///schemas.json"

// MustCompile compiles a bundle that the generator wrote: a JSON object whose
// member "methods" holds, by the method's name, an object schema of its params
// in their order, with all references pointing into the bundle. It panics on
// any other, since then the generator is at fault.
func MustCompile(bundle string) *Schemas {
	s, err := Compile(bundle)
	if err != nil {
		panic(err)
	}
	return s
}

// Compile is [MustCompile] for a bundle that may be faulty.
func Compile(bundle string) (*Schemas, error) {
	if err := jsonrpc.Check([]byte(bundle)); err != nil {
		return nil, fmt.Errorf("schemas: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.Draft = jsonschema.Draft7
	if err := compiler.AddResource(bundleURL, strings.NewReader(bundle)); err != nil {
		return nil, fmt.Errorf("schemas: %w", err)
	}
	s := &Schemas{methods: map[string]*paramsSchema{}, slots: make(chan struct{}, runtime.GOMAXPROCS(0))}
	d := jsonrpc.NewDecoder([]byte(bundle))
	err := d.Object(func(section string) error {
		if section != "methods" {
			return d.Skip()
		}
		return d.Object(func(method string) error {
			method = strings.Clone(method)
			p, err := compileParams(compiler, method, d)
			s.methods[method] = p
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("schemas: %w", err)
	}
	s.bundle, err = jsonrpc.NewDecoder([]byte(bundle)).Any()
	return s, err
}

func compileParams(compiler *jsonschema.Compiler, method string, d *jsonrpc.Decoder) (*paramsSchema, error) {
	schema, err := compiler.Compile(bundleURL + "#/methods/" + url.PathEscape(jsonrpc.AppendPointer("", method)[1:]))
	if err != nil {
		return nil, err
	}
	p := &paramsSchema{required: map[string]bool{}, schema: schema}
	return p, d.Object(func(keyword string) error {
		switch keyword {
		case "properties":
			return d.Object(func(name string) error {
				p.names = append(p.names, strings.Clone(name))
				return d.Skip()
			})
		case "required":
			return d.Array(func(int) error {
				var name string
				err := jsonrpc.DecodeString(&name, d)
				p.required[name] = true
				return err
			})
		}
		return d.Skip()
	})
}

// Check is a [jsonrpc.ParamsCheck]: it refuses params that break their schema
// with [jsonrpc.CodeInvalidParams] and at most 20 violations.
func (s *Schemas) Check(ctx context.Context, call *jsonrpc.Call) error {
	p := s.methods[call.Method]
	if p == nil {
		return fmt.Errorf("no schema for the params of %s: was the code generated anew?", call.Method)
	}
	params, violations, err := p.read(call.Params)
	if err != nil {
		return err
	}
	if len(violations) == 0 {
		violations, err = s.validate(ctx, p, params)
	}
	if err != nil || len(violations) == 0 {
		return err
	}
	if len(call.Params) > 0 && call.Params[0] == '[' {
		p.position(violations)
	}
	return jsonrpc.InvalidParamsError(violations)
}

// validate waits for a slot, as long as ctx lasts.
func (s *Schemas) validate(ctx context.Context, p *paramsSchema, params map[string]any) ([]jsonrpc.Violation, error) {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	err := p.schema.Validate(params)
	if fault, ok := errors.AsType[*jsonschema.ValidationError](err); ok {
		return report(fault, s.bundle, params), nil
	}
	return nil, err
}

// read makes params an object by name, whichever way they were sent.
func (p *paramsSchema) read(raw json.RawMessage) (params map[string]any, _ []jsonrpc.Violation, err error) {
	params = map[string]any{}
	if len(raw) == 0 {
		return params, nil, nil
	}
	if n := countValues(raw); n > maxValues {
		return nil, []jsonrpc.Violation{{Keyword: "maxItems", Message: fmt.Sprintf("want at most %d values in all", maxValues)}}, nil
	}
	d := jsonrpc.NewDecoder(raw)
	value, err := d.Any()
	if err != nil {
		return nil, nil, err
	}
	switch value := value.(type) {
	case map[string]any:
		params = value
	case []any:
		if len(value) > len(p.names) {
			return nil, []jsonrpc.Violation{p.tooMany()}, nil
		}
		for i, v := range value {
			if name := p.names[i]; v != nil || p.required[name] {
				params[name] = v
			}
		}
	}
	return params, hugeNumbers("", params, nil), nil
}

func (p *paramsSchema) tooMany() jsonrpc.Violation {
	message := fmt.Sprintf("want at most %d params", len(p.names))
	if len(p.names) == 0 {
		message = "want no params"
	}
	return jsonrpc.Violation{Pointer: "/" + strconv.Itoa(len(p.names)), Keyword: "maxItems", Message: message}
}

// countValues counts the values in raw, roughly: its separators.
func countValues(raw []byte) int {
	n := 1
	for _, c := range raw {
		if c == ',' || c == '[' || c == '{' {
			n++
		}
	}
	return n
}

// hugeNumbers finds the numbers that jsonschema/v5 must never see: it takes
// seconds for some of them and panics on others.
func hugeNumbers(pointer string, value any, found []jsonrpc.Violation) []jsonrpc.Violation {
	switch value := value.(type) {
	case json.Number:
		if err := jsonrpc.CheckNumber(string(value)); err != nil {
			found = append(found, jsonrpc.Violation{Pointer: pointer, Keyword: "type", Message: err.Error()})
		}
	case []any:
		for i, v := range value {
			found = hugeNumbers(jsonrpc.AppendPointer(pointer, strconv.Itoa(i)), v, found)
		}
	case map[string]any:
		for name, v := range value {
			found = hugeNumbers(jsonrpc.AppendPointer(pointer, name), v, found)
		}
	}
	return found
}

// position makes the pointers of violations point into positional params.
func (p *paramsSchema) position(violations []jsonrpc.Violation) {
	for i := range violations {
		for n, name := range p.names {
			step := jsonrpc.AppendPointer("", name)
			if rest, ok := strings.CutPrefix(violations[i].Pointer, step); ok && (rest == "" || rest[0] == '/') {
				violations[i].Pointer = "/" + strconv.Itoa(n) + rest
				break
			}
		}
	}
}
