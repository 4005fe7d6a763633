// Package diff tells what the difference between two versions of an OpenRPC document does to the programs that rely on it.
//
// There are two directions, and each change is judged in both. A change breaks callers if a client of the old document, sending
// whatever that allows, may fare worse with a server of the new one. It breaks servers if a server of the old document may fail a
// client of the new one: a new method breaks servers, since they have still to be taught it. So what breaks servers is what would
// break callers if the documents changed places, and every rule here is written once: does a client of this document work with a
// server of that one?
//
// What a client sends, the server must accept: params may become wider for callers. What a server answers, the client must know:
// results may become narrower. Errors that a client does not know reach it as plain JSON-RPC errors, as any undeclared one does, so
// that more of them break no caller; but a caller who waits for one that is never sent is broken.
//
// It is about what goes over the wire, not about Go source. What is not proven to be compatible counts as breaking; the proofs are
// package subset's. Components count only where a method reaches them.
package diff

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/diff/subset"
	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// Change is one difference, at the place in the new document where it shows, or in the old one if it is about what is gone.
type Change struct {
	openrpc.Place
	Breaks Breaks
	// Schema is the named schema that changed, and Methods are those whose values it is part of. Without a Schema the change is in the
	// methods themselves; without either it is about which methods there are, or about the document.
	Schema  string
	Methods []string
	Message string
}

// Breaks says whom a change breaks; 0 is nobody: it is compatible.
type Breaks uint8

// Callers and Servers can be combined.
const (
	Callers Breaks = 1 << iota
	Servers
)

func (b Breaks) String() string {
	return [...]string{"compatible", "breaks callers", "breaks servers", "breaks callers and servers"}[b]
}

// String is "new.json:12:7: /methods/3/params/0: breaks callers: get_order: message", or "Order, used by get_order: message".
func (c Change) String() string {
	message := c.Message
	if len(c.Methods) > 0 {
		message = either(c.Schema != "", plain(c.Schema)+", used by ", "") + names(c.Methods) + ": " + message
	}
	return openrpc.Fault{Severity: openrpc.Error, Place: c.Place, Message: c.Breaks.String() + ": " + message}.String()
}

// names lists some names, and says how many there are beside.
func names(list []string) string {
	const most = 5
	var shown []string
	for _, name := range list[:min(len(list), most)] {
		shown = append(shown, plain(name))
	}
	text := strings.Join(shown, ", ")
	if more := len(list) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// plain is a name as it stands, or quoted where that could be misread.
func plain(name string) string {
	quoted := strconv.Quote(name)
	if quoted != `"`+name+`"` || strings.ContainsAny(name, " ,:") {
		return quoted
	}
	return name
}

// Changes is every difference, in the order of their places.
type Changes []Change

// Break reports whether any change breaks one of those.
func (cs Changes) Break(whom Breaks) bool {
	return slices.ContainsFunc(cs, func(c Change) bool { return c.Breaks&whom != 0 })
}

// String is one change a line, and a last line that counts them.
func (cs Changes) String() string {
	if len(cs) == 0 {
		return "no changes\n"
	}
	var b strings.Builder
	var counts [4]int
	for _, c := range cs {
		counts[c.Breaks]++
		b.WriteString(c.String() + "\n")
	}
	fmt.Fprintf(&b, "changes: %d", len(cs))
	for _, breaks := range []Breaks{Callers, Servers, Callers | Servers, 0} {
		if counts[breaks] > 0 {
			fmt.Fprintf(&b, ", %s: %d", breaks, counts[breaks])
		}
	}
	b.WriteString("\n")
	return b.String()
}

// Documents compares two versions of a document.
func Documents(old, new *openrpc.Document) Changes {
	c := newComparison()
	c.methods(old.Methods, new.Methods)
	c.discover(old, new)
	c.documentWords(old, new)
	return c.changes()
}

// comparison gathers what was found.
type comparison struct {
	prover  *subset.Prover
	pairs   map[[2]*openrpc.Schema]*pairing
	effects map[difference]*effect // of what is about schemas
	list    []Change               // what is not
	words   []string               // the methods of which only words changed
	general bool                   // so did words about the document
	place   openrpc.Place
	method  string // at hand; "" if none is
	spoken  bool   // words of it changed
	touched bool   // so did something else of it
}

func newComparison() *comparison {
	return &comparison{
		prover:  subset.New(),
		pairs:   map[[2]*openrpc.Schema]*pairing{},
		effects: map[difference]*effect{},
	}
}

// fork compares on the side, with what is known already.
func (c *comparison) fork() *comparison {
	return &comparison{prover: c.prover, pairs: c.pairs, effects: map[difference]*effect{}}
}

func (c *comparison) add(place openrpc.Place, breaks Breaks, format string, args ...any) {
	c.touched = true
	change := Change{Place: place, Breaks: breaks, Message: fmt.Sprintf(format, args...)}
	if c.method != "" {
		change.Methods = []string{c.method}
	}
	c.list = append(c.list, change)
}

// changes sorts what was found, and makes one of what is the same.
func (c *comparison) changes() Changes {
	list := slices.Clone(c.list)
	for d, e := range c.effects {
		list = append(list, e.change(d))
	}
	if line, ok := c.wordChange(); ok {
		list = append(list, line)
	}
	slices.SortStableFunc(list, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Message, b.Message))
	})
	var merged Changes
	for _, change := range list {
		if n := len(merged) - 1; n >= 0 && merged[n].Place == change.Place && merged[n].Message == change.Message {
			merged[n].Breaks |= change.Breaks
			merged[n].Methods = slices.Compact(append(merged[n].Methods, change.Methods...))
		} else {
			merged = append(merged, change)
		}
	}
	return merged
}

// verdict asks in both directions whether a client of the one works with a server of the other.
func verdict[T any](old, new T, works func(client, server T) bool) Breaks {
	return breaks(!works(old, new), !works(new, old))
}

func breaks(callers, servers bool) Breaks {
	var b Breaks
	if callers {
		b |= Callers
	}
	if servers {
		b |= Servers
	}
	return b
}

// where is the place of a member in the new object, else in the old one, else of the new object.
func where(old, new *openrpc.Node, name string) openrpc.Place {
	for _, n := range []*openrpc.Node{new, old} {
		if v := n.Get(name); v != nil {
			return v.Place()
		}
	}
	return new.Place()
}
