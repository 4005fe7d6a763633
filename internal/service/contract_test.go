package service_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/auth"
)

// contract is openrpc.json as a test needs it: read without any code of ours.
type contract struct {
	XAuth      contractAuth `json:"x-auth"` // of methods that say nothing
	Methods    []contractMethod
	Components struct {
		Errors map[string]struct{ Code int }
	}

	mu      sync.Mutex // a compiler is not for several goroutines
	schemas *jsonschema.Compiler
}

type contractMethod struct {
	Name     string
	XAuth    *contractAuth `json:"x-auth"`
	Readonly bool          `json:"x-readonly"`
	Params   []struct {
		Name     string
		Required bool
		Schema   reference
	}
	Errors   []reference
	Examples []struct {
		Name   string
		Params []struct {
			Name  string
			Value json.RawMessage
		}
		Result struct{ Value any }
	}
}

// contractAuth says who may call a method.
type contractAuth struct {
	Required bool
	Roles    []string
	Self     string
}

type reference struct {
	To string `json:"$ref"`
}

const contractFile = "../../openrpc.json"

func readContract(t *testing.T) *contract {
	t.Helper()
	text := must(os.ReadFile(contractFile))(t)
	c := &contract{schemas: jsonschema.NewCompiler()}
	c.schemas.Draft, c.schemas.AssertFormat = jsonschema.Draft7, true
	if err := c.schemas.AddResource("openrpc.json", bytes.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, c); err != nil {
		t.Fatal(err)
	}
	for i := range c.Methods {
		if c.Methods[i].XAuth == nil {
			c.Methods[i].XAuth = &c.XAuth
		}
	}
	return c
}

// check holds an answer to a call of method against what the contract says.
func (c *contract) check(method string, answer answer) error {
	i := slices.IndexFunc(c.Methods, func(m contractMethod) bool { return m.Name == method })
	if answer.Error == nil {
		return c.validate(fmt.Sprintf("/methods/%d/result/schema", i), answer.Result)
	}
	for name, e := range c.Components.Errors {
		if e.Code != answer.Error.Code {
			continue
		}
		if i >= 0 && !slices.Contains(c.Methods[i].Errors, reference{"#/components/errors/" + name}) {
			return fmt.Errorf("the contract has no error %d for %s", e.Code, method)
		}
		return c.validate("/components/errors/"+name+"/data", answer.Error.Data)
	}
	return fmt.Errorf("the contract has no error %d", answer.Error.Code)
}

func (c *contract) validate(pointer string, value json.RawMessage) error {
	c.mu.Lock()
	schema, err := c.schemas.Compile("openrpc.json#" + pointer)
	c.mu.Unlock()
	if err != nil {
		return err
	}
	var v any
	d := json.NewDecoder(bytes.NewReader(value))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return fmt.Errorf("%s: %w", value, err)
	}
	return schema.Validate(v)
}

// answer is a response object.
type answer struct {
	ID     json.RawMessage
	Result json.RawMessage
	Error  *struct {
		Code    int
		Message string
		Data    json.RawMessage
	}
}

// judge lets no answer pass that is not as the contract says.
type judge struct {
	t        *testing.T
	contract *contract
	next     http.RoundTripper
}

func (j *judge) RoundTrip(r *http.Request) (*http.Response, error) {
	sent, err := r.GetBody()
	if err != nil {
		return nil, err
	}
	response, err := j.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	if response.StatusCode == http.StatusOK {
		j.judge(sent, body)
	}
	return response, nil
}

func (j *judge) judge(sent io.Reader, body []byte) {
	var calls []struct {
		ID     json.RawMessage
		Method string
	}
	var answers []answer
	request, _ := io.ReadAll(sent)
	if err := unmarshalOneOrMany(request, &calls); err != nil {
		j.t.Errorf("what was sent: %v", err)
	}
	if err := unmarshalOneOrMany(body, &answers); err != nil {
		j.t.Errorf("what was answered: %v", err)
	}
	methods := map[string]string{}
	for _, call := range calls {
		methods[string(call.ID)] = call.Method
	}
	for _, a := range answers {
		method := methods[string(a.ID)]
		if err := j.contract.check(method, a); err != nil {
			j.t.Errorf("%s is answered %s, against the contract: %v", method, body, err)
		}
	}
}

func unmarshalOneOrMany(text []byte, list any) error {
	if !bytes.HasPrefix(text, []byte("[")) {
		text = fmt.Appendf(nil, "[%s]", text)
	}
	return json.Unmarshal(text, list)
}

// On a database that holds nothing but what rollcall dev begins with, the
// contract's examples, in their order, come true.
func TestExamples(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	hash := must(auth.NewPasswords(1).Hash(t.Context(), "admin123"))(t)
	admin := must(f.db.CreateUser(t.Context(), db.CreateUserParams{
		Username: "admin", Email: "admin@example.com", PasswordHash: hash, Role: "admin",
	}))(t)
	examples := 0
	for _, method := range readContract(t).Methods {
		for _, example := range method.Examples {
			examples++
			// Each begins with the session of a login, and no other.
			must(f.db.UpdateUser(t.Context(), db.UpdateUserParams{ID: admin.ID, PasswordHash: &hash}))(t)
			must(f.db.EndSessions(t.Context(), admin.ID))(t)
			c := f.client("")
			session := must(c.Authenticate(t.Context(), rollcall.AuthenticateParams{Username: "admin", Password: "admin123"}))(t)
			if !method.XAuth.Required {
				c.ClearToken()
			}
			params := map[string]json.RawMessage{}
			for _, p := range example.Params {
				params[p.Name] = p.Value
			}
			if _, ok := params["refresh_token"]; ok { // no example can hold one that works
				params["refresh_token"] = json.RawMessage(toJSON(t, session.RefreshToken))
			}
			if _, ok := params["session_id"]; ok {
				params["session_id"] = json.RawMessage(toJSON(t, must(f.db.ListSessions(t.Context(), admin.ID))(t)[0].ID))
			}
			result := must(c.Call(t.Context(), method.Name, raw(toJSON(t, params))))(t)
			var got any
			if err := json.Unmarshal(result, &got); err != nil {
				t.Fatal(err)
			}
			if method.Name == rollcall.MethodGetServerTime {
				continue // there is nothing in it but a time
			}
			if diff := cmp.Diff(example.Result.Value, got, cmpopts.IgnoreMapEntries(changing)); diff != "" {
				t.Errorf("%s: example %q says other than the service (+):\n%s", method.Name, example.Name, diff)
			}
		}
	}
	if examples < 23 {
		t.Errorf("tried %d examples: were they read?", examples)
	}
}

// changing tells which members of results are never the same twice: times,
// random text, and what depends on how many examples came before.
func changing(name string, value any) bool {
	switch name {
	case "created_at", "expires_at", "refreshed_at", "at", "token", "refresh_token", "device_token", "request_id":
		return true
	case "id":
		number, ok := value.(float64)
		return !ok || number > 2
	}
	return false
}

// Every method that changes something, and has a caller, takes an idempotency key;
// no other does.
func TestMutationsTakeAKey(t *testing.T) {
	t.Parallel()
	mutations := 0
	for _, method := range readContract(t).Methods {
		want := !method.Readonly && method.XAuth.Required
		if want {
			mutations++
		}
		takes := false
		for _, p := range method.Params {
			if p.Name == "idempotency_key" {
				takes = !p.Required && p.Schema.To == "#/components/schemas/IdempotencyKey"
			}
		}
		conflicts := slices.Contains(method.Errors, reference{"#/components/errors/IdempotencyConflict"})
		if takes != want || conflicts != want {
			t.Errorf("%s takes a key: %v, and has its error: %v, want %v", method.Name, takes, conflicts, want)
		}
	}
	if mutations < 8 {
		t.Errorf("looked at %d mutations: were they read?", mutations)
	}
}

func TestDiscover(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	want := string(must(os.ReadFile(contractFile))(t))
	for _, params := range []string{"", "{}", "[]"} {
		got := ask(t, f.client(""), rollcall.MethodRPCDiscover, params)
		if diff := cmp.Diff(decoded(t, want), decoded(t, got)); diff != "" {
			t.Errorf("params %q: the document is not openrpc.json (-):\n%s", params, diff)
		}
	}
	for _, params := range []string{`{"a":1}`, `[1]`} {
		if got := ask(t, f.client(""), rollcall.MethodRPCDiscover, params); !strings.HasPrefix(got, "-32602") {
			t.Errorf("params %s: answered %.40s, want -32602", params, got)
		}
	}
}

// decoded is JSON as values, with numbers as they are spelled.
func decoded(t *testing.T, text string) (value any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

// An unknown method is told by its name, in data.
func TestUnknownMethod(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, method := range []string{"get_account", "Ping", "ping ", "", "rpc.", "rpc.ping", "rpc.Discover"} {
		_, err := f.client("").Call(t.Context(), method, nil)
		e, ok := err.(*rollcall.MethodNotFoundError)
		if !ok || e.Data == nil || e.Data.Method != method {
			t.Errorf("%q: answered %v, want that there is no such method", method, err)
		}
	}
}
