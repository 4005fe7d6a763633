package openrpc

import "regexp"

// Document is an OpenRPC document (specification 1.0 to 1.4) with every reference resolved. What several places refer to is one
// value that they share; a Key tells under which name the components hold it.
type Document struct {
	Node *Node
	// Version is the specification's, like "1.3.2".
	Version    string
	Info       Info
	Servers    []*Server
	Methods    []*Method
	Components Components
	// Auth says who may call the methods that do not say it themselves, rpc.discover included where it is not declared: what the root's
	// x-auth says or, where only methods have one, any caller who is known. Nil: anybody.
	Auth *Auth
	// Sensitive says that something is x-sensitive.
	Sensitive    bool
	ExternalDocs *ExternalDocs
	Extensions   []Member

	fitting    map[sample]bool
	references map[*Node]*Node  // what each object with a $ref leads to, one step on
	roles      map[*Node]string // what each object was read as
}

// Info is the Info Object.
type Info struct {
	Title, Version, Description, TermsOfService string
	Contact, License                            *Party
	Extensions                                  []Member
}

// Party is a Contact Object or a License Object; the latter has no Email.
type Party struct {
	Name, URL, Email string
	Extensions       []Member
}

// Server is the Server Object. URL may hold ${variables}.
type Server struct {
	Node                            *Node
	Name, URL, Summary, Description string
	Variables                       []*ServerVariable
	Extensions                      []Member
}

// ServerVariable is the Server Variable Object.
type ServerVariable struct {
	Name, Default, Description string
	Enum                       []string
}

// ExternalDocs is the External Documentation Object.
type ExternalDocs struct {
	URL, Description string
	Extensions       []Member
}

// Components is the Components Object. A member that only refers to another is not listed again: the one it refers to has its
// own key. ExamplePairings has those of the section that OpenRPC 1.0 called examplePairingObjects too.
type Components struct {
	Schemas            []*Schema
	ContentDescriptors []*ContentDescriptor
	Errors             []*ErrorObject
	Examples           []*Example
	ExamplePairings    []*ExamplePairing
	Links              []*Link
	Tags               []*Tag
}

// Tag is the Tag Object.
type Tag struct {
	Node              *Node
	Key               string // in components.tags
	Name, Description string
	ExternalDocs      *ExternalDocs
	Extensions        []Member
}

// Link is the Link Object. Params is what the method it names is to be called with, runtime expressions included.
type Link struct {
	Node                               *Node
	Key                                string // in components.links
	Name, Method, Summary, Description string
	Params                             *Node
	Server                             *Server
	Extensions                         []Member
}

func (r *reader) document(n *Node) *Document {
	f := r.fields(n, "OpenRPC document", Error)
	if f == nil {
		return nil
	}
	d := &Document{Node: n, Version: r.version(f)}
	f.prose("$schema")
	d.Info = r.info(f)
	d.Components = r.components(f.optional("components"))
	d.Servers = r.servers(f)
	d.ExternalDocs = r.externalDocs(f)
	d.Auth = r.auth(n, nil)
	d.Methods = r.methods(f)
	d.Extensions = f.close()
	r.documentExtensions(d)
	return d
}

// versionPattern matches what is a version of OpenRPC 1, or the beginning of one, releasedPattern those that the two official meta-schemas know.
var (
	versionPattern  = regexp.MustCompile(`^1(\.\d+(\.\d+(-[0-9A-Za-z.-]+)?)?)?$`)
	releasedPattern = regexp.MustCompile(`^(1\.0\.0(-rc[01])?|1\.1\.([0-9]|1[0-2])|1\.2\.[0-6]|1\.3\.[0-2]|1\.4\.\d+)$`)
)

func (r *reader) version(f *fields) string {
	n := f.required("openrpc")
	version := r.text(n, Error)
	switch {
	case n == nil || n.Kind != String || releasedPattern.MatchString(version):
	case versionPattern.MatchString(version):
		r.report(Warning, n, "OpenRPC has no version %s that is known here: it is read as 1.4", quote(version))
	default:
		r.report(Error, n, "%s is no version of OpenRPC 1: write one like \"1.3.2\"", quote(version))
	}
	return version
}

func (r *reader) info(f *fields) Info {
	if f.optional("info") == nil {
		r.report(Warning, f.node, `the %s has no "info": add it`, f.what)
	}
	f = r.fields(f.optional("info"), "info object", Warning)
	if f == nil {
		return Info{}
	}
	return Info{
		Title:          f.label("title"),
		Version:        f.label("version"),
		Description:    f.text("description"),
		TermsOfService: f.text("termsOfService"),
		Contact:        r.party(f.optional("contact"), "contact object"),
		License:        r.party(f.optional("license"), "license object"),
		Extensions:     f.close(),
	}
}

func (r *reader) party(n *Node, what string) *Party {
	f := r.fields(n, what, Warning)
	if f == nil {
		return nil
	}
	p := &Party{Name: f.text("name"), URL: f.text("url")}
	if what == "contact object" {
		p.Email = f.text("email")
	}
	p.Extensions = f.close()
	return p
}

func (r *reader) servers(f *fields) []*Server {
	return readable(f.list("servers", Warning), r.server)
}

func (r *reader) server(n *Node) *Server {
	f := r.fields(n, "server object", Warning)
	if f == nil {
		return nil
	}
	return &Server{
		Node:        n,
		Name:        f.text("name"),
		URL:         f.label("url"),
		Summary:     f.text("summary"),
		Description: f.text("description"),
		Variables:   r.serverVariables(f.optional("variables")),
		Extensions:  f.close(),
	}
}

func (r *reader) serverVariables(n *Node) []*ServerVariable {
	if r.fields(n, "map of server variables", Warning) == nil {
		return nil
	}
	var list []*ServerVariable
	for _, m := range n.Members {
		f := r.fields(m.Value, "server variable", Warning)
		if f == nil {
			continue
		}
		v := &ServerVariable{Name: m.Name, Default: f.label("default"), Description: f.text("description")}
		for _, e := range f.list("enum", Warning) {
			v.Enum = append(v.Enum, r.text(e, Warning))
		}
		list = append(list, v)
	}
	return list
}

func (r *reader) externalDocs(f *fields) *ExternalDocs {
	f = r.fields(f.optional("externalDocs"), "external documentation object", Warning)
	if f == nil {
		return nil
	}
	return &ExternalDocs{URL: f.label("url"), Description: f.text("description"), Extensions: f.close()}
}

func (r *reader) components(n *Node) Components {
	f := r.fields(n, "components object", Error)
	if f == nil {
		return Components{}
	}
	return Components{
		Schemas:            section(f, "schemas", r.schema),
		ContentDescriptors: section(f, "contentDescriptors", r.contentDescriptor),
		Errors:             section(f, "errors", r.errorObject),
		Examples:           section(f, "examples", r.example),
		ExamplePairings: append(section(f, "examplePairings", r.examplePairing),
			section(f, "examplePairingObjects", r.examplePairing)...),
		Links: section(f, "links", r.link),
		Tags:  section(f, "tags", r.tag),
	}
}

// section reads the members of a section of the components. The specification wants the objects themselves; a reference to one
// is followed, with a warning.
func section[T any](f *fields, name string, one func(*Node) *T) []*T {
	n := f.optional(name)
	if f.r.fields(n, "map of components", Error) == nil {
		return nil
	}
	var list []*T
	for _, m := range n.Members {
		reference := name != "schemas" && isReference(m.Value)
		if reference {
			f.r.report(Warning, m.Value, "the specification has no references here: write the %s itself", sections[name])
		}
		if v := one(m.Value); v != nil && !reference {
			list = append(list, v)
		}
	}
	return list
}

func (r *reader) tag(n *Node) *Tag {
	return referenced(r, n, "tag", r.tags, func(n *Node) *Tag {
		f := r.fields(n, "tag", Warning)
		if f == nil {
			return nil
		}
		return &Tag{
			Node:         n,
			Key:          keyOf(n),
			Name:         f.name("name"),
			Description:  f.text("description"),
			ExternalDocs: r.externalDocs(f),
			Extensions:   f.close(),
		}
	})
}

func (r *reader) link(n *Node) *Link {
	return referenced(r, n, "link", r.links, func(n *Node) *Link {
		f := r.fields(n, "link", Warning)
		if f == nil {
			return nil
		}
		l := &Link{
			Node:        n,
			Key:         keyOf(n),
			Name:        f.optionalName("name"),
			Method:      f.text("method"),
			Summary:     f.text("summary"),
			Description: f.text("description"),
			Params:      f.optional("params"),
			Server:      r.server(f.optional("server")),
		}
		l.Extensions = f.close()
		return l
	})
}
