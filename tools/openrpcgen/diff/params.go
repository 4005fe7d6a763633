package diff

import (
	"slices"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// params compares the params of a method, which are told by name; and where calls by position are possible, by that too.
func (c *comparison) params(old, new *method) {
	p := &paramComparison{
		comparison: c, old: old, new: new,
		byName:     old.ParamStructure != openrpc.ByPosition || new.ParamStructure != openrpc.ByPosition,
		byPosition: old.ParamStructure != openrpc.ByName || new.ParamStructure != openrpc.ByName,
	}
	gone, added := p.match()
	gone, added = p.renamed(gone, added)
	p.order()
	for _, i := range gone {
		p.gone(i)
	}
	for _, i := range added {
		p.added(i)
	}
	for _, pair := range p.pairs {
		p.pair(old.Params[pair[0]], new.Params[pair[1]])
	}
}

type paramComparison struct {
	*comparison
	old, new           *method
	byName, byPosition bool     // how calls may be made
	pairs              [][2]int // the params that are in both, by their positions
}

// match pairs the params by name and returns the positions of the others.
func (p *paramComparison) match() (gone, added []int) {
	positions := map[string]int{}
	for i, d := range p.new.Params {
		positions[d.Name] = i
	}
	for i, d := range p.old.Params {
		if j, ok := positions[d.Name]; ok {
			p.pairs = append(p.pairs, [2]int{i, j})
			delete(positions, d.Name)
		} else {
			gone = append(gone, i)
		}
	}
	for i, d := range p.new.Params {
		if _, ok := positions[d.Name]; ok {
			added = append(added, i)
		}
	}
	return gone, added
}

// renamed finds params that stand at the same position with the same schema and another name.
func (p *paramComparison) renamed(gone, added []int) (_, _ []int) {
	var done []int
	for _, i := range gone {
		if !slices.Contains(added, i) {
			continue
		}
		old, new := p.old.Params[i], p.new.Params[i]
		if old.Required != new.Required || !p.prover.Same(old.Schema, new.Schema) {
			continue
		}
		done = append(done, i)
		p.pairs = append(p.pairs, [2]int{i, i})
		p.add(where(nil, new.Node, "name"), breaks(p.byName, p.byName), "the param %q is now called %q%s", old.Name, new.Name,
			either(p.byName, ", and calls may be made by name: keep the name", ", and calls are made by position"))
	}
	isDone := func(i int) bool { return slices.Contains(done, i) }
	return slices.DeleteFunc(gone, isDone), slices.DeleteFunc(added, isDone)
}

// order tells whether params changed places among each other. Where others came between, those are the change.
func (p *paramComparison) order() {
	slices.SortFunc(p.pairs, func(a, b [2]int) int { return a[0] - b[0] })
	if !slices.IsSortedFunc(p.pairs, func(a, b [2]int) int { return a[1] - b[1] }) {
		p.add(where(nil, p.new.Node, "params"), breaks(p.byPosition, p.byPosition), "the params have another order%s",
			either(p.byPosition, ", and calls may be made by position: keep the order", ", and calls are made by name"))
	}
}

func (p *paramComparison) gone(i int) {
	d := p.old.Params[i]
	p.add(d.Node.Place(), breaks(!p.ignores(p.new), !p.mayLack(d, p.isLast(i, 0))), "the param %q is gone: keep it, even if it does nothing", d.Name)
}

func (p *paramComparison) added(i int) {
	d := p.new.Params[i]
	advice := "servers of the old document refuse it"
	switch {
	case d.Required:
		advice = "callers do not send it, though it is required: make it optional"
	case p.byPosition && !p.isLast(i, 1):
		advice = "it stands where calls by position have another param: move it to the end"
	}
	p.add(d.Node.Place(), breaks(!p.mayLack(d, p.isLast(i, 1)), !p.ignores(p.old)), "the param %q is new: %s", d.Name, advice)
}

// mayLack reports whether a call that does not know of the param is still right.
func (p *paramComparison) mayLack(d *openrpc.ContentDescriptor, last bool) bool {
	return !d.Required && (last || !p.byPosition)
}

// ignores reports whether a server that does not know of a param lets it pass.
func (p *paramComparison) ignores(server *method) bool {
	return server.AdditionalParams && !p.byPosition
}

// isLast reports whether no param that is in both documents stands behind position i of the old (0) or the new one (1).
func (p *paramComparison) isLast(i, side int) bool {
	return !slices.ContainsFunc(p.pairs, func(pair [2]int) bool { return pair[side] > i })
}

func (p *paramComparison) pair(old, new *openrpc.ContentDescriptor) {
	p.spoken = p.spoken || descriptorWords(old) != descriptorWords(new)
	if old.Required != new.Required {
		b := verdict(old, new, func(client, server *openrpc.ContentDescriptor) bool { return !server.Required || client.Required })
		p.add(where(old.Node, new.Node, "required"), b, "the param %q is %s", new.Name, either(new.Required,
			"required now: callers may leave it out", "optional now: servers of the old document require it"))
	}
	p.schema(old.Schema, new.Schema, asked)
}

func either(condition bool, yes, no string) string {
	if condition {
		return yes
	}
	return no
}
