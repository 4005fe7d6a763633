package diff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// Words are what changes nothing for programs: descriptions, examples, tags, links, servers, extensions that mean nothing here, and
// what only decides how Go is spelled.

func (c *comparison) documentWords(old, new *openrpc.Document) {
	c.place = new.Node.Place()
	c.general = words(old.Node, "methods", "components", "x-auth") != words(new.Node, "methods", "components", "x-auth")
}

// wordChange is the one line for all words.
func (c *comparison) wordChange() (Change, bool) {
	var of []string
	if c.general {
		of = append(of, "the document")
	}
	if len(c.words) > 0 {
		of = append(of, fmt.Sprintf("%d methods (%s)", len(c.words), names(c.words)))
	}
	message := "only words changed, like descriptions and examples: of " + strings.Join(of, " and ")
	return Change{Place: c.place, Message: message}, of != nil
}

func methodWords(m *openrpc.Method) string {
	b := words(m.Node, "name", "params", "paramStructure", "result", "errors", "deprecated", "x-auth", "x-auth-token", "x-readonly",
		"x-additional-params", "tags", "links", "examples")
	for _, t := range m.Tags {
		b += t.Node.Canonical()
	}
	for _, l := range m.Links {
		b += l.Node.Canonical()
	}
	for _, e := range m.Examples {
		b += e.Node.Canonical()
	}
	return b
}

func descriptorWords(d *openrpc.ContentDescriptor) string {
	return words(d.Node, "name", "schema", "required")
}

func errorWords(e *openrpc.ErrorObject) string {
	if e.DataSchema == nil {
		return words(e.Node, "code", "message")
	}
	return words(e.Node, "code", "message", "data")
}

// schemaWords are the annotations of a schema, but for default, which servers fill in.
func schemaWords(s *openrpc.Schema) string {
	n := &openrpc.Node{Kind: openrpc.Object}
	for _, m := range s.Node.Members {
		switch m.Name {
		case "title", "description", "$comment", "examples", "readOnly", "writeOnly", "deprecated":
			n.Members = append(n.Members, m)
		default:
			if strings.HasPrefix(m.Name, "x-") {
				n.Members = append(n.Members, m)
			}
		}
	}
	return n.Canonical()
}

// words is the text of an object without some of its members.
func words(n *openrpc.Node, without ...string) string {
	rest := &openrpc.Node{Kind: openrpc.Object}
	for _, m := range n.Members {
		if !slices.Contains(without, m.Name) {
			rest.Members = append(rest.Members, m)
		}
	}
	return rest.Canonical()
}
