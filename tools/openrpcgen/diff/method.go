package diff

import (
	"slices"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

type method = openrpc.Method

// methods pairs the methods by name, and then those that only got another one.
func (c *comparison) methods(old, new []*method) {
	byName := map[string]*method{}
	for _, m := range new {
		byName[m.Name] = m
	}
	var gone []*method
	for _, m := range old {
		if n := byName[m.Name]; n != nil {
			c.pair(m, n)
			delete(byName, m.Name)
		} else {
			gone = append(gone, m)
		}
	}
	added := slices.DeleteFunc(slices.Clone(new), func(m *method) bool { return byName[m.Name] == nil })
	gone, added = c.renamed(gone, added)
	for _, m := range gone {
		c.add(where(nil, m.Node, "name"), Callers, "the method %q is gone: keep it, deprecated, as long as it is called", m.Name)
	}
	for _, m := range added {
		c.add(where(nil, m.Node, "name"), Servers, "the method %q is new: servers have to implement it before it is called", m.Name)
	}
}

// pair compares two versions of a method.
func (c *comparison) pair(old, new *method) {
	c.method, c.touched, c.spoken = new.Name, false, methodWords(old) != methodWords(new)
	c.versions(old, new)
	if c.spoken && !c.touched {
		c.words = append(c.words, new.Name)
	}
	c.method = ""
}

// renamed finds the methods that differ in nothing but the name, as long as that leaves no doubt, and returns the others.
func (c *comparison) renamed(gone, added []*method) (_, _ []*method) {
	candidates := map[*method][]*method{}
	for _, m := range gone {
		for _, n := range added {
			if c.equal(m, n) {
				candidates[m] = append(candidates[m], n)
				candidates[n] = append(candidates[n], m)
			}
		}
	}
	renamed := func(m *method) bool { return len(candidates[m]) == 1 && len(candidates[candidates[m][0]]) == 1 }
	for _, n := range added {
		if renamed(n) {
			c.add(where(nil, n.Node, "name"), Callers|Servers, "the method %q is now called %q: serve both names for a while", candidates[n][0].Name, n.Name)
		}
	}
	return slices.DeleteFunc(gone, renamed), slices.DeleteFunc(added, renamed)
}

// equal reports whether two methods are the same but for their names, the prose included: ping and version both answer a string.
func (c *comparison) equal(m, n *method) bool {
	if m.Summary != n.Summary || m.Description != n.Description || !slices.EqualFunc(m.Params, n.Params, func(a, b *openrpc.ContentDescriptor) bool { return a.Name == b.Name }) {
		return false
	}
	side := c.fork()
	side.versions(m, n)
	return !side.touched
}

// versions compares all that two methods say but their names.
func (c *comparison) versions(old, new *method) {
	if old.ParamStructure != new.ParamStructure {
		c.add(where(old.Node, new.Node, "paramStructure"), verdict(old, new, takesStructure), "paramStructure is %s, was %s: let it be either",
			new.ParamStructure, old.ParamStructure)
	}
	c.params(old, new)
	c.result(old, new)
	c.errors(old, new)
	c.access(old, new)
	c.flag(old, new, "x-readonly", verdict(old, new, func(client, server *method) bool { return !client.ReadOnly || server.ReadOnly }),
		"the method changes nothing any more: callers may then repeat it", "the method may change something, and callers took it for one that does not")
	c.flag(old, new, "x-additional-params", verdict(old, new, func(client, server *method) bool { return !client.AdditionalParams || server.AdditionalParams }),
		"params that are not declared are let through now", "params that are not declared are refused now, and were let through")
	switch {
	case new.Deprecated && !old.Deprecated:
		c.add(where(nil, new.Node, "deprecated"), 0, "the method is deprecated now")
	case old.Deprecated && !new.Deprecated:
		c.add(where(old.Node, new.Node, "deprecated"), 0, "the method is no longer deprecated")
	}
}

// takesStructure reports whether the server takes params as the client may send them.
func takesStructure(client, server *method) bool {
	return server.ParamStructure == openrpc.Either || server.ParamStructure == client.ParamStructure
}

// flag adds the change of an extension that is true or false: a client that counts on it is broken by a server that lacks it.
func (c *comparison) flag(old, new *method, name string, b Breaks, gained, lost string) {
	switch b {
	case Callers:
		c.add(where(old.Node, new.Node, name), b, "%s", lost)
	case Servers:
		c.add(where(old.Node, new.Node, name), b, "%s; servers of the old document know nothing of it", gained)
	}
}

func (c *comparison) result(old, new *method) {
	switch {
	case old.Result != nil && new.Result != nil:
		c.spoken = c.spoken || old.Result.Name != new.Result.Name || descriptorWords(old.Result) != descriptorWords(new.Result)
		c.schema(old.Result.Schema, new.Result.Schema, answered)
	case old.Result != nil:
		c.add(old.Result.Node.Place(), Callers, "the method has no result any more, it is a notification: callers wait for an answer")
	case new.Result != nil:
		c.add(new.Result.Node.Place(), Servers, "the method has a result now, it was a notification: servers of the old document do not answer")
	}
}

func (c *comparison) errors(old, new *method) {
	rest := slices.Clone(new.Errors)
	var gone []*openrpc.ErrorObject
	for _, e := range old.Errors {
		if n := take(&rest, sameCodeAndMessage(e), sameCode(e)); n != nil {
			c.error(old, new, e, n)
		} else {
			gone = append(gone, e)
		}
	}
	for _, e := range gone {
		if n := take(&rest, sameKey(e), sameMessage(e)); n != nil {
			c.add(where(nil, n.Node, "code"), Callers|Servers, "the error's code is %d, was %d: callers tell errors by their code", n.Code, e.Code)
			c.errorData(e, n)
			continue
		}
		c.add(e.Node.Place(), Callers, "the error %d is gone: callers who look for it wait in vain", e.Code)
	}
	for _, e := range rest {
		c.add(e.Node.Place(), Servers, "the error %d is new: servers of the old document do not send it", e.Code)
	}
}

func (c *comparison) error(oldMethod, newMethod *method, old, new *openrpc.ErrorObject) {
	if old.Message != new.Message {
		b := breaks(!unique(oldMethod, old.Code), !unique(newMethod, new.Code))
		if b != 0 {
			b = Callers | Servers // where a code stands twice, errors are told by their message
		}
		c.add(where(old.Node, new.Node, "message"), b, "the error's message is %q, was %q", new.Message, old.Message)
	}
	c.errorData(old, new)
}

func (c *comparison) errorData(old, new *openrpc.ErrorObject) {
	c.spoken = c.spoken || errorWords(old) != errorWords(new)
	switch {
	case old.DataSchema != nil && new.DataSchema != nil:
		c.schema(old.DataSchema, new.DataSchema, answered)
	case old.DataSchema != nil:
		c.add(old.Data.Place(), Callers, "the error's data has no schema any more: callers rely on the one that it had")
	case new.DataSchema != nil:
		c.add(new.Data.Place(), Servers, "the error's data has a schema now: servers of the old document send any data, or none")
	}
}

func unique(m *method, code int64) bool {
	count := 0
	for _, e := range m.Errors {
		if e.Code == code {
			count++
		}
	}
	return count == 1
}

type errorTest func(*openrpc.ErrorObject) bool

func sameCode(e *openrpc.ErrorObject) errorTest {
	return func(n *openrpc.ErrorObject) bool { return n.Code == e.Code }
}

func sameCodeAndMessage(e *openrpc.ErrorObject) errorTest {
	return func(n *openrpc.ErrorObject) bool { return n.Code == e.Code && n.Message == e.Message }
}

func sameKey(e *openrpc.ErrorObject) errorTest {
	return func(n *openrpc.ErrorObject) bool { return n.Key != "" && n.Key == e.Key }
}

func sameMessage(e *openrpc.ErrorObject) errorTest {
	return func(n *openrpc.ErrorObject) bool { return n.Message == e.Message }
}

// take removes the first error that passes the first test that any passes.
func take(list *[]*openrpc.ErrorObject, tests ...errorTest) *openrpc.ErrorObject {
	for _, test := range tests {
		if i := slices.IndexFunc(*list, test); i >= 0 {
			e := (*list)[i]
			*list = slices.Delete(*list, i, i+1)
			return e
		}
	}
	return nil
}

// access compares who may call, and what is the caller's token.
func (c *comparison) access(old, new *method) {
	if b := verdict(old, new, admits); b != 0 {
		c.add(where(old.Node, new.Node, "x-auth"), b, "%s may call, it was %s: %s", callers(new.Auth), callers(old.Auth), accessAdvice[b])
	}
	if old.AuthToken != new.AuthToken {
		b := verdict(old, new, func(client, server *method) bool {
			return client.AuthToken == "" || client.AuthToken == server.AuthToken
		})
		c.add(where(old.Node, new.Node, "x-auth-token"), b, "the token is the result's member %q, was %q", new.AuthToken, old.AuthToken)
	}
}

// discover compares who may call rpc.discover where servers answer it without the document's saying so.
func (c *comparison) discover(old, new *openrpc.Document) {
	const name = "rpc.discover"
	declared := func(m *method) bool { return m.Name == name }
	if slices.ContainsFunc(old.Methods, declared) || slices.ContainsFunc(new.Methods, declared) {
		return
	}
	c.method = name
	c.access(&method{Node: old.Node, Auth: old.Auth}, &method{Node: new.Node, Auth: new.Auth})
	c.method = ""
}

var accessAdvice = [...]string{
	Callers:           "some who could call are refused",
	Servers:           "servers of the old document refuse some who may call now",
	Callers | Servers: "some who could call are refused, and servers of the old document refuse some who may call now",
}

// admits reports whether everybody who may call by the client's document may do so by the server's.
func admits(client, server *method) bool {
	c, s := client.Auth, server.Auth
	switch {
	case !isProtected(s):
		return true
	case !isProtected(c):
		return false
	case len(s.Roles) == 0 && s.Self == nil:
		return true
	case len(c.Roles) == 0 && c.Self == nil:
		return false
	}
	return !slices.ContainsFunc(c.Roles, func(role string) bool { return !slices.Contains(s.Roles, role) }) &&
		(c.Self == nil || s.Self != nil && s.Self.Name == c.Self.Name)
}

func isProtected(a *openrpc.Auth) bool { return a != nil && a.Required }

// callers says who may call.
func callers(a *openrpc.Auth) string {
	if !isProtected(a) {
		return "anybody"
	}
	var who []string
	if len(a.Roles) > 0 {
		who = append(who, "the roles "+strings.Join(a.Roles, ", "))
	}
	if a.Self != nil {
		who = append(who, "whom the param "+a.Self.Name+" names")
	}
	if who == nil {
		return "anybody who is known"
	}
	return strings.Join(who, " and ")
}
