package openrpc

// Example is the Example Object.
type Example struct {
	Node                       *Node
	Key                        string // in components.examples
	Name, Summary, Description string
	Value                      *Node // nil where the document gives none
	Extensions                 []Member
}

// ExamplePairing is the Example Pairing Object: a call and its answer.
type ExamplePairing struct {
	Node                       *Node
	Key                        string // in components.examplePairings
	Name, Summary, Description string
	Params                     []*Example
	Result                     *Example // nil for a notification
	Extensions                 []Member

	paramNodes []*Node // where each param stands: itself, or the reference to it
}

// Arguments returns the example of each of the method's params, nil for a param that the pairing leaves out. An example belongs to
// the param of its name. Real documents often give examples names of their own: those belong to the param of their position, if
// that has none by name.
func (m *Method) Arguments(p *ExamplePairing) []*Example {
	arguments := make([]*Example, len(m.Params))
	index := m.paramIndexes()
	var unnamed []int
	for i, e := range p.Params {
		if param, ok := index[e.Name]; ok && arguments[param] == nil {
			arguments[param] = e
		} else {
			unnamed = append(unnamed, i)
		}
	}
	for _, i := range unnamed {
		if i < len(arguments) && arguments[i] == nil {
			arguments[i] = p.Params[i]
		}
	}
	return arguments
}

// paramIndexes gives each param's position by its name.
func (m *Method) paramIndexes() map[string]int {
	index := map[string]int{}
	for i, p := range m.Params {
		if _, ok := index[p.Name]; !ok {
			index[p.Name] = i
		}
	}
	return index
}

func (r *reader) example(n *Node) *Example {
	defer r.aboutExamples()()
	return referenced(r, n, "example", r.examples, func(n *Node) *Example {
		f := r.fields(n, "example", Warning)
		if f == nil {
			return nil
		}
		return &Example{
			Node:        n,
			Key:         keyOf(n),
			Name:        f.name("name"),
			Summary:     f.text("summary"),
			Description: f.text("description"),
			Value:       f.required("value"),
			Extensions:  extensions(f.node),
		}
	})
}

func (r *reader) examplePairing(n *Node) *ExamplePairing {
	defer r.aboutExamples()()
	return referenced(r, n, "example pairing", r.examplePairings, func(n *Node) *ExamplePairing {
		f := r.fields(n, "example pairing", Warning)
		if f == nil {
			return nil
		}
		p := &ExamplePairing{
			Node:        n,
			Key:         keyOf(n),
			Name:        f.name("name"),
			Summary:     f.prose("summary"),
			Description: f.text("description"),
		}
		if f.required("params") != nil {
			p.Params, p.paramNodes = readableWithNodes(f.list("params", Warning), r.example)
		}
		if result := f.optional("result"); result != nil {
			p.Result = r.example(result)
		}
		p.Extensions = extensions(f.node)
		return p
	})
}

// checkExamples checks the document's sample values: examples and defaults of schemas, and the params and results of its examples.
func (r *reader) checkExamples(d *Document) {
	var samples []sample
	for _, m := range d.Methods {
		for _, p := range m.Examples {
			samples = append(samples, r.pairingSamples(m, p)...)
		}
	}
	for _, s := range r.inOrder {
		for _, e := range s.Examples {
			samples = append(samples, sample{e, s, "example"})
		}
		if s.Default != nil {
			samples = append(samples, sample{s.Default, s, "default"})
		}
	}
	r.checkSamples(d, samples, paramDefaults(d))
}

// Fits reports whether one of the document's own values fits its schema: an example or a default, or the effective default of an
// optional param. It is false for any value that was not checked.
func (d *Document) Fits(value *Node, s *Schema) bool {
	return d.fitting[sample{value, s, "example"}] || d.fitting[sample{value, s, "default"}]
}

// sample is a value and the schema that it should fit.
type sample struct {
	value  *Node
	schema *Schema
	what   string // "example" or "default"
}

// paramDefaults are the params' schemas around those that have the default, by what they ask for beyond those.
func paramDefaults(d *Document) (around [][2]*Schema) {
	for _, m := range d.Methods {
		for _, p := range m.Params {
			if p.Schema == nil || p.Required {
				continue
			}
			if holder := p.Schema.defaultHolder(); holder != nil {
				around = append(around, [2]*Schema{holder, p.Schema})
			}
		}
	}
	return around
}

// pairingSamples returns the values of a pairing, and warns of what does not fit the method's own params.
func (r *reader) pairingSamples(m *Method, p *ExamplePairing) []sample {
	defer r.aboutExamples()()
	var samples []sample
	r.checkArgumentNames(m, p)
	for i, e := range m.Arguments(p) {
		switch param := m.Params[i]; {
		case e == nil && param.Required:
			r.report(Warning, p.Node, "the example leaves out the required param %s: add it", quote(param.Name))
		case e != nil && e.Value != nil && param.Schema != nil:
			samples = append(samples, sample{e.Value, param.Schema, "example"})
		}
	}
	switch {
	case p.Result == nil || p.Result.Value == nil:
	case m.Result == nil:
		r.report(Warning, p.Result.Node, "the example has a result, and the method %s has none: remove it", quote(m.Name))
	case m.Result.Schema != nil:
		samples = append(samples, sample{p.Result.Value, m.Result.Schema, "example"})
	}
	return samples
}

func (r *reader) checkArgumentNames(m *Method, p *ExamplePairing) {
	index := m.paramIndexes()
	for i, e := range p.Params {
		if _, ok := index[e.Name]; !ok && e.Name != "" {
			r.report(Warning, p.paramNodes[i], "the method %s has no param %s: name the example after the param that it is for", quote(m.Name), quote(e.Name))
		}
	}
	if len(p.Params) > len(m.Params) {
		r.report(Warning, p.Node, "the example has %d params and the method %s only %d: remove some", len(p.Params), quote(m.Name), len(m.Params))
	}
}

// checkSamples warns of each value that does not fit its schema, and of each default that fits its own schema but not one around it.
func (r *reader) checkSamples(d *Document, samples []sample, defaults [][2]*Schema) {
	var schemas []*Schema
	for _, s := range samples {
		schemas = append(schemas, s.schema)
	}
	for _, pair := range defaults {
		schemas = append(schemas, pair[1])
	}
	v, err := newValidator(schemas)
	if err != nil {
		r.report(Warning, d.Node, "examples and defaults were not checked against their schemas, and no default is filled in: %s", excerpt(err.Error()))
		return
	}
	d.fitting = map[sample]bool{}
	for _, s := range samples {
		r.checkSample(d, v, s)
	}
	for _, pair := range defaults {
		if holder := pair[0]; d.Fits(holder.Default, holder) {
			r.checkSample(d, v, sample{holder.Default, pair[1], "default"})
		}
	}
}

func (r *reader) checkSample(d *Document, v *validator, s sample) {
	if _, done := d.fitting[s]; done {
		return
	}
	if s.what == "example" {
		defer r.aboutExamples()()
	}
	violation, err := v.check(s.schema, s.value)
	d.fitting[s] = violation == nil && err == nil
	schema := "its schema"
	if s.what == "default" {
		schema += " and is not filled in"
	}
	switch {
	case err != nil:
		r.report(Warning, s.value, "the %s was not checked against %s: %s", s.what, schema, excerpt(err.Error()))
	case violation != nil && s.what == "default" && s.schema.Default != s.value:
		r.report(Warning, s.schema.Node, "the default from within does not fit this schema and is not filled in: %s: mend the one or the other",
			excerpt(violation.message))
	case violation != nil:
		r.report(Warning, violation.node, "the %s does not fit %s: %s: mend the one or the other", s.what, schema, excerpt(violation.message))
	}
}
