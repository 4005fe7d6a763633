// Package inprocess benchmarks the parts of a call without HTTP: what it takes to
// decode and validate params, to find the method, to encode a result, and to
// answer a batch. Its names are what the report looks for.
package inprocess

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/rollcall-rpc/rollcall/gen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/gen/rollcall/rollcallserver"
)

// newAccount are params of create_user.
const newAccount = `{"username":"alice.smith","email":"alice@example.com","password":"correct horse battery staple"}`

var errReached = errors.New("the method was reached")

// service answers what is benchmarked, and keeps the params of create_user.
type service struct {
	rollcall.UnimplementedService
	created rollcall.CreateUserParams
}

func (*service) Ping(context.Context) (rollcall.PingAnswer, error) { return "pong", nil }

func (*service) Add(_ context.Context, params rollcall.AddParams) (rollcall.Number, error) {
	return params.A + params.B, nil
}

// CreateUser ends in an error, so that no result is encoded.
func (s *service) CreateUser(_ context.Context, params rollcall.CreateUserParams) (user rollcall.User, err error) {
	s.created = params
	return user, errReached
}

// gatekeeper takes everybody for an administrator.
type gatekeeper struct{ caller jsonrpc.Caller }

func (g gatekeeper) Authenticate(ctx context.Context, _ *jsonrpc.Call) (context.Context, jsonrpc.Caller, error) {
	return ctx, g.caller, nil
}

func (gatekeeper) Denied(context.Context, *jsonrpc.Call) error { return errors.New("denied") }

// behindEnvelope is what the handler runs a call with once it has read the
// envelope.
func behindEnvelope(svc rollcall.Service) (run jsonrpc.Func) {
	admin := gatekeeper{jsonrpc.Caller{ID: "1", Roles: []string{"admin"}}}
	rollcallserver.NewHandler(svc, admin, jsonrpc.WithInterceptor(func(next jsonrpc.Func) jsonrpc.Func {
		run = next
		return next
	}))
	return run
}

// BenchmarkCreateUser is all that a server does to the params of create_user.
// Rollcall's fast path reads what the envelope's scan has checked, so that scan is
// a part of it.
func BenchmarkCreateUser(b *testing.B) {
	params := []byte(newAccount)
	b.Run("rollcall", func(b *testing.B) {
		svc := &service{}
		run := behindEnvelope(svc)
		call := jsonrpc.Call{Method: rollcall.MethodCreateUser, Params: params} // used again, as by a handler
		used := start(b)
		for b.Loop() {
			if err := jsonrpc.Check(params); err != nil {
				b.Fatal(err)
			}
			if err := run(b.Context(), &call); err != errReached {
				b.Fatal(err)
			}
		}
		used.report(1)
		if svc.created.Username != "alice.smith" || svc.created.Email != "alice@example.com" {
			b.Errorf("got %+v", svc.created)
		}
	})
	b.Run("encoding-json+jsonschema", func(b *testing.B) {
		schema := createUserSchema(b)
		used := start(b)
		for b.Loop() {
			value, account, err := decodeTwice(params)
			if err != nil || schema.Validate(value) != nil || account.Username != "alice.smith" {
				b.Fatal(account, err)
			}
		}
		used.report(1)
	})
}

// account is what encoding/json decodes the params into.
type account struct {
	Username string `json:"username"`
	Email    string `json:"email"`
	Password string `json:"password"`
}

// decodeTwice decodes for the validator, and for the method.
func decodeTwice(params []byte) (value any, a account, err error) {
	d := json.NewDecoder(strings.NewReader(string(params)))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		return nil, a, err
	}
	return value, a, json.Unmarshal(params, &a)
}

// createUserSchema is the contract's, put together as an object's.
func createUserSchema(b *testing.B) *jsonschema.Schema {
	var document struct {
		Methods []struct {
			Name   string
			Params []struct {
				Name     string
				Required bool
				Schema   any
			}
		}
		Components any
	}
	if err := json.Unmarshal([]byte(rollcallserver.Document), &document); err != nil {
		b.Fatal(err)
	}
	properties, required := map[string]any{}, []string{}
	for _, m := range document.Methods {
		if m.Name == rollcall.MethodCreateUser {
			for _, p := range m.Params {
				properties[p.Name] = p.Schema
				if p.Required {
					required = append(required, p.Name)
				}
			}
		}
	}
	text, err := json.Marshal(map[string]any{
		"type": "object", "properties": properties, "required": required, "additionalProperties": false,
		"components": document.Components,
	})
	if err != nil {
		b.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft7
	c.AssertFormat = true
	if err := c.AddResource("create_user.json", strings.NewReader(string(text))); err != nil {
		b.Fatal(err)
	}
	schema, err := c.Compile("create_user.json")
	if err != nil {
		b.Fatal(err)
	}
	if schema.Validate(map[string]any{"username": "alice", "email": "nowhere", "password": "long enough"}) == nil {
		b.Fatal("the schema takes what it should refuse")
	}
	return schema
}

// BenchmarkDecode is decoding alone, as a client does it.
func BenchmarkDecode(b *testing.B) {
	params := []byte(newAccount)
	b.Run("rollcall", func(b *testing.B) {
		used := start(b)
		for b.Loop() {
			var p rollcall.CreateUserParams
			if err := p.DecodeJSON(jsonrpc.NewDecoder(params)); err != nil || p.Username != "alice.smith" {
				b.Fatal(p, err)
			}
		}
		used.report(1)
	})
	b.Run("encoding-json", func(b *testing.B) {
		used := start(b)
		for b.Loop() {
			var a account
			if err := json.Unmarshal(params, &a); err != nil || a.Username != "alice.smith" {
				b.Fatal(a, err)
			}
		}
		used.report(1)
	})
}

// BenchmarkValidate is jsonschema/v5 alone, on a value that is decoded.
func BenchmarkValidate(b *testing.B) {
	schema := createUserSchema(b)
	value, _, err := decodeTwice([]byte(newAccount))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("jsonschema", func(b *testing.B) {
		used := start(b)
		for b.Loop() {
			if err := schema.Validate(value); err != nil {
				b.Fatal(err)
			}
		}
		used.report(1)
	})
}

// BenchmarkDispatch is a call of ping behind the envelope.
func BenchmarkDispatch(b *testing.B) {
	run := behindEnvelope(&service{})
	b.Run("rollcall", func(b *testing.B) {
		call := jsonrpc.Call{Method: rollcall.MethodPing}
		used := start(b)
		for b.Loop() {
			if err := run(b.Context(), &call); err != nil {
				b.Fatal(err)
			}
		}
		used.report(1)
		if string(call.Result) != `"pong"` {
			b.Errorf("got %s", call.Result)
		}
	})
}

// BenchmarkEncode is the result of create_user.
func BenchmarkEncode(b *testing.B) {
	created := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	b.Run("rollcall", func(b *testing.B) {
		user := &rollcall.User{ID: 1234567, Username: "alice.smith", Email: "alice@example.com", Role: rollcall.RoleUser, CreatedAt: created}
		used := start(b)
		for b.Loop() {
			if _, err := jsonrpc.Marshal(user); err != nil {
				b.Fatal(err)
			}
		}
		used.report(1)
	})
	b.Run("encoding-json", func(b *testing.B) {
		user := &struct {
			ID        int64     `json:"id"`
			Username  string    `json:"username"`
			Email     string    `json:"email"`
			Role      string    `json:"role"`
			CreatedAt time.Time `json:"created_at"`
		}{1234567, "alice.smith", "alice@example.com", "user", created}
		used := start(b)
		for b.Loop() {
			if _, err := json.Marshal(user); err != nil {
				b.Fatal(err)
			}
		}
		used.report(1)
	})
}

// discard is a response that nobody reads.
type discard struct {
	header http.Header
	n      int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(int)             {}
func (d *discard) Write(p []byte) (int, error) { d.n += len(p); return len(p), nil }
