package validate

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// place is a value within params, with the schemas that apply to it. They are
// judged together, after everything inside the value has been.
type place struct {
	*judge
	value  any
	names  []string // of positional params, if the value is those
	claims []claim
}

// claim is a schema's, that the value fits it.
type claim struct {
	schema *jsonschema.Schema
	broken bool
	told   bool // why it is broken is to be told
	closed bool // nothing inside the value can add to what is known
	found  bool // the element that contains asks for
	stage  stage

	keywords []string // by which it is broken, as pointers into the schema
	faults   faults   // without theirs, until it is settled
}

// stage is how far a claim is settled by those of the same place.
type stage byte

const (
	open stage = iota
	settling
	settled
)

// step is what pointers call a member.
func (p *place) step(name string) string {
	if i := slices.Index(p.names, name); i >= 0 {
		return strconv.Itoa(i)
	}
	return name
}

// apply makes the claims of a schema, and of those that it applies to the same
// value. Alternatives contradict each other, so that only the keyword is told.
func (p *place) apply(s *jsonschema.Schema, told bool) {
	if s == nil {
		return
	}
	i := p.index(s)
	if i < 0 {
		i = len(p.claims)
		p.claims = append(p.claims, claim{schema: s})
	} else if p.claims[i].told || !told {
		return
	}
	p.claims[i].told = told
	if p.judgeAlone(&p.claims[i]); p.claims[i].closed {
		return
	}
	for _, part := range [...]*jsonschema.Schema{s.Ref, s.Then, s.Else} {
		p.apply(part, told)
	}
	for _, parts := range [...][]*jsonschema.Schema{s.AllOf, p.dependent(s)} {
		for _, part := range parts {
			p.apply(part, told)
		}
	}
	for _, parts := range [...][]*jsonschema.Schema{{s.Not, s.If}, s.AnyOf, s.OneOf} {
		for _, part := range parts {
			p.apply(part, false)
		}
	}
}

func (p *place) index(s *jsonschema.Schema) int {
	return slices.IndexFunc(p.claims, func(c claim) bool { return c.schema == s })
}

// dependent are the schemas that a schema applies because an object has some
// member.
func (p *place) dependent(s *jsonschema.Schema) (parts []*jsonschema.Schema) {
	object, _ := p.value.(map[string]any)
	for name, dependency := range s.Dependencies {
		if part, ok := dependency.(*jsonschema.Schema); ok {
			if _, ok := object[name]; ok {
				parts = append(parts, part)
			}
		}
	}
	return parts
}

// judgeAlone judges a claim by the keywords that apply no other schema. Where the
// type differs, jsonschema/v5 looks no further.
func (p *place) judgeAlone(c *claim) {
	s := c.schema
	c.closed = s.Always != nil || !isOneOf(s.Types, p.value)
	switch {
	case s.Always == nil && c.closed:
		c.breaks("/type")
	case s.Always == nil:
		p.judgeOthers(c)
		p.judgeUnique(c)
		p.judgePattern(c)
	case !*s.Always:
		c.breaks("")
	}
}

// judgeOthers asks jsonschema/v5.
func (p *place) judgeOthers(c *claim) {
	alone := p.schemas.alone(c.schema)
	if alone == nil {
		return
	}
	err := alone.Validate(p.value)
	if err == nil {
		return
	}
	fault, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		p.err = err
		return
	}
	for _, cause := range fault.Causes { // the root says only that there are some
		c.breaks(strings.TrimPrefix(cause.AbsoluteKeywordLocation, alone.Location))
	}
}

// judgeUnique judges uniqueItems, unless there are more elements than are allowed.
func (p *place) judgeUnique(c *claim) {
	list, ok := p.value.([]any)
	if !ok || !c.schema.UniqueItems || c.closed || c.schema.MaxItems >= 0 && len(list) > c.schema.MaxItems {
		return
	}
	if !p.areUnique(list) {
		c.breaks("/uniqueItems")
	}
}

func (p *place) judgePattern(c *claim) {
	text, ok := p.value.(string)
	if !ok || c.schema.Pattern == nil || c.closed {
		return
	}
	if !p.matches(c.schema.Pattern, text) {
		c.breaks("/pattern")
	}
}

// breaks breaks a claim, by the keyword at a pointer into its schema.
func (c *claim) breaks(keyword string) {
	c.broken = true
	c.closed = c.closed || !c.told
	if c.told {
		c.keywords = append(c.keywords, keyword)
	}
}

// enter judges a value inside by what the claims ask of it.
func (p *place) enter(step string, value any, each func(*jsonschema.Schema, asking)) {
	if p.err != nil {
		return
	}
	var asks []ask
	for i := range p.claims {
		c := &p.claims[i]
		if c.closed {
			continue
		}
		each(c.schema, func(part *jsonschema.Schema, some bool) {
			if part != nil && (some && !c.found || !some && c.faults.mayTake(step)) {
				asks = append(asks, ask{schema: part, by: i, told: c.told && !some, some: some})
			}
		})
	}
	if len(asks) == 0 {
		return
	}
	inside := p.at(value, nil, asks...)
	for _, a := range asks {
		c, answer := &p.claims[a.by], inside.settle(a.schema)
		switch {
		case a.some:
			c.found = c.found || !answer.broken
		case answer.broken:
			c.broken = true
			c.closed = !c.told
			c.faults.addInside(step, answer.faults)
		}
	}
}

// settle decides about the claim of a schema, and tells why it is broken. That is
// for those that are asked for: of then and else, only one is.
func (p *place) settle(s *jsonschema.Schema) *claim {
	c := &p.claims[p.index(s)]
	switch c.stage {
	case settled:
		return c
	case settling:
		p.err = errLoop
		return c
	}
	c.stage = settling
	if !c.closed {
		p.settleParts(c)
	}
	for _, keyword := range c.keywords {
		c.faults.addAll(p.schemas.violations(s, keyword, p.value))
	}
	c.stage = settled
	return c
}

// settleParts decides about a claim by those of the schemas that its own applies
// to the same value.
func (p *place) settleParts(c *claim) {
	s := c.schema
	p.need(c, s.Ref)
	p.need(c, s.AllOf...)
	p.need(c, p.dependent(s)...)
	switch {
	case s.If == nil:
	case p.settle(s.If).broken:
		p.need(c, s.Else)
	default:
		p.need(c, s.Then)
	}
	if s.Not != nil && !p.settle(s.Not).broken {
		c.breaks("/not")
	}
	if len(s.AnyOf) > 0 && p.fitting(s.AnyOf) == 0 {
		c.breaks("/anyOf")
	}
	if len(s.OneOf) > 0 && p.fitting(s.OneOf) != 1 {
		c.breaks("/oneOf")
	}
	if _, ok := p.value.([]any); ok && s.Contains != nil && !c.found {
		c.breaks("/contains")
	}
}

// need breaks a claim if one of these schemas is broken, for its reasons.
func (p *place) need(c *claim, parts ...*jsonschema.Schema) {
	for _, part := range parts {
		if part == nil {
			continue
		}
		if other := p.settle(part); other.broken {
			c.broken = true
			c.faults.addAll(other.faults)
		}
	}
}

// fitting is how many of these schemas the value fits.
func (p *place) fitting(parts []*jsonschema.Schema) (n int) {
	for _, part := range parts {
		if !p.settle(part).broken {
			n++
		}
	}
	return n
}
