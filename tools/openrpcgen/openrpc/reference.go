package openrpc

import (
	"cmp"
	"errors"
	"slices"
	"strings"
)

// maxReferences is how many references may follow one another before something that is none.
const maxReferences = 64

// follow returns what n stands for: itself, or what its $ref leads to through any number of references; nil if nothing.
func (r *reader) follow(n *Node, what string) *Node {
	if ref := n.Get("$ref"); ref == nil {
		return n
	} else if ref.Kind != String {
		r.report(Error, ref, "want a string, found %s", describe(ref))
		return nil
	}
	start, visited := n, []*Node(nil)
	for isReference(n) {
		if slices.Contains(visited, n) {
			r.report(Error, start.Get("$ref"), "the references go round in a circle: point one of them at %s", withArticle(what))
			return nil
		}
		if visited = append(visited, n); len(visited) > maxReferences {
			r.report(Error, start.Get("$ref"), "more than %d references follow one another: point it at the last one", maxReferences)
			return nil
		}
		if n == start {
			r.checkSiblings(n)
		}
		target := r.dereference(n)
		if target == nil {
			return nil
		}
		n = target
	}
	if r.isOther(n, what) {
		r.report(Error, start.Get("$ref"), "refers to %s where %s is wanted: point it at one", withArticle(r.nameOf(n)), withArticle(what))
		return nil
	}
	return n
}

func isReference(n *Node) bool {
	ref := n.Get("$ref")
	return ref != nil && ref.Kind == String
}

// checkSiblings warns of what stands beside a $ref where the specification has a Reference Object.
func (r *reader) checkSiblings(n *Node) {
	for _, m := range n.Members {
		if m.Name != "$ref" {
			r.reportName(Warning, n, m.Name, "%s stands beside a $ref and is ignored: remove it, or write it where the $ref leads", quote(m.Name))
		}
	}
}

// dereference follows the $ref of n one step and reports if it leads nowhere.
func (r *reader) dereference(n *Node) *Node {
	ref := n.Get("$ref")
	target, err := r.files.resolve(n, ref.Text)
	if err != nil {
		r.report(Error, ref, "%s %v", quote(ref.Text), err)
		return nil
	}
	r.references[n] = target
	return target
}

// sections maps the sections of the components to what they hold.
var sections = map[string]string{
	"schemas":               "schema",
	"contentDescriptors":    "content descriptor",
	"errors":                "error object",
	"examples":              "example",
	"examplePairings":       "example pairing",
	"examplePairingObjects": "example pairing",
	"links":                 "link",
	"tags":                  "tag",
}

// isOther reports whether n, to which something refers, is something else than what it should be.
func (r *reader) isOther(n *Node, what string) bool {
	if role := r.roleOf(n); role != "" {
		return role != what
	}
	return n.Kind != Object && (n.Kind != Bool || what != "schema")
}

func (r *reader) nameOf(n *Node) string {
	return cmp.Or(r.roleOf(n), n.Kind.String())
}

// roleOf returns what n is: as it was read, or by its place within components; "" if that is not known.
func (r *reader) roleOf(n *Node) string {
	section, _ := componentOf(n)
	return cmp.Or(r.roles[n], sections[section])
}

// componentOf returns the section of the components that holds n and the name it has there, "" if none does.
func componentOf(n *Node) (section, key string) {
	holder := n.parent
	if holder == nil || holder.parent == nil || holder.parent.token() != "components" || holder.parent.parent.parent != nil {
		return "", ""
	}
	return holder.token(), n.token()
}

// keyOf is the name under which the components hold n, in whichever section.
func keyOf(n *Node) string {
	_, key := componentOf(n)
	return key
}

// referenced reads n, or what it refers to, once.
func referenced[T any](r *reader, n *Node, what string, done map[*Node]*T, read func(*Node) *T) *T {
	n = r.follow(n, what)
	if n == nil {
		return nil
	}
	if v, ok := done[n]; ok {
		return v
	}
	v := read(n)
	done[n] = v
	return v
}

// readable reads the nodes, and leaves out what cannot be read.
func readable[T any](nodes []*Node, read func(*Node) *T) []*T {
	list, _ := readableWithNodes(nodes, read)
	return list
}

// readableWithNodes also returns the node that each value was read from.
func readableWithNodes[T any](nodes []*Node, read func(*Node) *T) ([]*T, []*Node) {
	var list []*T
	var from []*Node
	for _, n := range nodes {
		if v := read(n); v != nil {
			list = append(list, v)
			from = append(from, n)
		}
	}
	return list, from
}

// resolve returns the value that a reference in the object from leads to. The error says what to do.
func (l *files) resolve(from *Node, reference string) (*Node, error) {
	uri, fragment, _ := strings.Cut(reference, "#")
	if uri != "" {
		root, err := l.resource(from, uri)
		if err != nil {
			return nil, err
		}
		return locate(root, fragment)
	}
	if len(from.source.named) > 0 {
		// Within a schema that has a $id of its own, a fragment counts from there; many documents mean the file all the same.
		if n, err := locate(resourceRoot(from), fragment); err == nil {
			return n, nil
		}
	}
	return locate(from.source.root, fragment)
}

// resource finds what a URI names: a schema by its $id, a mapped file, a file.
func (l *files) resource(from *Node, uri string) (*Node, error) {
	absolute := resolveURI(baseURI(from), uri)
	if n := l.named[absolute]; n != nil && (n.source == from.source || isAbsolute(absolute)) {
		return n, nil
	}
	for _, candidate := range []string{absolute, uri} {
		if path, ok := l.mapped(candidate); ok {
			return l.root(path)
		}
	}
	switch scheme, rest := cutScheme(uri); scheme {
	case "":
		return l.relative(from, unescape(uri))
	case "file":
		return l.root(filePath(rest))
	case "http", "https":
		if isMetaSchema(uri) {
			return l.anything, nil
		}
		return nil, errors.New("is on the network, and nothing is fetched: save it as a file and map the URL to it (-map URL=FILE)")
	default:
		return nil, errors.New("is neither a file nor the $id of a schema that was read: save it as a file and map the URI to it")
	}
}

func (l *files) mapped(uri string) (string, bool) {
	bare := strings.TrimRight(uri, "#/")
	for _, key := range []string{uri, bare, bare + "/", bare + "#"} {
		if path, ok := l.options.Map[key]; ok {
			if l.options.Used != nil {
				l.options.Used[key] = true
			}
			return path, true
		}
	}
	return "", false
}
