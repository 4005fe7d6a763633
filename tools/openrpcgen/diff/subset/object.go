package subset

import (
	"regexp"
	"slices"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

func (p *Prover) fitsObject(f *facts, g *openrpc.Schema) bool {
	required := f.required()
	has := func(name string) bool { return slices.Contains(required, name) }
	if !all(g.Required, has) || max(value(f.most(minProperties)), len(required)) < value(g.MinProperties) ||
		!atMost(f.least(maxProperties), g.MaxProperties) {
		return false
	}
	return p.fitsProperties(f, g) && p.fitsPatterns(f, g) && p.fitsAdditional(f, g) && p.fitsNames(f, g) &&
		all(g.Dependencies, func(d openrpc.Dependency) bool { return p.fitsDependency(f, d, has) })
}

func (p *Prover) fitsProperties(f *facts, g *openrpc.Schema) bool {
	return all(g.Properties, func(property openrpc.Property) bool {
		return p.givesBelow(p.member(f, property.Name), property.Schema)
	})
}

// fitsPatterns proves patternProperties: for the members whose names are known and match, and for all others that may match.
func (p *Prover) fitsPatterns(f *facts, g *openrpc.Schema) bool {
	return all(g.PatternProperties, func(pattern openrpc.Property) bool {
		same := f.withPattern(pattern.Name)
		if p.patterns.get(pattern.Name) == nil {
			// Nobody here can tell what it matches: only the same pattern will do.
			return same.fits != nil && p.givesBelow(same, pattern.Schema)
		}
		for _, name := range f.names(g) {
			if p.patterns.get(pattern.Name).MatchString(name) && !p.givesBelow(p.member(f, name), pattern.Schema) {
				return false
			}
		}
		if same.fits != nil && p.givesBelow(same, pattern.Schema) {
			return true
		}
		return all(p.others(f, nil), func(c claim) bool { return p.givesBelow(c, pattern.Schema) })
	})
}

// fitsAdditional proves additionalProperties, for what is neither in properties nor matched by patternProperties.
func (p *Prover) fitsAdditional(f *facts, g *openrpc.Schema) bool {
	if g.AdditionalProperties == nil {
		return true
	}
	gives := func(c claim) bool { return p.givesBelow(c, g.AdditionalProperties) }
	for _, name := range f.names(g) {
		if g.Property(name) == nil && !p.patterns.match(g.PatternProperties, name) && !gives(p.member(f, name)) {
			return false
		}
	}
	return all(p.others(f, g.PatternProperties), gives)
}

func (p *Prover) fitsNames(f *facts, g *openrpc.Schema) bool {
	if g.PropertyNames == nil {
		return true
	}
	var names claim
	for _, s := range f.schemas {
		if s.PropertyNames != nil {
			names.fits = append(names.fits, s.PropertyNames)
		}
	}
	p.depth++
	defer func() { p.depth-- }()
	return p.givesFor(names, text, g.PropertyNames)
}

func (p *Prover) fitsDependency(f *facts, d openrpc.Dependency, has func(string) bool) bool {
	if d.Schema != nil && p.fits(f, d.Schema) || d.Schema == nil && all(d.Required, has) || p.givesBelow(p.member(f, d.Name), Nothing) {
		return true
	}
	for _, s := range f.schemas {
		for _, known := range s.Dependencies {
			if known.Name == d.Name && p.dependencyGives(known, d, has) {
				return true
			}
		}
	}
	return false
}

func (p *Prover) dependencyGives(known, d openrpc.Dependency, has func(string) bool) bool {
	if known.Schema != nil || d.Schema != nil {
		return known.Schema != nil && d.Schema != nil && p.Same(known.Schema, d.Schema)
	}
	return all(d.Required, func(name string) bool { return has(name) || slices.Contains(known.Required, name) })
}

// required are the members that are there.
func (f *facts) required() []string {
	var names []string
	for _, s := range f.schemas {
		for _, name := range s.Required {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// names are those that properties has in the facts or in the goal.
func (f *facts) names(g *openrpc.Schema) []string {
	seen := map[string]bool{}
	var names []string
	for _, s := range append(slices.Clone(f.schemas), g) {
		for _, property := range s.Properties {
			if !seen[property.Name] {
				seen[property.Name] = true
				names = append(names, property.Name)
			}
		}
	}
	return names
}

// member is what is known of the member of that name, if it is there.
func (p *Prover) member(f *facts, name string) claim {
	var c claim
	for _, s := range f.schemas {
		named := false
		if property := s.Property(name); property != nil {
			c.fits, named = append(c.fits, property), true
		}
		for _, pattern := range s.PatternProperties {
			if re := p.patterns.get(pattern.Name); re != nil && re.MatchString(name) {
				c.fits, named = append(c.fits, pattern.Schema), true
			}
		}
		if !named && s.AdditionalProperties != nil && p.patterns.allWork(s) {
			c.fits = append(c.fits, s.AdditionalProperties)
		}
	}
	return c
}

// others is what is known of a member that no properties name: one of the claims holds. Members that match one of the exempt
// patterns may be left out.
func (p *Prover) others(f *facts, exempt []openrpc.Property) []claim {
	var base claim
	var matching *openrpc.Schema // the first that has patterns; what more of them say is left aside
	for _, s := range f.schemas {
		switch {
		case len(s.PatternProperties) == 0 && s.AdditionalProperties != nil:
			base.fits = append(base.fits, s.AdditionalProperties)
		case len(s.PatternProperties) > 0 && matching == nil && p.patterns.allWork(s):
			matching = s
		}
	}
	if matching == nil {
		return []claim{base}
	}
	rest := matching.AdditionalProperties
	if rest == nil {
		rest = Anything
	}
	list := []claim{{fits: append(slices.Clone(base.fits), rest)}}
	for _, pattern := range matching.PatternProperties {
		if !slices.ContainsFunc(exempt, func(e openrpc.Property) bool { return e.Name == pattern.Name }) {
			list = append(list, claim{fits: append(slices.Clone(base.fits), pattern.Schema)})
		}
	}
	return list
}

// withPattern is what is known of a member that the pattern matches, by that pattern; nothing if no fact has it.
func (f *facts) withPattern(pattern string) claim {
	var c claim
	for _, s := range f.schemas {
		for _, known := range s.PatternProperties {
			if known.Name == pattern {
				c.fits = append(c.fits, known.Schema)
			}
		}
	}
	return c
}

// patterns are regular expressions by their text; nil: Go cannot compile it.
type patterns map[string]*regexp.Regexp

func (ps patterns) get(pattern string) *regexp.Regexp {
	re, ok := ps[pattern]
	if !ok {
		re, _ = regexp.Compile(pattern) // nil if it cannot be compiled
		ps[pattern] = re
	}
	return re
}

func (ps patterns) match(list []openrpc.Property, name string) bool {
	return slices.ContainsFunc(list, func(pattern openrpc.Property) bool {
		re := ps.get(pattern.Name)
		return re != nil && re.MatchString(name)
	})
}

func (ps patterns) allWork(s *openrpc.Schema) bool {
	return all(s.PatternProperties, func(pattern openrpc.Property) bool { return ps.get(pattern.Name) != nil })
}

func all[T any](list []T, holds func(T) bool) bool {
	return !slices.ContainsFunc(list, func(v T) bool { return !holds(v) })
}
