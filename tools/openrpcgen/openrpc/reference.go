package openrpc

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// files are the documents that were read, and where a reference in one of them leads.
type files struct {
	options Options
	faults  *collector
	loaded  map[string]*source // by absolute path; nil: could not be read
	failed  map[string]error
	size    int              // of all that was read, in bytes
	named   map[string]*Node // by the absolute URI that $id gives a schema
	// anything stands for what the meta-schemas describe: documents and schemas as values.
	anything *Node
}

func newFiles(o Options, faults *collector) *files {
	if o.Open == nil {
		o.Open = readFile
	}
	return &files{
		options:  o,
		faults:   faults,
		loaded:   map[string]*source{},
		failed:   map[string]error{},
		named:    map[string]*Node{},
		anything: newBool(true),
	}
}

// maxSize bounds what is read, all files together: 15 times the largest document known.
const maxSize = 32 << 20

// readFile refuses what is no regular file: a reference could name a device that never ends.
func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxSize+1))
}

// load reads a file once. What is wrong with its JSON is reported, and leaves it without a root.
func (l *files) load(path string) (*source, error) {
	key, err := filepath.Abs(path)
	if err != nil {
		key = path
	}
	if s, ok := l.loaded[key]; ok {
		return s, l.failed[key]
	}
	l.loaded[key] = nil
	data, err := l.options.Open(path)
	if l.size += len(data); err == nil && l.size > maxSize {
		err = fmt.Errorf("the document and what it refers to are larger than %d MiB", maxSize>>20)
	}
	if err != nil {
		l.failed[key] = err
		return nil, err
	}
	s := newSource(path, string(data))
	l.loaded[key] = s
	s.parse(l.faults)
	slices.SortStableFunc(s.named, func(a, b *Node) int { return rankOfID(a) - rankOfID(b) })
	for _, n := range s.named {
		if base := baseURI(n); base != "" && idOf(n) != "" {
			if _, ok := l.named[base]; !ok {
				l.named[base] = n
			}
		}
	}
	return s, nil
}

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

// rankOfID puts the $ids of schemas before those that only stand in a value, like an example.
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
	root := from.source.root
	if len(from.source.named) > 0 {
		// Within a schema that has a $id of its own, a fragment counts from there; many documents mean the file all the same.
		if n, err := locate(resourceRoot(from), fragment); err == nil {
			return n, nil
		}
	}
	return locate(root, fragment)
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

// resource finds what a URI names: a schema by its $id, a mapped file, a file.
func (l *files) resource(from *Node, uri string) (*Node, error) {
	absolute := resolveURI(baseURI(from), uri)
	if n := l.named[absolute]; n != nil {
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
		return nil, fmt.Errorf("is on the network, and nothing is fetched: save it as a file and map the URL to it")
	default:
		return nil, fmt.Errorf("is neither a file nor the $id of a schema that was read: save it as a file and map the URI to it")
	}
}

func (l *files) mapped(uri string) (string, bool) {
	bare := strings.TrimRight(uri, "#/")
	for _, key := range []string{uri, bare, bare + "/", bare + "#"} {
		if path, ok := l.options.Map[key]; ok {
			return path, true
		}
	}
	return "", false
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

// relative finds a file beside the one that holds the reference, else in the base folder.
func (l *files) relative(from *Node, path string) (*Node, error) {
	path = filepath.FromSlash(path)
	if filepath.IsAbs(path) {
		return l.root(path)
	}
	root, err := l.root(filepath.Join(filepath.Dir(from.source.path), path))
	if errors.Is(err, fs.ErrNotExist) && l.options.Base != "" {
		if inBase, baseErr := l.root(filepath.Join(l.options.Base, path)); !errors.Is(baseErr, fs.ErrNotExist) {
			return inBase, baseErr
		}
	}
	return root, err
}

func (l *files) root(path string) (*Node, error) {
	s, err := l.load(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &missingFile{path}
	case err != nil:
		return nil, fmt.Errorf("cannot be read: %w", withoutPath(err))
	case s == nil || s.root == nil:
		return nil, fmt.Errorf("is in %s, which is not JSON", path)
	}
	return s.root, nil
}

// withoutPath is an error of the file system without the path, which the fault names anyway.
func withoutPath(err error) error {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		return pathError.Err
	}
	return err
}

// missingFile says what to do about a reference to a file that is not there.
type missingFile struct{ path string }

func (e *missingFile) Error() string {
	return fmt.Sprintf("needs the file %s, which does not exist: mend the path, or name the folder it counts from as the base", e.path)
}

func (e *missingFile) Unwrap() error { return fs.ErrNotExist }

// locate follows a fragment: a JSON pointer, or the plain name that a $id gives.
func locate(root *Node, fragment string) (*Node, error) {
	if fragment == "" || fragment == "/" && root.Get("") == nil {
		return root, nil // many write #/ for the whole
	}
	if !strings.HasPrefix(fragment, "/") {
		return locateName(root, fragment)
	}
	n := root
	for token := range strings.SplitSeq(fragment[1:], "/") {
		next := step(n, token)
		if next == nil {
			return nil, missingToken(n, token)
		}
		n = next
	}
	return n, nil
}

// step follows one token as RFC 6901 section 6 decodes it, or else as it stands: real names hold bare percent signs.
func step(n *Node, token string) *Node {
	decoded := unescapePointer(unescape(token))
	if n.Kind == Array {
		if i, err := strconv.Atoi(decoded); err == nil && i >= 0 && i < len(n.Elements) && strconv.Itoa(i) == decoded {
			return n.Elements[i]
		}
		return nil
	}
	return cmp.Or(n.Get(decoded), n.Get(unescapePointer(token)))
}

func unescapePointer(token string) string {
	return strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
}

func missingToken(n *Node, token string) error {
	where := n.Pointer()
	if where == "" {
		where = "the top of the file"
	}
	return fmt.Errorf("leads nowhere, there is no %s in %s: add it, or mend the reference", quote(unescapePointer(unescape(token))), where)
}

func locateName(root *Node, name string) (*Node, error) {
	if root.source != nil {
		for _, n := range root.source.named {
			if _, fragment, ok := strings.Cut(idOf(n), "#"); ok && fragment == name {
				return n, nil
			}
		}
	}
	return nil, fmt.Errorf("leads nowhere, no schema has the $id %s: add it, or write a JSON pointer like #/components/schemas/Name", quote("#"+name))
}

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
			r.add(Warning, n.NamePlace(m.Name), "%s stands beside a $ref and is ignored: remove it, or write it where the $ref leads", quote(m.Name))
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
