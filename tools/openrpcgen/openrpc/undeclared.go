package openrpc

import (
	"maps"
	"slices"
)

// undeclared finds the members that are required and that nothing declares: neither the schema, nor what it is made of, nor a schema
// that it is a part of. They have no types, and are most often slips of the pen.
type undeclared struct {
	uses  map[*Schema][]use
	known map[use]map[string]bool
}

// use tells that a schema applies to the same value as another one that has it as a part.
type use struct {
	by     *Schema
	choice bool // it is one of several: the others do not apply with it
}

// findUndeclared sets Undeclared of all schemas, and warns of each such member unless the schema says what members without a name are.
func (r *reader) findUndeclared() {
	u := undeclared{uses: map[*Schema][]use{}, known: map[use]map[string]bool{}}
	for _, s := range r.inOrder {
		for _, part := range s.parts() {
			u.uses[part] = append(u.uses[part], use{s, false})
		}
		for _, part := range s.choices() {
			u.uses[part] = append(u.uses[part], use{s, true})
		}
	}
	refused := r.refused()
	for _, s := range r.inOrder {
		if own := func(name string) bool { return s.Property(name) != nil }; refused[s] || !slices.ContainsFunc(s.Required, not(own)) {
			continue
		}
		names := map[string]bool{}
		below(s, names, map[*Schema]bool{})
		all := append(u.around(s), names)
		isMap := !slices.ContainsFunc(all, func(names map[string]bool) bool { return len(names) > 0 })
		for _, name := range s.Required {
			if !isMap && !slices.ContainsFunc(all, func(names map[string]bool) bool { return names[name] }) {
				r.undeclared(s, name)
			}
		}
	}
}

func (r *reader) undeclared(s *Schema, name string) {
	s.Undeclared = append(s.Undeclared, name)
	closed := s.AdditionalProperties != nil && s.AdditionalProperties.Boolean != nil && !*s.AdditionalProperties.Boolean
	if len(s.PatternProperties) > 0 || s.AdditionalProperties != nil && !closed {
		return
	}
	place := s.Node.Get("required")
	if i := slices.IndexFunc(place.Elements, func(n *Node) bool { return n.Text == name }); i >= 0 {
		place = place.Elements[i]
	}
	consequence := "no properties declare it"
	if closed {
		consequence = "no properties allow it, so that no object fits"
	}
	r.report(Warning, place, "the member %s is required, and %s: declare it, or mend the name", quote(name), consequence)
}

// refused are the schemas that a value must not fit, or need not: they tell what is asked, and not what there is.
func (r *reader) refused() map[*Schema]bool {
	set := map[*Schema]bool{}
	var add func(s *Schema)
	add = func(s *Schema) {
		if s == nil || set[s] {
			return
		}
		set[s] = true
		for _, part := range slices.Concat(s.parts(), s.choices()) {
			if part != s.Ref {
				add(part)
			}
		}
	}
	for _, s := range r.inOrder {
		add(s.Not)
		add(s.If)
	}
	return set
}

// around are the names that apply wherever the schema does, because what it is a part of declares them.
func (u *undeclared) around(s *Schema) (all []map[string]bool) {
	for _, use := range u.uses[s] {
		all = append(all, u.of(use))
	}
	return all
}

// of are the names that a schema gives its parts, or its choices.
func (u *undeclared) of(p use) map[string]bool {
	if names, ok := u.known[p]; ok {
		return names
	}
	u.known[p] = nil // a cycle ends here
	names := map[string]bool{}
	for _, around := range u.around(p.by) {
		maps.Copy(names, around)
	}
	seen := map[*Schema]bool{}
	if p.choice {
		for _, part := range p.by.choices() {
			seen[part] = true
		}
	}
	below(p.by, names, seen)
	u.known[p] = names
	return names
}

// below adds the names that a schema, and what it is made of, declare.
func below(s *Schema, names map[string]bool, seen map[*Schema]bool) {
	if seen[s] {
		return
	}
	seen[s] = true
	for _, p := range s.Properties {
		names[p.Name] = true
	}
	for _, part := range slices.Concat(s.parts(), s.choices()) {
		below(part, names, seen)
	}
}

// parts are the schemas that apply to the same value with this one.
func (s *Schema) parts() []*Schema {
	list := slices.Clone(s.AllOf)
	for _, part := range []*Schema{s.Ref, s.If, s.Then, s.Else} {
		if part != nil {
			list = append(list, part)
		}
	}
	for _, d := range s.Dependencies {
		if d.Schema != nil {
			list = append(list, d.Schema)
		}
	}
	return list
}

// choices are the schemas of which one applies to the same value.
func (s *Schema) choices() []*Schema { return slices.Concat(s.AnyOf, s.OneOf) }

func not[T any](is func(T) bool) func(T) bool { return func(v T) bool { return !is(v) } }
