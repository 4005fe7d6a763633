package app

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-rpc/rollcall/gen/jsonrpc"
)

// line is a line of the log, as JSON has it.
type line map[string]any

func (f *fixture) lines(t *testing.T) (lines []line) {
	t.Helper()
	for text := range strings.Lines(f.log.String()) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatalf("a line of the log is not JSON: %q: %v", text, err)
		}
		lines = append(lines, l)
	}
	return lines
}

// ofRequest are the lines about one request, without its id and what is never
// the same twice.
func (f *fixture) ofRequest(t *testing.T, id string) (lines []line) {
	t.Helper()
	for _, l := range f.lines(t) {
		if l["request_id"] != id {
			continue
		}
		if l["msg"] == "call" {
			if duration, err := time.ParseDuration(fmt.Sprint(l["duration"])); err != nil || duration <= 0 {
				t.Errorf("a call's line has no duration: %v", l)
			}
		}
		for _, name := range []string{"time", "duration", "request_id"} {
			delete(l, name)
		}
		lines = append(lines, l)
	}
	return lines
}

func TestLog(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "--max-answer=1000")
	echo := `{"jsonrpc":"2.0","id":1,"method":"echo","params":["` + strings.Repeat("x", 1000) + `"]}`
	_, admin := f.login(t, "root", "admin")
	call := func(level, method, outcome string) line {
		return line{"level": level, "msg": "call", "method": method, "outcome": outcome}
	}
	refused := func(method string, code float64) line {
		l := call("INFO", method, "refused")
		l["code"] = code
		return l
	}
	noCall := func(code float64) line { return line{"level": "INFO", "msg": "refused", "code": code} }
	tests := []struct {
		name, request string
		want          []line
	}{
		{"a call", post(ping), []line{call("INFO", "ping", "ok")}},
		{"a call with a token", post(`{"jsonrpc":"2.0","id":1,"method":"get_current_user"}`, admin),
			[]line{call("INFO", "get_current_user", "ok")}},
		{"a batch", post(`[` + ping + `,{"jsonrpc":"2.0","method":"get_server_time"},{"jsonrpc":"2.0","id":2,"method":"get_users"}]`),
			[]line{refused("get_users", -32001), {"level": "INFO", "msg": "batch", "calls": 3.0, "failed": 1.0,
				"codes": map[string]any{"-32001": 1.0}}}},
		{"a batch of what is no call", post(`[{"jsonrpc":"2.0","method":"marker"},{"jsonrpc":"2.0","id":1,"method":"marker"},5,` + ping + `]`),
			[]line{{"level": "INFO", "msg": "batch", "calls": 4.0, "failed": 3.0, "codes": map[string]any{"-32601": 2.0, "-32600": 1.0}}}},
		{"an answer that is full", post(echo), []line{call("INFO", "echo", "ok"), {"level": "INFO", "msg": "answer full", "method": "echo"}}},
		{"a batch whose answer is full", post(`[` + ping + `,` + echo + `,` + ping + `]`), []line{
			{"level": "INFO", "msg": "answer full", "method": "echo"},
			{"level": "INFO", "msg": "batch", "calls": 3.0, "failed": 2.0, "codes": map[string]any{"-32603": 2.0}},
		}},
		{"an unknown method", post(`{"jsonrpc":"2.0","id":1,"method":"marker"}`), []line{noCall(-32601)}},
		{"no request", post(`{"id":1,"method":"ping"}`), []line{noCall(-32600)}},
		{"an empty batch", post(`[]`), []line{noCall(-32600)}},
		{"no JSON", post(`{`), []line{noCall(-32700)}},
		{"refused params", post(`{"jsonrpc":"2.0","id":1,"method":"add"}`), []line{refused("add", -32602)}},
		{"a notification that fails", post(`{"jsonrpc":"2.0","method":"delete_user","params":[1]}`), []line{
			refused("delete_user", -32001),
			{"level": "INFO", "msg": "notification failed", "method": "delete_user", "code": -32001.0},
		}},
		{"another name", strings.Replace(get("/health"), "localhost", "example.com", 1), []line{
			{"level": "INFO", "msg": "refused", "status": 403.0},
		}},
		{"another method", get("/jsonrpc"), []line{{"level": "INFO", "msg": "refused", "status": 405.0}}},
	}
	seen := map[string]bool{}
	for _, test := range tests {
		id := f.send(t, test.request).header.Get("X-Request-Id")
		if len(id) < 20 || seen[id] {
			t.Errorf("%s: the request's id is %q", test.name, id)
		}
		seen[id] = true
		if diff := cmp.Diff(test.want, f.ofRequest(t, id)); diff != "" {
			t.Errorf("%s: logged other than wanted (-):\n%s", test.name, diff)
		}
	}
	for _, request := range []string{get("/health"), get("/nowhere"), post("{")} {
		if got := f.send(t, request); len(got.header.Get("X-Request-Id")) < 20 {
			t.Errorf("an answer without an id, to %s", request)
		}
	}
	if got := f.send(t, post(ping, "X-Request-Id: forged")); got.header.Get("X-Request-Id") == "forged" {
		t.Error("a client chose the id of its request")
	}
}

// A call in a batch is slow enough for a line of its own, or it is not.
func TestLogOfSlowCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const slow = 2 * time.Second
		log := newOutput()
		for _, took := range []time.Duration{slow - 1, slow} {
			call := logCalls(slog.New(slog.NewTextHandler(log, nil)), slow)(func(context.Context, *jsonrpc.Call) error {
				time.Sleep(took)
				return nil
			})
			check(t, call(t.Context(), &jsonrpc.Call{Method: fmt.Sprint("takes-", took), Batch: true}))
		}
		if got := log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "method=takes-2s duration=2s outcome=ok") {
			t.Errorf("logged %s", got)
		}
	})
}

func TestLogOfEachCall(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "--slow-call=0s")
	answer := f.send(t, post(`[`+ping+`,{"jsonrpc":"2.0","method":"ping"}]`))
	call := line{"level": "INFO", "msg": "call", "method": "ping", "outcome": "ok"}
	want := []line{call, call, {"level": "INFO", "msg": "batch", "calls": 2.0, "failed": 0.0}}
	if diff := cmp.Diff(want, f.ofRequest(t, answer.header.Get("X-Request-Id"))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// What clients send is never logged, whatever becomes of it.
func TestLogHoldsNothingOfTheParams(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "--log-level=debug")
	_, admin := f.login(t, "root", "admin")
	call := func(method, params string) string {
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":"marker","method":%q,"params":%s}`, method, params)
	}
	const marked = `{"username":"marker","email":"marker@example.com","password":"marker marker"}`
	requests := []string{
		post(call("echo", `["marker"]`)),
		post(call("echo", `{"message":1,"marker":"marker"}`)),
		post(call("add", `{"a":"marker","b":1}`)),
		post(call("add", `{"marker":1}`)),
		post(call("authenticate", `["marker","marker"]`)),
		post(call("authenticate", `["root","marker"]`)),
		post(call("authenticate", `["marker\u0000","marker"]`)),
		post(call("get_current_user", `[]`), "Authorization: Bearer marker"),
		post(call("get_current_user", `[]`), "Authorization: marker"),
		post(call("create_user", marked), admin),
		post(call("create_user", marked), admin), // a duplicate
		post(call("create_user", `["marker marker","marker","marker"]`), admin),
		post(call("update_user", `{"user_id":1,"password":"marker marker","current_password":"marker"}`), admin),
		post(call("marker", `[]`)),
		post(call("rpc.marker", `[]`)),
		post(`{"jsonrpc":"2.0","method":"marker","params":["marker"]}`),
		post(`{"jsonrpc":"2.0","method":"add","params":["marker"]}`),
		post(`{"jsonrpc":"2.0","method":"create_user","params":["marker"]}`, admin),
		post(`[` + call("marker", `[]`) + `,"marker",{"marker":1}]`),
		post(`{"marker":"marker"`),
		post(`{"jsonrpc":"marker","id":1,"method":"marker"}`),
		post(ping, "X-Marker: marker", "Origin: http://marker.example", "User-Agent: marker"),
		strings.Replace(post(ping), "localhost", "marker", 1),
		get("/marker?marker=marker"),
		"marker\r\n\r\n",
		"GET /\x00marker HTTP/1.1\r\n\r\n",
	}
	for _, request := range requests {
		f.send(t, request)
	}
	execute(t, f.connect(t), "ALTER TABLE users RENAME TO gone")
	for _, request := range requests {
		f.send(t, request)
	}
	logged := f.log.String()
	if strings.Contains(logged, "marker") || strings.Contains(logged, strings.Fields(admin)[2]) {
		t.Errorf("the log holds what a client sent:\n%s", logged)
	}
	if !strings.Contains(logged, "call failed") || len(f.lines(t)) < len(requests) {
		t.Errorf("the log is not that of these requests:\n%s", logged)
	}
}

// The caller learns an id, and the log what happened.
func TestInternalError(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, admin := f.login(t, "root", "admin")
	execute(t, f.connect(t), "ALTER TABLE users RENAME TO gone")
	for _, method := range []string{"get_current_user", "authenticate"} {
		params := map[string]string{"get_current_user": `[]`, "authenticate": `["root","wrong"]`}[method]
		got := f.send(t, post(`{"jsonrpc":"2.0","id":1,"method":"`+method+`","params":`+params+`}`, admin))
		var response struct {
			Error struct{ Data struct{ ID string } }
		}
		check(t, json.Unmarshal([]byte(got.body), &response))
		incident := response.Error.Data.ID
		want := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"Internal error","data":{"id":%q}}}`, incident)
		if got.status != 200 || got.body != want || len(incident) < 20 {
			t.Errorf("%s: answered %d %s\nwant %s", method, got.status, got.body, want)
		}
		lines := f.ofRequest(t, got.header.Get("X-Request-Id"))
		var logged line
		for _, l := range lines {
			if l["incident"] == incident {
				logged = l
			}
		}
		cause, _ := logged["error"].(string)
		if logged["level"] != "ERROR" || logged["method"] != method || !strings.Contains(cause, `relation "users" does not exist`) {
			t.Errorf("%s: the log has nothing of incident %s but %v", method, incident, lines)
		}
	}
}
