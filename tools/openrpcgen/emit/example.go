package emit

import (
	"fmt"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/ir"
)

// example writes the package's runnable example, if the document has one that
// can be spelled.
func (w *writer) example(p *printer) {
	e := w.service.Example
	if e == nil {
		return
	}
	m := e.Method
	context := p.name("context", "Context")
	p.comment("The client calls a server, here a mock that answers as the contract's example does.")
	p.p("func Example() {")
	p.p("service := &%s{", p.name(p.service+"/"+w.service.Package+"test", "MockService"))
	p.p("%sFunc: func(%s%s) %s {", m.GoName, context, p.paramsArg(m, ", "), p.results(m))
	p.p("return %s, nil", e.Result)
	p.p("},")
	p.p("}")
	p.p("server := %s(%s)", p.name("net/http/httptest", "NewServer"), p.newHandler(w.service, "service"))
	p.p("defer server.Close()\n")
	p.p("c := %s(server.URL)", p.api("NewClient"))
	p.p("result, err := c.%s(%s()%s)", m.GoName, p.name("context", "Background"), p.exampleParams(e))
	p.p("if err != nil {")
	p.p("%s(err)", p.name("log", "Fatal"))
	p.p("}")
	p.p("%s(result)", p.name("fmt", "Println"))
	p.p("// Output: %s", e.Output)
	p.p("}")
}

func (p *printer) newHandler(s *ir.Service, service string) string {
	handler := p.name(p.service+"/"+s.Package+"server", "NewHandler")
	if s.Protected {
		return fmt.Sprintf("%s(%s, nil)", handler, service)
	}
	return fmt.Sprintf("%s(%s)", handler, service)
}

func (p *printer) exampleParams(e *ir.Example) string {
	if e.Method.Params == nil {
		return ""
	}
	var fields []string
	for _, a := range e.Args {
		fields = append(fields, a.GoName+": "+a.Literal)
	}
	return fmt.Sprintf(", %s{%s}", p.typ(e.Method.Params), strings.Join(fields, ", "))
}
