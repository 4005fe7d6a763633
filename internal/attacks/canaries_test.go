package attacks_test

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/gen/rollcall/rollcallserver"
)

// song is what every canary has in it, and nothing else has.
const song = "canary"

// canary is a text for a field of some kind: a valid name, password, key, and so on.
func canary(kind string) string { return kind + "." + song + "." + rand.Text()[:10] }

// sings tells whether there is a canary in a text, as it was sent or as Postgres
// shows bytes.
func sings(text string) bool {
	return strings.Contains(strings.ToLower(text), song) || strings.Contains(text, hex.EncodeToString([]byte(song)))
}

// aviary sends canaries in all fields of all methods, and remembers which real
// tokens it was given.
type aviary struct {
	d      *deployment
	sent   int
	tokens []string
	heard  []string // where a canary was
}

// Whatever is secret, or somebody's name, and wherever it is put, it is in no
// log, in no error, and in no table but where it belongs.
func TestCanaries(t *testing.T) {
	parallel(t)
	a := &aviary{d: deploy(t, 1, "--login-limit=100000", "--login-address-limit=100000", "--log-level=debug")}
	methods := readMethods(t)
	for _, m := range methods {
		a.sendWell(t, m)
		a.sendBadly(t, m)
	}
	a.sendHeaders(t)
	a.sendEnvelopes(t)
	a.useSecrets(t)
	a.breakDatabase(t, methods)
	a.searchLog()
	a.searchTables(t)
	for _, where := range a.heard {
		t.Error("a canary is " + where)
	}
	measured(t, fmt.Sprintf("%d requests with canaries, and %d real tokens", a.sent, len(a.tokens)), "%d found", len(a.heard))
}

// method is what the contract says of one.
type method struct {
	Name   string
	Params []struct{ Name string }
}

func readMethods(t *testing.T) []method {
	t.Helper()
	var document struct{ Methods []method }
	check(t, json.Unmarshal([]byte(rollcallserver.Document), &document))
	return document.Methods
}

// args are params that the contract takes, by name: canaries wherever it takes
// text.
func (a *aviary) args(t *testing.T, m method) map[string]any {
	t.Helper()
	args := map[string]any{}
	for _, p := range m.Params {
		switch p.Name {
		case "user_id":
			args[p.Name] = a.d.somebody(t, rollcall.RoleUser).ID
		case "role":
			args[p.Name] = "user"
		case "active":
			args[p.Name] = false
		case "limit", "after", "offset", "actor", "target", "a", "b":
			args[p.Name] = 1
		case "session_id":
			args[p.Name] = rand.Text() // is no secret, and answered
		case "email":
			args[p.Name] = canary("email") + "@example.com"
		default:
			args[p.Name] = canary(p.Name)
		}
	}
	return args
}

func positional(m method, args map[string]any) (params []any) {
	for _, p := range m.Params {
		params = append(params, args[p.Name])
	}
	return params
}

// sendWell sends what the contract takes.
func (a *aviary) sendWell(t *testing.T, m method) {
	t.Helper()
	a.call(t, m.Name, a.args(t, m))
	a.call(t, m.Name, positional(m, a.args(t, m)))
	a.send(t, http.Header{"Authorization": {"Bearer " + canary("token")}}, request(m.Name, a.args(t, m)))
	a.send(t, nil, "["+request(m.Name, a.args(t, m))+","+request(m.Name, positional(m, a.args(t, m)))+"]")
}

// sendBadly sends what the contract does not take, in one field, with canaries in
// all others, and one field too many.
func (a *aviary) sendBadly(t *testing.T, m method) {
	t.Helper()
	for _, p := range m.Params {
		if p.Name == "session_id" {
			continue
		}
		for _, bad := range []any{
			12, nil, true, "", canary("text"), canary("text") + "\x00", strings.Repeat(canary("long"), 20), canary("with a blank"),
			[]any{canary("item")}, map[string]any{canary("member"): canary("value")},
		} {
			a.call(t, m.Name, with(a.args(t, m), p.Name, bad))
		}
		a.call(t, m.Name, positional(m, with(a.args(t, m), p.Name, []any{canary("item")})))
	}
	a.call(t, m.Name, with(a.args(t, m), "unknown", canary("value")))
	a.call(t, m.Name, append(positional(m, a.args(t, m)), canary("superfluous")))
	a.call(t, m.Name, canary("params"))
}

// sendHeaders sends them where HTTP has room.
func (a *aviary) sendHeaders(t *testing.T) {
	t.Helper()
	for name, value := range map[string]string{
		"Authorization": "Basic " + canary("credentials"), "Cookie": "session=" + canary("cookie"), "User-Agent": canary("agent"),
		"X-Request-Id": canary("request"), "X-Forwarded-For": canary("address"), "Forwarded": "for=" + canary("address"),
		"Origin": "https://" + canary("origin"), "Referer": "https://" + canary("referer"), "Accept": canary("type"),
		"Content-Encoding": canary("encoding"), "Idempotency-Key": canary("key"), canary("Name"): canary("value"),
	} {
		a.send(t, http.Header{name: {value}}, request("get_current_user", nil))
	}
	base := strings.TrimSuffix(a.d.instances[0].url, "/jsonrpc")
	for _, path := range []string{"/" + canary("path"), "/jsonrpc?token=" + canary("token"), "/jsonrpc/" + canary("path"), "/health?" + canary("query")} {
		must(a.d.http.Get(base + path))(t).Body.Close()
		a.sent++
	}
}

// sendEnvelopes sends them around the params.
func (a *aviary) sendEnvelopes(t *testing.T) {
	t.Helper()
	c := canary("envelope")
	for _, body := range []string{
		c, `"` + c + `"`,
		`{"jsonrpc":"2.0","id":1,"method":"authenticate","params":["` + c + `","` + c,
		`{"jsonrpc":"` + c + `","id":1,"method":"ping"}`,
		`{"jsonrpc":"2.0","id":1,"method":"ping","` + c + `":"` + c + `"}`,
		`{"jsonrpc":"2.0","id":1,"method":["` + c + `"]}`,
		`{"jsonrpc":"2.0","id":1,"method":"refresh","params":{"refresh_token":"` + c + `","refresh_token":"` + c + `"}}`,
		`{"jsonrpc":"2.0","method":"refresh","params":{"refresh_token":"` + c + `"}}`,
		`{"jsonrpc":"2.0","id":1,"method":"refresh","params":["` + "\xff" + c + `"]}`,
		`{"jsonrpc":"2.0","id":1,"method":"refresh","params":["\ud800` + c + `"]}`,
		`[` + strings.Repeat(`"`+c+`",`, 200) + `1]`, `[["` + c + `"]]`,
	} {
		a.send(t, nil, body)
	}
	for _, body := range []string{ // the answer says these again, as it has to
		`{"jsonrpc":"2.0","id":"` + c + `","method":"refresh","params":["x"]}`,
		`{"jsonrpc":"2.0","id":1,"method":"` + c + `"}`,
		`{"jsonrpc":"2.0","id":1,"method":"rpc.` + c + `"}`,
		`{"jsonrpc":"2.0","id":1,"method":"refresh","params":{"` + c + `":1}}`, // in a JSON pointer
		`{"jsonrpc":"2.0","id":1,"method":"revoke_session","params":["` + c + `"]}`,
	} {
		must(a.d.post(t.Context(), 0, http.Header{"Authorization": {"Bearer " + a.d.admin(t).token}}, body))(t)
		a.sent++
	}
}

// useSecrets gives canaries, and real tokens, the use that they are for.
func (a *aviary) useSecrets(t *testing.T) {
	t.Helper()
	ctx, admin := t.Context(), a.d.with(0, a.d.admin(t).token)
	name, first, second := canary("name"), canary("password"), canary("password")
	user := must(admin.CreateUser(ctx, rollcall.CreateUserParams{
		Username: rollcall.Username(name), Email: rollcall.Email(canary("email") + "@example.com"), Password: rollcall.Password(first),
		IdempotencyKey: rollcall.IdempotencyKey(canary("key")),
	}))(t)
	c := a.d.at(0)
	var device rollcall.DeviceToken
	logIn := func(password string) rollcall.Authentication {
		session := a.keep(must(c.Authenticate(ctx, rollcall.AuthenticateParams{
			Username: rollcall.UsernameGuess(name), Password: rollcall.PasswordGuess(password), DeviceToken: device,
		}))(t))
		device = session.DeviceToken
		return session
	}
	logIn(first)
	session := a.keep(a.d.refreshed(t, 0, string(logIn(first).RefreshToken)))
	c.SetToken(string(session.Token))
	must(c.UpdateUser(ctx, rollcall.UpdateUserParams{
		UserID: user.ID, Email: rollcall.Email(canary("email") + "@example.org"), CurrentPassword: rollcall.CurrentPassword(first),
	}))(t)
	a.keep(must(c.ChangePassword(ctx, rollcall.ChangePasswordParams{
		OldPassword: rollcall.CurrentPassword(first), NewPassword: rollcall.Password(second),
	}))(t))
	must(c.Logout(ctx, rollcall.LogoutParams{}))(t)
	logIn(second)
	tally(4, func(int) []int { // all but one find the name taken, some of them by the database
		_, err := admin.CreateUser(ctx, rollcall.CreateUserParams{
			Username: "twice." + song, Email: "twice." + song + "@example.com", Password: rollcall.Password(second),
		})
		return []int{code(err)}
	})
}

// keep remembers tokens that were issued.
func (a *aviary) keep(s rollcall.Authentication) rollcall.Authentication {
	for _, token := range []string{string(s.Token), string(s.RefreshToken), string(s.DeviceToken)} {
		if token != "" { // a refresh tells of no device
			a.tokens = append(a.tokens, token)
		}
	}
	return s
}

// breakDatabase makes changes fail, one table after the other: of a row that
// breaks a constraint, Postgres tells all that is in it.
func (a *aviary) breakDatabase(t *testing.T, methods []method) {
	t.Helper()
	for _, table := range []string{"users", "sessions", "audit_entries", "idempotent_calls", "login_attempts"} {
		for _, m := range methods {
			args, admin := a.args(t, m), a.d.admin(t)
			a.d.run(t, `ALTER TABLE `+table+` ADD CONSTRAINT broken CHECK (false) NOT VALID`)
			a.send(t, http.Header{"Authorization": {"Bearer " + admin.token}}, request(m.Name, args))
			a.d.run(t, `ALTER TABLE `+table+` DROP CONSTRAINT broken`)
		}
	}
	if !strings.Contains(a.d.instances[0].log.String(), `violates check constraint \"broken\"`) {
		t.Error("the database was not broken")
	}
}

// call sends a call as an administrator.
func (a *aviary) call(t *testing.T, method string, params any) {
	t.Helper()
	a.send(t, http.Header{"Authorization": {"Bearer " + a.d.admin(t).token}}, request(method, params))
}

// send sends a request, and listens to the errors that it is answered.
func (a *aviary) send(t *testing.T, header http.Header, body string) {
	t.Helper()
	got := must(a.d.post(t.Context(), 0, header, body))(t)
	a.sent++
	if sings(got.body) && !strings.Contains(got.body, `"result"`) {
		a.heard = append(a.heard, "in the answer "+got.body)
	}
	for name, values := range got.header {
		if sings(fmt.Sprint(name, values)) {
			a.heard = append(a.heard, fmt.Sprint("in the header ", name, values))
		}
	}
}

// request is a call, as JSON.
func request(method string, params any) string {
	text, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
	if err != nil {
		panic(err) // there are only texts, numbers, and lists of them
	}
	return string(text)
}

func (a *aviary) searchLog() {
	for line := range strings.Lines(a.d.instances[0].log.String()) {
		if sings(line) || a.hasToken(line) {
			a.heard = append(a.heard, "in the log: "+line)
		}
	}
}

// hasToken tells whether there is the end of a real token in a text, the part
// that is secret, as it is or as Postgres shows bytes.
func (a *aviary) hasToken(text string) bool {
	return slices.ContainsFunc(a.tokens, func(token string) bool {
		end := token[len(token)-20:]
		return strings.Contains(text, end) || strings.Contains(text, hex.EncodeToString([]byte(end)))
	})
}

// homes are the columns where canaries may be, though no passwords.
var homes = map[string][]string{
	"users":            {"username", "email", "username_canonical", "email_canonical"},
	"idempotent_calls": {"key", "result"},
}

// searchTables looks at all that is in the database.
func (a *aviary) searchTables(t *testing.T) {
	t.Helper()
	for _, table := range scan[[]string](t, a.d, `SELECT array_agg(table_name::text) FROM information_schema.tables WHERE table_schema = 'public'`) {
		columns := scan[[]string](t, a.d, `SELECT array_agg(column_name::text) FROM information_schema.columns WHERE table_name = $1`, table)
		for _, column := range columns {
			text := scan[string](t, a.d, fmt.Sprintf(`SELECT coalesce(string_agg(%q::text, E'\n'), '') FROM %q`, column, table))
			home := slices.Contains(homes[table], column)
			if sings(text) && !home || strings.Contains(text, "password."+song) || a.hasToken(text) {
				a.heard = append(a.heard, "in "+table+"."+column)
			}
		}
	}
}
