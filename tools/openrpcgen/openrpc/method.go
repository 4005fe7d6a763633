package openrpc

import "slices"

// Method is the Method Object.
type Method struct {
	Node                       *Node
	Name, Summary, Description string
	Tags                       []*Tag
	// Params are in the order of a call by position.
	Params         []*ContentDescriptor
	ParamStructure ParamStructure
	// Result is nil for a notification.
	Result       *ContentDescriptor
	Errors       []*ErrorObject
	Links        []*Link
	Examples     []*ExamplePairing
	Servers      []*Server
	ExternalDocs *ExternalDocs
	Deprecated   bool

	// GoName is x-go-name: an exported Go identifier, or "".
	GoName string
	// Auth is who may call, by x-auth or, where the method has none, by what Document.Auth says; nil: anybody.
	Auth *Auth
	// AuthToken is x-auth-token: the string member of the result that is the caller's token from then on, or "".
	AuthToken string
	// AuthLogout is x-auth-logout: the caller has no token from then on.
	AuthLogout bool
	// ReadOnly is x-readonly: the method changes nothing.
	ReadOnly bool
	// AdditionalParams is x-additional-params: named params that are not declared are let through.
	AdditionalParams bool
	// Extensions are all members that begin with x-, the ones above included.
	Extensions []Member

	paramNodes []*Node // where each param stands: itself, or the reference to it
	errorNodes []*Node // the same for errors
}

// ParamStructure says how params may be passed.
type ParamStructure string

// The values of a method's paramStructure. Either is the default.
const (
	Either     ParamStructure = "either"
	ByName     ParamStructure = "by-name"
	ByPosition ParamStructure = "by-position"
)

// Auth is the extension x-auth.
type Auth struct {
	Node *Node
	// Required says that the caller must be known. Roles and Self imply it.
	Required bool
	// Roles are those of which the caller must have one; none: anybody who is known.
	Roles []string
	// Self is the param, a string or an integer, that may name the caller instead of a role; nil if there is none.
	Self *ContentDescriptor
}

// ContentDescriptor is the Content Descriptor Object: a param or a result.
type ContentDescriptor struct {
	Node                       *Node
	Key                        string // in components.contentDescriptors
	Name, Summary, Description string
	Schema                     *Schema
	Required, Deprecated       bool
	GoName                     string // x-go-name: an exported Go identifier, or ""
	Sensitive                  bool   // x-sensitive: the value is never to be shown or logged
	Extensions                 []Member
}

// ErrorObject is the Error Object.
type ErrorObject struct {
	Node    *Node
	Key     string // in components.errors
	Code    int64
	Message string
	// Data is the member as it stands, nil if absent. The specification lets it be anything.
	Data *Node
	// DataSchema is Data as a schema, nil if Data is a sample value. It is taken for a schema if it is an object with a $ref; with
	// a type that names JSON types; or with one of properties, items, enum, const, allOf, anyOf, oneOf, not, additionalProperties,
	// patternProperties of the kind that draft-07 gives it. What is wrong within it is only a warning.
	DataSchema *Schema
	GoName     string // x-go-name: an exported Go identifier, or ""
	Extensions []Member

	hasCode bool // the code could be read
}

func (r *reader) methods(f *fields) []*Method {
	n := f.required("methods")
	if n == nil {
		return nil
	}
	return readable(r.elements(n, Error), r.method)
}

func (r *reader) method(n *Node) *Method {
	n = r.follow(n, "method")
	f := r.fields(n, "method", Error)
	if f == nil {
		return nil
	}
	m := &Method{
		Node:           n,
		Name:           f.name("name"),
		Summary:        f.prose("summary"),
		Description:    f.prose("description"),
		Tags:           readable(f.list("tags", Warning), r.tag),
		ParamStructure: r.paramStructure(f.optional("paramStructure")),
		Result:         r.result(f.optional("result")),
		Links:          readable(f.list("links", Warning), r.link),
		Examples:       readable(f.list("examples", Warning), r.examplePairing),
		Servers:        r.servers(f),
		ExternalDocs:   r.externalDocs(f),
		Deprecated:     f.flag("deprecated", Warning),
	}
	if f.required("params") != nil {
		m.Params, m.paramNodes = readableWithNodes(f.list("params", Error), r.contentDescriptor)
	}
	m.Errors, m.errorNodes = readableWithNodes(f.list("errors", Error), r.errorObject)
	m.Extensions = f.close()
	r.methodExtensions(m)
	return m
}

func (r *reader) paramStructure(n *Node) ParamStructure {
	if n == nil {
		return Either
	}
	if structure := ParamStructure(n.Text); structure == Either || structure == ByName || structure == ByPosition {
		return structure
	}
	r.report(Error, n, `want "by-name", "by-position" or "either", found %s`, quoteJSON(n))
	return Either
}

func (r *reader) result(n *Node) *ContentDescriptor {
	if n == nil {
		return nil
	}
	return r.contentDescriptor(n)
}

func (r *reader) contentDescriptor(n *Node) *ContentDescriptor {
	return referenced(r, n, "content descriptor", r.contentDescriptors, func(n *Node) *ContentDescriptor {
		f := r.fields(n, "content descriptor", Error)
		if f == nil {
			return nil
		}
		d := &ContentDescriptor{
			Node:        n,
			Key:         keyOf(n),
			Name:        f.name("name"),
			Summary:     f.prose("summary"),
			Description: f.prose("description"),
			Required:    f.flag("required", Error),
			Deprecated:  f.flag("deprecated", Warning),
			GoName:      GoName(n),
			Sensitive:   r.sensitive(n),
		}
		for _, m := range n.Members {
			r.checkSensitiveName(n, m.Name)
		}
		if schema := f.required("schema"); schema != nil {
			d.Schema = r.schema(schema)
		}
		d.Extensions = f.close()
		return d
	})
}

func (r *reader) errorObject(n *Node) *ErrorObject {
	return referenced(r, n, "error object", r.errors, func(n *Node) *ErrorObject {
		f := r.fields(n, "error object", Error)
		if f == nil {
			return nil
		}
		e := &ErrorObject{
			Node:    n,
			Key:     keyOf(n),
			Message: f.label("message"),
			Data:    f.optional("data"),
			GoName:  GoName(n),
		}
		e.Code, e.hasCode = r.errorCode(f.required("code"))
		if looksLikeSchema(e.Data) {
			e.DataSchema = r.leniently(e.Data)
		}
		e.Extensions = f.close()
		return e
	})
}

// leniently reads error data as a schema. Since the specification lets data be anything, faults within are warnings.
func (r *reader) leniently(n *Node) *Schema {
	r.lenient = true
	defer func() { r.lenient = false }()
	return r.schema(n)
}

func (r *reader) errorCode(n *Node) (code int64, ok bool) {
	if n == nil {
		return 0, false
	}
	if code, ok := n.integer(); ok && code.IsInt64() {
		return code.Int64(), true
	}
	r.report(Error, n, "want an integer of at most 64 bits, found %s", quoteJSON(n))
	return 0, false
}

// looksLikeSchema tells a schema from a sample value, as ErrorObject.DataSchema says.
func looksLikeSchema(n *Node) bool {
	if n == nil || n.Kind != Object {
		return false
	}
	if isReference(n) || isTypes(n.Get("type")) {
		return true
	}
	for _, keyword := range []string{"properties", "items", "not", "additionalProperties", "patternProperties"} {
		if v := n.Get(keyword); v != nil && v.Kind == Object {
			return true
		}
	}
	for _, keyword := range []string{"enum", "allOf", "anyOf", "oneOf"} {
		if v := n.Get(keyword); v != nil && v.Kind == Array {
			return true
		}
	}
	return n.Get("const") != nil
}

// isTypes reports whether n is what the keyword type may be.
func isTypes(n *Node) bool {
	if n == nil || n.Kind != Array || len(n.Elements) == 0 {
		return isType(n)
	}
	return !slices.ContainsFunc(n.Elements, func(e *Node) bool { return !isType(e) })
}

func isType(n *Node) bool {
	return n != nil && n.Kind == String && slices.Contains(allTypes, Type(n.Text))
}
