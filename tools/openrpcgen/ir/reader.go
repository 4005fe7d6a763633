package ir

import (
	"fmt"
	"slices"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// Reader is how the fast lane reads a value: what it checks, and where it puts
// it. It accepts nothing that the schemas refuse; it need not accept all that
// they allow, because the slow lane has the last word.
type Reader struct {
	Type     *Type
	Checks   []Check
	Elem     *Reader         // of a Slice or a Map
	ElemNull bool            // elements may be null
	Members  []*MemberReader // of a Struct, in the order of its fields; the elements of a Tuple
	Required int             // of a Struct, how many of Members are required: they have the first bits
	Consts   []*ConstReader
	Refused  []string // members that no value may have
	Extra    *Reader  // other members; nil: they are refused if Closed, else passed over
	Closed   bool
	Cases    []*CaseReader // of a Union, one for each kind of JSON value that is read

	impossible bool // there is no such reader, or one that it needs is impossible
}

// MemberReader reads a member into a field.
type MemberReader struct {
	*Reader
	Field *Field
	Null  bool // null passes too
	Bit   int  // among the required ones; -1 if it is not required
}

// ConstReader passes a required member that can have one value only.
type ConstReader struct {
	*Const
	Bit int
}

// maxBits is how many required members a fast lane can tell.
const maxBits = 64

// readers makes the fast lanes.
type readers struct {
	*builder
	known map[string]*Reader // by their types and schemas
}

// paramsReader decides how the params of a method are read; nil: only by the
// slow lane.
func (r *readers) paramsReader(m *openrpc.Method, t *Type) *Reader {
	if t == nil {
		return nil
	}
	reader := &Reader{Type: t, Closed: !m.AdditionalParams}
	for i, p := range m.Params {
		r.addMember(reader, t.Fields[i], []*openrpc.Schema{p.Schema}, p.Required)
	}
	if reader.fails(map[*Reader]bool{}) {
		return nil
	}
	return reader
}

// fails reports whether a reader, or one that it needs, is impossible.
func (r *Reader) fails(seen map[*Reader]bool) bool {
	if r == nil || seen[r] {
		return false
	}
	seen[r] = true
	if len(r.Cases) > 0 {
		return false // a case that fails is left out
	}
	return r.impossible || r.Required > maxBits || r.Elem.fails(seen) || r.Extra.fails(seen) ||
		slices.ContainsFunc(r.Members, func(m *MemberReader) bool { return m.Reader.fails(seen) })
}

func (r *readers) addMember(to *Reader, f *Field, schemas []*openrpc.Schema, required bool) {
	reader, null := r.read(schemas, f.Type)
	m := &MemberReader{Reader: reader, Field: f, Null: null, Bit: -1}
	if required {
		m.Bit = to.Required
		to.Required++
	}
	to.Members = append(to.Members, m)
}

var impossible = &Reader{impossible: true}

// read decides how a value is read that must fit all of the schemas, and
// whether it may be null.
func (r *readers) read(schemas []*openrpc.Schema, t *Type) (_ *Reader, null bool) {
	all, possible := conjunction(schemas)
	if !possible || slices.ContainsFunc(all, hasChoice) {
		return impossible, false
	}
	null = takesNull(all...)
	switch kind := base(t).Kind; {
	case kind == Union:
		return r.named(t, all, r.union), null
	case kind == Raw && !null:
		return impossible, false // raw JSON is read without looking for null
	}
	all, ok := withoutNull(all)
	if !ok || slices.ContainsFunc(all, hasChoice) {
		return impossible, false
	}
	all = slices.DeleteFunc(all, func(s *openrpc.Schema) bool {
		bare := *s
		bare.AllOf, bare.AnyOf, bare.OneOf = nil, nil, nil // they stand beside it
		return !asserts(&bare)
	})
	return r.named(t, all, r.fill), null
}

// named makes a reader, or returns the one that there is for the same type and
// schemas.
func (r *readers) named(t *Type, all []*openrpc.Schema, fill func(*Reader, []*openrpc.Schema)) *Reader {
	reader := &Reader{Type: t}
	if t.Name != "" {
		key := base(t).Name
		for _, s := range all {
			key += fmt.Sprintf(" %p", s)
		}
		if known := r.known[key]; known != nil {
			return known
		}
		r.known[key] = reader
	}
	fill(reader, all)
	return reader
}

// fill decides about a value that is not null.
func (r *readers) fill(reader *Reader, all []*openrpc.Schema) {
	if slices.ContainsFunc(all, func(s *openrpc.Schema) bool { return !takesKind(s, reader.Type.Kind) }) {
		reader.impossible = true
		return
	}
	switch reader.Type.Kind {
	case String:
		reader.each(all, (*Reader).text)
	case Constant:
		reader.each(all, (*Reader).text)
		reader.impossible = reader.impossible || !fitsAll(all, base(reader.Type).JSON)
	case Time, Bytes:
		reader.each(all, (*Reader).encodedText)
	case Int, Uint:
		reader.each(all, (*Reader).integer)
	case Float:
		reader.each(all, (*Reader).float)
	case Bool:
		reader.each(all, (*Reader).anyOfKind)
	case Raw:
		reader.each(all, (*Reader).anything)
	case Slice:
		r.slice(reader, all)
	case Map:
		r.mapping(reader, all)
	case Struct:
		r.object(reader, all)
	default:
		reader.impossible = true
	}
}

// slice decides about elements that are all alike.
func (r *readers) slice(reader *Reader, all []*openrpc.Schema) {
	var items []*openrpc.Schema
	for _, s := range all {
		if s.Contains != nil || s.UniqueItems || enumValues(s) != nil || len(s.Tuple) > 1 || (len(s.Tuple) == 1 && s.AdditionalItems != nil) {
			reader.impossible = true
			return
		}
		if s.Items != nil {
			items = append(items, s.Items)
		}
		items = append(items, s.Tuple...)
		reader.sized(MinItems, s.MinItems, MaxItems, s.MaxItems)
	}
	reader.Elem, reader.ElemNull = r.read(items, base(reader.Type).Elem.Type)
}

// mapping decides about members whose names are data.
func (r *readers) mapping(reader *Reader, all []*openrpc.Schema) {
	var values []*openrpc.Schema
	for _, s := range all {
		if len(s.Properties)+len(s.PatternProperties)+len(s.Required)+len(s.Dependencies) > 0 || s.PropertyNames != nil || enumValues(s) != nil {
			reader.impossible = true
			return
		}
		if s.AdditionalProperties != nil {
			values = append(values, s.AdditionalProperties)
		}
		reader.sized(MinItems, s.MinProperties, MaxItems, s.MaxProperties)
	}
	reader.Elem, reader.ElemNull = r.read(values, base(reader.Type).Elem.Type)
}

// object decides about members that have names.
func (r *readers) object(reader *Reader, all []*openrpc.Schema) {
	t := base(reader.Type)
	beyond := func(s *openrpc.Schema) bool {
		return len(s.PatternProperties)+len(s.Dependencies) > 0 || s.PropertyNames != nil || s.MinProperties != nil || s.MaxProperties != nil ||
			enumValues(s) != nil
	}
	if t.Shared || slices.ContainsFunc(all, beyond) {
		reader.impossible = true
		return
	}
	required := func(name string) bool {
		return slices.ContainsFunc(all, func(s *openrpc.Schema) bool { return s.RequiresMember(name) })
	}
	known := map[string]bool{}
	for _, f := range t.Fields {
		known[f.Name] = true
		r.addMember(reader, f, memberSchemas(all, f.Name), required(f.Name))
	}
	for _, c := range t.Consts {
		known[c.Name] = true
		reader.impossible = reader.impossible || !fitsAll(memberSchemas(all, c.Name), c.JSON)
		reader.Consts = append(reader.Consts, &ConstReader{c, reader.Required})
		reader.Required++
	}
	r.otherMembers(reader, all, known)
}

// otherMembers decides about the members that are no fields.
func (r *readers) otherMembers(reader *Reader, all []*openrpc.Schema, known map[string]bool) {
	var others []*openrpc.Schema
	for _, s := range all {
		if s.AdditionalProperties != nil {
			others = append(others, s.AdditionalProperties)
		}
		for _, p := range s.Properties {
			if !known[p.Name] {
				reader.Refused = append(reader.Refused, p.Name)
			}
		}
		for _, name := range s.Required {
			reader.impossible = reader.impossible || !known[name]
		}
	}
	extra, possible := conjunction(others)
	extra = slices.DeleteFunc(extra, func(s *openrpc.Schema) bool { return !asserts(s) })
	switch {
	case !possible:
		reader.Closed = true
	case base(reader.Type).Extra != nil && !base(reader.Type).Extra.Nullable:
		reader.Extra, _ = r.read(extra, base(reader.Type).Extra.Type)
	case len(extra) > 0 || base(reader.Type).Extra != nil:
		reader.impossible = true
	}
}
