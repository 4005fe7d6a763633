package attacks_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rollcall-rpc/rollcall/gen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

// Instances are killed, one after the other, while accounts are created, and of
// every fourth account the answer is lost on its way. A client that gets no answer
// sends the call again, to the next instance, with the same idempotency key: in the
// end each account is there once, as it was answered.
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
	lost    atomic.Int64 // answers
}

// create goes on until there is an answer.
func (c *creation) create(ctx context.Context, n int) (user rollcall.User, err error) {
	params := rollcall.CreateUserParams{
		Username:       rollcall.Username(fmt.Sprintf("account%d", n)),
		Email:          rollcall.Email(fmt.Sprintf("account%d@example.com", n)),
		Password:       newPassword,
		IdempotencyKey: rollcall.IdempotencyKey(fmt.Sprintf("creation of %d", n)),
	}
	network := c.d.http
	if n%4 == 0 {
		network = &http.Client{Transport: &lossy{RoundTripper: network.Transport, lost: &c.lost}}
	}
	for try := n; try < n+1000; try++ {
		client := rollcall.NewClient(*c.urls[try%len(c.urls)].Load(), jsonrpc.WithHTTPClient(network))
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

// lossy is a network that loses the first answer that says a call was done.
type lossy struct {
	http.RoundTripper
	once bool
	lost *atomic.Int64
}

func (l *lossy) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := l.RoundTripper.RoundTrip(r)
	if err != nil || l.once {
		return response, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if bytes.Contains(text, []byte(`"result"`)) {
		l.once = true
		l.lost.Add(1)
		return nil, errors.New("the connection was cut")
	}
	response.Body = io.NopCloser(bytes.NewReader(text))
	return response, nil
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
	if got, want := c.lost.Load(), int64(len(acknowledged)/4); got != want {
		t.Errorf("%d calls were sent again that had been done, want %d", got, want)
	}
	measured(t, fmt.Sprintf("%d times kill -9 during %d create_user, %d sent again, %d of them as their answer was lost",
		kills, len(acknowledged), c.retries.Load(), c.lost.Load()),
		"%d lost, %d duplicates", lost, all-distinct)
}
