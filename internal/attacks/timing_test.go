package attacks_test

import (
	"fmt"
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

// Nobody learns from a login which accounts there are: whether the password is
// wrong, or the account unknown, deleted or disabled, the answer has the same
// bytes, and takes as long, though accounts have hashes that were made with other
// params. For the deleted and the disabled one the password is the right one.
func TestLoginsTellNothing(t *testing.T) {
	parallel(t)
	d := deploy(t, 1, "--login-limit=0")
	disabled := d.somebody(t, rollcall.RoleUser)
	must(d.db.SetUserActive(t.Context(), db.SetUserActiveParams{ID: disabled.ID}))(t)
	known, cheaper, dearer := d.somebody(t, rollcall.RoleUser), d.somebody(t, rollcall.RoleUser), d.somebody(t, rollcall.RoleUser)
	d.rehash(t, cheaper, 4<<10, 1, 1)
	d.rehash(t, dearer, 24<<10, 2, 2)
	logins := []struct {
		kind, username, password string
		took                     []time.Duration
	}{
		{kind: "wrong password", username: known.Username, password: "correct horse batterz"},
		{kind: "unknown", username: "nobodynobodynobodynobodyno", password: password},
		{kind: "deleted", username: d.deleted(t), password: password},
		{kind: "disabled", username: disabled.Username, password: password},
		{kind: "wrong password, cheaper hash", username: cheaper.Username, password: "correct horse batterz"},
		{kind: "wrong password, dearer hash", username: dearer.Username, password: "correct horse batterz"},
	}
	var first answer
	for round := range size(20, 2000) {
		for i := range logins {
			l := &logins[(i+round)%len(logins)]
			body := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"authenticate","params":[%q,%q]}`, l.username, l.password)
			begin := time.Now()
			got := must(d.post(t.Context(), 0, nil, body))(t)
			l.took = append(l.took, time.Since(begin))
			got.header = plain(got.header)
			if first.header == nil {
				first = got
			}
			if got.status != first.status || got.body != first.body || !cmp.Equal(got.header, first.header) {
				t.Fatalf("%s: %v\nbut at first %v", l.kind, got, first)
			}
		}
	}
	const want = `{"jsonrpc":"2.0","id":1,"error":{"code":-32001,"message":"Invalid username or password","data":{"message":"Invalid username or password"}}}`
	if first.body != want {
		t.Errorf("answered %s, want %s", first.body, want)
	}
	// Of so few, one run in ten thousand has a larger difference by chance.
	most := 0.4
	if *full {
		most = 0.05
	}
	for i, a := range logins {
		for _, b := range logins[:i] {
			area := auc(a.took, b.took)
			measured(t, fmt.Sprintf("%d logins each: %s against %s", len(a.took), a.kind, b.kind), "AUC %.3f", area)
			if math.Abs(area-0.5) > most {
				t.Errorf("%s and %s can be told apart by the time: AUC %.3f, want 0.5 ± %.2f", a.kind, b.kind, area, most)
			}
		}
	}
}

// plain leaves out what differs in every answer.
func plain(header http.Header) http.Header {
	header = header.Clone()
	header.Del("Date")
	header.Del("X-Request-Id")
	return header
}
