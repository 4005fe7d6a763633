// Package validate checks the params of calls against the JSON Schemas of a
// contract. It is a part of the runtime that only servers link.
//
// Verdicts are those of github.com/santhosh-tekuri/jsonschema/v5 (draft-07),
// but for numbers beyond [jsonrpc.CheckNumber], which are always refused. It
// judges what most keywords say by themselves. The schemas that keywords apply
// are gone through here, and uniqueItems and patterns are judged here, because
// jsonschema/v5 may take a power of the size of params for them, or a thousand
// times as long, and does not end with the call's deadline. Here time grows with
// the size of params times that of the schema. What a violation says is written
// from the schema alone and never holds a value.
package validate

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// Schemas are the schemas of a contract's params. They are safe for use by
// several goroutines; only so many validate at once, because a validation's
// memory is a multiple of what it looks at.
type Schemas struct {
	methods  map[string]*paramsSchema
	bundle   any      // the document that Compile was given, for messages
	rests    sync.Map // what jsonschema/v5 judges, by schema
	patterns sync.Map // as fast lanes have them, by the regexp of a schema
	slots    chan struct{}
}

// paramsSchema is the schema of the params of one method, by name.
type paramsSchema struct {
	names    []string        // in the order of positional params
	required map[string]bool // of names
	schema   *jsonschema.Schema
}

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
	if err := jsonrpc.CheckDeep([]byte(bundle)); err != nil {
		return nil, fmt.Errorf("schemas: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.Draft = jsonschema.Draft7
	compiler.LoadURL = func(url string) (io.ReadCloser, error) {
		return nil, fmt.Errorf("%s is not in the bundle", url)
	}
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
	values := json.NewDecoder(strings.NewReader(bundle))
	values.UseNumber()
	return s, values.Decode(&s.bundle)
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
// with [jsonrpc.CodeInvalidParams].
func (s *Schemas) Check(ctx context.Context, call *jsonrpc.Call) error {
	p := s.methods[call.Method]
	if p == nil {
		return fmt.Errorf("no schema for the params of %s: was the code generated anew?", call.Method)
	}
	if err := checkNumbers(call.Params); err != nil {
		return err
	}
	violations, err := s.validate(ctx, p, call.Params)
	if err != nil || len(violations) == 0 {
		return err
	}
	return jsonrpc.InvalidParamsError(violations)
}

// validate waits for a slot, as long as ctx lasts.
func (s *Schemas) validate(ctx context.Context, p *paramsSchema, raw json.RawMessage) ([]jsonrpc.Violation, error) {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	params, err := p.byName(raw)
	if err != nil {
		return nil, err
	}
	j := judge{schemas: s, interrupted: ctx.Err}
	if isArray(raw) {
		return j.violations(p.schema, params, p.names)
	}
	return j.violations(p.schema, params, nil)
}

func isArray(params json.RawMessage) bool { return len(params) > 0 && params[0] == '[' }

// byName makes params an object, whichever way they were sent. An optional null
// by position is one that is left out.
func (p *paramsSchema) byName(raw json.RawMessage) (map[string]any, error) {
	params := map[string]any{}
	if len(raw) == 0 {
		return params, nil
	}
	value, err := jsonrpc.NewDecoder(raw).Any()
	if err != nil {
		return nil, err
	}
	if object, ok := value.(map[string]any); ok {
		return object, nil
	}
	list, _ := value.([]any)
	if len(list) > len(p.names) {
		return nil, jsonrpc.InvalidParamsError([]jsonrpc.Violation{p.tooMany()})
	}
	for i, v := range list {
		if name := p.names[i]; v != nil || p.required[name] {
			params[name] = v
		}
	}
	return params, nil
}

func (p *paramsSchema) tooMany() jsonrpc.Violation {
	message := fmt.Sprintf("want at most %d params", len(p.names))
	if len(p.names) == 0 {
		message = "want no params"
	}
	return jsonrpc.Violation{Pointer: "/" + strconv.Itoa(len(p.names)), Keyword: "maxItems", Message: message}
}
