package emit

import (
	"fmt"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/ir"
)

func (w *writer) packageDoc(p *printer) {
	s := w.service
	p.packageComment(ir.Wrap(fmt.Sprintf("Package %s is the API of %s.", s.Package, s.Title))...)
	if len(s.Doc) > 0 {
		p.packageComment(append([]string{""}, s.Doc...)...)
	}
	if w.options.Server {
		p.packageComment("", "A server implements [Service] and is served by NewHandler of package "+s.Package+"server.")
	}
	if w.options.Client {
		p.packageComment("", "A [Client] is a Service that calls a server:", "", "\tc := "+s.Package+".NewClient(url)")
		if m := simplest(s.Methods); m != nil {
			p.packageComment("\t" + exampleCall(s.Package, m))
		}
	}
	p.p("")
}

// simplest is the method that takes the least to call.
func simplest(methods []*ir.Method) *ir.Method {
	for _, m := range methods {
		if m.Params == nil && m.Result != nil && m.Access == nil && !m.Deprecated {
			return m
		}
	}
	if len(methods) > 0 {
		return methods[0]
	}
	return nil
}

func exampleCall(pkg string, m *ir.Method) string {
	args, results := "ctx", "err"
	if m.Params != nil {
		args = fmt.Sprintf("ctx, %s.%s{}", pkg, m.Params.Name)
	}
	if m.Result != nil {
		results = "result, err"
	}
	return fmt.Sprintf("%s := c.%s(%s)", results, m.GoName, args)
}

func (w *writer) serviceInterface(p *printer) {
	s := w.service
	p.comment("Wire names of the methods.")
	p.p("const (")
	for _, m := range s.Methods {
		p.p("%s = %q", m.Const, m.Name)
	}
	if s.Discover != nil {
		p.p("%s = %q // answered by the handler", s.Discover.Const, s.Discover.Name)
	}
	p.p(")\n")

	p.comment("The runtime has to be of the generation that this code was written for.")
	p.p("const _ = %s\n", p.rt("Version1"))
	calls := ""
	if w.options.Client {
		calls = "[*Client] calls it, "
	}
	p.comment(ir.Wrap(fmt.Sprintf("Service is the API: a server implements it, %sand MockService of package %stest stands in for it.", calls, s.Package))...)
	p.p("type Service interface {")
	for i, m := range s.Methods {
		if i > 0 {
			p.p("")
		}
		p.comment(ir.Wrap(fmt.Sprintf("%s is the method %s.", m.GoName, m.Name))...)
		if len(m.Doc) > 0 {
			p.comment(append([]string{""}, m.Doc...)...)
		}
		p.p("%s%s", m.GoName, p.signature(m))
	}
	p.p("}\n")

	p.comment("UnimplementedService answers every method with -32601. Embed it in a server that",
		"implements only some methods.")
	p.p("type UnimplementedService struct{}\n")
	p.p("var _ Service = UnimplementedService{}\n")
	for _, m := range s.Methods {
		p.p("func (UnimplementedService) %s%s {", m.GoName, p.unnamedSignature(m))
		if m.Result != nil {
			p.p("return result, %s(%s)", p.rt("NotImplemented"), m.Const)
		} else {
			p.p("return %s(%s)", p.rt("NotImplemented"), m.Const)
		}
		p.p("}\n")
	}
}

// signature is that of the interface and of the client.
func (p *printer) signature(m *ir.Method) string {
	return fmt.Sprintf("(ctx %s%s) %s", p.name("context", "Context"), p.paramsArg(m, ", params "), p.results(m))
}

func (p *printer) unnamedSignature(m *ir.Method) string {
	args := p.name("context", "Context") + p.paramsArg(m, ", ")
	if m.Result == nil {
		return fmt.Sprintf("(%s) error", args)
	}
	return fmt.Sprintf("(%s) (result %s, err error)", args, p.value(m.Result))
}

func (p *printer) paramsArg(m *ir.Method, before string) string {
	if m.Params == nil {
		return ""
	}
	return before + p.typ(m.Params)
}

func (p *printer) results(m *ir.Method) string {
	if m.Result == nil {
		return "error"
	}
	return fmt.Sprintf("(%s, error)", p.value(m.Result))
}
