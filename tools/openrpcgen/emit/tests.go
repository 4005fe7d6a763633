package emit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/ir"
)

// exampleTests writes tests that play the document's examples.
func (w *writer) exampleTests(p *printer) {
	s := w.service
	if slices.ContainsFunc(s.Methods, played) {
		w.testClient(p)
	}
	for _, m := range s.Methods {
		if played(m) {
			w.playTest(p, m)
		}
	}
	if len(s.Samples) > 0 {
		w.sampleTest(p)
	}
}

// played reports whether a method has examples of values.
func played(m *ir.Method) bool { return len(m.Examples) > 0 && (m.Params != nil || m.Result != nil) }

func (w *writer) testClient(p *printer) {
	p.comment("connect returns a client of a server that svc stands behind.")
	p.p("func connect(t *%s, svc %s) *%s {", p.name("testing", "T"), p.api("Service"), p.api("Client"))
	handler := p.name(p.service+"/"+w.service.Package+"server", "NewHandler")
	if w.service.Protected {
		p.p("server := %s(%s(svc, %s{%s}))", p.name("net/http/httptest", "NewServer"), handler, p.kit("Everybody"), quotedList(w.roles()))
	} else {
		p.p("server := %s(%s(svc))", p.name("net/http/httptest", "NewServer"), handler)
	}
	p.p("t.Cleanup(server.Close)")
	p.p("return %s(server.URL)", p.api("NewClient"))
	p.p("}\n")
}

// roles are all that the contract knows.
func (w *writer) roles() (roles []string) {
	for _, m := range w.service.Methods {
		if m.Access == nil {
			continue
		}
		for _, role := range m.Access.Roles {
			if !slices.Contains(roles, role) {
				roles = append(roles, role)
			}
		}
	}
	return roles
}

// lanesTest writes the test that fast lanes say nothing that the slow lane does
// not say.
func (w *writer) lanesTest(p *printer) {
	if !slices.ContainsFunc(w.service.Methods, func(m *ir.Method) bool { return m.Reader != nil }) {
		return
	}
	p.comment("paramsLanes are the methods that have params: how these are read, and examples of them.")
	p.p("var paramsLanes = []%s{", p.kit("Lane"))
	for _, m := range w.service.Methods {
		if m.Params == nil {
			continue
		}
		args := []string{p.api(m.Const), reader(m)}
		for _, e := range m.Examples {
			args = append(args, rawString(e.Params))
		}
		p.p("%s[%s](%s),", p.kit("NewLane"), p.typ(m.Params), strings.Join(args, ", "))
	}
	p.p("}\n")
	p.p("func TestLanes(t *%s) { %s(t, paramsLanes, CheckParams, schemasJSON) }\n", p.name("testing", "T"), p.kit("CompareLanes"))
	p.p("func FuzzLanes(f *%s) { %s(f, paramsLanes, CheckParams) }", p.name("testing", "F"), p.kit("FuzzLanes"))
}

// kit spells a name of the runtime's test kit.
func (p *printer) kit(ident string) string { return p.name(p.runtime+"/jsonrpctest", ident) }

func (w *writer) playTest(p *printer, m *ir.Method) {
	p.p("func Test%s(t *%s) {", m.GoName, p.name("testing", "T"))
	p.p("svc := &MockService{}")
	p.p("c := connect(t, svc)")
	function, codecs := "Play", ""
	if m.Params == nil {
		function = "PlayNoParams"
	} else {
		codecs = p.codec(p.typ(m.Params), p.decoder(m.Params), p.encoder(m.Params)) + ",\n"
	}
	if m.Result == nil {
		function = "PlayNoResult"
	} else {
		codecs += p.codec(p.value(m.Result), p.valueDecoder(m.Result), p.valueEncoder(m.Result)) + ",\n"
	}
	p.p("%s(t, []%s{", p.kit(function), p.kit("Example"))
	for _, e := range m.Examples {
		p.p("{%s},", strings.Join(exampleFields(e), ", "))
	}
	args := p.name("context", "Context") + p.paramsArg(m, ", ")
	p.p("}, %sfunc(method func(%s) %s) { svc.%sFunc = method }, c.%s)", codecs, args, p.results(m), m.GoName, m.GoName)
	p.p("}\n")
}

func exampleFields(e ir.Call) []string {
	fields := []string{fmt.Sprintf("Name: %q", e.Name), "Params: " + rawString(e.Params), "Result: " + rawString(e.Result)}
	if len(e.Droppable) > 0 {
		fields = append(fields, "Droppable: []string{"+quotedList(e.Droppable)+"}")
	}
	return fields
}

func (p *printer) codec(typ, decoder, encoder string) string {
	return fmt.Sprintf("%s[%s]{Decode: %s, Encode: %s}", p.kit("Codec"), typ, decoder, encoder)
}

// sampleTest writes a round trip of each value that a schema shows.
func (w *writer) sampleTest(p *printer) {
	p.p("func TestSamples(t *%s) {", p.name("testing", "T"))
	for _, s := range w.service.Samples {
		droppable := ""
		if len(s.Droppable) > 0 {
			droppable = ", " + quotedList(s.Droppable)
		}
		p.p("%s(t, %q, %s, %s%s)", p.kit("RoundTrip"), s.Where, rawString(s.JSON),
			p.codec(p.value(&s.Type), p.valueDecoder(&s.Type), p.valueEncoder(&s.Type)), droppable)
	}
	p.p("}")
}
