// Package scan sets JSON scanners beside each other that can do the first thing
// that a server does with a request: find out whether it is JSON, to the letter.
package scan

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-faster/jx"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/rollcall-rpc/rollcall/gen/jsonrpc"
)

// Scanner is one of them.
type Scanner struct {
	Name  string
	Check func(data []byte) error // nil if data is one JSON value
}

// Scanners are all. The first is the one that Rollcall's runtime has.
var Scanners = []Scanner{
	{"Rollcall's own", jsonrpc.Check},
	{"go-faster/jx, Validate", jxValidate},
	{"go-faster/jx, with names and UTF-8", jxStrict},
	{"go-json-experiment/json/jsontext", text},
	{"encoding/json, Valid", valid},
}

// Fault is something that a strict scanner refuses.
type Fault struct{ Name, JSON string }

// Faults are what Rollcall's scanner refuses, beyond the grammar's plain faults.
var Faults = []Fault{
	{"a name twice", `{"id":1,"id":2}`},
	{"a name twice, once escaped", `{"id":1,"\u0069d":2}`},
	{"invalid UTF-8", "\"\xff\""},
	{"invalid UTF-8 in a name", "{\"\xff\":1}"},
	{"a lone surrogate", `"\ud800"`},
	{"a control character", "\"\x01\""},
	{"a leading zero", `01`},
	{"something behind the value", `{} {}`},
	{"depth 65", strings.Repeat("[", 65) + strings.Repeat("]", 65)},
}

// Passes lists the faults that a scanner does not see.
func (s Scanner) Passes() (names []string) {
	for _, f := range Faults {
		if s.Check([]byte(f.JSON)) == nil {
			names = append(names, f.Name)
		}
	}
	return names
}

func jxValidate(data []byte) error { return jx.DecodeBytes(data).Validate() }

// jxStrict adds what jx leaves to its caller and can be had without a scanner of
// one's own: it compares names, and looks for valid UTF-8.
func jxStrict(data []byte) error {
	if !utf8.Valid(data) {
		return errInvalid
	}
	d := jx.GetDecoder()
	defer jx.PutDecoder(d)
	d.ResetBytes(data)
	if err := jxValue(d); err != nil {
		return err
	}
	if err := d.Skip(); !errors.Is(err, io.ErrUnexpectedEOF) && err != io.EOF {
		return errors.New("something follows the value")
	}
	return nil
}

func jxValue(d *jx.Decoder) error {
	switch d.Next() {
	case jx.Object:
		var names [8][]byte // stays on the stack where an object has no more
		seen := names[:0]
		return d.ObjBytes(func(d *jx.Decoder, name []byte) error {
			for _, other := range seen {
				if bytes.Equal(other, name) {
					return errors.New("a name stands twice")
				}
			}
			seen = append(seen, name)
			return jxValue(d)
		})
	case jx.Array:
		return d.Arr(jxValue)
	case jx.String:
		_, err := d.StrBytes()
		return err
	case jx.Number:
		_, err := d.Num()
		return err
	}
	return d.Skip()
}

var errInvalid = errors.New("not valid")

// text has jsontext's defaults, which refuse what RFC 7493 (I-JSON) forbids.
func text(data []byte) error {
	if !jsontext.Value(data).IsValid() {
		return errInvalid
	}
	return nil
}

func valid(data []byte) error {
	if !json.Valid(data) {
		return errInvalid
	}
	return nil
}
