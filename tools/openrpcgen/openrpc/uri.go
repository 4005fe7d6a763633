package openrpc

import (
	"net/url"
	"path/filepath"
	"slices"
	"strings"
)

// baseURI is the URI of the schema resource in which n stands: what the $id of n and those around it come to, without a fragment;
// "" where there are none.
func baseURI(n *Node) string {
	base := ""
	for _, id := range idsAround(n) {
		base = resolveURI(base, id)
	}
	return base
}

// idsAround returns the $ids of n and of the objects that it stands in, outermost first, but not those that are only a fragment.
func idsAround(n *Node) []string {
	var ids []string
	for ; n != nil; n = n.parent {
		if uri, _, _ := strings.Cut(idOf(n), "#"); uri != "" {
			ids = append(ids, uri)
		}
	}
	slices.Reverse(ids)
	return ids
}

// idOf is the $id of n, "" if it has none. Beside a $ref it is ignored as everything is.
func idOf(n *Node) string {
	if id := n.Get("$id"); id != nil && id.Kind == String && !isReference(n) {
		return id.Text
	}
	return ""
}

// rankOfID is 0 for an object that stands where a schema may, and 1 for one that only stands in a value, like an example.
func rankOfID(n *Node) int {
	for ; n.parent != nil; n = n.parent {
		holder := n.parent
		switch holder.token() {
		case "properties", "patternProperties", "definitions", "$defs", "dependencies", "allOf", "anyOf", "oneOf", "items":
			n = holder
			continue
		case "schemas":
			return 0
		}
		switch n.token() {
		case "items", "additionalItems", "contains", "additionalProperties", "propertyNames", "not", "if", "then", "else":
		case "schema", "data":
			return 0
		default:
			return 1
		}
	}
	return 0
}

func resolveURI(base, ref string) string {
	b, err := url.Parse(base)
	if err != nil {
		return ref
	}
	u, err := b.Parse(ref)
	if err != nil {
		return ref
	}
	return u.String()
}

// resourceRoot returns the nearest object around n that has a $id other than a fragment, or else the file's root.
func resourceRoot(n *Node) *Node {
	for ; n.parent != nil; n = n.parent {
		if id := idOf(n); id != "" && !strings.HasPrefix(id, "#") {
			return n
		}
	}
	return n
}

// isAbsolute reports whether a URI means the same in every file.
func isAbsolute(uri string) bool {
	scheme, _ := cutScheme(uri)
	return scheme != ""
}

// cutScheme splits a URI's scheme off. A single letter is a drive, not a scheme.
func cutScheme(uri string) (scheme, rest string) {
	scheme, rest, ok := strings.Cut(uri, ":")
	if !ok || len(scheme) < 2 || strings.ContainsAny(scheme, "/.?") {
		return "", uri
	}
	return strings.ToLower(scheme), rest
}

// filePath is the path of a file URL whose scheme was cut off: //host/path, ///path or /path.
func filePath(rest string) string {
	if after, ok := strings.CutPrefix(rest, "//"); ok {
		_, path, _ := strings.Cut(after, "/")
		rest = "/" + path
	}
	return filepath.FromSlash(unescape(rest))
}

func unescape(text string) string {
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}

// isMetaSchema recognises the addresses of OpenRPC's and JSON Schema's own schemas, to which documents refer for values that are
// documents or schemas, as rpc.discover does. Any value is let through there.
func isMetaSchema(uri string) bool {
	u, err := url.Parse(uri)
	if err != nil {
		return false
	}
	switch u.Host {
	case "meta.open-rpc.org", "meta.json-schema.tools", "json-schema.org":
		return true
	}
	return strings.Contains(u.Path, "open-rpc/meta-schema")
}
