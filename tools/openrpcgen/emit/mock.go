package emit

import (
	"fmt"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/ir"
)

func (w *writer) mock(p *printer) {
	s := w.service
	p.packageComment(fmt.Sprintf("Package %s helps to test what uses [%s.Service].", p.target.name, s.Package))
	service := p.api("Service")
	p.comment("MockService implements ["+service+"] by its fields. A method whose field is",
		"nil returns an error that names the field.")
	p.p("type MockService struct {")
	for _, m := range s.Methods {
		p.p("%sFunc func%s", m.GoName, p.signature(m))
	}
	p.p("}\n")
	p.p("var _ %s = (*MockService)(nil)\n", service)
	if len(s.Methods) > 0 {
		p.p("func unset(field string) error { return %s(\"%s.MockService.%%s is not set\", field) }\n",
			p.name("fmt", "Errorf"), p.target.name)
	}
	for _, m := range s.Methods {
		w.mockMethod(p, m)
	}
}

func (w *writer) mockMethod(p *printer, m *ir.Method) {
	field := m.GoName + "Func"
	args := "ctx"
	if m.Params != nil {
		args = "ctx, params"
	}
	results, fail := "error", ""
	if m.Result != nil {
		results, fail = fmt.Sprintf("(result %s, err error)", p.value(m.Result)), "result, "
	}
	p.comment(fmt.Sprintf("%s calls %s.", m.GoName, field))
	p.deprecated(m)
	p.p("func (m *MockService) %s(ctx %s%s) %s {", m.GoName, p.name("context", "Context"), p.paramsArg(m, ", params "), results)
	p.p("if m.%s == nil {", field)
	p.p("return %sunset(%q)", fail, field)
	p.p("}")
	p.p("return m.%s(%s)", field, args)
	p.p("}\n")
}
