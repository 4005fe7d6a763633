package ir

import (
	"encoding/json"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/openrpc"
)

// takes tells why the type's generated decoder refuses a value, or makes an Unknown of it; nil if it does neither.
func (t *Type) takes(n *openrpc.Node) error {
	text := n.JSON()
	if err := jsonrpc.Check(text); err != nil {
		return err
	}
	return t.decode(jsonrpc.NewDecoder(text))
}

// decode does what the generated decoder will do.
func (t *Type) decode(d *jsonrpc.Decoder) error {
	switch t.Kind {
	case Raw:
		return d.Skip()
	case Slice:
		return d.Array(func(int) error { return decodeValue(d, t.Elem.Type, t.Elem.Nullable) })
	case Map:
		return d.Object(func(string) error { return decodeValue(d, t.Elem.Type, t.Elem.Nullable) })
	case Struct:
		return d.Object(func(name string) error { return t.decodeMember(d, name) })
	case Tuple:
		return d.Tuple(t.Least(), func(i int) error { return t.decodeElement(d, i) })
	case Union:
		return t.decodeUnion(d)
	case Constant:
		return d.DecodeConst(t.JSON)
	}
	return scalarDecoders[t.Kind][t.Go](d)
}

func decodeValue(d *jsonrpc.Decoder, t *Type, nullable bool) error {
	if nullable && d.Null() {
		return nil
	}
	return t.decode(d)
}

func (t *Type) decodeMember(d *jsonrpc.Decoder, name string) error {
	for _, c := range t.Consts {
		if c.Name == name {
			return d.DecodeConst(c.JSON)
		}
	}
	for _, f := range t.Fields {
		if f.Name == name {
			return decodeValue(d, f.Type, f.Presence != Required)
		}
	}
	if t.Extra != nil {
		return decodeValue(d, t.Extra.Type, t.Extra.Nullable)
	}
	return d.Skip()
}

func (t *Type) decodeElement(d *jsonrpc.Decoder, i int) error {
	if i < len(t.Fields) {
		return decodeValue(d, t.Fields[i].Type, t.Fields[i].Presence != Required)
	}
	if t.Extra != nil {
		return decodeValue(d, t.Extra.Type, t.Extra.Nullable)
	}
	return d.Skip()
}

func (t *Type) decodeUnion(d *jsonrpc.Decoder) error {
	raw, err := d.Raw()
	if err != nil || t.Choice.Null && jsonrpc.KindOf(raw) == jsonrpc.KindNull {
		return err
	}
	if len(t.Fields)+len(t.Consts) > 0 {
		d := jsonrpc.NewDecoder(raw)
		if err := d.Object(func(name string) error { return t.decodeMember(d, name) }); err != nil {
			return err
		}
	}
	for _, v := range t.Choice.Variants {
		part := raw
		if v.Key != "" {
			part = jsonrpc.MemberOf(raw, v.Key)
		}
		if v.Type.decode(jsonrpc.NewDecoder(part)) == nil {
			return nil
		}
	}
	return jsonrpc.ErrNoVariant
}

// scalarDecoders are the runtime's decoders, by kind and Go type.
var scalarDecoders = map[Kind]map[string]func(*jsonrpc.Decoder) error{
	Bool:   {"bool": into(jsonrpc.DecodeBool[bool])},
	String: {"string": into(jsonrpc.DecodeString[string])},
	Int: {
		"int8": into(jsonrpc.DecodeInt[int8]), "int16": into(jsonrpc.DecodeInt[int16]),
		"int32": into(jsonrpc.DecodeInt[int32]), "int64": into(jsonrpc.DecodeInt[int64]),
	},
	Uint: {
		"uint8": into(jsonrpc.DecodeUint[uint8]), "uint16": into(jsonrpc.DecodeUint[uint16]),
		"uint32": into(jsonrpc.DecodeUint[uint32]), "uint64": into(jsonrpc.DecodeUint[uint64]),
	},
	Float:  {"float64": into(jsonrpc.DecodeFloat[float64])},
	Number: {"json.Number": into(jsonrpc.DecodeNumber[json.Number])},
	Time:   {"": into(jsonrpc.DecodeTime)},
	Bytes:  {"": into(jsonrpc.DecodeBytes[[]byte])},
}

func into[T any](decode func(*T, *jsonrpc.Decoder) error) func(*jsonrpc.Decoder) error {
	return func(d *jsonrpc.Decoder) error { return decode(new(T), d) }
}
