package openrpc

import "strings"

// checkRules checks what the specification's prose says about a whole document, and a schema of its parts cannot.
func (r *reader) checkRules(d *Document) {
	methods := map[string]*Method{}
	for _, m := range d.Methods {
		if first, ok := methods[m.Name]; !ok {
			methods[m.Name] = m
		} else if m.Name != "" {
			r.report(Error, m.Node.Get("name"), "the method %s is there twice, first at %s: rename or remove one", quote(m.Name), printable(first.Node.Pointer()))
		}
	}
	for _, m := range d.Methods {
		r.checkMethodName(m)
		r.checkParams(m)
		r.checkErrorCodes(m)
		r.checkLinks(m, methods)
	}
}

// checkMethodName applies JSON-RPC 2.0, section 4.2: names that begin with rpc. are reserved.
func (r *reader) checkMethodName(m *Method) {
	if strings.HasPrefix(m.Name, "rpc.") && m.Name != "rpc.discover" {
		r.report(Warning, m.Node.Get("name"), "method names that begin with rpc. are reserved: rename it")
	}
}

// checkParams applies the Method Object's rules for params: each name once, and those that may be left out at the end.
func (r *reader) checkParams(m *Method) {
	seen := map[string]bool{}
	optional := ""
	for i, p := range m.Params {
		if seen[p.Name] && p.Name != "" {
			r.report(Error, m.paramNodes[i], "the method has two params %s: rename or remove one", quote(p.Name))
		}
		seen[p.Name] = true
		switch {
		case !p.Required:
			optional = p.Name
		case optional != "":
			r.report(Warning, m.paramNodes[i], "the required param %s stands behind the optional %s: move it in front of all optional ones",
				quote(p.Name), quote(optional))
		}
	}
}

// checkErrorCodes applies the Method Object's rule that the errors of a method have different codes.
func (r *reader) checkErrorCodes(m *Method) {
	seen := map[int64]bool{}
	for i, e := range m.Errors {
		if seen[e.Code] && e.hasCode {
			r.report(Warning, m.errorNodes[i], "the method has two errors with code %d: give each a code of its own", e.Code)
		}
		seen[e.Code] = seen[e.Code] || e.hasCode
	}
}

func (r *reader) checkLinks(m *Method, methods map[string]*Method) {
	for _, l := range m.Links {
		if l.Method != "" && methods[l.Method] == nil {
			r.report(Warning, l.Node.Get("method"), "the link leads to %s, and no method has that name: mend it, or add the method", quote(l.Method))
		}
	}
}
