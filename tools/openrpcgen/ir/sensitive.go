package ir

import (
	"iter"
	"slices"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// What x-sensitive marks has a Go type of its own, which shows its value to
// nobody but the encoder. In doubt more is hidden, never less.

// secret is a schema that was made of another one, or of the place of one.
type secret struct {
	form string
	of   *openrpc.Schema
}

// secretly makes a sensitive schema, once: a place has one type.
func (b *builder) secretly(form string, of, like *openrpc.Schema) *openrpc.Schema {
	key := secret{form, of}
	if b.secrets[key] == nil {
		s := *like
		s.Sensitive, s.Key = true, ""
		b.secrets[key] = &s
	}
	return b.secrets[key]
}

// hidden is what a place leads to, but sensitive. Its type is the place's own.
func (b *builder) hidden(place, target *openrpc.Schema) *openrpc.Schema {
	if target.Sensitive {
		return target
	}
	return b.secretly("hidden", place, target)
}

// hide makes the last of steps sensitive if one before it is.
func (b *builder) hide(steps []*openrpc.Schema) []*openrpc.Schema {
	last := len(steps) - 1
	i := last
	for i >= 0 && !steps[i].Sensitive {
		i--
	}
	if i < 0 || i == last {
		return steps
	}
	target := *steps[last]
	target.Nullable = slices.ContainsFunc(steps[i:], b.allowsNull)
	target.GoName = "" // is another type's
	return append(slices.Clip(steps[:i+1]), b.hidden(steps[i], &target))
}

// described is the schema of a param or a result, which may be sensitive by
// what stands beside it.
func (b *builder) described(d *openrpc.ContentDescriptor) *openrpc.Schema {
	if !d.Sensitive || isSensitive(d.Schema) {
		return d.Schema
	}
	return b.reference(d.Schema)
}

// reference is a schema that leads to s and is sensitive.
func (b *builder) reference(s *openrpc.Schema) *openrpc.Schema {
	like := *s
	like.Ref = s
	return b.secretly("reference", s, &like)
}

// isSensitive reports whether a schema says so itself, or what it refers to.
func isSensitive(s *openrpc.Schema) bool {
	for s.Ref != nil && !s.Sensitive {
		s = s.Ref
	}
	return s.Sensitive
}

// whole hides what has a sensitive part of which no type tells where it is: in
// raw JSON, and under a condition that is not about a member with a name.
func (b *builder) whole(s *openrpc.Schema) *openrpc.Schema {
	var hides bool
	switch k := b.kind(s); k {
	case Struct:
		hides = b.document.Sensitive && anySchema(inPlace(conditions(s)), isSensitive)
	case Map, Union:
		hides = b.hasSecret(conditions(s)...)
	case Slice, Tuple:
		hides = b.hasSecret(append(conditions(s), s.Contains)...)
	default:
		hides = b.hasSecret(s)
	}
	if hides {
		return b.hidden(s, s)
	}
	return s
}

// joinsSecrets reports whether one of two schemas of a value has sensitive parts
// for which the type of both has no place: elements of which only some are, or
// such as lie beside those of a tuple.
func (b *builder) joinsSecrets(s, part *openrpc.Schema) bool {
	dropped := []*openrpc.Schema{part.Contains}
	switch {
	case len(s.Tuple) > 0:
		dropped = append(dropped, elements(part)...)
	case len(part.Tuple) > 0:
		dropped = append(dropped, elements(s)...)
	}
	return b.hasSecret(dropped...)
}

// concealed is a property, made sensitive if that is what other schemas of its
// object say of it.
func (b *builder) concealed(p openrpc.Property, others ...*openrpc.Schema) openrpc.Property {
	if !isSensitive(p.Schema) && b.hasSecret(memberSchemas(others, p.Name)...) {
		p.Schema = b.reference(p.Schema)
	}
	return p
}

// inPlace are schemas and all that they ask of the same value.
func inPlace(schemas []*openrpc.Schema) iter.Seq[*openrpc.Schema] {
	return reached(targets(slices.Clone(schemas)), func(s *openrpc.Schema) []*openrpc.Schema {
		return targets(slices.Concat(s.AllOf, s.AnyOf, s.OneOf, ownConditions(s)))
	})
}

// targets puts what schemas lead to in their place.
func targets(schemas []*openrpc.Schema) []*openrpc.Schema {
	for i, s := range schemas {
		schemas[i] = s.Target()
	}
	return schemas
}

// anything is the schema of any sensitive JSON that a value of s may hold.
func (b *builder) anything(s *openrpc.Schema) *openrpc.Schema {
	return b.secretly("rest", s, &openrpc.Schema{Node: s.Node, Boolean: new(true)})
}

// hasSecret reports whether a value of a schema can have a sensitive part.
func (b *builder) hasSecret(schemas ...*openrpc.Schema) bool {
	if !b.document.Sensitive {
		return false
	}
	for s := range within(schemas) {
		if s.Sensitive || slices.ContainsFunc(s.Beside, b.isSecretive) {
			return true
		}
	}
	return false
}

// isSecretive is hasSecret for what a schema says itself, as many others may have
// to know.
func (b *builder) isSecretive(s *openrpc.Schema) bool {
	known, ok := b.secretive[s]
	if !ok {
		known = anySchema(within([]*openrpc.Schema{s}), func(part *openrpc.Schema) bool { return part.Sensitive })
		b.secretive[s] = known
	}
	return known
}

// within are schemas and all of which they are made, on every level.
func within(schemas []*openrpc.Schema) iter.Seq[*openrpc.Schema] { return reached(schemas, parts) }

// reached are schemas and all that others lead to, each once.
func reached(schemas []*openrpc.Schema, others func(*openrpc.Schema) []*openrpc.Schema) iter.Seq[*openrpc.Schema] {
	return func(yield func(*openrpc.Schema) bool) {
		seen := map[*openrpc.Schema]bool{nil: true}
		for next := slices.Clone(schemas); len(next) > 0; {
			s := next[len(next)-1]
			next = next[:len(next)-1]
			if seen[s] {
				continue
			}
			if !yield(s) {
				return
			}
			seen[s] = true
			next = append(next, others(s)...)
		}
	}
}

func anySchema(schemas iter.Seq[*openrpc.Schema], is func(*openrpc.Schema) bool) bool {
	for s := range schemas {
		if is(s) {
			return true
		}
	}
	return false
}

// parts are the schemas of which a schema is made.
func parts(s *openrpc.Schema) []*openrpc.Schema {
	list := slices.Concat(s.AllOf, s.AnyOf, s.OneOf, s.Tuple, ownConditions(s), []*openrpc.Schema{s.Ref, s.Items, s.AdditionalItems, s.AdditionalProperties, s.Contains})
	for _, p := range slices.Concat(s.Properties, s.PatternProperties) {
		list = append(list, p.Schema)
	}
	return list
}

// isSecretBytes reports whether fmt would take a slice of sensitive integers for
// bytes, and ask none of them.
func isSecretBytes(t *Type) bool {
	return t.Kind == Slice && !t.Elem.Nullable && t.Elem.Type.Sensitive && t.Elem.Type.Go == "uint8"
}

// reserveMethods keeps the fields of a type from having the names of the
// methods by which it hides what is sensitive.
func (b *builder) reserveMethods(fields *names, schemas ...*openrpc.Schema) {
	if slices.ContainsFunc(schemas, isSensitive) {
		fields.claim("String")
	}
	if b.hasSecret(schemas...) {
		fields.claim("Format")
		fields.claim("LogValue")
	}
}

// sensitiveDoc tells of a type that hides its value.
func sensitiveDoc(t *Type) []string {
	if !t.Sensitive {
		return nil
	}
	return []string{"Sensitive: fmt and log/slog show [redacted] instead."}
}

// markHolders finds the types of which a part is sensitive.
func markHolders(types []*Type) {
	for changed := true; changed; {
		changed = false
		for _, t := range types {
			if t.Of == nil && !t.Holds && t.hasHidden() {
				t.Holds, changed = true, true
			}
		}
	}
}

// hides reports whether the type, or a part of it that is known by now, is
// sensitive.
func (t *Type) hides() bool {
	t = base(t)
	return t.Sensitive || t.Holds || t.Name == "" && t.hasHidden()
}

// hasHidden is hides for the parts of the type.
func (t *Type) hasHidden() bool {
	return slices.ContainsFunc(t.parts(), (*Type).hides) || slices.ContainsFunc(t.Consts, func(c *Const) bool { return c.Sensitive })
}

// parts are the types of which a type is made.
func (t *Type) parts() (list []*Type) {
	for _, f := range t.Fields {
		list = append(list, f.Type)
	}
	for _, v := range []*Value{t.Elem, t.Extra} {
		if v != nil {
			list = append(list, v.Type)
		}
	}
	if t.Choice != nil {
		for _, v := range t.Choice.Variants {
			list = append(list, v.Type)
		}
	}
	return list
}
