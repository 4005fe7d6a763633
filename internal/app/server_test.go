package app

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/internal/auth"
	"github.com/rollcall-rpc/rollcall/internal/localpg/pgtest"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

// fixture is the service as it is wired for rollcall dev, on a database of its
// own. Tests send it bytes.
type fixture struct {
	addr     string
	database string // URL
	log      *output
	server   *server
	users    *postgres.DB
	tokens   *auth.Tokens
	shutDown context.CancelFunc
	ended    <-chan error
}

// newFixture starts the service with the default settings, but for flags.
func newFixture(t *testing.T, flags ...string) *fixture {
	t.Helper()
	f := &fixture{database: pgtest.New(t), log: newOutput()}
	c := devSettings(t, flags...)
	f.users = must(postgres.Open(t.Context(), c.config(f.database)))(t)
	t.Cleanup(f.users.Close)
	f.tokens = must(c.tokens(must(auth.LoadOrCreateKeys(filepath.Join(t.TempDir(), "key")))(t)))(t)
	secret := must(auth.LoadOrCreateSecret(filepath.Join(t.TempDir(), "secret")))(t)
	f.server = must(newServer(c.httpSettings, loopbackNames, c.logger(f.log, "json"), c.service(f.users, f.tokens, c.passwords(), secret)))(t)
	f.start(t)
	return f
}

func (f *fixture) start(t *testing.T) {
	t.Helper()
	listener := must(net.Listen("tcp", "127.0.0.1:0"))(t)
	f.addr = listener.Addr().String()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- f.server.serve(ctx, listener); close(ended) }()
	f.shutDown, f.ended = cancel, ended
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// devSettings are those of rollcall dev with flags.
func devSettings(t *testing.T, flags ...string) devCommand {
	t.Helper()
	var c commandLine
	must(must(kong.New(&c))(t).Parse(append([]string{"dev"}, flags...)))(t)
	return c.Dev
}

// reply is what came back over HTTP.
type reply struct {
	status int
	header http.Header
	body   string
}

// send sends a request on a connection of its own.
func (f *fixture) send(t *testing.T, request string) reply {
	t.Helper()
	conn := f.dial(t)
	defer conn.Close()
	must(io.WriteString(conn, request))(t)
	return read(t, conn)
}

func (f *fixture) dial(t *testing.T) net.Conn {
	t.Helper()
	conn := must(net.Dial("tcp", f.addr))(t)
	t.Cleanup(func() { conn.Close() })
	check(t, conn.SetDeadline(time.Now().Add(patience)))
	return conn
}

func read(t *testing.T, conn net.Conn) reply {
	t.Helper()
	response := must(http.ReadResponse(bufio.NewReader(conn), nil))(t)
	defer response.Body.Close()
	return reply{response.StatusCode, response.Header, string(must(io.ReadAll(response.Body))(t))}
}

// get is a request for path; header holds lines like "Origin: null".
func get(path string, header ...string) string {
	return "GET " + path + " HTTP/1.1\r\n" + lines("Host: localhost", header) + "\r\n"
}

// post is a JSON-RPC request.
func post(body string, header ...string) string {
	always := fmt.Sprintf("Host: localhost\r\nContent-Type: application/json\r\nContent-Length: %d", len(body))
	return "POST /jsonrpc HTTP/1.1\r\n" + lines(always, header) + "\r\n" + body
}

func lines(first string, more []string) string {
	return strings.Join(append([]string{first}, more...), "\r\n") + "\r\n"
}

// login makes an account and returns the header of a request by it.
func (f *fixture) login(t *testing.T, username, role string) (user db.User, header string) {
	t.Helper()
	user = must(f.users.CreateUser(t.Context(), db.CreateUserParams{
		Username: username, Email: username + "@example.com", PasswordHash: "-", Role: role,
	}))(t)
	session := must(f.users.OpenSession(t.Context(), db.OpenSessionParams{
		ID: rand.Text(), UserID: user.ID, UsernameCanonical: user.UsernameCanonical, PasswordHash: user.PasswordHash,
		ExpiresAt: time.Now().Add(time.Hour),
	}))(t)
	token, _, err := f.tokens.Issue(auth.Claims{UserID: user.ID, Username: username, SessionID: session.ID, ExpiresAt: session.ExpiresAt})
	return user, "Authorization: Bearer " + must(token, err)(t)
}

// connect looks at the database from beside.
func (f *fixture) connect(t *testing.T) *pgx.Conn {
	t.Helper()
	conn := must(pgx.Connect(t.Context(), f.database))(t)
	t.Cleanup(func() { conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

func execute(t *testing.T, conn *pgx.Conn, sql string, args ...any) {
	t.Helper()
	must(conn.Exec(t.Context(), sql, args...))(t)
}

const ping = `{"jsonrpc":"2.0","id":1,"method":"ping"}`

func TestRoutes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	tests := []struct {
		name, request string
		status        int
		allow         string
	}{
		{"a call", post(ping), 200, ""},
		{"a call with a charset", strings.Replace(post(ping), "application/json", "application/json; charset=utf-8", 1), 200, ""},
		{"a notification", post(`{"jsonrpc":"2.0","method":"ping"}`), 204, ""},
		{"an error", post(`{`), 200, ""},
		{"another type", strings.Replace(post(ping), "application/json", "text/plain", 1), 415, ""},
		{"GET /jsonrpc", get("/jsonrpc"), 405, "POST"},
		{"PUT /jsonrpc", strings.Replace(post(ping), "POST", "PUT", 1), 405, "POST"},
		{"OPTIONS /jsonrpc", strings.Replace(get("/jsonrpc"), "GET", "OPTIONS", 1), 405, "POST"},
		{"health", get("/health"), 200, ""},
		{"live", get("/livez"), 200, ""},
		{"ready", get("/readyz"), 200, ""},
		{"the document", get("/openrpc.json"), 200, ""},
		{"the keys", get("/.well-known/jwks.json"), 200, ""},
		{"POST /health", strings.Replace(post(ping), "/jsonrpc", "/health", 1), 405, "GET, HEAD"},
		{"POST /openrpc.json", strings.Replace(post(ping), "/jsonrpc", "/openrpc.json", 1), 405, "GET, HEAD"},
		{"POST /.well-known/jwks.json", strings.Replace(post(ping), "/jsonrpc", "/.well-known/jwks.json", 1), 405, "GET, HEAD"},
		{"nowhere", get("/nowhere"), 404, ""},
		{"the top", get("/"), 404, ""},
		{"below", strings.Replace(post(ping), "/jsonrpc", "/jsonrpc/", 1), 404, ""},
		{"another case", strings.Replace(post(ping), "/jsonrpc", "/JSONRPC", 1), 404, ""},
		{"the server as a whole", strings.Replace(get("*"), "GET", "OPTIONS", 1), 400, ""},
	}
	for _, test := range tests {
		got := f.send(t, test.request)
		if got.status != test.status || got.header.Get("Allow") != test.allow {
			t.Errorf("%s: status %d, Allow %q; want %d, %q", test.name, got.status, got.header.Get("Allow"), test.status, test.allow)
		}
	}
	if got := f.send(t, post(ping)); got.body != `{"jsonrpc":"2.0","id":1,"result":"pong"}` || got.header.Get("Content-Type") != "application/json" {
		t.Errorf("ping is answered %s as %s", got.body, got.header.Get("Content-Type"))
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	got := f.send(t, get("/health"))
	var health struct {
		Status, Version string
		Timestamp       time.Time
	}
	check(t, json.Unmarshal([]byte(got.body), &health))
	var contract struct{ Info struct{ Version string } }
	check(t, json.Unmarshal(must(os.ReadFile("../../openrpc.json"))(t), &contract))
	if health.Status != "healthy" || health.Version != contract.Info.Version || health.Version == "" {
		t.Errorf("health is %s, want status healthy and version %s", got.body, contract.Info.Version)
	}
	if health.Timestamp.IsZero() || health.Timestamp.Location() != time.UTC {
		t.Errorf("the timestamp in %s is not in UTC", got.body)
	}
	if got.header.Get("Content-Type") != "application/json" {
		t.Errorf("health comes as %s", got.header.Get("Content-Type"))
	}
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const ready, unreachable = `{"status":"ready"}`, `{"status":"the database is out of reach"}`
	if got := f.send(t, get("/readyz")); got.status != 200 || strings.TrimSpace(got.body) != ready {
		t.Errorf("with the database: %d %s", got.status, got.body)
	}
	config := must(pgx.ParseConfig(f.database))(t)
	name := config.Database
	config.Database = "postgres"
	conn := must(pgx.ConnectConfig(t.Context(), config))(t)
	defer conn.Close(t.Context())
	execute(t, conn, "DROP DATABASE "+name+" WITH (FORCE)")

	if got := f.send(t, get("/readyz")); got.status != 503 || strings.TrimSpace(got.body) != unreachable {
		t.Errorf("without the database: %d %s", got.status, got.body)
	}
	for _, path := range []string{"/livez", "/health"} {
		if got := f.send(t, get(path)); got.status != 200 {
			t.Errorf("%s without the database: %d %s", path, got.status, got.body)
		}
	}
	if got := f.send(t, post(ping)); got.body != `{"jsonrpc":"2.0","id":1,"result":"pong"}` {
		t.Errorf("ping without the database: %s", got.body)
	}
}

func TestDocument(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	served := f.send(t, get("/openrpc.json"))
	discovered := f.send(t, post(`{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}`))
	var response struct{ Result any }
	decode(t, discovered.body, &response)
	var want, got any
	decode(t, string(must(os.ReadFile("../../openrpc.json"))(t)), &want)
	decode(t, served.body, &got)
	if diff := cmp.Diff(want, got); diff != "" || served.header.Get("Content-Type") != "application/json" {
		t.Errorf("GET /openrpc.json, as %s, is not the contract (-):\n%s", served.header.Get("Content-Type"), diff)
	}
	if diff := cmp.Diff(want, response.Result); diff != "" {
		t.Errorf("rpc.discover is not the contract (-):\n%s", diff)
	}
}

// decode keeps numbers as they are spelled.
func decode(t *testing.T, text string, value any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(value); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "--max-body=400", "--max-batch=3", "--max-answer=300", "--max-header=1024")
	pad := func(body string, size int) string { return body + strings.Repeat(" ", size-len(body)) }
	chunked := func(body string) string {
		head := "POST /jsonrpc HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
		return head + fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
	}
	batch := func(call string, n int) string { return "[" + strings.Repeat(call+",", n-1) + call + "]" }
	const pong = `{"jsonrpc":"2.0","id":1,"result":"pong"}`
	echo := `{"jsonrpc":"2.0","id":1,"method":"echo","params":["` + strings.Repeat("x", 180) + `"]}`
	tests := []struct {
		name, request string
		status        int
		want          string // in the body
	}{
		{"a body that just fits", post(pad(ping, 400)), 200, pong},
		{"a body that does not", post(pad(ping, 401)), 413, "The body is larger than 400 bytes."},
		{"in a chunk that just fits", chunked(pad(ping, 400)), 200, pong},
		{"in a chunk that does not", chunked(pad(ping, 401)), 413, "The body is larger than 400 bytes."},
		{"announced alone", "POST /jsonrpc HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9000000000\r\n\r\n",
			413, "The body is larger than 400 bytes."},
		{"a batch that just fits", post(batch(ping, 3)), 200, batch(pong, 3)},
		{"a batch that does not", post(batch(ping, 4)), 200,
			`{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid Request","data":{"message":"a batch holds at most 3 calls"}}}`},
		{"an answer that just fits", post(echo), 200, `xxx"}`},
		{"an answer that does not", post(strings.Replace(echo, `["`, `["`+strings.Repeat("x", 130), 1)), 200, `"code":-32603`},
		{"a header that fits", post(ping, "X-Large: "+strings.Repeat("x", 512)), 200, pong},
		{"a header that does not", post(ping, "X-Large: "+strings.Repeat("x", 8192)), 431, "431 Request Header Fields Too Large"},
	}
	for _, test := range tests {
		if got := f.send(t, test.request); got.status != test.status || !strings.Contains(got.body, test.want) {
			t.Errorf("%s: %d %s; want %d %s", test.name, got.status, got.body, test.status, test.want)
		}
	}
}

// A client that is too slow does not keep its connection.
func TestReadTimeout(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "--read-timeout=100ms", "--idle-timeout=100ms")
	request := post(ping)
	tests := []struct {
		name, sent string
		status     string // "" is an end without an answer
	}{
		{"nothing", "", ""},
		{"a part of the header", request[:30], ""},
		{"a part of the body", request[:len(request)-1], "HTTP/1.1 408 Request Timeout"},
		{"a request, and no other", request, "HTTP/1.1 200 OK"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			conn := f.dial(t)
			must(io.WriteString(conn, test.sent))(t)
			got, err := io.ReadAll(conn)
			status, _, _ := strings.Cut(string(got), "\r\n")
			if status != test.status {
				t.Errorf("answered %q, want %q", status, test.status)
			}
			if errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error("the server keeps the connection")
			}
		})
	}
}

// Without a bound of its own an idle connection would have that of reading.
func TestIdleTimeout(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "--idle-timeout=100ms", "--read-timeout=1h", "--write-timeout=2h")
	conn := f.dial(t)
	must(io.WriteString(conn, post(ping)))(t)
	if got, err := io.ReadAll(conn); err != nil || !strings.Contains(string(got), `"result":"pong"`) {
		t.Errorf("answered %q, then %v, want the end of the connection", got, err)
	}
}

// A client that does not read its answer does not keep its connection, which a
// shutdown would wait for.
func TestWriteTimeout(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "--max-body=40000000", "--max-answer=80000000",
		"--read-timeout=2s", "--call-timeout=2s", "--write-timeout=4100ms", "--shutdown-timeout=1h")
	conn := f.dial(t)
	large := strings.Repeat("x", 32<<20) // more than the sockets hold
	must(io.WriteString(conn, post(`{"jsonrpc":"2.0","id":1,"method":"echo","params":["`+large+`"]}`)))(t)
	must(io.ReadFull(conn, make([]byte, 1)))(t) // the answer is on its way
	f.shutDown()
	select {
	case err := <-f.ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Error("the server keeps the connection")
	}
}

// Every bound that a setting has is one of the server's, too.
func TestBoundsOfTheHTTPServer(t *testing.T) {
	s := server{log: slog.New(slog.DiscardHandler), settings: httpSettings{
		MaxHeader: 1, ReadTimeout: 2, WriteTimeout: 3, IdleTimeout: 4,
	}}
	h := s.http()
	got := []int64{int64(h.MaxHeaderBytes), int64(h.ReadHeaderTimeout), int64(h.ReadTimeout), int64(h.WriteTimeout), int64(h.IdleTimeout)}
	if diff := cmp.Diff([]int64{1, 2, 2, 3, 4}, got); diff != "" {
		t.Error(diff)
	}
}
