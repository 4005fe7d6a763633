package ir

import (
	"regexp/syntax"
	"slices"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// Choice is what makes a Union: its variants, and how to tell which of them a
// value is.
type Choice struct {
	Field     string // that holds the variant
	Interface string // that the variants implement
	Mark      string // the method by which they do
	Variants  []*Variant
	Null      bool // a Union without a variant is null

	Strings []*Variant // in the order in which they are tried
	Integer *Variant
	Number  *Variant
	Bool    *Variant
	Arrays  []*Variant
	Empty   *Variant // what an empty array is
	Objects []*Variant
	Tag     string     // the member that tells objects apart; "" if there is none
	Text    bool       // the values of the tag are texts
	Tagless *Variant   // what an object is that lacks the tag; nil: none may
	Nested  []*Variant // unions, which are asked before all others
}

// Variant is one type of a Union.
type Variant struct {
	Type    *Type
	Pointer bool // held by pointer: objects, tuples and unions are

	Key      string   // the value is that of the one member of an object: {"Key": value}
	Pattern  string   // of strings
	Tags     []string // values of the tag: texts, or JSON as [jsonrpc.ConstOf] spells it
	First    []Kind   // of an array's first element; none: any
	Own      string   // a required member that no other variant has
	Required []string // members
	Optional []string
	Open     bool            // has members of any name
	Closed   bool            // has no members but those
	Least    int             // elements of an array
	Most     *int            // nil: any number
	Fits     []PartChecks    // of objects and arrays that only the closest fit tells apart
	part     *openrpc.Schema // as it stands in the choice
	schema   *openrpc.Schema // what it comes to
}

// tellApart sorts the variants by the JSON that they are, and finds what tells
// those of one kind apart.
func (b *builder) tellApart(c *Choice, t tag, shared bool) {
	for _, v := range c.Variants {
		base(v.Type).Shared = base(v.Type).Shared || shared
		if v.Key != "" {
			c.Objects = append(c.Objects, v)
			continue
		}
		switch v.Type.Kind {
		case String, Time, Bytes, Constant:
			c.Strings = append(c.Strings, v)
		case Int, Uint, Number:
			first(&c.Integer, v)
		case Float:
			first(&c.Number, v)
		case Bool:
			first(&c.Bool, v)
		case Slice, Tuple:
			v.First = firstElement(v.Type)
			c.Arrays = append(c.Arrays, v)
		case Union:
			c.Nested = append(c.Nested, v)
		default:
			c.Objects = append(c.Objects, v)
		}
	}
	if len(c.Arrays) > 0 {
		mayBeEmpty := func(v *Variant) bool { return v.schema.MinItems == nil || *v.schema.MinItems == 0 }
		c.Empty = c.Arrays[max(slices.IndexFunc(c.Arrays, mayBeEmpty), 0)]
	}
	if len(c.Arrays) > 1 {
		b.later = append(b.later, func() { b.fitArrays(c) })
	}
	slices.SortStableFunc(c.Strings, func(a, b *Variant) int { return width(a) - width(b) })
	b.warnOfScalars(c)
	b.tellObjects(c, t)
}

// width ranks strings, the narrowest first.
func width(v *Variant) int {
	switch {
	case len(v.Type.Enum) > 0, v.Type.Kind == Constant:
		return 0
	case v.Pattern != "" && bounded(v.Pattern):
		return 1
	case v.Pattern != "":
		return 2
	}
	return anyText
}

// anyText is the width of strings that nothing bounds.
const anyText = 3

// bounded reports whether a pattern matches texts of limited length only.
func bounded(pattern string) bool {
	re, err := syntax.Parse(pattern, syntax.Perl)
	return err == nil && !unbounded(re)
}

func unbounded(re *syntax.Regexp) bool {
	return re.Op == syntax.OpStar || re.Op == syntax.OpPlus || (re.Op == syntax.OpRepeat && re.Max < 0) || slices.ContainsFunc(re.Sub, unbounded)
}

// firstElement are the kinds that the first element of an array may have.
func firstElement(t *Type) []Kind {
	var elem *Type
	switch {
	case t.Kind == Slice && !t.Elem.Nullable:
		elem = t.Elem.Type
	case t.Kind == Tuple && t.Fields[0].Presence != OrNull && t.Fields[0].Presence != OrNothing:
		elem = t.Fields[0].Type
	}
	if elem == nil || elem.Kind == Union || elem.Kind == Raw {
		return nil
	}
	return []Kind{elem.Kind}
}

func (b *builder) tellObjects(c *Choice, t tag) {
	for _, v := range c.Objects {
		v.Open = v.Type.Kind == Map && v.Key == ""
		v.Closed = isClosed(v.schema)
		for _, p := range v.schema.Properties {
			if v.schema.RequiresMember(p.Name) {
				v.Required = append(v.Required, p.Name)
			} else {
				v.Optional = append(v.Optional, p.Name)
			}
		}
	}
	if t.name != "" && !slices.ContainsFunc(c.Objects, func(v *Variant) bool { return v.schema.Property(t.name) == nil }) {
		c.Tag, c.Text = t.name, t.text && !t.optional
		for _, v := range c.Objects {
			v.Tags = b.tags(v.schema, c)
			if t.optional && !slices.Contains(v.Required, t.name) {
				c.Tagless = v
			}
		}
		return
	}
	for _, v := range c.Objects {
		v.Own = ownMember(v, c.Objects)
	}
	if c.ByFit() {
		b.later = append(b.later, func() { b.fitObjects(c) })
	}
}

// ByFit reports whether only the closest fit tells objects apart: they have no
// tag, and more than one has no member of its own.
func (c *Choice) ByFit() bool {
	without := 0
	for _, v := range c.Objects {
		if v.Own == "" {
			without++
		}
	}
	return c.Tag == "" && without > 1
}

// tags are the values that a schema lists for the tag of a choice.
func (b *builder) tags(s *openrpc.Schema, c *Choice) (tags []string) {
	for _, n := range b.memberValues(s, c.Tag) {
		if c.Text {
			tags = append(tags, n.Text)
		} else {
			tags = append(tags, constantOf(n))
		}
	}
	return tags
}

// ownMember is a required member of v that all other variants refuse.
func ownMember(v *Variant, all []*Variant) string {
	for _, name := range v.Required {
		taken := slices.ContainsFunc(all, func(other *Variant) bool {
			return other != v && (!other.Closed || slices.Contains(other.Required, name) || slices.Contains(other.Optional, name))
		})
		if !taken {
			return name
		}
	}
	return ""
}
