package diff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/diff/subset"
	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// keywords compares two schemas keyword by keyword. Each keyword is judged alone: the schema of the one side against one that has
// only that keyword of the other.
type keywords struct {
	*pairing
	prover   *subset.Prover
	old, new *schema
}

func (k *keywords) compare() {
	if k.old.Boolean != nil || k.new.Boolean != nil {
		if !k.prover.Same(k.old, k.new) {
			k.find(k.new.Node, k.old, k.new, "the schema allows %s, was %s", extent(k.new), extent(k.old))
		}
		return
	}
	k.nullable()
	k.plain("type")
	if apart(k.old, k.new) {
		return // whatever else differs follows from that
	}
	for _, name := range plainKeywords {
		k.plain(name)
	}
	k.enum()
	k.required()
	k.properties()
	k.patterns()
	k.additional()
	k.elements()
	k.list("allOf", k.old.AllOf, k.new.AllOf)
	k.list("anyOf", k.old.AnyOf, k.new.AnyOf)
	k.list("oneOf", k.old.OneOf, k.new.OneOf)
}

// find adds a finding. goalOld and goalNew are what of the two sides differs.
func (k *keywords) find(node *openrpc.Node, goalOld, goalNew *schema, format string, args ...any) {
	k.findings = append(k.findings, &finding{
		difference: difference{node, fmt.Sprintf(format, args...)},
		lost:       goalNew != nil && !k.prover.Subset(k.old, goalNew),
		gained:     goalOld != nil && !k.prover.Subset(k.new, goalOld),
	})
}

// only is a schema with the keywords that keep sets. It allows null if either side does by nullable, which is judged apart.
func (k *keywords) only(keep func(to *schema)) *schema {
	part := &schema{Node: everyKeyword, Nullable: k.old.Nullable || k.new.Nullable}
	keep(part)
	return part
}

// everyKeyword stands for the text of schemas that are made here: those of its members that are set are part of them.
var everyKeyword = func() *openrpc.Node {
	n := &openrpc.Node{Kind: openrpc.Object}
	for _, name := range append([]string{"type", "enum", "allOf", "anyOf", "oneOf", "then", "else", "items", "additionalItems", "required",
		"properties", "patternProperties", "additionalProperties"}, plainKeywords...) {
		n.Members = append(n.Members, openrpc.Member{Name: name})
	}
	return n
}()

func (k *keywords) nullable() {
	if k.old.Nullable == k.new.Nullable {
		return
	}
	null := &schema{Node: everyKeyword, Types: []openrpc.Type{openrpc.TypeNull}}
	k.findings = append(k.findings, &finding{
		difference: difference{
			cmp.Or(k.new.Node.Get("nullable"), k.old.Node.Get("nullable"), k.new.Node),
			fmt.Sprintf("nullable is %t, was %t", k.new.Nullable, k.old.Nullable),
		},
		lost:   k.old.Nullable && !k.prover.Subset(null, k.new),
		gained: k.new.Nullable && !k.prover.Subset(null, k.old),
	})
}

// plainKeywords have a value that is compared as a whole, as that of type is.
var plainKeywords = []string{
	"const", "multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "pattern", "format",
	"contentEncoding", "contentMediaType", "contains", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "propertyNames",
	"dependencies", "not", "if",
}

// keep copies a plain keyword.
func keep(name string, from, to *schema) {
	switch name {
	case "type":
		to.Types = from.Types
	case "enum":
		to.Enum = from.Enum
	case "const":
		to.Const = from.Const
	case "multipleOf":
		to.MultipleOf = from.MultipleOf
	case "minimum":
		to.Minimum = from.Minimum
	case "maximum":
		to.Maximum = from.Maximum
	case "exclusiveMinimum":
		to.ExclusiveMinimum = from.ExclusiveMinimum
	case "exclusiveMaximum":
		to.ExclusiveMaximum = from.ExclusiveMaximum
	case "minLength":
		to.MinLength = from.MinLength
	case "maxLength":
		to.MaxLength = from.MaxLength
	case "pattern":
		to.Pattern, to.PatternWorks = from.Pattern, from.PatternWorks
	case "format":
		to.Format = from.Format
	case "contentEncoding":
		to.ContentEncoding = from.ContentEncoding
	case "contentMediaType":
		to.ContentMediaType = from.ContentMediaType
	default:
		keepNested(name, from, to)
	}
}

func keepNested(name string, from, to *schema) {
	switch name {
	case "contains":
		to.Contains = from.Contains
	case "minItems":
		to.MinItems = from.MinItems
	case "maxItems":
		to.MaxItems = from.MaxItems
	case "uniqueItems":
		to.UniqueItems = from.UniqueItems
	case "minProperties":
		to.MinProperties = from.MinProperties
	case "maxProperties":
		to.MaxProperties = from.MaxProperties
	case "propertyNames":
		to.PropertyNames = from.PropertyNames
	case "dependencies":
		to.Dependencies = from.Dependencies
	case "not":
		to.Not = from.Not
	case "if":
		to.If, to.Then, to.Else = from.If, from.Then, from.Else
	}
}

func (k *keywords) plain(name string) {
	oldNode, newNode := k.old.Node.Get(name), k.new.Node.Get(name)
	if oldNode == nil && newNode == nil {
		return
	}
	old := k.only(func(to *schema) { keep(name, k.old, to) })
	new := k.only(func(to *schema) { keep(name, k.new, to) })
	if k.prover.Same(old, new) {
		return
	}
	k.find(cmp.Or(newNode, oldNode), old, new, "%s is %s, was %s", name, brief(newNode), brief(oldNode))
	if name == "format" && (old.Format == "uint64" || new.Format == "uint64") {
		// Without it an integer is one of 64 bits with a sign.
		last := k.findings[len(k.findings)-1]
		last.lost, last.gained, last.apart = true, true, true
	}
}

// apart reports whether both sides name types and no value can have one of each.
func apart(old, new *schema) bool {
	if len(old.Types) == 0 || len(new.Types) == 0 || old.Nullable && new.Nullable {
		return false
	}
	number := func(t openrpc.Type) openrpc.Type {
		if t == openrpc.TypeInteger {
			return openrpc.TypeNumber
		}
		return t
	}
	return !slices.ContainsFunc(old.Types, func(o openrpc.Type) bool {
		return slices.ContainsFunc(new.Types, func(n openrpc.Type) bool { return number(o) == number(n) })
	})
}

// enum names the values that came and went.
func (k *keywords) enum() {
	if k.old.Enum == nil || k.new.Enum == nil {
		k.plain("enum")
		return
	}
	var parts []string
	if added := without(k.new.Enum, k.old.Enum); added != "" {
		parts = append(parts, "has "+added+" now")
	}
	if gone := without(k.old.Enum, k.new.Enum); gone != "" {
		parts = append(parts, "has no "+gone+" any more")
	}
	if parts != nil {
		old := k.only(func(to *schema) { to.Enum = k.old.Enum })
		new := k.only(func(to *schema) { to.Enum = k.new.Enum })
		k.find(k.new.Node.Get("enum"), old, new, "the enum %s", strings.Join(parts, " and "))
	}
}

// without lists the values that are not among the others, in brief.
func without(values, others []*openrpc.Node) string {
	known := map[string]bool{}
	for _, v := range others {
		known[v.Canonical()] = true
	}
	var list []string
	for _, v := range values {
		if !known[v.Canonical()] {
			list = append(list, brief(v))
		}
	}
	const most = 5
	if len(list) > most {
		list = append(list[:most], "...")
	}
	return strings.Join(list, ", ")
}

// list compares allOf, anyOf or oneOf. Schemas that are the same are paired, then those of the same name, then by position if as
// many are left on both sides.
func (k *keywords) list(name string, old, new []*schema) {
	goalOld, goalNew := k.onlyList(name, old), k.onlyList(name, new)
	switch {
	case len(old) == 0 && len(new) == 0:
		return
	case len(old) == 0:
		k.find(k.new.Node.Get(name), nil, goalNew, "%s is new", name)
		return
	case len(new) == 0:
		k.find(k.old.Node.Get(name), goalOld, nil, "%s is gone", name)
		return
	}
	pairs, gone, added := k.prover.Match(old, new)
	pairs, gone, added = byName(pairs, gone, added)
	if len(gone) == len(added) {
		for i := range gone {
			pairs = append(pairs, [2]*schema{gone[i], added[i]})
		}
		gone, added = nil, nil
	}
	k.inner = append(k.inner, pairs...)
	for _, s := range gone {
		k.unmatched(name, s, k.new, goalNew, goalOld, "is gone", true)
	}
	for _, s := range added {
		k.unmatched(name, s, k.old, goalOld, goalNew, "is new", false)
	}
}

func (k *keywords) onlyList(name string, list []*schema) *schema {
	return k.only(func(to *schema) {
		switch name {
		case "allOf":
			to.AllOf = list
		case "anyOf":
			to.AnyOf = list
		case "oneOf":
			to.OneOf = list
		}
	})
}

// unmatched adds a schema of a list that only one side has. lacking is the other side, and lackingGoal its list. As an alternative it
// may allow what the lacking side does not; with oneOf it may also refuse, since what fits two alternatives fits none; and as one of
// allOf it can only refuse.
func (k *keywords) unmatched(name string, s, lacking *schema, lackingGoal, havingGoal *schema, what string, gone bool) {
	allows := name != "allOf" && !k.prover.Subset(s, lackingGoal)
	refuses := name == "allOf" && !k.prover.Subset(lacking, s) || name == "oneOf" && !k.prover.Subset(lacking, havingGoal)
	f := &finding{difference: difference{s.Node, fmt.Sprintf("%s in %s %s", label(s), name, what)}, lost: refuses, gained: allows}
	if gone {
		f.lost, f.gained = allows, refuses
	}
	k.findings = append(k.findings, f)
}

// byName pairs the schemas that have the same key, or else the same title, if only one on each side has it.
func byName(pairs [][2]*schema, gone, added []*schema) (_ [][2]*schema, _, _ []*schema) {
	for _, nameOf := range []func(*schema) string{
		func(s *schema) string { return s.Target().Key },
		func(s *schema) string { return cmp.Or(s.Title, s.Target().Title) },
	} {
		var rest []*schema
		for _, s := range gone {
			same := func(other *schema) bool { return nameOf(s) != "" && nameOf(other) == nameOf(s) }
			if i := slices.IndexFunc(added, same); i >= 0 {
				pairs = append(pairs, [2]*schema{s, added[i]})
				added = slices.Delete(added, i, i+1)
			} else {
				rest = append(rest, s)
			}
		}
		gone = rest
	}
	return pairs, gone, added
}

// label names a schema in a sentence.
func label(s *schema) string {
	if name := cmp.Or(s.Target().Key, s.Title, s.Target().Title); name != "" {
		return fmt.Sprintf("%q", name)
	}
	return "the schema"
}

// extent says how much a schema lets through.
func extent(s *schema) string {
	switch {
	case s == nil, s.Target().Boolean != nil && *s.Target().Boolean:
		return "anything"
	case s.Target().Boolean != nil:
		return "nothing"
	}
	return "what fits keywords"
}

// brief is a value in a sentence.
func brief(n *openrpc.Node) string {
	const most = 60
	if n == nil {
		return "absent"
	}
	text := string(n.JSON())
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "..."
}

func canonical(n *openrpc.Node) string {
	if n == nil {
		return ""
	}
	return n.Canonical()
}
