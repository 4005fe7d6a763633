package jsonrpctest

import (
	"strings"
	"testing"
	"unsafe"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc/validate"
)

// greeting is like a generated struct of params.
type greeting struct{ Name string }

func (g *greeting) EncodeJSON(e *jsonrpc.Encoder) {
	e.ObjStart()
	e.FieldStart("name")
	e.Str(g.Name)
	e.ObjEnd()
}

func (g *greeting) DecodeJSON(d *jsonrpc.Decoder) error {
	return d.Params([]string{"name"}, func(string) error { return jsonrpc.DecodeString(&g.Name, d) })
}

const greetingSchemas = `{"methods":{"greet":{"properties":{"name":{"type":"string","minLength":2}},"required":["name"],"additionalProperties":false}}}`

// readGreeting is a fast lane as it should be.
func readGreeting(d *jsonrpc.Decoder) (g greeting, _ bool) {
	ok := d.NextParam("name") && d.Name() == "name" && jsonrpc.DecodeString(&g.Name, d) == nil && len(g.Name) >= 4
	return g, ok && !d.NextParam("name") && d.End()
}

func TestCompareLanes(t *testing.T) {
	lanes := []Lane{
		NewLane[greeting]("greet", readGreeting, `{"name":"Ada Lovelace"}`, `["Ada Lovelace"]`),
		NewLane[greeting]("greet", nil, `{"name":"Ada Lovelace"}`),
	}
	check := validate.MustCompile(greetingSchemas).Check
	CompareLanes(t, lanes, check, greetingSchemas)
	for _, l := range lanes[:1] {
		for _, example := range l.Examples {
			if fast, slow, err := l.compare(check, []byte(example)); !fast || !slow || err != nil {
				t.Errorf("%s: fast %v, slow %v, %v", example, fast, slow, err)
			}
			if err := l.Slow(check, []byte(example)); err != nil || !l.Fast([]byte(example)) {
				t.Errorf("%s: %v", example, err)
			}
		}
	}
	if got, err := lanes[1].Encode([]byte(`["Ada"]`)); string(got) != `{"name":"Ada"}` || err != nil || lanes[1].Fast([]byte(`["Ada"]`)) {
		t.Errorf("without a fast lane: %s, %v", got, err)
	}
}

// TestFaultyLanes has what must not pass: each of the lanes goes wrong with the
// params beside it.
func TestFaultyLanes(t *testing.T) {
	for _, test := range []struct {
		name, params, want string
		read               func(*jsonrpc.Decoder) (greeting, bool)
	}{
		{"no bound", `["A"]`, "accepts what the slow one refuses", func(d *jsonrpc.Decoder) (g greeting, _ bool) {
			return g, g.DecodeJSON(d) == nil
		}},
		{"another value", `["Ada"]`, "differ", func(d *jsonrpc.Decoder) (g greeting, _ bool) {
			return greeting{"ada"}, g.DecodeJSON(d) == nil
		}},
		{"a part of the params", `["Ada"]`, "differ", func(d *jsonrpc.Decoder) (g greeting, _ bool) {
			raw, err := d.Raw()
			return greeting{unsafe.String(&raw[2], 3)}, err == nil
		}},
		{"nothing wrong", `["Ada Lovelace"]`, "", readGreeting},
	} {
		l := NewLane[greeting]("greet", test.read)
		_, _, err := l.compare(validate.MustCompile(greetingSchemas).Check, []byte(test.params))
		switch {
		case test.want == "" && err != nil, test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

func FuzzExampleLanes(f *testing.F) {
	lanes := []Lane{NewLane[greeting]("greet", readGreeting, `{"name":"Ada"}`, `["Ada Lovelace"]`)}
	FuzzLanes(f, lanes, validate.MustCompile(greetingSchemas).Check)
}
