package jsonrpc_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// sample is like what create_user is sent.
const sample = `{"username":"alice.smith","email":"alice@example.com","password":"correct horse battery staple","created_at":"2026-01-01T12:00:00Z","id":1234567}`

func sampleList(n int) []byte {
	return []byte(`[` + strings.Repeat(sample+`,`, n-1) + sample + `]`)
}

func BenchmarkCheck(b *testing.B) {
	for _, data := range [][]byte{[]byte(sample), sampleList(1000), []byte(members(10_000)), []byte(`[` + strings.Repeat(`{"\n":0},`, 1<<17) + `0]`)} {
		b.Run(fmt.Sprint(len(data)), func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if err := jsonrpc.Check(data); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprint(len(data), "/encoding-json.Valid"), func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if !json.Valid(data) {
					b.Fatal("not valid")
				}
			}
		})
	}
}

// repeat serves a body over and over, without a network.
func repeat(b *testing.B, body, want string) {
	b.Helper()
	h := jsonrpc.NewHandler(jsonrpc.Methods{"subtract": readOnly(func(ctx context.Context, call *jsonrpc.Call) error {
		return jsonrpc.Serve(ctx, call, anyParams, nil, func(_ context.Context, p subtraction) (int64, error) {
			return p.Minuend - p.Subtrahend, nil
		}, jsonrpc.EncodeInt[int64])
	})}, jsonrpc.WithLogger(slog.New(slog.DiscardHandler)))
	data := []byte(body)
	reader := bytes.NewReader(data)
	r := httptest.NewRequest(http.MethodPost, "/", reader)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	b.ReportAllocs()
	for b.Loop() {
		reader.Reset(data)
		w.Body.Reset()
		h.ServeHTTP(w, r)
	}
	if got := w.Body.String(); got != want {
		b.Errorf("got %s, want %s", got, want)
	}
}

func BenchmarkEnvelope(b *testing.B) {
	repeat(b, `{"jsonrpc":"2.0","method":"none","id":1}`, unknown("1", "none"))
}

func BenchmarkCall(b *testing.B) { repeat(b, callSubtract, nineteen("1")) }

func BenchmarkBatch100(b *testing.B) {
	repeat(b, `[`+strings.Repeat(callSubtract+`,`, 99)+callSubtract+`]`, `[`+strings.Repeat(nineteen("1")+`,`, 99)+nineteen("1")+`]`)
}

func BenchmarkEncode(b *testing.B) {
	var e jsonrpc.Encoder
	b.ReportAllocs()
	for b.Loop() {
		e = jsonrpc.Encoder{}
		e.ObjStart()
		e.FieldStart("username")
		e.Str("alice.smith")
		e.FieldStart("email")
		e.Str("alice@example.com")
		e.FieldStart("id")
		e.Int(1234567)
		e.FieldStart("share")
		e.Float(0.25)
		e.ObjEnd()
	}
	b.SetBytes(int64(len(e.Bytes())))
}

func BenchmarkDecode(b *testing.B) {
	data := []byte(sample)
	b.Run("struct", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			var username, email, password, created string
			var id int64
			d := jsonrpc.NewDecoder(data)
			err := d.Object(func(name string) error {
				switch name {
				case "username":
					return jsonrpc.DecodeString(&username, d)
				case "email":
					return jsonrpc.DecodeString(&email, d)
				case "password":
					return jsonrpc.DecodeString(&password, d)
				case "created_at":
					return jsonrpc.DecodeString(&created, d)
				case "id":
					return jsonrpc.DecodeInt(&id, d)
				}
				return d.Skip()
			})
			if err != nil || id != 1234567 {
				b.Fatal(id, err)
			}
		}
	})
	b.Run("any", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if _, err := jsonrpc.NewDecoder(data).Any(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
