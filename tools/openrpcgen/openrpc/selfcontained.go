package openrpc

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// SelfContained returns the document as somebody can read it who has no other file: d.Node itself if no reference in it leaves the
// file, else a copy in which everything that is reached in other files, mapped ones included, stands in the components. What is moved
// takes the place of a component that only refers to it, or else keeps its key where that is free and needs no escaping; it loses its
// $id. Methods have no place in the components and are written where they are referred to. References to the meta-schemas stay, as
// does all else.
func (d *Document) SelfContained() *Node {
	e := &embedding{document: d, names: map[*Node]string{}, taken: map[string]map[string]bool{}, settled: map[*Node]*Node{}}
	if !e.leaves(d.Node) {
		return d.Node
	}
	e.settle()
	n := e.copy(d.Node)
	for len(e.waiting) > 0 {
		target := e.waiting[0]
		e.waiting = e.waiting[1:]
		holder := memberObject(memberObject(n, "components"), e.sectionOf(target))
		holder.add(Member{Name: e.names[target], Value: e.copy(target)})
	}
	return n
}

// embedding moves what stands in other files into a copy of the document.
type embedding struct {
	document *Document
	names    map[*Node]string           // of what is moved, in the components
	taken    map[string]map[string]bool // names, by section
	waiting  []*Node                    // named, but not copied yet
	settled  map[*Node]*Node            // what takes the place of a component
}

// settle gives what components do nothing but refer to their places.
func (e *embedding) settle() {
	for _, section := range memberList(e.document.Node.Get("components")) {
		e.taken[section.Name] = map[string]bool{}
		for _, m := range memberList(section.Value) {
			e.taken[section.Name][m.Name] = true
			if !e.isReference(m.Value) || e.stays(m.Value) || len(m.Value.Members) > 1 {
				continue
			}
			target := e.target(m.Value)
			if _, named := e.names[target]; !named && target.source != e.document.Node.source && e.sectionOf(target) == section.Name {
				e.names[target], e.settled[m.Value] = m.Name, target
			}
		}
	}
}

// leaves reports whether a reference within n leads out of the document's file, or names the file itself.
func (e *embedding) leaves(n *Node) bool {
	if e.isReference(n) && !e.stays(n) {
		return true
	}
	return slices.ContainsFunc(n.Members, func(m Member) bool { return e.leaves(m.Value) }) || slices.ContainsFunc(n.Elements, e.leaves)
}

// isReference reports whether n was read as a reference; a $ref in an example or an enum is a value.
func (e *embedding) isReference(n *Node) bool { return e.document.references[n] != nil }

// stays reports whether a reference means the same in the copy.
func (e *embedding) stays(n *Node) bool {
	target, file := e.target(n), e.document.Node.source
	uri, _, _ := strings.Cut(n.Get("$ref").Text, "#")
	return target.source == nil ||
		n.source == file && target.source == file && (uri == "" || resolveURI(baseURI(n), uri) == baseURI(target))
}

func (e *embedding) copy(n *Node) *Node {
	if target := e.settled[n]; target != nil {
		return e.copy(target)
	}
	reference := e.isReference(n)
	if reference && !e.stays(n) && e.sectionOf(e.target(n)) == "" {
		return e.copy(e.target(n))
	}
	moved := n.source != e.document.Node.source
	c := &Node{Kind: n.Kind, Text: n.Text}
	for _, m := range n.Members {
		switch {
		case m.Name == "$ref" && reference:
			c.add(Member{Name: m.Name, Value: newString(e.address(n))})
		case m.Name == "$id" && moved && e.document.roles[n] == "schema":
			// It would be the base of references that now count from the document.
		default:
			c.add(Member{Name: m.Name, Value: e.copy(m.Value)})
		}
	}
	for _, element := range n.Elements {
		c.append(e.copy(element))
	}
	return c
}

// target is what n refers to, through any number of references; but schemas that are only a reference are schemas.
func (e *embedding) target(n *Node) *Node {
	target := e.document.references[n]
	for next := target; next != nil && e.document.roles[target] != "schema"; next = e.document.references[target] {
		target = next
	}
	return target
}

// address is the reference by which the copy names what n refers to.
func (e *embedding) address(n *Node) string {
	target := e.target(n)
	switch {
	case e.stays(n):
		return n.Get("$ref").Text
	case target.source == e.document.Node.source:
		return fragment(target.Pointer())
	}
	section := e.sectionOf(target)
	return fragment("/components/" + section + "/" + escapePointer(e.name(section, target)))
}

// fragment is the reference to a place in the same file.
func fragment(pointer string) string { return "#" + (&url.URL{Fragment: pointer}).EscapedFragment() }

// sectionOf names the section of the components that can hold n; "" for a method.
func (e *embedding) sectionOf(n *Node) string {
	switch e.document.roles[n] {
	case "content descriptor":
		return "contentDescriptors"
	case "error object":
		return "errors"
	case "example":
		return "examples"
	case "example pairing":
		return "examplePairings"
	case "link":
		return "links"
	case "tag":
		return "tags"
	case "method":
		return ""
	}
	return "schemas"
}

func (e *embedding) name(section string, n *Node) string {
	if name, ok := e.names[n]; ok {
		return name
	}
	taken := e.taken[section]
	if taken == nil {
		taken = map[string]bool{}
		e.taken[section] = taken
	}
	key := keyOf(n)
	if section == "schemas" {
		key = schemaKey(n)
	}
	plain := definitionName(&Schema{Node: n, Key: key})
	name := plain
	for i := 2; taken[name]; i++ {
		name = plain + strconv.Itoa(i)
	}
	taken[name] = true
	e.names[n] = name
	e.waiting = append(e.waiting, n)
	return name
}

func memberList(n *Node) []Member {
	if n == nil {
		return nil
	}
	return n.Members
}

// memberObject returns the object that is the member of n, made if there is none.
func memberObject(n *Node, name string) *Node {
	if n.Get(name) == nil {
		n.add(Member{Name: name, Value: newObject()})
	}
	return n.Get(name)
}
