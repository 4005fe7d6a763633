package diff

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

type schema = openrpc.Schema

// use says which way values go.
type use uint8

const (
	asked    use = iota // in params: from the client to the server
	answered            // in results and the data of errors
)

// finding is one difference between two versions of a schema, whatever they are used for.
type finding struct {
	difference
	lost   bool // values that the old one allows may be refused by the new one
	gained bool // values that the new one allows may be refused by the old one
	apart  bool // it matters though both allow the same values
}

// difference is what a finding is about. Where two schemas become one, or one becomes two, several findings are about the same.
type difference struct {
	node    *openrpc.Node
	message string
}

// effect is what a difference does in all its uses.
type effect struct {
	lost, gained [2]bool // by use
	schema       string  // the named one that it is in
	methods      []string
}

// schema compares two versions of a schema that values of the given use must fit. What has been proven of the whole is the last word:
// no finding breaks what the whole does not; and if the whole breaks although no finding alone does, all of them do.
func (c *comparison) schema(old, new *schema, u use) {
	found := c.walk(old, new)
	if len(found) == 0 {
		return
	}
	c.touched = true
	lost, gained := !c.prover.Subset(old, new), !c.prover.Subset(new, old)
	lostAlone := slices.ContainsFunc(found, func(f located) bool { return f.lost && !f.apart })
	gainedAlone := slices.ContainsFunc(found, func(f located) bool { return f.gained && !f.apart })
	for _, f := range found {
		e := c.effect(f)
		e.lost[u] = e.lost[u] || f.lost && (lost || f.apart) || lost && !lostAlone
		e.gained[u] = e.gained[u] || f.gained && (gained || f.apart) || gained && !gainedAlone
	}
}

// effect is the one that the difference has so far, in the method at hand too.
func (c *comparison) effect(f located) *effect {
	e := c.effects[f.difference]
	if e == nil {
		e = &effect{schema: f.schema}
		c.effects[f.difference] = e
	}
	if !slices.Contains(e.methods, c.method) {
		e.methods = append(e.methods, c.method)
	}
	return e
}

// change says what a difference breaks and why.
func (e *effect) change(d difference) Change {
	var reasons []string
	for _, r := range []struct {
		is  bool
		why string
	}{
		{e.lost[asked], "calls that the old document allows may be refused"},
		{e.gained[asked], "servers of the old document may refuse calls that are allowed now"},
		{e.gained[answered], "callers may get answers that the old document does not allow"},
		{e.lost[answered], "servers of the old document may answer what is not allowed any more"},
	} {
		if r.is {
			reasons = append(reasons, r.why)
		}
	}
	message := d.message
	if reasons != nil {
		message += ": " + strings.Join(reasons, "; ")
	}
	return Change{
		Place:   d.node.Place(),
		Breaks:  breaks(e.lost[asked] || e.gained[answered], e.gained[asked] || e.lost[answered]),
		Schema:  e.schema,
		Methods: e.methods,
		Message: message,
	}
}

// located is a finding and the named schema that it is in, "" if there is none.
type located struct {
	*finding
	schema string
}

// walk goes through both versions side by side, and returns what differs. It notes whether words do.
func (c *comparison) walk(old, new *schema) []located {
	type step struct {
		pair   [2]*schema
		within string
	}
	var found []located
	seen := map[[2]*schema]bool{}
	for todo := []step{{pair: [2]*schema{old, new}}}; len(todo) > 0; {
		at := todo[0]
		todo = todo[1:]
		if seen[at.pair] {
			continue
		}
		seen[at.pair] = true
		within := cmp.Or(at.pair[1].Key, at.pair[0].Key, at.within)
		p := c.pairing(at.pair)
		c.spoken = c.spoken || p.words
		for _, f := range p.findings {
			found = append(found, located{f, within})
		}
		for _, inner := range p.inner {
			todo = append(todo, step{inner, within})
		}
	}
	return found
}

// pairing is what was found about two schemas that stand for each other.
type pairing struct {
	findings []*finding
	inner    [][2]*schema // the pairs within
	words    bool
}

// pairing compares two schemas, once. A reference is compared by its annotations, and leads to what it refers to.
func (c *comparison) pairing(at [2]*schema) *pairing {
	if p, ok := c.pairs[at]; ok {
		return p
	}
	old, new := at[0], at[1]
	p := &pairing{words: schemaWords(old) != schemaWords(new)}
	c.pairs[at] = p
	reference := old.Ref != nil || new.Ref != nil
	if !reference || old.Default != nil || new.Default != nil {
		p.defaults(defaultOf(old), defaultOf(new))
	}
	if reference {
		p.inner = [][2]*schema{{old.Target(), new.Target()}}
	} else {
		k := &keywords{pairing: p, prover: c.prover, old: old, new: new}
		k.compare()
	}
	return p
}

// defaults compares the default, which stands for a value that was left out: who leaves it out and who reads it must agree.
func (p *pairing) defaults(old, new *openrpc.Node) {
	if canonical(old) == canonical(new) {
		return
	}
	message := "the default is " + brief(new) + ", was " + brief(old)
	p.findings = append(p.findings, &finding{difference: difference{cmp.Or(new, old), message}, lost: old != nil, gained: new != nil, apart: true})
}

// defaultOf is the nearest default on the way that references lead.
func defaultOf(s *schema) *openrpc.Node {
	for s.Default == nil && s.Ref != nil {
		s = s.Ref
	}
	return s.Default
}
