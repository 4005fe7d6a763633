package jsonrpc_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-rpc/rollcall/tools/openrpcgen/jsonrpc"
)

// exchange is a body that is sent, and what must come back: 200, or 204 where
// the answer is empty.
type exchange struct {
	name, body, answer string
	ran                int64 // methods
}

func runExchanges(t *testing.T, tests []exchange, opts ...jsonrpc.HandlerOption) {
	t.Helper()
	var ran atomic.Int64
	url := serve(t, calculator(&ran), opts...)
	for _, test := range tests {
		ran.Store(0)
		status, answer := post(t, url, test.body)
		want := 200
		if test.answer == "" {
			want = 204
		}
		if status != want {
			t.Errorf("%s: status %d, want %d", test.name, status, want)
		}
		if diff := cmp.Diff(test.answer, answer); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", test.name, diff)
		}
		if n := ran.Load(); n != test.ran {
			t.Errorf("%s: %d methods ran, want %d", test.name, n, test.ran)
		}
	}
}

func invalid(id, why string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"error":{"code":-32600,"message":"Invalid Request","data":{"message":%q}}}`, id, why)
}

func unparsed(why string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error","data":{"message":%q}}}`, why)
}

func unknown(id, method string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"Method not found","data":{"method":%q}}}`, id, method)
}

func nineteen(id string) string { return `{"jsonrpc":"2.0","id":` + id + `,"result":19}` }

const (
	subtract   = `"jsonrpc":"2.0","method":"subtract","params":[42,23]`
	badID      = "id must be a string, a number or null, or be left out"
	badVersion = `jsonrpc must be "2.0"`
	badMethod  = "method must be a string"
	badParams  = "params must be an array or an object, or be left out"
	badRequest = "a request is an object"
)

func TestIDs(t *testing.T) {
	var tests []exchange
	for _, id := range []string{
		`1`, `0`, `-1`, `-0`, `1.0`, `1.5`, `1e2`, `1E+2`, `1e-2`, `1e999999`, `123456789012345678901234567890`,
		`"1"`, `""`, `"<"`, `"\u003c"`, `"\/"`, `"\n"`, `"\u0000"`, `"\ud83d\ude00"`, `"😀"`, `"\"}],"`, `null`,
		`"` + strings.Repeat("x", 10_000) + `"`,
	} {
		tests = append(tests,
			exchange{"id " + id, `{` + subtract + `,"id":` + id + `}`, nineteen(id), 1},
			exchange{"id in a batch " + id, `[{"id": ` + id + ` ,` + subtract + `}]`, `[` + nineteen(id) + `]`, 1},
			exchange{"id of a fault " + id, `{"jsonrpc":"1.0","id":` + id + `}`, invalid(id, badVersion), 0},
			exchange{"id of no method " + id, `{"jsonrpc":"2.0","method":"none","id":` + id + `}`, unknown(id, "none"), 0},
		)
	}
	for _, id := range []string{`true`, `false`, `[]`, `{}`, `["1"]`, `{"id":1}`, `[[1]]`} {
		tests = append(tests,
			exchange{"no id " + id, `{` + subtract + `,"id":` + id + `}`, invalid("null", badID), 0},
			exchange{"no id in a batch " + id, `[{"id":` + id + `},{` + subtract + `,"id":1}]`, `[` + invalid("null", badID) + `,` + nineteen("1") + `]`, 1},
		)
	}
	runExchanges(t, tests)
}

func TestNotifications(t *testing.T) {
	runExchanges(t, []exchange{
		{"alone", `{"jsonrpc":"2.0","method":"update","params":[1]}`, ``, 1},
		{"of a call", `{` + subtract + `}`, ``, 1},
		{"without params", `{"jsonrpc":"2.0","method":"update"}`, ``, 1},
		{"that fails", `{"jsonrpc":"2.0","method":"update","params":["x"]}`, ``, 1},
		{"of no method", `{"jsonrpc":"2.0","method":"none"}`, ``, 0},
		{"of no method of ours", `{"jsonrpc":"2.0","method":"rpc.none"}`, ``, 0},
		{"in a batch", `[{"jsonrpc":"2.0","method":"update"}]`, ``, 1},
		{"of no method in a batch", `[{"jsonrpc":"2.0","method":"none"},{"jsonrpc":"2.0","method":"none"}]`, ``, 0},
		{"beside a call", `[{` + subtract + `},{` + subtract + `,"id":1},{` + subtract + `}]`, `[` + nineteen("1") + `]`, 3},
		{"beside a fault", `[{` + subtract + `},{}]`, `[` + invalid("null", badVersion) + `]`, 1},
		{"id null is a call", `{` + subtract + `,"id":null}`, nineteen("null"), 1},
	})
}

func TestInvalidRequests(t *testing.T) {
	runExchanges(t, []exchange{
		{"a number", `1`, invalid("null", badRequest), 0},
		{"a string", `"subtract"`, invalid("null", badRequest), 0},
		{"null", ` null `, invalid("null", badRequest), 0},
		{"empty", `{}`, invalid("null", badVersion), 0},
		{"only an id", `{"id":7}`, invalid("7", badVersion), 0},
		{"no version", `{"method":"subtract","params":[42,23],"id":7}`, invalid("7", badVersion), 0},
		{"version 1.0", `{"jsonrpc":"1.0","method":"subtract","id":7}`, invalid("7", badVersion), 0},
		{"version 2", `{"jsonrpc":2.0,"method":"subtract","id":7}`, invalid("7", badVersion), 0},
		{"version null", `{"jsonrpc":null,"method":"subtract"}`, invalid("null", badVersion), 0},
		{"version escaped", `{"\u006asonrpc":"2\u002e0","method":"subtract","params":[42,23],"id":7}`, nineteen("7"), 1},
		{"no method", `{"jsonrpc":"2.0","id":7}`, invalid("7", badMethod), 0},
		{"method null", `{"jsonrpc":"2.0","method":null,"id":7}`, invalid("7", badMethod), 0},
		{"method an array", `{"jsonrpc":"2.0","method":["subtract"],"id":"x"}`, invalid(`"x"`, badMethod), 0},
		{"method escaped", `{"jsonrpc":"2.0","method":"sub\u0074ract","params":[42,23],"id":7}`, nineteen("7"), 1},
		{"method empty", `{"jsonrpc":"2.0","method":"","id":7}`, unknown("7", ""), 0},
		{"method of another case", `{"jsonrpc":"2.0","method":"Subtract","id":7}`, unknown("7", "Subtract"), 0},
		{"method with a space", `{"jsonrpc":"2.0","method":"subtract ","id":7}`, unknown("7", "subtract "), 0},
		{"method undeclared and ours", `{"jsonrpc":"2.0","method":"rpc.discover","id":7}`, unknown("7", "rpc.discover"), 0},
		{"params a string", `{"jsonrpc":"2.0","method":"subtract","params":"bar","id":7}`, invalid("7", badParams), 0},
		{"params a number", `{"jsonrpc":"2.0","method":"subtract","params":1,"id":7}`, invalid("7", badParams), 0},
		{"params true", `{"jsonrpc":"2.0","method":"subtract","params":true}`, invalid("null", badParams), 0},
		{"params null", `{"jsonrpc":"2.0","method":"subtract","params":null,"id":7}`, invalid("7", badParams), 0},
		{"params of another case", `{"jsonrpc":"2.0","method":"get_data","Params":1,"id":7}`, `{"jsonrpc":"2.0","id":7,"result":["hello",5]}`, 1},
		{"Method", `{"jsonrpc":"2.0","Method":"subtract","id":7}`, invalid("7", badMethod), 0},
		{"ID", `{` + subtract + `,"ID":7}`, ``, 1},
		{"JSONRPC", `{"JSONRPC":"2.0","method":"subtract","id":7}`, invalid("7", badVersion), 0},
		{"escaped id", `{` + subtract + `,"\u0069d":7}`, nineteen("7"), 1},
		{"more members", `{` + subtract + `,"id":7,"meta":{"id":8},"":null}`, nineteen("7"), 1},
		{"white space", " {\r\n\t" + subtract + " , \"id\" : 7 } \n", nineteen("7"), 1},
		{"both cases of a name", `{` + subtract + `,"id":7,"Id":8,"ID":9}`, nineteen("7"), 1},
	})
}

func TestBatches(t *testing.T) {
	one := func(id string) string { return `{` + subtract + `,"id":` + id + `}` }
	runExchanges(t, []exchange{
		{"empty", ` [ ] `, invalid("null", "a batch holds at least one call"), 0},
		{"one call", `[` + one("1") + `]`, `[` + nineteen("1") + `]`, 1},
		{"in order", `[` + one("3") + `,` + one("1") + `,` + one("2") + `]`, `[` + nineteen("3") + `,` + nineteen("1") + `,` + nineteen("2") + `]`, 3},
		{"an id twice", `[` + one("1") + `,` + one("1") + `]`, `[` + nineteen("1") + `,` + nineteen("1") + `]`, 2},
		{"a batch in a batch", `[[` + one("1") + `],` + one("2") + `]`, `[` + invalid("null", badRequest) + `,` + nineteen("2") + `]`, 1},
		{"an empty batch in a batch", `[[]]`, `[` + invalid("null", badRequest) + `]`, 0},
		{"bad elements", `[1,"a",null,{},` + one("2") + `,{"id":"x"}]`, `[` + strings.Repeat(invalid("null", badRequest)+`,`, 3) +
			invalid("null", badVersion) + `,` + nineteen("2") + `,` + invalid(`"x"`, badVersion) + `]`, 1},
		{"an unknown method", `[{"jsonrpc":"2.0","method":"none","id":1},` + one("2") + `]`, `[` + unknown("1", "none") + `,` + nineteen("2") + `]`, 1},
	})
	atMost := func(n int) exchange {
		return exchange{fmt.Sprint(n, " calls"), `[` + strings.Repeat(one("1")+`,`, n-1) + one("1") + `]`, `[` + strings.Repeat(nineteen("1")+`,`, n-1) + nineteen("1") + `]`, int64(n)}
	}
	tooMany := func(n, limit int) exchange {
		return exchange{fmt.Sprint(n, " calls of ", limit), atMost(n).body, invalid("null", fmt.Sprintf("a batch holds at most %d calls", limit)), 0}
	}
	runExchanges(t, []exchange{atMost(100), tooMany(101, 100), tooMany(5000, 100)})
	runExchanges(t, []exchange{
		atMost(2), tooMany(3, 2),
		{"too many notifications", `[{` + subtract + `},{` + subtract + `},{` + subtract + `}]`, invalid("null", "a batch holds at most 2 calls"), 0},
		{"too many bad elements", `[1,2,3]`, invalid("null", "a batch holds at most 2 calls"), 0},
		{"too many, and no JSON", `[1,2,3`, unparsed("at byte 6: unexpected end"), 0},
	}, jsonrpc.WithMaxBatch(2))
}

// What is no JSON at its end has not run at its begin. The fault is between
// before and after.
func TestParseErrors(t *testing.T) {
	const (
		call    = `{` + subtract + `,"id":1}`
		value   = "want a JSON value"
		end     = "unexpected end"
		follows = "something follows the JSON value"
		twice   = "the member name stands twice"
		utf     = "want valid UTF-8"
		pairs   = "want a valid escape sequence; surrogates come in pairs"
		depth   = "nested deeper than 64"
	)
	var tests []exchange
	for _, test := range []struct{ name, before, after, why string }{
		{"empty", ``, ``, end},
		{"white space", "\n", ``, end},
		{"byte order mark", ``, "\ufeff" + call, value},
		{"UTF-16", "{", "\x00\"\x00", "want a member name in quotes"},
		{"a word", ``, `ping`, value},
		{"trailing bytes", call, `x`, follows},
		{"two requests", call, call, follows},
		{"trailing NUL", call, "\x00", follows},
		{"a comment", call, `//`, follows},
		{"members behind an object", `{}`, `"jsonrpc":"2.0",` + call[1:], follows},
		{"members behind an object in a batch", `[{}`, `"jsonrpc":"2.0",` + call[1:] + `]`, "want , or ] after an element"},
		{"no member behind the version", `{"jsonrpc":"2.0",`, `}`, "want a member name in quotes"},
		{"the version twice", `{"jsonrpc":"2.0",`, `"jsonrpc":"2.0"}`, twice},
		{"trailing bytes after a batch", `[` + call + `]`, `]`, follows},
		{"a batch that ends early", `[` + call, ``, end},
		{"a batch that ends in a comma", `[` + call + `,`, `]`, value},
		{"a name twice", `{` + subtract + `,"id":1,`, `"id":1}`, twice},
		{"a name twice, escaped", `{` + subtract + `,"id":1,`, `"\u0069d":1}`, twice},
		{"an unknown name twice", `[` + call + `,{"a":1,`, `"a":1}]`, twice},
		{"a name twice within params", `[` + call + `,{"params":[{"a":{"b":1,`, `"b":1}}]}]`, twice},
		{"invalid UTF-8", `[` + call + `,"`, "\xc3\x28\"]", utf},
		{"invalid UTF-8 in a name", `[` + call + `,{"`, "\xff\":1}]", utf},
		{"a lone surrogate", `[` + call + `,"`, `\ud800"]`, pairs},
		{"a lone surrogate as id", `{` + subtract + `,"id":"`, `\udc00"}`, pairs},
		{"nesting", `{"jsonrpc":"2.0","method":"sum","id":1,"params":` + strings.Repeat("[", 63), `[` + strings.Repeat("]", 64) + `}`, depth},
		{"nesting in a batch", `[` + call + `,` + strings.Repeat("[", 63), `[` + strings.Repeat("]", 64) + `]`, depth},
		{"a number", `[` + call + `,0`, `1]`, "want , or ] after an element"},
		{"a literal", `[` + call + `,`, `True]`, value},
	} {
		tests = append(tests, exchange{test.name, test.before + test.after, unparsed(fmt.Sprintf("at byte %d: %s", len(test.before), test.why)), 0})
	}
	tests = append(tests, exchange{
		"nesting that is allowed", `{"jsonrpc":"2.0","method":"get_data","id":1,"params":[],"x":` + nested(63, "[", "]") + `}`,
		`{"jsonrpc":"2.0","id":1,"result":["hello",5]}`, 1,
	})
	runExchanges(t, tests)
}

// FuzzHandler sees that a body is refused as no JSON exactly where [Check]
// refuses it, for the same reason, and that what is answered is JSON.
func FuzzHandler(f *testing.F) {
	const call = `{` + subtract + `,"id":1}`
	for _, seed := range []string{
		call, `[` + call + `,` + call + `]`, `[]`, `{}`, `[{}"jsonrpc":"2.0",]`, `{"jsonrpc":"2.0","jsonrpc":"2.0"}`,
		`{"id":1,"id":2}`, `{"x":1,"x":2}`, `{"\u0069d":null,"params":{},"method":"none","jsonrpc":"2\u002e0"}`, `{"jsonrpc":"2.0",`, `1`, `"`,
	} {
		f.Add([]byte(seed))
	}
	h := jsonrpc.NewHandler(calculator(new(atomic.Int64)), jsonrpc.WithLogger(slog.New(slog.DiscardHandler)), jsonrpc.WithMaxBatch(10))
	f.Fuzz(func(t *testing.T, data []byte) {
		answer := inProcess(h, string(data))
		if answer != "" && !json.Valid([]byte(answer)) {
			t.Fatalf("answered %s", answer)
		}
		err := jsonrpc.Check(data)
		if refused := strings.Contains(answer, `"code":-32700`); refused != (err != nil) {
			t.Fatalf("%v, and yet answered %s", err, answer)
		}
		if err != nil && answer != unparsed(err.Error()) {
			t.Fatalf("%v, but answered %s", err, answer)
		}
	})
}
