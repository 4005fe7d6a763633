package ir

import (
	"strconv"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// Example is a call of the document's examples that Go can spell in literals.
type Example struct {
	Method *Method
	Args   []Argument // of the params that the example gives
	Result string     // a Go literal
	Output string     // what fmt.Println prints for it
}

// Argument is a field of the params and its value.
type Argument struct {
	GoName  string
	Literal string
}

// example picks what shows best how to call: a method that anybody may call,
// with params if there is one.
func example(d *openrpc.Document, methods []*Method) *Example {
	byName := map[string]*Method{}
	for _, m := range methods {
		byName[m.Name] = m
	}
	var best *Example
	for _, m := range d.Methods {
		method := byName[m.Name]
		if method == nil || method.Deprecated || method.Access != nil || method.Result == nil || method.Result.Nullable {
			continue
		}
		for _, pairing := range m.Examples {
			e := spell(m, method, pairing)
			if e != nil && (best == nil || len(best.Args) == 0 && len(e.Args) > 0) {
				best = e
			}
		}
	}
	return best
}

// spell returns nil where a value is none that a literal can be.
func spell(m *openrpc.Method, method *Method, pairing *openrpc.ExamplePairing) *Example {
	if pairing.Result == nil {
		return nil
	}
	result, ok := scalarLiteral(method.Result.Type, pairing.Result.Value)
	if !ok {
		return nil
	}
	e := &Example{Method: method, Result: result, Output: pairing.Result.Value.Text}
	for i, argument := range m.Arguments(pairing) {
		if argument == nil {
			continue
		}
		field := method.Params.Fields[i]
		literal, ok := scalarLiteral(field.Type, argument.Value)
		if !ok || field.Presence == NilMissing || field.Presence == OrNothing || field.Presence == OrNull {
			return nil
		}
		e.Args = append(e.Args, Argument{field.GoName, literal})
	}
	return e
}

// scalarLiteral spells a value that prints as it is written: plain text, a
// boolean, a short integer.
func scalarLiteral(t *Type, n *openrpc.Node) (string, bool) {
	if n == nil {
		return "", false
	}
	switch {
	case t.Kind == String && n.Kind == openrpc.String:
		plain := n.Text != "" && strings.TrimSpace(n.Text) == n.Text && Printable(n.Text) == n.Text
		return strconv.Quote(n.Text), plain
	case t.Kind == Bool && n.Kind == openrpc.Bool:
		return n.Text, true
	case (t.Kind == Int || t.Kind == Uint || t.Kind == Float) && n.Kind == openrpc.Number:
		i, err := strconv.Atoi(n.Text)
		return n.Text, err == nil && max(i, -i) < 1_000_000
	}
	return "", false
}

// Call is an example of a method, as JSON.
type Call struct {
	Name   string
	Params string // by name
	Result string
}

// Sample is a value that the document shows for a type.
type Sample struct {
	Where string // JSON pointer
	Type  Value
	JSON  string
}

// calls are the examples of a method that fit their schemas.
func (b *builder) calls(d *openrpc.Document, m *openrpc.Method) (calls []Call) {
	seen := newNames()
	for _, pairing := range m.Examples {
		params, ok := b.exampleParams(d, m, pairing)
		if !ok || pairing.Result == nil || m.Result == nil || !d.Fits(pairing.Result.Value, m.Result.Schema) {
			continue
		}
		calls = append(calls, Call{
			Name:   seen.claim(firstOf(pairing.Name, "example")),
			Params: params,
			Result: string(pairing.Result.Value.JSON()),
		})
	}
	return calls
}

func (b *builder) exampleParams(d *openrpc.Document, m *openrpc.Method, pairing *openrpc.ExamplePairing) (string, bool) {
	if len(pairing.Params) > len(m.Params) {
		return "", false
	}
	object := &openrpc.Node{Kind: openrpc.Object}
	for i, argument := range m.Arguments(pairing) {
		param := m.Params[i]
		switch {
		case argument == nil && param.Required:
			return "", false
		case argument == nil:
		case !d.Fits(argument.Value, param.Schema):
			return "", false
		default:
			object.Members = append(object.Members, openrpc.Member{Name: param.Name, Value: argument.Value})
		}
	}
	return string(object.JSON()), true
}

// sample notes the examples of a schema whose type is known now.
func (b *builder) sample(s *openrpc.Schema, v Value) {
	if b.sampled[s] {
		return
	}
	b.sampled[s] = true
	for _, n := range s.Examples {
		if b.document.Fits(n, s) {
			b.samples = append(b.samples, Sample{n.Pointer(), v, string(n.JSON())})
		}
	}
}
