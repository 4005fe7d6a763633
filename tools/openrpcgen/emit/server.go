package emit

import (
	"fmt"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/ir"
)

func (w *writer) handler(p *printer) {
	s := w.service
	p.packageComment(fmt.Sprintf("Package %s serves [%s.Service] over HTTP.", p.target.name, s.Package))
	service := p.api("Service")
	if s.Protected {
		p.comment("NewHandler returns a handler that answers calls with the methods of svc. Who calls",
			"the methods that the contract protects, auth finds out.")
		p.p("func NewHandler(svc %s, auth %s, opts ...%s) *%s {", service, p.rt("Authenticator"), p.rt("HandlerOption"), p.rt("Handler"))
		p.p("return %s(&dispatcher{svc: svc, auth: auth, check: schemas().Check}, opts...)", p.rt("NewHandler"))
	} else {
		p.comment("NewHandler returns a handler that answers calls with the methods of svc.")
		p.p("func NewHandler(svc %s, opts ...%s) *%s {", service, p.rt("HandlerOption"), p.rt("Handler"))
		p.p("return %s(&dispatcher{svc: svc, check: schemas().Check}, opts...)", p.rt("NewHandler"))
	}
	p.p("}\n")

	p.comment("dispatcher knows which method a call is for.")
	p.p("type dispatcher struct {")
	p.p("svc %s", service)
	if s.Protected {
		p.p("auth %s", p.rt("Authenticator"))
	}
	p.p("check %s", p.rt("ParamsCheck"))
	p.p("}\n")
	w.find(p)
	w.dispatch(p)
}

func (w *writer) find(p *printer) {
	p.comment("Find implements [" + p.rt("Dispatcher") + "].")
	p.p("func (d *dispatcher) Find(method []byte) (string, %s) {", p.rt("Class"))
	p.p("switch string(method) {")
	for _, m := range w.service.Methods {
		class := "Mutating"
		if m.ReadOnly {
			class = "ReadOnly"
		}
		p.p("case %s:", p.api(m.Const))
		p.p("return %s, %s", p.api(m.Const), p.rt(class))
	}
	p.p("case %s:", w.discoverName(p))
	p.p("return %s, %s", w.discoverName(p), p.rt("ReadOnly"))
	p.p("}")
	p.p(`return "", %s`, p.rt("Undeclared"))
	p.p("}\n")
}

func (w *writer) discoverName(p *printer) string {
	if w.service.Discover == nil {
		return `"rpc.discover"`
	}
	return p.api(w.service.Discover.Const)
}

func (w *writer) dispatch(p *printer) {
	p.comment("Serve implements [" + p.rt("Dispatcher") + "].")
	p.p("func (d *dispatcher) Serve(ctx %s, call *%s) error {", p.name("context", "Context"), p.rt("Call"))
	p.p("switch call.Method {")
	for _, m := range w.service.Methods {
		p.p("case %s:", p.api(m.Const))
		w.admit(p, m)
		p.p("return %s", p.serve(m))
	}
	p.p("case %s:", w.discoverName(p))
	p.p("return %s(call, document())", p.rt("ServeDocument"))
	p.p("}")
	p.p("return %s(call.Method)", p.rt("NotImplemented"))
	p.p("}\n")
}

// admit writes who may call.
func (w *writer) admit(p *printer, m *ir.Method) {
	if m.Access == nil {
		return
	}
	args := "ctx, d.auth, call"
	for _, role := range m.Access.Roles {
		args += fmt.Sprintf(", %q", role)
	}
	if m.Access.Self == nil {
		p.p("ctx, err := %s(%s)", p.rt("Admit"), args)
	} else {
		p.p("ctx, self, err := %s(%s)", p.rt("AdmitSelf"), args)
	}
	p.p("if err != nil {")
	p.p("return err")
	p.p("}")
}

// serve spells the call that runs a method.
func (p *printer) serve(m *ir.Method) string {
	method := "d.svc." + m.GoName
	if m.Access != nil && m.Access.Self != nil {
		method = p.guarded(m)
	}
	args := "ctx, call, d.check"
	switch {
	case m.Params == nil && m.Result == nil:
		return fmt.Sprintf("%s(%s, %s)", p.rt("ServeNothing"), args, method)
	case m.Params == nil:
		return fmt.Sprintf("%s(%s, %s, %s)", p.rt("ServeNoParams"), args, method, p.valueEncoder(m.Result))
	case m.Result == nil:
		return fmt.Sprintf("%s(%s, %s, %s)", p.rt("ServeNoResult"), args, reader(m), method)
	}
	return fmt.Sprintf("%s(%s, %s, %s, %s)", p.rt("Serve"), args, reader(m), method, p.valueEncoder(m.Result))
}

// guarded spells a method that asks first whether the params name the caller.
func (p *printer) guarded(m *ir.Method) string {
	var b strings.Builder
	params := p.typ(m.Params)
	fail, results := "err", "error"
	if m.Result != nil {
		fail, results = "result, err", fmt.Sprintf("(result %s, err error)", p.value(m.Result))
	}
	fmt.Fprintf(&b, "func(ctx %s, params %s) %s {\n", p.name("context", "Context"), params, results)
	fmt.Fprintf(&b, "if err := self(%s); err != nil {\nreturn %s\n}\n", p.text(m.Access.Self), fail)
	fmt.Fprintf(&b, "return d.svc.%s(ctx, params)\n}", m.GoName)
	return b.String()
}

// text spells a field of the params as a string.
func (p *printer) text(f *ir.Field) string {
	v := "params." + f.GoName
	switch f.Type.Kind {
	case ir.Int:
		return fmt.Sprintf("%s(int64(%s), 10)", p.name("strconv", "FormatInt"), v)
	case ir.Uint:
		return fmt.Sprintf("%s(uint64(%s), 10)", p.name("strconv", "FormatUint"), v)
	}
	return fmt.Sprintf("string(%s)", v)
}

func (w *writer) schemas(p *printer) {
	p.comment("schemas compiles what params are validated against, once.")
	p.p("var schemas = %s(func() *%s {", p.name("sync", "OnceValue"), p.name(p.runtime+"/validate", "Schemas"))
	p.p("return %s(schemasJSON)", p.name(p.runtime+"/validate", "MustCompile"))
	p.p("})\n")
	p.comment("CheckParams validates params as the handler does, for whoever takes them from",
		"elsewhere than a call. Its error is a [*"+p.rt("Error")+"].")
	p.p("func CheckParams(ctx %s, call *%s) error { return schemas().Check(ctx, call) }\n", p.name("context", "Context"), p.rt("Call"))
	p.comment("schemasJSON is the JSON Schema (draft-07) of the params of each method, by name.")
	p.p("const schemasJSON = %s", rawString(string(w.service.Schemas.Indented())))
}

func (w *writer) document(p *printer) {
	p.comment("document is what rpc.discover answers with.")
	p.p("var document = %s(func() []byte {", p.name("sync", "OnceValue"))
	p.p("var b %s", p.name("bytes", "Buffer"))
	p.p("_ = %s(&b, []byte(Document)) // is JSON", p.name("encoding/json", "Compact"))
	p.p("return b.Bytes()")
	p.p("})\n")
	p.comment("Document is the contract, an OpenRPC document.")
	p.p("const Document = %s", rawString(string(w.service.Document.Indented())))
}
