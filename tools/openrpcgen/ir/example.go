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
		if method == nil || method.Access != nil || method.Result == nil || method.Result.Nullable {
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
		plain := n.Text != "" && strings.TrimSpace(n.Text) == n.Text && !strings.ContainsAny(n.Text, "\n\r")
		return strconv.Quote(n.Text), plain
	case t.Kind == Bool && n.Kind == openrpc.Bool:
		return n.Text, true
	case (t.Kind == Int || t.Kind == Uint || t.Kind == Float) && n.Kind == openrpc.Number:
		i, err := strconv.Atoi(n.Text)
		return n.Text, err == nil && max(i, -i) < 1_000_000
	}
	return "", false
}
