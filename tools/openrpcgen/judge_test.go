package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc/jsonrpctest"
)

// TestRandomDocuments generates documents of names and schemas that nobody
// would write. What is generated builds and vets clean; it accepts the params
// that jsonschema/v5 accepts by the document itself, but for those that Go has
// no type for; and what it accepts, it encodes as it came. RANDOM_SEED tries
// another document.
func TestRandomDocuments(t *testing.T) {
	seeds := []uint64{1, 2, 3}
	if seed, err := strconv.ParseUint(os.Getenv("RANDOM_SEED"), 10, 64); err == nil {
		seeds = []uint64{seed}
	}
	module := newModule(t, "example.test/random")
	var courts []*court
	for _, seed := range seeds {
		courts = append(courts, openCourt(t, module, seed))
	}
	goIn(t, module, "vet", "./...")
	goIn(t, module, "test", "./...")
	for _, c := range courts {
		c.judge()
	}
}

// court judges what is generated for one random document.
type court struct {
	*original
	keepsAll bool // it was generated with -keep-unknown
	folder   string
	calls    []call
}

// call is a call of a generated method.
type call struct {
	Method string
	Params json.RawMessage

	method int // in the document
}

// answer is what the generated server makes of a call's params.
type answer struct {
	Invalid string         // why the bundled schema refuses them; "" if it does not
	Refused *jsonrpc.Error // by the slow lane
	Fast    bool           // the fast lane takes them
	Encoded json.RawMessage
	Fault   string // why they could not be encoded
}

// openCourt generates a document, and leaves calls in the folder of its server.
// Of two documents one keeps the members that no schema names.
func openCourt(t *testing.T, module string, seed uint64) *court {
	t.Helper()
	r := newRandom(seed)
	name := fmt.Sprintf("random%d", seed)
	document := filepath.Join(module, name+".json")
	writeJSON(t, document, r.document())
	args := []string{"-in", document, "-out", module, "-tests", "-package", name}
	if _, err := os.Stat(filepath.Join(module, "jsonrpc")); err == nil {
		args = append(args, "-runtime", "example.test/random/jsonrpc")
	}
	if seed%2 == 0 {
		args = append(args, "-keep-unknown")
	}
	var stdout, stderr bytes.Buffer
	if code := run(args, &stdout, &stderr); code != 0 {
		_, fault, _ := strings.Cut(stderr.String(), "openrpcgen: ") // behind the warnings
		t.Fatalf("seed %d: exit code %d\n%s", seed, code, fault)
	}
	t.Logf("seed %d: %s", seed, stdout.String())
	c := &court{original: newOriginal(t, read(t, document)), keepsAll: seed%2 == 0, folder: filepath.Join(module, name, name+"server")}
	c.call(r)
	writeJSON(t, filepath.Join(c.folder, "calls.json"), c.calls)
	write(t, filepath.Join(c.folder, "answers_test.go"), "package "+name+"server\n"+answersTest)
	return c
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// answersTest is put into the package of a generated server.
const answersTest = `
import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"testing"

	"example.test/random/jsonrpc"
	"example.test/random/jsonrpc/jsonrpctest"
)

func TestAnswers(t *testing.T) {
	var calls []struct {
		Method string
		Params json.RawMessage
	}
	text, err := os.ReadFile("calls.json")
	if err := errors.Join(err, json.Unmarshal(text, &calls)); err != nil {
		t.Fatal(err)
	}
	type answer struct {
		Invalid string
		Refused error
		Fast    bool
		Encoded json.RawMessage
		Fault   string
	}
	answers := make([]answer, len(calls))
	for i, c := range calls {
		a := &answers[i]
		if string(c.Params) == "null" {
			c.Params = nil // left out
		}
		if err := CheckParams(context.Background(), &jsonrpc.Call{Method: c.Method, Params: c.Params}); err != nil {
			a.Invalid = err.Error()
		}
		lane := paramsLanes[slices.IndexFunc(paramsLanes, func(l jsonrpctest.Lane) bool { return l.Method == c.Method })]
		a.Refused = lane.Slow(CheckParams, c.Params)
		a.Fast = lane.Fast(c.Params)
		if a.Encoded, err = lane.Encode(c.Params); err != nil {
			a.Fault = err.Error()
		}
	}
	text, err = json.Marshal(answers)
	if err := errors.Join(err, os.WriteFile("answers.json", text, 0o644)); err != nil {
		t.Fatal(err)
	}
}
`

// call makes calls of every method that has params.
func (c *court) call(r *random) {
	values := jsonrpctest.NewValues(c.text, r.Uint64())
	for i := range list(c.root.(object)["methods"]) {
		if len(c.params(i)) == 0 {
			continue
		}
		name := c.at(fmt.Sprintf("/methods/%d", i))["name"].(string)
		c.calls = append(c.calls, call{Method: name, method: i})
		for range 150 {
			c.calls = append(c.calls, call{name, c.randomParams(r, values, i), i})
		}
	}
}

// params are the pointers of a method's params.
func (c *court) params(method int) (pointers []string) {
	for i := range list(c.at(fmt.Sprintf("/methods/%d", method))["params"]) {
		pointers = append(pointers, fmt.Sprintf("/methods/%d/params/%d", method, i))
	}
	return pointers
}

// randomParams are by name or by position. Now and then one is missing, or one
// too many.
func (c *court) randomParams(r *random, values *jsonrpctest.Values, method int) json.RawMessage {
	byName := r.oneIn(2)
	var parts []string
	for _, pointer := range c.params(method) {
		p := c.at(pointer)
		value := "null"
		present := p["required"] == true && !r.oneIn(40) || r.oneIn(2)
		if present {
			value = string(values.Near(p["schema"]))
		}
		switch name, _ := json.Marshal(p["name"]); {
		case !byName:
			parts = append(parts, value)
		case present:
			parts = append(parts, string(name)+":"+value)
		}
	}
	if r.oneIn(40) {
		parts = append(parts, map[bool]string{true: `"no such param":1`, false: "null"}[byName])
	}
	if byName {
		return json.RawMessage("{" + strings.Join(parts, ",") + "}")
	}
	return json.RawMessage("[" + strings.Join(parts, ",") + "]")
}

// judge compares the server's answers with what the document says.
func (c *court) judge() {
	var answers []answer
	if err := json.Unmarshal([]byte(read(c.t, filepath.Join(c.folder, "answers.json"))), &answers); err != nil {
		c.t.Fatal(err)
	}
	verdicts, faulty := map[string]int{}, map[string]bool{}
	for i, call := range c.calls {
		verdict, fault := c.verdict(call, answers[i])
		verdicts[verdict]++
		if fault != "" && !faulty[call.Method] {
			faulty[call.Method] = true // one is enough to look at
			c.t.Errorf("%s: %s: %s\n%s", filepath.Base(c.folder), call.Method, call.Params, fault)
		}
	}
	c.t.Logf("%s: %v", filepath.Base(c.folder), verdicts)
	if n := len(c.calls); verdicts[accepted] < n/5 || verdicts[refused] < n/5 {
		c.t.Errorf("of %d calls too few are accepted, or refused", n)
	}
}

const (
	accepted = "accepted"
	refused  = "refused"
)

// verdict says what became of a call, or what is at fault with that.
func (c *court) verdict(call call, a answer) (verdict, fault string) {
	var sent any = object{}
	if call.Params != nil {
		sent = parseJSON(c.t, string(call.Params))
	}
	if n := tooMuch(sent); n != "" {
		if a.Invalid == "" || a.Refused == nil || a.Fast {
			return "", fmt.Sprintf("accepts the number %s", n)
		}
		return "a number is too much to compute with", ""
	}
	params, fits := c.byName(call, sent)
	switch {
	case fits != (a.Invalid == ""):
		return "", fmt.Sprintf("by the document fits=%v, by the bundled schema %q", fits, a.Invalid)
	case a.Fast && a.Refused != nil:
		return "", fmt.Sprintf("the fast lane accepts what the slow one refuses: %v", a.Refused)
	case !fits:
		return refused, ""
	case a.Refused != nil:
		return c.refusal(call, params, a.Refused)
	case call.Params == nil:
		return accepted, ""
	}
	return c.acceptance(call, params, a)
}

// byName makes params an object, and judges it by the document.
func (c *court) byName(call call, sent any) (params object, fits bool) {
	pointers := c.params(call.method)
	params, isObject := sent.(object)
	if !isObject {
		params = object{}
		for i, value := range list(sent) {
			if i == len(pointers) {
				return params, false
			}
			p := c.at(pointers[i])
			if value != nil || p["required"] == true || c.fits(pointers[i]+"/schema", nil) {
				params[p["name"].(string)] = value
			}
		}
	}
	known := 0
	for _, pointer := range pointers {
		p := c.at(pointer)
		value, sent := params[p["name"].(string)]
		if sent {
			known++
		}
		if sent && !c.fits(pointer+"/schema", value) || !sent && p["required"] == true {
			return params, false
		}
	}
	additional := c.at(fmt.Sprintf("/methods/%d", call.method))["x-additional-params"] == true
	return params, known == len(params) || additional
}

// refusal judges why params that fit were refused all the same.
func (c *court) refusal(call call, params object, refused *jsonrpc.Error) (verdict, fault string) {
	var data struct{ Violations []jsonrpc.Violation }
	if err := json.Unmarshal(refused.Data, &data); err != nil || len(data.Violations) != 1 {
		c.t.Fatalf("%s: %v", refused.Data, err)
	}
	v := data.Violations[0]
	place := splitPointer(v.Pointer)
	if len(place) == 0 {
		return "", "fits, but is refused: " + v.Message
	}
	i := slices.IndexFunc(c.params(call.method), func(p string) bool { return c.at(p)["name"] == place[0] })
	if n, err := strconv.Atoi(place[0]); err == nil && call.Params[0] == '[' {
		i = n
	}
	p := c.params(call.method)[i]
	why := c.noGoType([]string{p + "/schema"}, params[c.at(p)["name"].(string)], place[1:])
	if why == "" {
		return "", fmt.Sprintf("fits, but is refused: %s: %s", v.Pointer, v.Message)
	}
	return why, ""
}

// acceptance judges whether what was accepted is encoded as it came.
func (c *court) acceptance(call call, params object, a answer) (verdict, fault string) {
	encoded := params // where there is no other, this finds out about types all the same
	byPosition := call.Params[0] == '['
	if a.Fault == "" {
		encoded, _ = c.byName(call, parseJSON(c.t, string(a.Encoded)))
		byPosition = byPosition || a.Encoded[0] == '['
	}
	r := &roundTrip{original: c.original, keepsAll: c.keepsAll}
	for _, pointer := range c.params(call.method) {
		name := c.at(pointer)["name"].(string)
		want, sent := params[name]
		got, came := encoded[name]
		switch {
		case !sent && !came, !came && r.mayBeLost([]string{pointer + "/schema"}, want), byPosition && got == nil && want == nil:
			continue
		case sent != came:
			return "", fmt.Sprintf("%s: sent %v, encoded %v: %s", name, sent, came, a.Encoded)
		}
		if fault := r.compare([]string{pointer + "/schema"}, got, want); fault != "" {
			return "", fmt.Sprintf("/%s%s: %s", name, fault, a.Encoded)
		}
	}
	switch {
	case r.anotherType:
		return "accepted, perhaps as another type", ""
	case a.Fault != "":
		return "", "is not encoded again: " + a.Fault
	}
	return accepted, ""
}
