package attacks_test

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

// Keys are made, take over and are retired by the commands for that, while
// clients call all instances: no token is refused, and none is signed by a key
// that the instances have not published before.
func TestKeyRotation(t *testing.T) {
	parallel(t)
	d := deploy(t, 3, "--token-lifetime=2s")
	load := &load{d: d, done: make(chan struct{})}
	var running sync.WaitGroup
	for i := range size(2, 4) {
		s := d.session(t, d.somebody(t, rollcall.RoleUser))
		load.keys = append(load.keys, new(atomic.Pointer[string]))
		running.Go(func() { load.run(t, i, s) })
	}
	retired := d.session(t, d.somebody(t, rollcall.RoleUser)) // signed by the first key
	for i := range d.instances {
		check(t, whoAmI(t.Context(), d.with(i, retired.token))) // and remembered
	}
	old := keyID(t, retired.token)
	rotations := size(1, 2)
	for range rotations {
		made := d.keys(t, "new", "--signs-after=6s")
		next := strings.Fields(made)[3] // "made the key KID in FILE: ..."
		eventually(t, "all clients have a token by the new key", func() bool { return load.allHave(next) })
		if *full {
			eventually(t, "the old key may be retired", func() bool { return d.mayRun("retire", old) })
		} else {
			d.keys(t, "retire", old, "--force") // no client has a token of it
		}
		eventually(t, "no instance knows the old key any more", func() bool { return !d.published(t, old) })
		old = next
	}
	close(load.done)
	running.Wait()
	calls, refused := load.calls.Load(), load.refused.Load()
	if refused > 0 || calls < 100 {
		t.Errorf("of %d calls %d were refused", calls, refused)
	}
	for i := range d.instances {
		if err := whoAmI(t.Context(), d.with(i, retired.token)); code(err) != rollcall.CodeAuthenticationFailed {
			t.Errorf("a token of a key that was retired: answered %v", err)
		}
	}
	measured(t, fmt.Sprintf("%d rotations under load, %d calls, %d tokens issued", rotations, calls, load.issued.Load()), "%d refused", refused)
}

// load is clients who call all instances in turn, and refresh their token every
// few calls.
type load struct {
	d                      *deployment
	done                   chan struct{}
	keys                   []*atomic.Pointer[string] // of each client's token
	calls, refused, issued atomic.Int64
}

func (l *load) run(t *testing.T, client int, s session) {
	token, refresh, expires := s.token, s.refresh, time.Now()
	for i := client; ; i++ {
		select {
		case <-l.done:
			return
		default:
		}
		if i%10 == client || time.Until(expires) < time.Second {
			a, err := l.d.refresh(t.Context(), i, refresh)
			if err != nil {
				t.Errorf("refresh: %v", err)
				return
			}
			token, refresh, expires = string(a.Token), string(a.RefreshToken), a.ExpiresAt
			key := keyID(t, token)
			l.issued.Add(1)
			if !l.d.publishes(t, i+1, key) {
				t.Errorf("an instance does not publish the key %s, which signs", key)
			}
			l.keys[client].Store(&key)
		}
		l.calls.Add(1)
		if err := whoAmI(t.Context(), l.d.with(i, token)); err != nil {
			l.refused.Add(1)
			t.Errorf("client %d: %v", client, err)
		}
	}
}

func (l *load) allHave(key string) bool {
	for _, k := range l.keys {
		if has := k.Load(); has == nil || *has != key {
			return false
		}
	}
	return true
}

// keyID is the kid in a token's header.
func keyID(t *testing.T, token string) string {
	t.Helper()
	parsed, _, err := jwt.NewParser().ParseUnverified(token, jwt.MapClaims{})
	if err != nil {
		t.Error(err)
		return ""
	}
	return parsed.Header["kid"].(string)
}

// publishes tells whether an instance shows others the key.
func (d *deployment) publishes(t *testing.T, i int, key string) bool {
	t.Helper()
	endpoint := d.instances[i%len(d.instances)].url
	response, err := d.http.Get(strings.TrimSuffix(endpoint, "/jsonrpc") + "/.well-known/jwks.json")
	if err != nil {
		t.Error(err)
		return false
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Error(err)
	}
	return strings.Contains(string(text), `"kid":"`+key+`"`)
}

// published tells whether any instance does.
func (d *deployment) published(t *testing.T, key string) bool {
	t.Helper()
	for i := range d.instances {
		if d.publishes(t, i, key) {
			return true
		}
	}
	return false
}

// keys runs rollcall keys on the file of the deployment, and returns what it said.
func (d *deployment) keys(t *testing.T, args ...string) string {
	t.Helper()
	out, err := d.keysCommand(args...).Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		t.Fatalf("rollcall keys %v: %s", args, exit.Stderr)
	}
	check(t, err)
	return string(out)
}

func (d *deployment) mayRun(args ...string) bool { return d.keysCommand(args...).Run() == nil }

func (d *deployment) keysCommand(args ...string) *exec.Cmd {
	command := exec.Command(binary, append([]string{"keys"}, args...)...)
	command.Env = append(environment(), "ROLLCALL_TOKEN_KEYS_FILE="+d.keysFile, "ROLLCALL_TOKEN_LIFETIME=2s")
	return command
}

// eventually waits for what processes do.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("in vain waited until %s", what)
		}
	}
}
