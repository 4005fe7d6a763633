package attacks_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

// One call is sent many times at once, to all instances, with one idempotency
// key: it is done once, and all get the same bytes.
func TestSameKeyAtOnce(t *testing.T) {
	parallel(t)
	d := deploy(t, 3)
	admin := d.admin(t)
	target := d.somebody(t, rollcall.RoleUser)
	for name, params := range map[string]string{
		"create_user": `{"username":"ada","email":"ada@example.com","password":"analytical engine","idempotency_key":"k1"}`,
		"update_user": fmt.Sprintf(`{"user_id":%d,"email":"new@example.com","idempotency_key":"k2"}`, target.ID),
		"set_role":    fmt.Sprintf(`{"user_id":%d,"role":"admin","idempotency_key":"k3"}`, target.ID),
		"set_active":  fmt.Sprintf(`{"user_id":%d,"active":false,"idempotency_key":"k4"}`, d.somebody(t, rollcall.RoleUser).ID),
		"delete_user": fmt.Sprintf(`{"user_id":%d,"idempotency_key":"k5"}`, d.somebody(t, rollcall.RoleUser).ID),
	} {
		t.Run(name, func(t *testing.T) {
			body := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":%q,"params":%s}`, name, params)
			var mu sync.Mutex
			answers := map[string]int{}
			const many = 12
			var all sync.WaitGroup
			for i := range many {
				all.Go(func() {
					got, err := d.post(t.Context(), i, http.Header{"Authorization": {"Bearer " + admin.token}}, body)
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					defer mu.Unlock()
					answers[got.body]++
				})
			}
			all.Wait()
			if len(answers) != 1 {
				t.Errorf("%d at once are answered %v (answer: times)", many, answers)
			}
			const done = `SELECT count(*) FROM audit_entries WHERE method = $1`
			if got := scan[int](t, d, done, name); got != 1 {
				t.Errorf("it was done %d times", got)
			}
		})
	}
	if got := scan[int](t, d, `SELECT count(*) FROM users WHERE username = 'ada'`); got != 1 {
		t.Errorf("ada is there %d times", got)
	}
}

// A key belongs to its caller and to one call, for a day.
func TestIdempotencyKeys(t *testing.T) {
	parallel(t)
	d := deploy(t, 3)
	admin, other := d.admin(t), d.admin(t)
	create := func(i int, by session, name, password, key string) (rollcall.User, error) {
		return d.with(i, by.token).CreateUser(t.Context(), rollcall.CreateUserParams{
			Username: rollcall.Username(name), Email: rollcall.Email(name + "@example.com"),
			Password: rollcall.Password(password), IdempotencyKey: rollcall.IdempotencyKey(key),
		})
	}
	ada := must(create(0, admin, "ada", newPassword, "the key"))(t)
	if again := must(create(1, admin, "ada", newPassword, "the key"))(t); again != ada {
		t.Errorf("sent again: %v, want %v", again, ada)
	}
	if _, err := create(2, admin, "ada", "another password", "the key"); code(err) != rollcall.CodeIdempotencyConflict {
		t.Errorf("with another password: answered %v", err)
	}
	if _, err := create(2, admin, "grace", newPassword, "the key"); code(err) != rollcall.CodeIdempotencyConflict {
		t.Errorf("with another name: answered %v", err)
	}
	_, err := d.with(0, admin.token).SetRole(t.Context(), rollcall.SetRoleParams{UserID: ada.ID, Role: "user", IdempotencyKey: "the key"})
	if code(err) != rollcall.CodeIdempotencyConflict {
		t.Errorf("for another method: answered %v", err)
	}
	grace, err := create(2, other, "grace", newPassword, "the key")
	if err != nil || grace.ID == ada.ID {
		t.Errorf("of another caller: answered %v %v", grace, err)
	}
	if _, err := create(0, admin, "admin.", "short", "refused"); code(err) != rollcall.CodeInvalidParams {
		t.Errorf("a call that is refused: answered %v", err)
	}
	if _, err := create(0, admin, "hedy", newPassword, "refused"); err != nil {
		t.Errorf("its key is used up: %v", err)
	}

	d.run(t, `UPDATE idempotent_calls SET created_at = created_at - interval '24 hours'`)
	if _, err := create(1, admin, "ada", newPassword, "the key"); code(err) != rollcall.CodeInvalidParams {
		t.Errorf("sent again after a day, when it is a call like any other and the name is taken: answered %v", err)
	}
	if _, err := create(1, admin, "joan", newPassword, "the key"); err != nil {
		t.Errorf("another call after a day: answered %v", err)
	}
}

// Two calls that have the same key by mistake, at the same moment: one is made,
// and the other one is a conflict.
func TestOneKeyForTwoCalls(t *testing.T) {
	parallel(t)
	d := deploy(t, 3)
	admin := d.admin(t)
	for round := range size(5, 100) {
		found := tally(2, func(i int) []int {
			name := fmt.Sprintf("user%d-%d", round, i)
			_, err := d.with(i, admin.token).CreateUser(t.Context(), rollcall.CreateUserParams{
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
