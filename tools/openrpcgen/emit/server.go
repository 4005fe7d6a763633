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
	params, literal := "svc "+service, "svc: svc, "
	about := []string{"NewHandler returns a handler that answers calls with the methods of svc."}
	if s.Protected {
		params, literal = params+", auth "+p.rt("Authenticator"), literal+"auth: auth, "
		about = []string{about[0] + " Who calls", "the methods that the contract protects, auth finds out."}
	}
	p.comment(about...)
	p.p("func NewHandler(%s, opts ...%s) *%s {", params, p.rt("HandlerOption"), p.rt("Handler"))
	p.p("s := &server{%scheck: schemas().Check}", literal)
	p.p("return %s(s.methods(), opts...)", p.rt("NewHandler"))
	p.p("}\n")

	p.comment("server runs the calls of each method.")
	p.p("type server struct {")
	p.p("svc %s", service)
	if s.Protected {
		p.p("auth %s", p.rt("Authenticator"))
	}
	p.p("check %s", p.rt("ParamsCheck"))
	p.p("}\n")
	w.methods(p)
	for _, m := range s.Methods {
		w.run(p, m)
	}
}

// methods writes the table that the handler looks methods up in. It is no part of
// NewHandler, since there the names of params could be those of packages.
func (w *writer) methods(p *printer) {
	p.p("func (s *server) methods() %s {", p.rt("Methods"))
	p.p("return %s{", p.rt("Methods"))
	for _, m := range w.service.Methods {
		readOnly := ""
		if m.ReadOnly {
			readOnly = ", ReadOnly: true"
		}
		p.p("%s: {Serve: s.%s%s},", p.api(m.Const), m.GoName, readOnly)
	}
	discover := `"rpc.discover"`
	if w.service.Discover != nil {
		discover = p.api(w.service.Discover.Const)
	}
	closed := ""
	if access := w.service.DiscoverAccess; access != nil {
		closed = ".For(s.auth" + rolesArg(access) + ")"
	}
	p.p("%s: %s(document)%s,", discover, p.rt("Discover"), closed)
	p.p("}")
	p.p("}\n")
}

// run writes the method of the server that runs a method of the contract.
func (w *writer) run(p *printer, m *ir.Method) {
	p.p("func (s *server) %s(ctx %s, call *%s) error {", m.GoName, p.name("context", "Context"), p.rt("Call"))
	w.admit(p, m)
	p.p("return %s", p.serve(m))
	p.p("}\n")
}

// admit writes who may call.
func (w *writer) admit(p *printer, m *ir.Method) {
	if m.Access == nil {
		return
	}
	args := "ctx, s.auth, call" + rolesArg(m.Access)
	if m.Access.Self == nil {
		p.p("ctx, err := %s(%s)", p.rt("Admit"), args)
	} else {
		p.p("ctx, self, err := %s(%s)", p.rt("AdmitSelf"), args)
	}
	p.p("if err != nil {")
	p.p("return err")
	p.p("}")
}

// rolesArg spells the roles that an access asks for, behind other arguments.
func rolesArg(a *ir.Access) (arg string) {
	for _, role := range a.Roles {
		arg += fmt.Sprintf(", %q", role)
	}
	return arg
}

// serve spells the call that runs a method.
func (p *printer) serve(m *ir.Method) string {
	method := "s.svc." + m.GoName
	if m.Access != nil && m.Access.Self != nil {
		method = p.guarded(m)
	}
	args := "ctx, call, s.check"
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
	fmt.Fprintf(&b, "return s.svc.%s(ctx, params)\n}", m.GoName)
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
