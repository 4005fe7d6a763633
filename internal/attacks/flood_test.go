package attacks_test

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

// Many log in at once, far more than can be hashed. Those whose turn does not come
// are told so, soon; memory stays bounded, and other calls go on as if nothing was.
// So it is with accounts whose hashes are as dear as they may be.
func TestFlood(t *testing.T) {
	for name, dear := range map[string]bool{"": false, ", some with the dearest hashes": true} {
		t.Run(fmt.Sprintf("dear=%v", dear), func(t *testing.T) {
			parallel(t)
			flood(t, name, dear)
		})
	}
}

func flood(t *testing.T, name string, dear bool) {
	t.Helper()
	flags := []string{"--login-limit=0", "--hash-queue-timeout=1.5s"} // as it is shipped
	if !*full {
		flags = []string{"--login-limit=0", "--hash-queue-timeout=200ms", "--hash-slots=1"}
	}
	d := deploy(t, 1, flags...)
	users := []string{"nobody"}
	for i := range size(10, 100) {
		user := d.somebody(t, rollcall.RoleUser)
		users = append(users, user.Username)
		if dear && i%2 == 0 {
			d.rehash(t, user, 64<<10, 3, 1)
		}
	}
	many := size(100, 1000)
	var mu sync.Mutex
	var refusals []time.Duration
	before := d.ping(t, func() { <-time.After(time.Duration(size(0, 1)) * time.Second) })
	var found map[int]int
	pings := d.ping(t, func() {
		found = tally(many, func(i int) []int {
			began := time.Now()
			_, err := d.at(0).Authenticate(from(t.Context(), address(i)), rollcall.AuthenticateParams{
				Username: rollcall.UsernameGuess(users[i%len(users)]), Password: password,
			})
			mu.Lock()
			defer mu.Unlock()
			if code(err) == rollcall.CodeOverloaded {
				refusals = append(refusals, time.Since(began))
			}
			return []int{code(err)}
		})
	})
	tried := found[0] + found[rollcall.CodeAuthenticationFailed]
	if tried == 0 || len(refusals) == 0 || tried+len(refusals) != many {
		t.Fatalf("answered %v (code: times)", found)
	}
	memory := peakMemory(t, d.instances[0])
	slowest, p99 := quantile(refusals, 1), quantile(pings, 0.99)
	what := fmt.Sprintf("%d logins at once%s", many, name)
	measured(t, what, "peak memory %d MiB", memory)
	measured(t, what, "%d refused, the last after %v, p99 %v", len(refusals), slowest.Round(time.Millisecond), quantile(refusals, 0.99).Round(time.Millisecond))
	measured(t, what, "ping p99 %v of %d, and %v before", p99.Round(time.Millisecond), len(pings), quantile(before, 0.99).Round(time.Millisecond))
	if most := size(160, 256); memory >= most {
		t.Errorf("peak memory is %d MiB, want less than %d", memory, most)
	}
	if *full && (slowest > 2*time.Second || p99 >= 50*time.Millisecond) {
		t.Errorf("want refusals within 2s, and ping's p99 under 50ms")
	}
}

// Names as long as a request may be, of a character that normalising makes 18 of,
// cost no more than any that no account has.
func TestFloodOfLongNames(t *testing.T) {
	parallel(t)
	d := deploy(t, 1, "--login-limit=0")
	name := rollcall.UsernameGuess(strings.Repeat("\uFDFA", 300_000))
	many := size(10, 60)
	found := tally(many, func(i int) []int {
		_, err := d.at(0).Authenticate(from(t.Context(), address(i)), rollcall.AuthenticateParams{Username: name, Password: password})
		return []int{code(err)}
	})
	if found[rollcall.CodeAuthenticationFailed]+found[rollcall.CodeOverloaded] != many {
		t.Errorf("answered %v (code: times), want that no such account is there", found)
	}
	memory := peakMemory(t, d.instances[0])
	measured(t, fmt.Sprintf("%d logins at once by names of 900 kB", many), "peak memory %d MiB", memory)
	if most := size(160, 256); memory >= most {
		t.Errorf("want peak memory under %d MiB", most)
	}
}

// ping pings the first instance every few milliseconds while something runs, and
// returns how long each took.
func (d *deployment) ping(t *testing.T, run func()) (took []time.Duration) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); run() }()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for c := d.at(0); ; {
		began := time.Now()
		if _, err := c.Ping(t.Context()); err != nil {
			t.Errorf("ping: %v", err)
		}
		took = append(took, time.Since(began))
		select {
		case <-done:
			return took
		case <-tick.C:
		}
	}
}

// peakMemory is the most that a process ever had in memory, in MiB.
func peakMemory(t *testing.T, i *instance) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", i.command.Process.Pid))
	if os.IsNotExist(err) && !*full {
		return 0 // not Linux
	}
	check(t, err)
	match := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if match == nil {
		t.Fatal("there is no VmHWM in the process' status")
	}
	return must(strconv.Atoi(string(match[1])))(t) >> 10
}
