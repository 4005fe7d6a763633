package openrpc

import (
	"go/token"
	"iter"
	"slices"
	"strings"
)

// methodExtensions reads the extensions of a method that mean something here; Method says what.
func (r *reader) methodExtensions(m *Method) {
	r.checkExtensionNames(m.Node, methodExtensionNames)
	m.GoName = GoName(m.Node)
	m.Auth = r.auth(m.Node, m)
	m.AuthToken = r.authToken(m)
	m.AuthLogout = r.authLogout(m)
	m.ReadOnly = r.extensionFlag(m.Node, "x-readonly")
	m.AdditionalParams = r.extensionFlag(m.Node, "x-additional-params")
}

// documentExtensions decides who may call, once all methods have been read.
func (r *reader) documentExtensions(d *Document) {
	r.checkExtensionNames(d.Node, documentExtensionNames)
	said := func(m *Method) bool { return m.Auth != nil }
	if d.Auth != nil || slices.ContainsFunc(d.Methods, said) {
		r.closeMethods(d)
		r.checkRoles(d.Node.Get("x-roles"))
		return
	}
	for _, n := range r.foreignAuths {
		r.report(Warning, n, `x-auth is no object with "required", "roles" or "self", and is ignored: anybody may call`)
	}
	if d.Node.Get("x-roles") != nil {
		r.reportName(Warning, d.Node, "x-roles", "x-roles is ignored, since no x-auth says who may call: anybody may")
	}
}

// closeMethods gives the methods that say nothing what the document says of all: where some say who may call, those that do not are
// not open for that.
func (r *reader) closeMethods(d *Document) {
	for _, n := range r.foreignAuths {
		r.report(Error, n, `want true, false or an object with "required", "roles" and "self", found %s`, quoteJSON(n))
	}
	silent := d.Auth == nil
	if silent {
		d.Auth = &Auth{Node: d.Node, Required: true}
	}
	for _, m := range d.Methods {
		if m.Auth != nil {
			continue
		}
		m.Auth = d.Auth
		if silent && m.Node.Get("x-auth") == nil {
			r.report(Warning, m.Node, `the method does not say who may call it, as others do, so only callers who are known may: `+
				`write an x-auth, here or beside "methods" for all that have none`)
		}
	}
}

// checkRoles looks for misspelt roles, where the document lists those that there are.
func (r *reader) checkRoles(n *Node) {
	if n == nil {
		return
	}
	known := r.names(n)
	for _, role := range r.roleNodes {
		if role.Kind == String && !slices.Contains(known, role.Text) {
			r.report(Error, role, "%s is not in x-roles: write one of %s, or add it there", quote(role.Text), strings.Join(known, ", "))
		}
	}
}

// methodExtensionNames and documentExtensionNames are the extensions that mean something here.
var (
	methodExtensionNames   = []string{"x-auth", "x-auth-token", "x-auth-logout", "x-readonly", "x-additional-params", "x-go-name"}
	documentExtensionNames = []string{"x-auth", "x-roles"}
)

// checkExtensionNames warns of names that are nearly ours: a protected method must not be open to all for a slip of the finger.
func (r *reader) checkExtensionNames(n *Node, known []string) {
	for _, member := range n.Members {
		if !isExtension(member.Name) || slices.Contains(known, member.Name) {
			continue
		}
		for _, name := range known {
			if distance(member.Name, name) <= 2 {
				r.reportName(Warning, n, member.Name, "%s is ignored: is %s meant?", quote(member.Name), quote(name))
			}
		}
	}
}

// distance is how many bytes have to be put in, taken out or changed to make b of a (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}

// GoName reads x-go-name. Whoever needs a name finds another where this is none, and says which.
func GoName(n *Node) string {
	v := n.Get("x-go-name")
	if v == nil || v.Kind != String || !token.IsExported(v.Text) || !token.IsIdentifier(v.Text) {
		return ""
	}
	return v.Text
}

// Named are the methods, content descriptors, schemas and error objects that have an x-go-name.
func (d *Document) Named() iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		for n, role := range d.roles {
			if slices.Contains(nameable, role) && n.Get("x-go-name") != nil && !yield(n) {
				return
			}
		}
	}
}

var nameable = []string{"method", "content descriptor", "schema", "error object"}

func (r *reader) extensionFlag(n *Node, name string) bool {
	v := n.Get(name)
	return v != nil && r.flag(v, Error)
}

// sensitive reads x-sensitive. What is neither true nor false is taken for true: to hide too much does no harm.
func (r *reader) sensitive(n *Node) bool {
	v := n.Get("x-sensitive")
	if v != nil && v.Kind != Bool {
		r.report(Warning, v, "want true or false, found %s: it is taken for true", describe(v))
	}
	sensitive := v != nil && (v.Kind != Bool || v.isTrue())
	r.anySensitive = r.anySensitive || sensitive
	return sensitive
}

// checkSensitiveName warns of a name that is nearly x-sensitive: a secret must not be shown for a slip of the finger.
func (r *reader) checkSensitiveName(n *Node, name string) {
	if isExtension(name) && name != "x-sensitive" && distance(name, "x-sensitive") <= 2 {
		r.reportName(Warning, n, name, `%s is ignored: is "x-sensitive" meant?`, quote(name))
	}
}

// authMembers are what x-auth may say.
var authMembers = []string{"required", "roles", "self"}

// auth reads x-auth of a method, or of the document, where m is nil. Other tools have extensions of that name too: a value that says
// none of what ours says may be theirs. Once it says anything of ours, nothing wrong in it is let pass, since it decides who may call.
func (r *reader) auth(of *Node, m *Method) *Auth {
	n := of.Get("x-auth")
	switch {
	case n == nil:
		return nil
	case n.Kind == Bool:
		return &Auth{Node: n, Required: n.isTrue()}
	case !slices.ContainsFunc(n.Members, isNearlyAuth):
		r.foreignAuths = append(r.foreignAuths, n)
		return nil
	}
	for _, member := range n.Members {
		if !slices.Contains(authMembers, member.Name) {
			r.reportName(Error, n, member.Name, `x-auth has no %s: want "required", "roles" and "self"`, quote(member.Name))
		}
	}
	a := &Auth{Node: n, Roles: r.roleNames(n.Get("roles")), Self: r.self(m, n.Get("self"))}
	a.Required = a.Roles != nil || a.Self != nil
	if required := n.Get("required"); required != nil {
		implied := a.Required
		a.Required = r.flag(required, Error)
		if implied && !a.Required {
			r.report(Error, required, `roles and self need a caller who is known: write true, or remove them`)
		}
	}
	return a
}

// isNearlyAuth reports whether a member is one of x-auth, maybe misspelt.
func isNearlyAuth(m Member) bool {
	return slices.ContainsFunc(authMembers, func(name string) bool { return distance(m.Name, name) <= 2 })
}

func (r *reader) roleNames(n *Node) []string {
	if n == nil {
		return nil
	}
	roles := r.names(n)
	r.roleNodes = append(r.roleNodes, n.Elements...)
	if n.Kind == Array && len(n.Elements) == 0 {
		r.report(Error, n, "an empty list of roles would let nobody call: name a role, or remove the member")
	}
	if slices.Contains(roles, "") {
		r.report(Error, n, "a role is empty: give it a name")
	}
	return roles
}

// self reads the name of the param that may name the caller.
func (r *reader) self(m *Method, n *Node) *ContentDescriptor {
	if n == nil {
		return nil
	}
	if m == nil {
		r.report(Error, n, "self names a param of one method: say it there")
		return nil
	}
	i := slices.IndexFunc(m.Params, func(p *ContentDescriptor) bool { return n.Kind == String && p.Name == n.Text })
	if i < 0 {
		r.report(Error, n, "want the name of one of the method's params, found %s", quoteJSON(n))
		return nil
	}
	if !m.Params[i].Required {
		r.report(Error, n, "the param %s may be left out, and then names nobody: make it required", quote(n.Text))
	}
	r.selfParams = append(r.selfParams, typedMember{n, m.Params[i].Schema})
	return m.Params[i]
}

// authToken reads x-auth-token.
func (r *reader) authToken(m *Method) string {
	n := m.Node.Get("x-auth-token")
	if n == nil {
		return ""
	}
	if n.Kind != String || n.Text == "" {
		r.report(Error, n, "want the name of a member of the result, found %s", quoteJSON(n))
		return ""
	}
	if m.Result == nil {
		r.report(Error, n, "the method has no result that could hold a token: give it one, or remove x-auth-token")
		return ""
	}
	r.tokenResults = append(r.tokenResults, typedMember{n, m.Result.Schema})
	return n.Text
}

// authLogout reads x-auth-logout.
func (r *reader) authLogout(m *Method) bool {
	logout := r.extensionFlag(m.Node, "x-auth-logout")
	if logout && m.AuthToken != "" {
		r.reportName(Error, m.Node, "x-auth-logout", "the client cannot both keep a token and drop it: remove x-auth-logout or x-auth-token")
	}
	return logout
}

// typedMember is an extension's value that names a place of a certain type. Types are known when all references are resolved.
type typedMember struct {
	node   *Node
	schema *Schema
}

func (r *reader) checkExtensions() {
	for _, self := range r.selfParams {
		if !hasOnlyTypes(self.schema, TypeString, TypeInteger) {
			r.report(Error, self.node, "the param %s is neither a string nor an integer: only those can name the caller", quote(self.node.Text))
		}
	}
	for _, result := range r.tokenResults {
		if !hasOnlyTypes(memberSchema(result.schema, result.node.Text), TypeString) {
			r.report(Error, result.node, "the result has no member %s of type string: name the one that is the token", quote(result.node.Text))
		}
	}
}

// hasOnlyTypes reports whether the schema says that a value has one of the types.
func hasOnlyTypes(s *Schema, types ...Type) bool {
	if s == nil {
		return false
	}
	s = s.Target()
	return len(s.Types) > 0 && !s.Nullable && !slices.ContainsFunc(s.Types, func(t Type) bool { return !slices.Contains(types, t) })
}

// memberSchema finds the schema of an object's member, in the schema itself or in its allOf.
func memberSchema(s *Schema, name string) *Schema {
	if s == nil {
		return nil
	}
	s = s.Target()
	if p := s.Property(name); p != nil {
		return p
	}
	for _, part := range s.AllOf {
		if p := memberSchema(part, name); p != nil {
			return p
		}
	}
	return nil
}
