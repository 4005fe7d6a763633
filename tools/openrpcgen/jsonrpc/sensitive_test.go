package jsonrpc_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// password is a type as they are generated for x-sensitive.
type password string

func (password) Format(s fmt.State, _ rune) { jsonrpc.Redact(s) }
func (password) LogValue() slog.Value       { return slog.StringValue(jsonrpc.Redacted) }

func (v *password) EncodeJSON(e *jsonrpc.Encoder) {
	if !e.Redact() {
		e.Str(string(*v))
	}
}

// login is one of which a part is sensitive.
type login struct {
	name     string
	password password
	age      float64
}

func (v *login) EncodeJSON(e *jsonrpc.Encoder) {
	e.ArrStart()
	e.Str(v.name)
	v.password.EncodeJSON(e)
	e.Unknown([]byte(`{"password":"canary"}`))
	e.Float(v.age)
	e.ArrEnd()
}

func (v login) Format(s fmt.State, _ rune) { jsonrpc.Format(s, &v) }
func (v login) LogValue() slog.Value       { return jsonrpc.LogValue(&v) }

func TestRedaction(t *testing.T) {
	whole := login{"ann", "canary", 40}
	if wire, err := jsonrpc.Marshal(&whole); err != nil || string(wire) != `["ann","canary",{"password":"canary"},40]` {
		t.Errorf("sent as %s, %v", wire, err)
	}
	for _, test := range []struct {
		v          any
		text, json string // as logged
	}{
		{whole, `"[\"ann\",\"[redacted]\",\"[redacted]\",40]"`, `["ann","[redacted]","[redacted]",40]`},
		{login{"ann", "canary", math.NaN()}, `"\"[redacted]\""`, `"[redacted]"`},
		{jsonrpc.Value(password("canary")), "[redacted]", `"[redacted]"`},
		{jsonrpc.Value(whole), `"[\"ann\",\"[redacted]\",\"[redacted]\",40]"`, `["ann","[redacted]","[redacted]",40]`},
		{jsonrpc.Null[password](), "<nil>", "null"},
		{jsonrpc.Value(5), "5", "5"},
	} {
		var text, json bytes.Buffer
		slog.New(slog.NewTextHandler(&text, nil)).Info("m", "v", test.v)
		slog.New(slog.NewJSONHandler(&json, nil)).Info("m", "v", test.v)
		if !strings.HasSuffix(text.String(), " v="+test.text+"\n") || !strings.HasSuffix(json.String(), `,"v":`+test.json+"}\n") {
			t.Errorf("%T is logged as\n%s%s", test.v, text.String(), json.String())
		}
	}
	if got := fmt.Sprintf("%s %d %+v", whole, &whole, []password{"canary"}); got != `["ann","[redacted]","[redacted]",40] ["ann","[redacted]","[redacted]",40] [[redacted]]` {
		t.Errorf("printed as %s", got)
	}
}
