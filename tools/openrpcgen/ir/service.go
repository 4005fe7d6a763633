// Package ir decides what Go a document becomes: which types there are, how
// everything is called, what can be missing. The emitter spells these
// decisions and takes none; see ../README.md for the rules.
package ir

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// Service is everything that is written for one document.
type Service struct {
	Package   string // of the generated code
	Source    string // the document's file name
	Doc       []string
	Title     string
	Methods   []*Method // in the document's order, without rpc.discover
	Types     []*Type   // that are declared, in the order of their declaration
	Errors    []*Error
	Samples   []Sample
	Example   *Example // nil if the document has none that Go can spell
	Discover  *Method  // rpc.discover, if the document declares it
	Protected bool     // some method has Access

	DiscoverAccess *Access // who may call rpc.discover, declared or not; nil: anybody

	Document *openrpc.Node
	Schemas  *openrpc.Node // what params are validated against
}

// Method is one method of the service.
type Method struct {
	Name   string   // on the wire
	GoName string   // of the Go method
	Const  string   // that holds Name
	Doc    []string // what follows "GoName is the method Name."

	Summary    string
	Params     *Type   // a struct; nil if the method has none
	Reader     *Reader // of the params; nil: the fast lane cannot express their schemas
	ByName     bool    // how the client sends them
	Result     *Value  // nil if it is null, or if there is none
	Notify     bool    // a notification: the client sends no id
	Errors     []*Error
	Examples   []Call // that fit their schemas
	ReadOnly   bool
	Deprecated bool
	Access     *Access // nil: anybody may call
	Token      *Field  // of the result: the token that the client keeps from then on; nil if there is none
	Logout     bool    // the client drops its token
	source     *openrpc.Method
}

// Access is who may call a method.
type Access struct {
	Roles []string
	Self  *Field // of the params: may name the caller instead; nil if none may
}

// Value is a type in a place where null may be allowed.
type Value struct {
	Type     *Type
	Nullable bool
}

// Error is an error of the contract.
type Error struct {
	GoName  string // of the type
	Const   string // that holds Code
	Code    int64
	Message string
	Data    *Type // nil: any JSON
}

// Options change what is decided.
type Options struct {
	TrimPrefix  string // of the methods' names, is left out of their Go names
	KeepUnknown bool   // every object keeps the members that its schema does not name
}

// Build decides what d becomes. Its faults are warnings, or errors where
// nothing can be generated.
func Build(d *openrpc.Document, packageName string, o Options) (*Service, openrpc.Faults) {
	b := newBuilder(d, o)
	s := &Service{
		Package:  packageName,
		Source:   path.Base(d.Node.Place().File),
		Title:    d.Info.Title,
		Doc:      sentence(prose(d.Info.Description)),
		Document: d.SelfContained(),
		Schemas:  openrpc.BundleParams(d.Methods),
	}
	if o.TrimPrefix != "" && !slices.ContainsFunc(d.Methods, func(m *openrpc.Method) bool { return strings.HasPrefix(m.Name, o.TrimPrefix) }) {
		b.faults = append(b.faults, openrpc.Warnf(d.Node.Get("methods"),
			"the name of no method begins with %q, which is to be trimmed: spell it as the methods do, or leave it out", o.TrimPrefix))
	}
	b.reserve(d)
	b.findBeside(d)
	components := b.build(d)
	var derived []*Type
	b.types = &derived
	for _, e := range d.Components.Errors {
		b.error(e)
	}
	for _, m := range d.Methods {
		method := b.method(m)
		if m.Name == discover {
			s.Discover, s.DiscoverAccess = method, accessOf(m.Auth)
			continue
		}
		s.Methods = append(s.Methods, method)
		s.Protected = s.Protected || method.Access != nil
	}
	if s.Discover == nil {
		s.DiscoverAccess = accessOf(d.Auth)
	}
	s.Protected = s.Protected || s.DiscoverAccess != nil
	s.Types, s.Errors = append(components, derived...), b.errorList
	breakCycles(s.Types)
	refreshAliases(s.Types)
	markHolders(s.Types)
	markTried(s.Types)
	for i := 0; i < len(b.later); i++ { // some add others
		b.later[i]()
	}
	readers := &readers{builder: b, known: map[string]*Reader{}}
	for _, m := range s.Methods {
		m.Reader = readers.paramsReader(m.source, m.Params)
	}
	b.nameless()
	s.Example, s.Samples = b.example(s.Methods), b.samples
	b.faults.Sort()
	return s, slices.Compact(b.faults) // a component is named again by each method that uses it
}

// discover is the method that the handler serves by itself.
const discover = "rpc.discover"

func (b *builder) method(m *openrpc.Method) *Method {
	name := b.methodNames[m]
	method := &Method{
		Name:       m.Name,
		GoName:     name,
		Const:      b.claim(b.names, m.Node, "Method"+name, "Method"+name+"Name"),
		Summary:    m.Summary,
		ByName:     m.ParamStructure == openrpc.ByName,
		Notify:     m.Result == nil,
		ReadOnly:   m.ReadOnly,
		Deprecated: m.Deprecated,
		source:     m,
	}
	if m.Name == discover {
		return method
	}
	method.Params = b.params(m, name)
	method.Result = b.result(m, name)
	b.later = append(b.later, func() { method.Examples = b.calls(m, method) })
	for _, e := range m.Errors {
		method.Errors = append(method.Errors, b.error(e))
	}
	method.Doc = methodDoc(m, method)
	b.access(m, method)
	b.token(m, method)
	return method
}

func (b *builder) params(m *openrpc.Method, name string) *Type {
	if len(m.Params) == 0 {
		return nil
	}
	t := b.declare(&Type{Kind: Struct, Params: true, ByName: m.ParamStructure == openrpc.ByName}, m.Node, name+"Params", name+"Args")
	t.Doc = Wrap(fmt.Sprintf("%s are the params of %s.", t.Name, Printable(m.Name)))
	fields := newFields()
	for _, p := range m.Params {
		b.reserveMethods(fields, &openrpc.Schema{AllOf: []*openrpc.Schema{b.described(p)}})
	}
	for _, p := range m.Params {
		o := owner{name: name, step: p.Name, method: name, member: p.Node.Get("x-go-name") == nil}
		o.second = o.typeName() + "Param"
		field := b.field(o, b.described(p), p.Required)
		if field.Presence == RawMissing && !t.ByName { // by position null is what is left out
			field.Presence = ZeroMissing
		}
		field.GoName = b.paramName(fields, p)
		b.fieldDoc(field, firstOf(p.Description, p.Summary), p.Schema, p.Deprecated)
		t.Fields = append(t.Fields, field)
		if !p.Required {
			b.later = append(b.later, func() { b.setDefault(field, p.Schema) })
		}
	}
	return t
}

// paramName names a param in Go: x-go-name may stand beside its schema or in it.
func (b *builder) paramName(fields *names, p *openrpc.ContentDescriptor) string {
	if p.Node.Get("x-go-name") == nil {
		return b.fieldName(fields, p.Name, p.Schema.Node, p.Schema.GoName)
	}
	return b.fieldName(fields, p.Name, p.Node, p.GoName)
}

func (b *builder) result(m *openrpc.Method, name string) *Value {
	if m.Result == nil || isNothing(m.Result.Schema) {
		return nil
	}
	o := owner{name: name, step: "result", method: name, second: name + "Reply"}
	if m.Result.GoName != "" {
		o.asked = m.Result.Node
	}
	v := b.value(b.described(m.Result), o)
	return &v
}

func (b *builder) access(m *openrpc.Method, method *Method) {
	method.Access = accessOf(m.Auth)
	for i, p := range m.Params {
		if method.Access != nil && p == m.Auth.Self {
			method.Access.Self = method.Params.Fields[i]
		}
	}
}

// accessOf is what an x-auth asks for, but for self.
func accessOf(a *openrpc.Auth) *Access {
	if a == nil || !a.Required {
		return nil
	}
	return &Access{Roles: a.Roles}
}

// token finds what the client keeps, or drops, when the method has succeeded.
func (b *builder) token(m *openrpc.Method, method *Method) {
	method.Logout = m.AuthLogout
	if m.AuthToken == "" || method.Result == nil {
		return
	}
	for _, f := range method.Result.Type.Fields {
		if f.Name == m.AuthToken && f.Type.Kind == String {
			method.Token = f
		}
	}
	if method.Token == nil {
		b.warn(m.Node.Get("x-auth-token"), "no field of the result's Go type is this string, so the client does not keep it")
	}
}

// error returns the Go error for one of the document's: one for each pair of
// code and message.
func (b *builder) error(e *openrpc.ErrorObject) *Error {
	id := fmt.Sprintf("%d %s", e.Code, e.Message)
	if known, ok := b.errors[id]; ok {
		return known
	}
	name := firstOf(e.GoName, goName(e.Key), goName(e.Message), goName(fmt.Sprintf("code %d", e.Code)))
	base := trimError(name)
	out := &Error{
		GoName:  b.claimFor(e.Node, e.GoName, b.names, base+"Error", base+"CodeError"),
		Code:    e.Code,
		Message: e.Message,
	}
	b.errors[id] = out
	out.Const = b.codeName(e, name)
	b.errorList = append(b.errorList, out)
	if e.DataSchema != nil {
		data := b.value(e.DataSchema, owner{name: out.GoName, step: "data"})
		if out.Data = data.Type; data.Type.Kind == Raw && !data.Type.Sensitive {
			out.Data = nil
		}
	}
	return out
}

// codeName names the constant of an error's code. Errors of the same code whose
// messages come to the same name share it.
func (b *builder) codeName(e *openrpc.ErrorObject, name string) string {
	for _, other := range b.errorList {
		if other.Code == e.Code && other.Const == "Code"+name {
			return other.Const
		}
	}
	return b.claim(b.names, e.Node, "Code"+name, "CodeOf"+name)
}
