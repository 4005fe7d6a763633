package attacks_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

// audited is a call that the audit log tells of.
type audited struct {
	name   string
	method string
	params func(me, target session) string // as JSON
	admin  bool                            // whether an administrator calls
	self   bool                            // whether it was done to the caller
	public bool                            // whether nobody is logged in
	want   rollcall.AuditOutcome
	actor  bool // whether somebody is told to have done it
}

func ofTarget(format string) func(_, target session) string {
	return func(_, target session) string { return fmt.Sprintf(format, target.user.ID) }
}

var auditedCalls = []audited{
	{"create_user", "create_user", func(_, _ session) string {
		return `["newcomer","newcomer@example.com","analytical engine"]`
	}, true, false, false, rollcall.AuditOutcomeDone, true},
	{"update_user", "update_user", ofTarget(`{"user_id":%d,"password":"difference engine"}`), true, false, false, rollcall.AuditOutcomeDone, true},
	{"set_role", "set_role", ofTarget(`[%d,"admin"]`), true, false, false, rollcall.AuditOutcomeDone, true},
	{"set_active", "set_active", ofTarget(`[%d,false]`), true, false, false, rollcall.AuditOutcomeDone, true},
	{"delete_user", "delete_user", ofTarget(`[%d]`), true, false, false, rollcall.AuditOutcomeDone, true},
	{"revoke_session", "revoke_session", func(_, target session) string {
		return fmt.Sprintf(`[%q]`, target.id)
	}, true, false, false, rollcall.AuditOutcomeDone, true},
	{"logout", "logout", func(_, _ session) string { return `[]` }, false, true, false, rollcall.AuditOutcomeDone, true},
	{"change_password", "change_password", func(_, _ session) string {
		return `["` + password + `","analytical engine"]`
	}, false, true, false, rollcall.AuditOutcomeDone, true},
	{"change_password, with a wrong one", "change_password", func(_, _ session) string {
		return `["guess","analytical engine"]`
	}, false, true, false, rollcall.AuditOutcomeRefused, true},
	{"update_user, with a wrong password", "update_user", func(me, _ session) string {
		return fmt.Sprintf(`{"user_id":%d,"email":"thief@example.com","current_password":"guess"}`, me.user.ID)
	}, false, true, false, rollcall.AuditOutcomeRefused, true},
	{"authenticate", "authenticate", func(_, target session) string {
		return fmt.Sprintf(`[%q,%q]`, target.user.Username, password)
	}, false, false, true, rollcall.AuditOutcomeDone, true},
	{"authenticate, with a wrong password", "authenticate", func(_, target session) string {
		return fmt.Sprintf(`[%q,"guess"]`, target.user.Username)
	}, false, false, true, rollcall.AuditOutcomeRefused, false},
}

// changes are what the audit log tells of the call beside.
func (c audited) changes(me, target session) []string {
	switch c.name {
	case "update_user":
		return []string{"password"}
	case "set_role":
		return []string{"role=admin"}
	case "set_active":
		return []string{"active=false"}
	case "revoke_session":
		return []string{"session=" + target.id}
	case "logout":
		return []string{"session=" + me.id}
	}
	return []string{}
}

// The audit log tells of each change who made it, to whom, how, from where, and by
// which request.
func TestAudit(t *testing.T) {
	parallel(t)
	d := deploy(t, 3)
	admin := d.admin(t)
	for i, call := range auditedCalls {
		t.Run(call.name, func(t *testing.T) {
			me, target := d.session(t, d.somebody(t, rollcall.RoleUser)), d.session(t, d.somebody(t, rollcall.RoleUser))
			if call.admin {
				me = admin
			}
			header := http.Header{"Authorization": {"Bearer " + me.token}, "X-Forwarded-For": {"203.0.113.7"}}
			body := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":%q,"params":%s}`, call.method, call.params(me, target))
			got := must(d.post(t.Context(), i, header, body))(t)

			want := rollcall.AuditEntry{
				ActorID: rollcall.UserID(me.user.ID), TargetID: rollcall.UserID(target.user.ID),
				Method: call.method, Outcome: call.want, Changes: call.changes(me, target), RequestID: got.header.Get("X-Request-Id"), Address: "203.0.113.7",
			}
			if call.self {
				want.TargetID = want.ActorID
			}
			if call.public {
				want.ActorID = want.TargetID
			}
			if !call.actor {
				want.ActorID = 0
			}
			if call.method == "create_user" {
				want.TargetID = scan[rollcall.UserID](t, d, `SELECT id FROM users WHERE username = 'newcomer'`)
			}
			entries := must(d.with(i+1, admin.token).ListAudit(t.Context(), rollcall.ListAuditParams{Limit: 1}))(t)
			ignored := cmpopts.IgnoreFields(rollcall.AuditEntry{}, "ID", "At")
			if diff := cmp.Diff(rollcall.AuditEntries{want}, entries, ignored); diff != "" {
				t.Errorf("answered %s, and the newest entry differs (-want +got):\n%s", got.body, diff)
			}
		})
	}
}

// What cannot be told in the audit log is not done, and what is not done is not
// told.
func TestAuditAndChangeAreOne(t *testing.T) {
	parallel(t)
	d := deploy(t, 1)
	admin := d.admin(t)
	const state = `SELECT md5(
		coalesce((SELECT string_agg(u::text, ',' ORDER BY id) FROM users AS u), '') ||
		coalesce((SELECT string_agg(s::text, ',' ORDER BY id) FROM sessions AS s), '') ||
		coalesce((SELECT string_agg(a::text, ',' ORDER BY id) FROM audit_entries AS a), ''))`
	for _, call := range auditedCalls {
		me, target := d.session(t, d.somebody(t, rollcall.RoleUser)), d.session(t, d.somebody(t, rollcall.RoleUser))
		if call.admin {
			me = admin
		}
		body := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":%q,"params":%s}`, call.method, call.params(me, target))
		before := scan[string](t, d, state)
		d.run(t, `ALTER TABLE audit_entries ADD CONSTRAINT broken CHECK (false) NOT VALID`)
		got := must(d.post(t.Context(), 0, http.Header{"Authorization": {"Bearer " + me.token}}, body))(t)
		d.run(t, `ALTER TABLE audit_entries DROP CONSTRAINT broken`)
		if !strings.Contains(got.body, `"code":-32603`) || scan[string](t, d, state) != before {
			t.Errorf("%s, where nothing can be audited: answered %s, or something has changed", call.name, got.body)
		}
	}

	// The result is kept for those who send the call again after all else is done.
	late := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"set_role","params":[%d,"admin","the key"]}`, d.somebody(t, rollcall.RoleUser).ID)
	undone := scan[string](t, d, state)
	d.run(t, `ALTER TABLE idempotent_calls ADD CONSTRAINT broken CHECK (false) NOT VALID`)
	got := must(d.post(t.Context(), 0, http.Header{"Authorization": {"Bearer " + admin.token}}, late))(t)
	d.run(t, `ALTER TABLE idempotent_calls DROP CONSTRAINT broken`)
	if !strings.Contains(got.body, `"code":-32603`) || scan[string](t, d, state) != undone {
		t.Errorf("set_role, which fails once it is audited: answered %s, or something has changed", got.body)
	}

	last := d.session(t, d.somebody(t, rollcall.RoleUser))
	d.run(t, `UPDATE users SET role = 'user' WHERE id <> $1`, admin.user.ID)
	before := scan[string](t, d, state)
	for method, params := range map[string]string{
		"create_user":    fmt.Sprintf(`[%q,"new@example.com","analytical engine"]`, last.user.Username),
		"update_user":    fmt.Sprintf(`{"user_id":%d,"email":%q}`, last.user.ID, admin.user.Email),
		"set_role":       fmt.Sprintf(`[%d,"user"]`, admin.user.ID),
		"set_active":     fmt.Sprintf(`[%d,false]`, admin.user.ID),
		"delete_user":    `[1000000]`,
		"revoke_session": `["none"]`,
	} {
		body := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":%q,"params":%s}`, method, params)
		got := must(d.post(t.Context(), 0, http.Header{"Authorization": {"Bearer " + admin.token}}, body))(t)
		if !strings.Contains(got.body, `"error"`) || scan[string](t, d, state) != before {
			t.Errorf("%s, which is refused: answered %s, or something has changed", method, got.body)
		}
	}
}

// No statement of the service's kind can change what is told; only whoever owns the table can take its trigger away.
func TestAuditIsAppendOnly(t *testing.T) {
	parallel(t)
	d := deploy(t, 1)
	admin := d.admin(t)
	must(d.with(0, admin.token).SetRole(t.Context(), rollcall.SetRoleParams{
		UserID: rollcall.UserID(d.somebody(t, rollcall.RoleUser).ID), Role: rollcall.RoleAdmin,
	}))(t)
	for _, sql := range []string{
		`UPDATE audit_entries SET actor_id = 2`, `DELETE FROM audit_entries`, `TRUNCATE audit_entries`,
		`DELETE FROM audit_entries WHERE false`, `TRUNCATE users, audit_entries CASCADE`,
		`INSERT INTO audit_entries AS a OVERRIDING SYSTEM VALUE SELECT * FROM audit_entries ON CONFLICT (id) DO UPDATE SET actor_id = 2`,
	} {
		if _, err := d.sql.Exec(t.Context(), sql); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if got := must(d.db.ListAuditEntries(t.Context(), db.ListAuditEntriesParams{Limit: 10}))(t); len(got) != 1 || *got[0].ActorID != admin.user.ID {
		t.Errorf("the audit log is %v", got)
	}
}
