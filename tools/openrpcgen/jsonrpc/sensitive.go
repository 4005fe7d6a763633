package jsonrpc

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strconv"
)

// What follows is for what a contract marks as x-sensitive: generated types show
// its values to nobody but the encoder of the wire.

// Redacted is what is shown instead of a sensitive value.
const Redacted = "[redacted]"

// Redact is the Format of a sensitive type, whatever the verb. For %p, and for
// %w of what is no error, fmt asks no type.
func Redact(s fmt.State) { _, _ = io.WriteString(s, Redacted) }

// Format is the Format of a type of which a part is sensitive, whatever the verb:
// its JSON, in which that part is [Redacted]. fmt would else print what pointers
// lead to without asking it, where it complains of a verb.
func Format(s fmt.State, v ToJSON) { _, _ = s.Write(redacted(v)) }

// LogValue is the LogValue of such a type: the same JSON. log/slog would else ask
// its MarshalJSON, which hides nothing.
func LogValue(v ToJSON) slog.Value { return slog.AnyValue(redacted(v)) }

func redacted(v ToJSON) json.RawMessage {
	e := Encoder{redacts: true}
	v.EncodeJSON(&e)
	text, err := e.Finish()
	if err != nil {
		return json.RawMessage(strconv.Quote(Redacted))
	}
	return text
}

// Redact writes [Redacted] in place of a sensitive value if that is not to be
// shown, and reports whether it has.
func (e *Encoder) Redact() bool {
	if e.redacts {
		e.Str(Redacted)
	}
	return e.redacts
}

// Redacts reports whether sensitive values are not to be shown.
func (e *Encoder) Redacts() bool { return e.redacts }

// Unknown writes the value of a union that no variant fits. Nobody knows what in
// it is sensitive.
func (e *Encoder) Unknown(raw json.RawMessage) {
	if !e.Redact() {
		e.JSON(raw)
	}
}

// LogValue logs the value as it logs itself, where MarshalJSON would not.
func (n Nullable[T]) LogValue() slog.Value {
	if n.Value == nil {
		return slog.AnyValue(nil)
	}
	return slog.AnyValue(*n.Value)
}

// Format shows no result: fmt would ask none of its methods.
func (p Pending[R]) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "jsonrpc.Pending") }
