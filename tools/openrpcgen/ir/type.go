package ir

// Kind is what a Go type is made of.
type Kind uint8

// The kinds. Each has a codec of its own in the runtime; those from Struct on,
// and whatever is declared and composed, have one that is generated.
const (
	Raw      Kind = iota // json.RawMessage
	Bool                 // bool
	String               // string
	Int                  // int64, or as Go says
	Uint                 // uint64, or as Go says
	Float                // float64
	Number               // json.Number: integers beyond 64 bits
	Time                 // time.Time
	Bytes                // []byte
	Constant             // struct{}: one string, among the variants of a union
	Slice
	Map
	Struct
	Tuple // a struct of elements: an array as JSON
	Union // a struct whose field Value is one of several types
)

// Type is a Go type.
type Type struct {
	Kind   Kind
	Go     string // of a scalar: its predeclared type, like "int64"
	Name   string // "" if it is not declared
	Alias  bool   // declared as another name of Of, or of what Kind says
	Of     *Type  // of an alias: the declared type; nil if there is none
	Doc    []string
	Elem   *Value   // of a Slice or a Map
	Fields []*Field // of a Struct or a Tuple; of a Union: what its variants share
	Consts []*Const // members that are no fields
	Extra  *Value   // what members, or elements, beside Fields are; nil: they are dropped
	Enum   []EnumValue
	JSON   string  // of a Constant, compact
	Text   string  // of a Constant, as Go spells it
	Choice *Choice // of a Union
	Shared bool    // a Struct that is a variant of a Union with Fields
	Tried  bool    // a variant of a Union, or a part of one
	Closed bool    // a Struct that has no members but those
	Params bool    // a Struct of params, which may be positional
	ByName bool    // a client sends these params by name

	Sensitive bool // shows its value to nobody but the encoder; it is declared
	Holds     bool // a part of it is Sensitive
}

// HasCodec reports whether the type encodes and decodes itself.
func (t *Type) HasCodec() bool {
	return t.Sensitive || t.Kind >= Struct || t.Kind == Constant || (t.Name != "" && (t.Kind == Slice || t.Kind == Map))
}

// HasNil reports whether Go's zero of the type is nothing that JSON has: a
// slice or a map that is nil, no raw JSON, a union without its variant.
func (t *Type) HasNil() bool {
	switch t.Kind {
	case Slice, Map, Raw, Bytes:
		return true
	case Union:
		return len(t.Fields) == 0
	}
	return false
}

// Least is how many elements a Tuple has at least.
func (t *Type) Least() int {
	least := 0
	for i, f := range t.Fields {
		if f.Presence == Required || f.Presence == OrNull {
			least = i + 1
		}
	}
	return least
}

// HasDefaults reports whether a Params struct has a SetDefaults.
func (t *Type) HasDefaults() bool {
	for _, f := range t.Fields {
		if f.Default != nil {
			return true
		}
	}
	return false
}

// Presence is how a field tells that its value is missing.
type Presence uint8

// The ways in which a field can be missing.
const (
	Required    Presence = iota // T; never missing
	OrNull                      // *T, or T that has a nil; nil is null
	ZeroMissing                 // T; Go's zero is left out
	NilMissing                  // *T; nil is left out
	OrNothing                   // jsonrpc.Nullable[T]
	RawMissing                  // json.RawMessage; nil is left out, a null is kept
)

// Field is a field of a Struct, or an element of a Tuple.
type Field struct {
	Name     string // on the wire
	GoName   string
	Type     *Type
	Presence Presence
	Doc      []string
	Beside   bool     // Doc is short enough for the field's own line
	Default  *Default // of a param that may be left out; nil if there is none
}

// Const is a member that can have one value only.
type Const struct {
	Name string
	JSON string // compact
	At   int    // the number of fields before it

	Sensitive bool
}

// EnumValue is a constant of an enum.
type EnumValue struct {
	Const   string
	Literal string // Go's
}
