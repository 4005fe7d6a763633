package ir

import (
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
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
func (b *builder) example(methods []*Method) *Example {
	var best *Example
	for _, method := range methods {
		m := method.source
		if method.Deprecated || method.Access != nil || method.Result == nil || method.Result.Nullable {
			continue
		}
		for _, pairing := range b.pairings(m, method) {
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
	switch {
	case t.Sensitive: // is not printed
	case t.Kind == String && n.Kind == openrpc.String:
		plain := n.Text != "" && strings.TrimSpace(n.Text) == n.Text && Printable(n.Text) == n.Text
		return strconv.Quote(n.Text), plain
	case t.Kind == Bool && n.Kind == openrpc.Bool:
		return n.Text, true
	case (t.Kind == Int || t.Kind == Uint || t.Kind == Float) && n.Kind == openrpc.Number:
		i, err := strconv.Atoi(n.Text)
		return n.Text, err == nil && max(i, -i) < 1_000_000 && n.Text != "-0"
	}
	return "", false
}

// Call is an example of a method, as JSON.
type Call struct {
	Name      string
	Params    string   // as the client sends them
	Result    string   // "null" if the method has none
	Droppable []string // what Go types drop, by pointers from /params or /result
}

// Sample is a value that the document shows for a type.
type Sample struct {
	Where     string // JSON pointer
	Type      Value
	JSON      string
	Droppable []string // members that Go types drop, by their pointers
}

// pairings are the examples of a method that fit their schemas and Go's types.
func (b *builder) pairings(m *openrpc.Method, method *Method) []*openrpc.ExamplePairing {
	return slices.DeleteFunc(slices.Clone(m.Examples), func(pairing *openrpc.ExamplePairing) bool {
		return !b.fits(pairing, m) || !b.allHeld(pairing, m, method)
	})
}

// calls are the examples of a method that can be played.
func (b *builder) calls(m *openrpc.Method, method *Method) (calls []Call) {
	seen := newNames()
	for _, pairing := range b.pairings(m, method) {
		call := Call{Name: seen.claim(firstOf(pairing.Name, "example")), Result: "null"}
		b.addParams(&call, m, method, pairing)
		if m.Result != nil {
			call.Result = string(pairing.Result.Value.JSON())
			for _, pointer := range b.declared.droppable(m.Result.Schema, pairing.Result.Value) {
				call.Droppable = append(call.Droppable, "/result"+pointer)
			}
		}
		calls = append(calls, call)
	}
	return calls
}

// fits reports whether a pairing is a call that the method allows, with a
// result that it allows.
func (b *builder) fits(pairing *openrpc.ExamplePairing, m *openrpc.Method) bool {
	if len(pairing.Params) > len(m.Params) || (pairing.Result != nil) != (m.Result != nil) {
		return false
	}
	for i, argument := range m.Arguments(pairing) {
		param := m.Params[i]
		if argument == nil && param.Required || argument != nil && !b.document.Fits(argument.Value, param.Schema) {
			return false
		}
	}
	return m.Result == nil || b.document.Fits(pairing.Result.Value, m.Result.Schema)
}

// allHeld reports whether Go's types can hold all that a pairing has.
func (b *builder) allHeld(pairing *openrpc.ExamplePairing, m *openrpc.Method, method *Method) bool {
	held := true
	for i, argument := range m.Arguments(pairing) {
		if argument != nil {
			f := method.Params.Fields[i]
			held = b.holds(f.Type, f.Presence != Required, argument.Value) && b.staysFit(m.Params[i].Schema, argument.Value) && held
		}
	}
	if r := method.Result; r != nil {
		held = b.holds(r.Type, r.Nullable, pairing.Result.Value) && held
	}
	return held
}

// staysFit reports whether an example fits its schema without what Go types drop,
// and warns if not: a server would refuse it.
func (b *builder) staysFit(s *openrpc.Schema, n *openrpc.Node) bool {
	dropped := map[*openrpc.Node]bool{}
	b.declared.visit([]*openrpc.Schema{s}, n, func(member *openrpc.Node) { dropped[member] = true })
	if len(dropped) == 0 || b.declared.fits(s, without(n, dropped)) {
		return true
	}
	b.warn(n, "the example is not played by the generated tests, because it does not fit without the members that the schema does not name: "+
		"name them, or generate with -keep-unknown")
	return false
}

// without is a value without some of its members.
func without(n *openrpc.Node, dropped map[*openrpc.Node]bool) *openrpc.Node {
	if n.Kind != openrpc.Object && n.Kind != openrpc.Array {
		return n
	}
	rest := &openrpc.Node{Kind: n.Kind}
	for _, m := range n.Members {
		if !dropped[m.Value] {
			rest.Members = append(rest.Members, openrpc.Member{Name: m.Name, Value: without(m.Value, dropped)})
		}
	}
	for _, element := range n.Elements {
		rest.Elements = append(rest.Elements, without(element, dropped))
	}
	return rest
}

// addParams adds the params as the client sends them: by name or by position.
func (b *builder) addParams(call *Call, m *openrpc.Method, method *Method, pairing *openrpc.ExamplePairing) {
	params := &openrpc.Node{Kind: openrpc.Array}
	switch {
	case len(m.Params) == 0:
		params.Kind = openrpc.Null
	case m.ParamStructure == openrpc.ByName:
		params.Kind = openrpc.Object
	}
	for i, argument := range m.Arguments(pairing) {
		if argument == nil {
			continue
		}
		param := m.Params[i]
		pointer := jsonrpc.AppendPointer("/params", addParam(params, i, param.Name, argument.Value))
		leftOut := isNull(argument.Value) && method.Params.Fields[i].Presence == ZeroMissing
		if leftOut || !param.Required && isZeroDefault(argument.Value, []*openrpc.Schema{param.Schema}) {
			call.Droppable = append(call.Droppable, pointer)
		}
		for _, below := range b.declared.droppable(param.Schema, argument.Value) {
			call.Droppable = append(call.Droppable, pointer+below)
		}
	}
	call.Params = string(params.JSON())
}

// addParam returns the step that leads to the param. Positions before it that
// are still missing become null.
func addParam(params *openrpc.Node, i int, name string, value *openrpc.Node) (step string) {
	if params.Kind == openrpc.Object {
		params.Members = append(params.Members, openrpc.Member{Name: name, Value: value})
		return name
	}
	for len(params.Elements) < i {
		params.Elements = append(params.Elements, &openrpc.Node{Kind: openrpc.Null})
	}
	params.Elements = append(params.Elements, value)
	return strconv.Itoa(i)
}

// sample notes the examples of a schema whose type is known now.
func (b *builder) sample(s *openrpc.Schema, v Value) {
	if b.sampled[s] {
		return
	}
	b.sampled[s] = true
	b.later = append(b.later, func() {
		for _, n := range s.Examples {
			if b.document.Fits(n, s) && b.holds(v.Type, v.Nullable, n) {
				b.samples = append(b.samples, Sample{n.Pointer(), v, string(n.JSON()), b.declared.droppable(s, n)})
			}
		}
	})
}

// holds reports whether an example that fits its schema is a value of its Go
// type too, and warns if not: it cannot be played.
func (b *builder) holds(t *Type, nullable bool, n *openrpc.Node) bool {
	if nullable && isNull(n) {
		return true
	}
	err := t.takes(n)
	if err != nil {
		b.warn(n, "the example is not played by the generated tests, because its Go type cannot hold it: %v", err)
	}
	return err == nil
}
