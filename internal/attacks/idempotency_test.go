package attacks_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/rollcall-rpc/rollcall/gen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

// keyed is a call of a method that takes an idempotency key, by an administrator.
type keyed struct {
	// params are without the key, for an account that they may concern.
	params func(target session) map[string]any
	// other is a member of params, and another value for it; "" where there is none.
	other string
	value any
	// anew is the code of which the call is answered that is made once more, without
	// a key that is known, by the same caller; byAnother by another one.
	anew, byAnother int
}

var keyedCalls = map[string]keyed{
	"create_user": {func(target session) map[string]any {
		name := "new" + target.user.Username
		return map[string]any{"username": name, "email": name + "@example.com", "password": newPassword}
	}, "password", "another password", rollcall.CodeInvalidParams, rollcall.CodeInvalidParams},
	"update_user": {func(target session) map[string]any {
		return map[string]any{"user_id": target.user.ID, "email": "new" + target.user.Email}
	}, "email", "another@example.com", 0, 0},
	"set_role": {func(target session) map[string]any {
		return map[string]any{"user_id": target.user.ID, "role": "admin"}
	}, "role", "user", 0, 0},
	"set_active": {func(target session) map[string]any {
		return map[string]any{"user_id": target.user.ID, "active": false}
	}, "active", true, 0, 0},
	"delete_user": {func(target session) map[string]any {
		return map[string]any{"user_id": target.user.ID}
	}, "user_id", 1, rollcall.CodeUserNotFound, rollcall.CodeUserNotFound},
	"revoke_session": {func(target session) map[string]any {
		return map[string]any{"session_id": target.id}
	}, "session_id", "another", rollcall.CodeSessionNotFound, rollcall.CodeSessionNotFound},
	"logout": {func(session) map[string]any { return map[string]any{} }, "", nil, 0, 0},
	"change_password": {func(session) map[string]any {
		return map[string]any{"old_password": password, "new_password": newPassword}
	}, "new_password", "another password", rollcall.CodePermissionDenied, 0},
}

// keyedMethods are those of the contract.
func keyedMethods(t *testing.T) (names []string) {
	t.Helper()
	for _, m := range readMethods(t) {
		if slices.ContainsFunc(m.Params, func(p struct{ Name string }) bool { return p.Name == "idempotency_key" }) {
			names = append(names, m.Name)
		}
	}
	if len(names) != len(keyedCalls) {
		t.Fatalf("the contract has keys for %q: give each a row in keyedCalls", names)
	}
	return names
}

// outcome is what a call was answered, without what differs each time: the access
// token.
type outcome struct {
	code   int
	result string
}

// call makes a call on an instance.
func (d *deployment) call(t *testing.T, i int, token, method string, params map[string]any) outcome {
	t.Helper()
	result, err := d.with(i, token).Call(t.Context(), method, rawParams(params))
	var tokens rollcall.Authentication
	if err == nil && tokens.UnmarshalJSON(result) == nil {
		result = fmt.Append(nil, string(tokens.RefreshToken), string(tokens.DeviceToken))
	}
	return outcome{code(err), string(result)}
}

// rawParams are params as they are sent.
type rawParams map[string]any

func (p rawParams) EncodeJSON(e *jsonrpc.Encoder) {
	text, err := json.Marshal(map[string]any(p))
	if err != nil {
		e.Fail(err)
	}
	e.JSON(text)
}

// again begins another session of the same user, who may have another password by
// now.
func (d *deployment) again(t *testing.T, s session) session {
	t.Helper()
	return d.session(t, must(d.db.GetUser(t.Context(), s.user.ID))(t))
}

// state is all that a call may change, but for what was counted of guesses.
func (d *deployment) state(t *testing.T) string {
	t.Helper()
	return scan[string](t, d, `SELECT md5(
		coalesce((SELECT string_agg(u::text, ',' ORDER BY id) FROM users AS u), '') ||
		coalesce((SELECT string_agg(s::text, ',' ORDER BY id) FROM sessions AS s), '') ||
		coalesce((SELECT string_agg(a::text, ',' ORDER BY id) FROM audit_entries AS a), '') ||
		coalesce((SELECT string_agg(c::text, ',' ORDER BY user_id, key) FROM idempotent_calls AS c), ''))`)
}

// Whatever changes something can be sent again with its key, for a day, by its
// caller, in another session too: it is answered like the first time, and nothing
// is done twice. No other call may have the key.
func TestIdempotencyKeys(t *testing.T) {
	parallel(t)
	d := deploy(t, 3)
	for _, method := range keyedMethods(t) {
		t.Run(method, func(t *testing.T) {
			k, me, target := keyedCalls[method], d.admin(t), d.session(t, d.somebody(t, rollcall.RoleUser))
			params := with(k.params(target), "idempotency_key", "the key")
			first := d.call(t, 0, me.token, method, params)
			if first.code != 0 {
				t.Fatalf("at first: answered %d", first.code)
			}
			me = d.again(t, me)
			before := d.state(t)
			unchanged := func(what string, got, want outcome) {
				t.Helper()
				if got != want || d.state(t) != before {
					t.Errorf("%s: answered %v, want %v, or something has changed", what, got, want)
				}
			}
			for i := range d.instances {
				unchanged("sent again", d.call(t, i, me.token, method, params), first)
			}
			conflict := outcome{code: rollcall.CodeIdempotencyConflict}
			if k.other != "" {
				unchanged("with other params", d.call(t, 1, me.token, method, with(params, k.other, k.value)), conflict)
			}
			for other := range keyedCalls {
				if other != method {
					params := with(keyedCalls[other].params(target), "idempotency_key", "the key")
					unchanged("for "+other, d.call(t, 2, me.token, other, params), conflict)
				}
			}
			check(t, whoAmI(t.Context(), d.with(0, me.token)))

			if got := d.call(t, 0, d.admin(t).token, method, params); got.code != k.byAnother || got.code == 0 && d.state(t) == before {
				t.Errorf("by another caller: answered %v, want %d", got, k.byAnother)
			}
			d.run(t, `UPDATE idempotent_calls SET created_at = created_at - interval '24 hours'`)
			before = d.state(t)
			if got := d.call(t, 1, me.token, method, params); got.code != k.anew || got.code == 0 && d.state(t) == before {
				t.Errorf("after a day: answered %v, want %d", got, k.anew)
			}
		})
	}
}

// One call is sent many times at once, to all instances and by as many sessions,
// with one idempotency key: it is done once, and all get the same answer, but who
// comes when their session has ended by it.
func TestSameKeyAtOnce(t *testing.T) {
	parallel(t)
	d := deploy(t, 3)
	for _, method := range keyedMethods(t) {
		t.Run(method, func(t *testing.T) {
			const many = 12
			for range size(2, 20) {
				me, target := d.somebody(t, rollcall.RoleAdmin), d.session(t, d.somebody(t, rollcall.RoleUser))
				params := with(keyedCalls[method].params(target), "idempotency_key", "the key")
				var tokens []string
				for range many {
					tokens = append(tokens, d.session(t, me).token)
				}
				var mu sync.Mutex
				answers := map[outcome]int{}
				tally(many, func(i int) []int {
					got := d.call(t, i, tokens[i], method, params)
					mu.Lock()
					defer mu.Unlock()
					answers[got]++
					return nil
				})
				if method == rollcall.MethodChangePassword {
					delete(answers, outcome{code: rollcall.CodeAuthenticationFailed})
				}
				for answer := range answers {
					if answer.code != 0 || len(answers) != 1 {
						t.Errorf("%d at once are answered %v (answer: times)", many, answers)
					}
				}
				const done = `SELECT count(*) FROM audit_entries WHERE actor_id = $1 AND method = $2 AND outcome = 'done'`
				if got := scan[int](t, d, done, me.ID, method); got != 1 || len(answers) == 0 {
					t.Errorf("it was done %d times, and answered %v", got, answers)
				}
				left := map[string]int{rollcall.MethodLogout: many - 1, rollcall.MethodChangePassword: 1}
				if got := scan[int](t, d, `SELECT count(*) FROM sessions WHERE user_id = $1`, me.ID); got != cmp.Or(left[method], many) {
					t.Errorf("%d sessions are left of %d", got, many)
				}
			}
		})
	}
}

// A call that is refused has not used its key up.
func TestKeyOfARefusedCall(t *testing.T) {
	parallel(t)
	d := deploy(t, 1)
	admin := d.admin(t)
	params := with(keyedCalls["create_user"].params(admin), "idempotency_key", "the key")
	if got := d.call(t, 0, admin.token, "create_user", with(params, "password", "password")); got.code != rollcall.CodeInvalidParams {
		t.Errorf("with a common password: answered %v", got)
	}
	if got := d.call(t, 0, admin.token, "create_user", params); got.code != 0 {
		t.Errorf("its key is used up: answered %v", got)
	}
}

// A thief of a token who knows a key, too, cannot try by it what the password is,
// or was made for somebody else: that a call is not the one before is a failed
// guess, and that it is, is none.
func TestGuessesByKey(t *testing.T) {
	parallel(t)
	d := deployLimited(t)
	other := d.somebody(t, rollcall.RoleUser)
	for _, test := range []struct {
		name, method string
		role         rollcall.Role // of the caller
		guessed      string
		params       func(me session) map[string]any
	}{
		{"change_password", rollcall.MethodChangePassword, rollcall.RoleUser, "new_password", func(session) map[string]any {
			return map[string]any{"old_password": password, "new_password": newPassword}
		}},
		{"update_user", rollcall.MethodUpdateUser, rollcall.RoleUser, "password", func(me session) map[string]any {
			return map[string]any{"user_id": me.user.ID, "current_password": password, "password": newPassword}
		}},
		{"update_user of another", rollcall.MethodUpdateUser, rollcall.RoleAdmin, "password", func(session) map[string]any {
			return map[string]any{"user_id": other.ID, "password": newPassword}
		}},
		{"create_user", rollcall.MethodCreateUser, rollcall.RoleAdmin, "password", keyedCalls["create_user"].params},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, method, guessed := d.session(t, d.somebody(t, test.role)), test.method, test.guessed
			params := with(test.params(s), "idempotency_key", "the key")
			first := d.call(t, 0, s.token, method, params)
			stolen := d.again(t, s).token
			for i := range limit + 2 {
				if got := d.call(t, i, stolen, method, params); got != first || got.code != 0 {
					t.Fatalf("sent again: answered %v, want %v", got, first)
				}
			}
			found := tally(3*limit, func(i int) []int {
				return []int{d.call(t, i, stolen, method, with(params, guessed, fmt.Sprint("some password ", i))).code}
			})
			if found[rollcall.CodeIdempotencyConflict] != limit || found[rollcall.CodeTooManyAttempts] != 2*limit {
				t.Errorf("guesses are answered %v (code: times), want %d that were tried", found, limit)
			}
			if got := d.call(t, 0, stolen, method, params); got.code != rollcall.CodeTooManyAttempts {
				t.Errorf("then the right one is answered %v", got)
			}
		})
	}
}

// Two calls that have the same key by mistake, at the same moment: one is made,
// and the other one is a conflict.
func TestOneKeyForTwoCalls(t *testing.T) {
	parallel(t)
	d := deploy(t, 3)
	admin := d.admin(t)
	for round := range size(5, 100) {
		caller := d.again(t, admin) // a conflict counts as a guess, which a session has few of
		found := tally(2, func(i int) []int {
			name := fmt.Sprintf("user%d-%d", round, i)
			_, err := d.with(i, caller.token).CreateUser(t.Context(), rollcall.CreateUserParams{
				Username: rollcall.Username(name), Email: rollcall.Email(name + "@example.com"), Password: newPassword,
				IdempotencyKey: rollcall.IdempotencyKey(fmt.Sprint("key ", round)),
			})
			return []int{code(err)}
		})
		if found[0] != 1 || found[rollcall.CodeIdempotencyConflict] != 1 {
			t.Errorf("answered %v (code: times), want a success and a conflict", found)
		}
	}
}
