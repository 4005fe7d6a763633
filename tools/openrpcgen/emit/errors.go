package emit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/ir"
)

func (w *writer) errors(p *printer) {
	errors := w.service.Errors
	if len(errors) > 0 {
		p.comment("Codes of the errors that the contract declares.")
		p.p("const (")
		for i, e := range errors {
			if !slices.ContainsFunc(errors[:i], func(other *ir.Error) bool { return other.Const == e.Const }) {
				p.p("%s = %d", e.Const, e.Code)
			}
		}
		p.p(")\n")
	}
	for _, e := range errors {
		w.errorType(p, e)
	}
	if w.options.Client {
		w.declared(p)
	}
}

func (w *writer) errorType(p *printer, e *ir.Error) {
	p.comment(ir.Wrap(fmt.Sprintf("%s is the error %q (code %d).", e.GoName, e.Message, e.Code))...)
	p.p("type %s struct {", e.GoName)
	p.p("Message string // %q if empty", e.Message)
	p.p("Data %s // nil if left out", p.dataType(e))
	p.p("}\n")

	p.p("func (e *%s) Error() string { return e.RPCError().Error() }\n", e.GoName)
	p.logsError(e)
	p.comment(fmt.Sprintf("Unwrap returns the error object, a [*%s].", p.rt("Error")))
	p.p("func (e *%s) Unwrap() error { return e.RPCError() }\n", e.GoName)
	p.comment("RPCError returns e as it is sent.")
	p.p("func (e *%s) RPCError() *%s {", e.GoName, p.rt("Error"))
	p.p("return &%s{", p.rt("Error"))
	p.p("Code: %s,", e.Const)
	p.p("Message: %s(e.Message, %q),", p.name("cmp", "Or"), e.Message)
	if e.Data == nil {
		p.p("Data: e.Data,")
	} else {
		p.p("Data: %s(e.Data, %s),", p.rt("EncodeErrorData"), p.encoder(e.Data))
	}
	p.p("}")
	p.p("}\n")
}

func (p *printer) dataType(e *ir.Error) string {
	if e.Data == nil {
		return p.name("encoding/json", "RawMessage")
	}
	return "*" + p.typ(e.Data)
}

// declared writes the function that gives an error object its Go type: by its
// code among the errors of the method, else among the document's; by its message
// where several have the code, else it is taken for the first.
func (w *writer) declared(p *printer) {
	p.comment("declared gives an error object the Go type that the contract has for it.")
	groups := byCode(w.service.Errors)
	method := "_"
	if slices.ContainsFunc(groups, func(group []*ir.Error) bool { return len(w.declaring(group)) > 0 }) {
		method = "method"
	}
	p.p("func declared(%s string, e *%s) error {", method, p.rt("Error"))
	if len(groups) > 0 {
		p.p("switch e.Code {")
		for _, group := range groups {
			p.p("case %s:", group[0].Const)
			w.declaredOf(p, group)
		}
		p.p("}")
	}
	p.p("return e")
	p.p("}\n")
}

func (w *writer) declaredOf(p *printer, group []*ir.Error) {
	var cases []errorCase
	for _, d := range w.declaring(group) {
		cases = append(cases, errorCase{d.methods, func() { p.byMessage(d.errors) }})
	}
	p.choose("method", cases)
	p.byMessage(group)
}

// byMessage writes the choice between errors of one code.
func (p *printer) byMessage(errors []*ir.Error) {
	var cases []errorCase
	for _, e := range errors[1:] {
		cases = append(cases, errorCase{[]string{strconv.Quote(e.Message)}, func() { p.p("return %s", p.errorOf(e)) }})
	}
	p.choose("e.Message", cases)
	p.p("return %s", p.errorOf(errors[0]))
}

// errorCase is what is returned for some values.
type errorCase struct {
	values []string
	body   func()
}

func (p *printer) choose(on string, cases []errorCase) {
	switch {
	case len(cases) == 0:
		return
	case len(cases) == 1 && len(cases[0].values) == 1:
		p.p("if %s == %s {", on, cases[0].values[0])
		cases[0].body()
		p.p("}")
		return
	}
	p.p("switch %s {", on)
	for _, c := range cases {
		p.p("case %s:", strings.Join(c.values, ", "))
		c.body()
	}
	p.p("}")
}

// declaring are methods that declare the same errors of one code.
type declaring struct {
	methods []string
	errors  []*ir.Error
}

// declaring are those that declare errors of a group, but not all of it.
func (w *writer) declaring(group []*ir.Error) (list []declaring) {
	for _, m := range w.service.Methods {
		var own []*ir.Error
		for _, e := range m.Errors {
			if slices.Contains(group, e) && !slices.Contains(own, e) {
				own = append(own, e)
			}
		}
		if len(own) == 0 || slices.Equal(own, group) {
			continue
		}
		i := slices.IndexFunc(list, func(d declaring) bool { return slices.Equal(d.errors, own) })
		if i < 0 {
			i = len(list)
			list = append(list, declaring{errors: own})
		}
		list[i].methods = append(list[i].methods, m.Const)
	}
	return list
}

func (p *printer) errorOf(e *ir.Error) string {
	if e.Data == nil {
		return fmt.Sprintf("&%s{Message: e.Message, Data: e.Data}", e.GoName)
	}
	return fmt.Sprintf("&%s{Message: e.Message, Data: %s(e.Data, %s)}", e.GoName, p.rt("DecodeErrorData"), p.decoder(e.Data))
}

// byCode groups errors of one code, in the order of the first of each.
func byCode(errors []*ir.Error) (groups [][]*ir.Error) {
	index := map[int64]int{}
	for _, e := range errors {
		i, ok := index[e.Code]
		if !ok {
			i = len(groups)
			index[e.Code] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], e)
	}
	return groups
}
