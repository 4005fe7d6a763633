package emit

import (
	"fmt"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/ir"
)

func (w *writer) client(p *printer) {
	p.comment("Client calls a server of [Service].")
	p.p("type Client struct {")
	p.p("*%s", p.rt("Client"))
	p.p("}\n")
	p.p("var _ Service = (*Client)(nil)\n")
	p.comment("NewClient returns a client of the server at url.")
	p.p("func NewClient(url string, opts ...%s) *Client {", p.rt("ClientOption"))
	p.p("return &Client{%s(url, declared, opts...)}", p.rt("NewClient"))
	p.p("}\n")
	for _, m := range w.service.Methods {
		w.clientMethod(p, m)
	}
}

func (w *writer) clientMethod(p *printer, m *ir.Method) {
	p.comment(ir.Wrap(summary(m))...)
	p.comment("")
	switch {
	case m.Token != nil:
		p.comment("The client keeps the token: later calls carry it.", "")
	case m.Logout:
		p.comment("The client drops its token: later calls carry none.", "")
	}
	p.comment(fmt.Sprintf("See [Service.%s].", m.GoName))
	p.deprecated(m)
	p.p("func (c *Client) %s%s {", m.GoName, p.signature(m))
	call := p.invoke("Invoke", "ctx, c.Client", m)
	switch {
	case m.Notify:
		p.p("return c.Client.Notify(ctx, %s, %s)", m.Const, paramsPointer(m))
	case m.Token != nil:
		p.p("result, err := %s", call)
		p.keepToken(m)
		p.p("return result, err")
	case m.Logout && m.Result == nil:
		p.p("err := %s", call)
		p.dropToken()
		p.p("return err")
	case m.Logout:
		p.p("result, err := %s", call)
		p.dropToken()
		p.p("return result, err")
	default:
		p.p("return %s", call)
	}
	p.p("}\n")
}

// keepToken writes what makes the result's token that of the client, if there
// is one.
func (p *printer) keepToken(m *ir.Method) {
	condition, token := "err == nil", "result."+m.Token.GoName
	if m.Result.Nullable {
		condition += " && result != nil"
	}
	switch m.Token.Presence {
	case ir.NilMissing:
		condition += " && " + token + " != nil"
		token = "*" + token
	case ir.ZeroMissing:
		condition += " && " + token + ` != ""`
	}
	p.p("if %s {", condition)
	p.p("c.Client.SetToken(%s)", convert(m.Token.Type, "string", token))
	p.p("}")
}

func (p *printer) dropToken() {
	p.p("if err == nil {")
	p.p("c.Client.ClearToken()")
	p.p("}")
}

// summary is the first sentence of what documents a call of m.
func summary(m *ir.Method) string {
	if m.Summary == "" {
		return fmt.Sprintf("%s calls the method %s.", m.GoName, m.Name)
	}
	return fmt.Sprintf("%s: %s", m.GoName, m.Summary)
}

// invoke spells a call of Invoke or Queue, or of their variants without result.
func (p *printer) invoke(function, on string, m *ir.Method) string {
	params := paramsPointer(m)
	if m.Result == nil {
		return fmt.Sprintf("%s(%s, %s, %s)", p.rt(function+"NoResult"), on, m.Const, params)
	}
	return fmt.Sprintf("%s(%s, %s, %s, %s)", p.rt(function), on, m.Const, params, p.valueDecoder(m.Result))
}

func paramsPointer(m *ir.Method) string {
	if m.Params == nil {
		return "nil"
	}
	return "&params"
}

func (w *writer) batch(p *printer) {
	p.comment("Batch collects calls; Send sends them in one request.")
	p.p("type Batch struct {")
	p.p("*%s", p.rt("Batch"))
	p.p("}\n")
	p.comment("NewBatch returns an empty batch for c.")
	p.p("func NewBatch(c *Client) *Batch { return &Batch{%s(c.Client)} }\n", p.rt("NewBatch"))
	for _, m := range w.service.Methods {
		w.batchMethod(p, m)
	}
}

func (w *writer) batchMethod(p *printer, m *ir.Method) {
	if m.Notify {
		p.comment(fmt.Sprintf("%s adds the notification [Service.%s].", m.GoName, m.GoName))
		p.deprecated(m)
		p.p("func (b *Batch) %s(%s) { b.Batch.Notify(%s, %s) }\n", m.GoName, p.paramsArg(m, "params "), m.Const, paramsPointer(m))
		return
	}
	switch about := fmt.Sprintf("%s adds a call of [Service.%s].", m.GoName, m.GoName); {
	case m.Token != nil:
		p.comment(about + " The client does not keep this token.")
	case m.Logout:
		p.comment(about + " The client keeps its token.")
	default:
		p.comment(about)
	}
	p.deprecated(m)
	result := "struct{}"
	if m.Result != nil {
		result = p.value(m.Result)
	}
	p.p("func (b *Batch) %s(%s) *%s[%s] {", m.GoName, p.paramsArg(m, "params "), p.rt("Pending"), result)
	p.p("return %s", p.invoke("Queue", "b.Batch", m))
	p.p("}\n")
}
