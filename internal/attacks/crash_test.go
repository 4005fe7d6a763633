package attacks_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rollcall-rpc/rollcall/gen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

// Instances are killed, one after the other, while accounts are created. A client
// that gets no answer sends the call again, to the next instance, with the same
// idempotency key: in the end each account is there once, as it was answered.
func TestCrashes(t *testing.T) {
	parallel(t)
	d := deploy(t, 3, "--login-limit=0")
	accounts, kills := size(40, 10_000), size(4, 50)
	c := &creation{d: d, token: d.admin(t).token, urls: make([]atomic.Pointer[string], 3)}
	for i, instance := range d.instances {
		c.urls[i].Store(&instance.url)
	}
	numbers, created := make(chan int), make(chan rollcall.User, accounts)
	var workers sync.WaitGroup
	for range 6 {
		workers.Go(func() {
			for n := range numbers {
				user, err := c.create(t.Context(), n)
				if err != nil {
					t.Errorf("account %d: %v", n, err)
				}
				created <- user
			}
		})
	}
	go func() {
		for n := range accounts {
			numbers <- n
		}
		close(numbers)
	}()
	var acknowledged []rollcall.User
	for n := range accounts {
		acknowledged = append(acknowledged, <-created)
		if (n+1)%(accounts/(kills+1)) == 0 && (n+1)/(accounts/(kills+1)) <= kills {
			d.replace(t, n%3)
			c.urls[n%3].Store(&d.instances[n%3].url)
		}
	}
	workers.Wait()
	c.judge(t, acknowledged, kills)
}

// replace kills an instance and starts another in its place.
func (d *deployment) replace(t *testing.T, i int) {
	t.Helper()
	d.instances[i].kill()
	d.instances[i] = start(t, d.settings, "--login-limit=0")
	d.instances[i].await(t)
}

// creation is an administrator who creates many accounts.
type creation struct {
	d       *deployment
	token   string
	urls    []atomic.Pointer[string] // of the instances
	retries atomic.Int64
}

// create goes on until there is an answer.
func (c *creation) create(ctx context.Context, n int) (user rollcall.User, err error) {
	params := rollcall.CreateUserParams{
		Username:       rollcall.Username(fmt.Sprintf("account%d", n)),
		Email:          rollcall.Email(fmt.Sprintf("account%d@example.com", n)),
		Password:       newPassword,
		IdempotencyKey: rollcall.IdempotencyKey(fmt.Sprintf("creation of %d", n)),
	}
	for try := n; try < n+1000; try++ {
		client := rollcall.NewClient(*c.urls[try%len(c.urls)].Load(), jsonrpc.WithHTTPClient(c.d.http))
		client.SetToken(c.token)
		user, err = client.CreateUser(ctx, params)
		_, cutOff := errors.AsType[*jsonrpc.TransportError](err)
		if !cutOff && code(err) != rollcall.CodeOverloaded {
			return user, err
		}
		c.retries.Add(1)
	}
	return user, err
}

// judge compares what was answered with what is there.
func (c *creation) judge(t *testing.T, acknowledged []rollcall.User, kills int) {
	t.Helper()
	var lost int
	for _, user := range acknowledged {
		const sql = `SELECT count(*) FROM users WHERE id = $1 AND username = $2 AND email = $3 AND deleted_at IS NULL`
		if scan[int](t, c.d, sql, user.ID, user.Username, user.Email) != 1 {
			lost++
		}
	}
	slices.SortFunc(acknowledged, func(a, b rollcall.User) int { return int(a.ID - b.ID) })
	distinct := len(slices.CompactFunc(slices.Clone(acknowledged), func(a, b rollcall.User) bool { return a.ID == b.ID }))
	all := scan[int](t, c.d, `SELECT count(*) FROM users WHERE username LIKE 'account%'`)
	audited := scan[int](t, c.d, `SELECT count(*) FROM audit_entries WHERE method = 'create_user' AND outcome = 'done'`)
	kept := scan[int](t, c.d, `SELECT count(*) FROM idempotent_calls`)
	if n := len(acknowledged); lost > 0 || distinct != n || all != n || audited != n || kept != n {
		t.Errorf("of %d accounts %d were lost; %d are different, %d are there, %d audited, %d remembered",
			n, lost, distinct, all, audited, kept)
	}
	measured(t, fmt.Sprintf("%d times kill -9 during %d create_user, %d sent again", kills, len(acknowledged), c.retries.Load()),
		"%d lost, %d duplicates", lost, all-distinct)
}
