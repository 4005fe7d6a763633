package throttle_test

import (
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/auth"
	"github.com/rollcall-rpc/rollcall/internal/localpg/pgtest"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
	"github.com/rollcall-rpc/rollcall/internal/throttle"
)

func TestMain(m *testing.M) { pgtest.Main(m, postgres.Migrate) }

// fixture counts logins in a database of its own.
type fixture struct {
	*throttle.Logins
	db   *postgres.DB
	conn *pgx.Conn
}

func newFixture(t *testing.T, config throttle.Config) *fixture {
	t.Helper()
	url := pgtest.New(t)
	database := must(postgres.Open(t.Context(), postgres.Config{URL: url}))(t)
	t.Cleanup(database.Close)
	conn := must(pgx.Connect(t.Context(), url))(t)
	t.Cleanup(func() { conn.Close(t.Context()) })
	secret := must(auth.LoadOrCreateSecret(filepath.Join(t.TempDir(), "secret")))(t)
	return &fixture{throttle.NewLogins(config, database, secret), database, conn}
}

// usual has limits that tests reach soon.
var usual = throttle.Config{AccountLimit: 3, AddressLimit: 5, Delay: 30 * time.Second, LongestDelay: 15 * time.Minute}

const home, work, abroad = "192.0.2.1", "198.51.100.1", "203.0.113.1"

// reserve reserves a login that ends at once, perhaps with a device token.
func (f *fixture) reserve(t *testing.T, account, address string, device ...string) (*throttle.Login, error) {
	login, done, err := f.Reserve(t.Context(), guess(account, address, device...))
	if err == nil {
		done()
	}
	return login, err
}

func guess(account, address string, device ...string) throttle.Guess {
	return throttle.Guess{Account: account, Address: netip.MustParseAddr(address), Device: strings.Join(device, "")}
}

// try tries a login, and returns how long it has to wait in seconds; 0 where it
// may be tried.
func (f *fixture) try(t *testing.T, username, address string, device ...string) int64 {
	t.Helper()
	_, err := f.reserve(t, username, address, device...)
	return waitOf(t, err)
}

func waitOf(t *testing.T, err error) int64 {
	t.Helper()
	refused, ok := errors.AsType[*rollcall.TooManyAttemptsError](err)
	if err != nil && !ok {
		t.Fatal(err)
	}
	if !ok {
		return 0
	}
	return refused.Data.RetryAfter
}

// fail lets a number of logins fail, which must all have been tried.
func (f *fixture) fail(t *testing.T, times int, username, address string, device ...string) {
	t.Helper()
	for i := range times {
		if wait := f.try(t, username, address, device...); wait > 0 {
			t.Fatalf("login %d of %s from %s has to wait %d s", i+1, username, address, wait)
		}
	}
}

// succeed logs in, and returns the device token.
func (f *fixture) succeed(t *testing.T, username, address string, device ...string) string {
	t.Helper()
	login := must(f.reserve(t, username, address, device...))(t)
	if err := login.Succeeded(t.Context(), f.db.Queries); err != nil {
		t.Fatal(err)
	}
	return must(f.Remember(t.Context(), f.db.Queries, username, login.Device))(t)
}

// pass lets time pass, by moving what is in the database into the past.
func (f *fixture) pass(t *testing.T, d time.Duration) {
	t.Helper()
	const sql = `UPDATE login_attempts SET clear_at = clear_at - $1::interval, retry_at = retry_at - $1::interval,
		retry_at_before = retry_at_before - $1::interval, known_until = known_until - $1::interval`
	must(f.conn.Exec(t.Context(), sql, d))(t)
}

func seconds(n int64) time.Duration { return time.Duration(n) * time.Second }

// Whoever fails too often waits, twice as long each time, up to the longest
// delay, and up to half as long again; after a day without a failure all is
// forgotten.
func TestDelays(t *testing.T) {
	t.Parallel()
	for name, addresses := range map[string][]string{
		"one address":    {home, home, home},
		"many addresses": {home, work, abroad},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, throttle.Config{AccountLimit: 3, AddressLimit: 1000, Delay: 30 * time.Second, LongestDelay: 15 * time.Minute})
			for _, address := range addresses {
				f.fail(t, 1, "ada", address)
			}
			for i, want := range []int64{30, 60, 120, 240, 480, 900, 900} {
				got := f.try(t, "ada", addresses[i%3])
				if got < want-5 || got > want*3/2 {
					t.Errorf("after %d failures: wait %d s, want %d, and half of it at the most", 3+i, got, want)
				}
				f.pass(t, seconds(got))
				f.fail(t, 1, "ada", addresses[i%3])
			}
			f.pass(t, 24*time.Hour)
			f.fail(t, 3, "ada", home)
		})
	}
}

// A refusal does not count: who goes on asking waits no longer for it.
func TestRefusalsDoNotCount(t *testing.T) {
	t.Parallel()
	f := newFixture(t, usual)
	f.fail(t, 3, "ada", home)
	for range 20 {
		if f.try(t, "ada", home) == 0 || f.try(t, "ada", work) == 0 {
			t.Fatal("tried too early")
		}
	}
	f.pass(t, 45*time.Second)
	f.fail(t, 1, "ada", home)
	if got := f.try(t, "ada", home); got > 90 {
		t.Errorf("the second wait is %d s", got)
	}
	f.fail(t, 1, "bob", home) // 4 failures and no refusals: one is left
	if got := f.try(t, "cecil", home); got == 0 {
		t.Error("the address has failed 5 times and may go on")
	}
}

// An address that is refused says nothing about the account that it asks for.
func TestAnAddressThatIsRefusedDoesNotCountForTheAccount(t *testing.T) {
	t.Parallel()
	f := newFixture(t, usual)
	for i := range 5 {
		f.fail(t, 1, fmt.Sprint("user", i), abroad)
	}
	for range 10 {
		if f.try(t, "ada", abroad) == 0 {
			t.Fatal("an address that has failed 5 times may go on")
		}
	}
	f.fail(t, 3, "ada", home)
}

func TestNetworks(t *testing.T) {
	t.Parallel()
	f := newFixture(t, throttle.Config{AccountLimit: 3, AddressLimit: 3, Delay: time.Minute, LongestDelay: time.Minute})
	for i, address := range []string{"2001:db8::1", "2001:db8::2", "2001:db8::ffff:ffff:ffff:ffff"} {
		f.fail(t, 1, fmt.Sprint("user", i), address)
	}
	if f.try(t, "user4", "2001:db8::4") == 0 {
		t.Error("addresses of one /64 count by themselves")
	}
	f.fail(t, 1, "user4", "2001:db8:0:1::4")
	f.fail(t, 3, "user5", "::ffff:192.0.2.1")
	if f.try(t, "user6", "192.0.2.1") == 0 {
		t.Error("IPv4 in IPv6 counts by itself")
	}
	f.fail(t, 1, "user6", "::ffff:192.0.2.2")
}

// Failures are forgotten one each hour, whatever else succeeds or fails.
func TestFailuresAreForgotten(t *testing.T) {
	t.Parallel()
	f := newFixture(t, usual)
	for day := range 20 { // a typo a day, before each login from somewhere else
		address := fmt.Sprintf("198.51.100.%d", day)
		f.fail(t, 1, "ada", address)
		f.succeed(t, "ada", address)
		f.pass(t, 24*time.Hour)
	}
	f.fail(t, 2, "ada", abroad)
	f.pass(t, 61*time.Minute)
	f.fail(t, 2, "ada", abroad) // 3 again
	if f.try(t, "ada", abroad) == 0 {
		t.Error("more than one failure is forgotten in an hour")
	}
}

// A login that works is no failure, and its device token keeps it apart from
// then on: nobody else's failures stand in the way of one with it, wherever it
// comes from, nor do they count for anybody else.
func TestDevices(t *testing.T) {
	t.Parallel()
	f := newFixture(t, usual)
	phone := f.succeed(t, "ada", home)
	for range 10 {
		if again := f.succeed(t, "ada", home, phone); again != phone {
			t.Fatalf("the token is %s, and was %s", again, phone)
		}
	}
	desk := f.succeed(t, "ada", home)
	bobs := f.succeed(t, "bob", home)
	if desk == phone {
		t.Error("without a token the answer is that of another device")
	}
	f.fail(t, 3, "ada", abroad)
	for name, device := range map[string]string{"no token": "", "one made up": "KRSXG5CTMVRXEZLUKRSXG5CTMV", "bob's": bobs, "two": phone + desk} {
		for _, address := range []string{abroad, home, work} {
			if f.try(t, "ada", address, device) == 0 {
				t.Errorf("with %s, from %s: nothing to wait for", name, address)
			}
		}
	}
	f.fail(t, 2, "ada", abroad, phone)
	f.succeed(t, "ada", work, phone)
	f.fail(t, 1, "ada", home, phone)
	if got := f.try(t, "ada", home, phone); got < 25 || got > 30 {
		t.Errorf("whoever has the token waits %d s after 3 failures: what has worked between makes no difference", got)
	}
	f.fail(t, 3, "ada", home, desk)
	f.fail(t, 3, "bob", home)
	f.fail(t, 2, "cecil", home) // of what was tried with tokens, nothing counts for the address
}

// What an account knows lasts for 30 days from the last login, and for so many
// devices.
func TestDevicesAreForgotten(t *testing.T) {
	t.Parallel()
	f := newFixture(t, usual)
	first, second := f.succeed(t, "ada", home), f.succeed(t, "ada", home)
	f.pass(t, 29*24*time.Hour)
	f.succeed(t, "ada", home, first)
	f.pass(t, 2*24*time.Hour)
	if got := f.succeed(t, "ada", home, first); got != first {
		t.Error("a device is forgotten that has logged in two days ago")
	}
	if got := f.succeed(t, "ada", home, second); got == second { // and makes itself known anew
		t.Error("a device is known for ever")
	}
	for range 98 {
		f.succeed(t, "ada", home)
	}
	if got := f.succeed(t, "ada", home, first); got != first {
		t.Error("the account knows fewer than 100 devices")
	}
	for range 100 {
		f.succeed(t, "ada", home)
	}
	if got := f.succeed(t, "ada", home, first); got == first {
		t.Error("the account knows more than 100 devices")
	}
}

// A session counts by itself, wherever it is: who has stolen it has as many
// guesses as others, and leaves others theirs.
func TestSessions(t *testing.T) {
	t.Parallel()
	f := newFixture(t, usual)
	try := func(session string) int64 {
		login, done, err := f.ReserveInSession(t.Context(), session)
		if err == nil {
			done()
		}
		if session == "right" && err == nil {
			err = login.Succeeded(t.Context(), f.db.Queries)
		}
		return waitOf(t, err)
	}
	f.fail(t, 3, "stolen", abroad)
	for range 3 {
		if try("stolen") > 0 {
			t.Error("a name that is like a session's counts for the session")
		}
	}
	if try("stolen") == 0 {
		t.Error("who has stolen a session may guess without end")
	}
	for range 10 {
		if try("right") > 0 {
			t.Error("a right password is a failure")
		}
	}
}

// At its limit an account has a turn now and then, in which each address has its
// own moment, or of IPv6 each /48. So of those who come as soon as they may, each
// gets its share, and nobody who asks all the time gets all.
func TestLots(t *testing.T) {
	t.Parallel()
	const ipv4, site = "203.0.113.%d", "2001:db8:1:%x::1"
	for _, test := range []struct {
		addresses                 string
		strangers, turns, atLeast int
	}{
		{ipv4, 1, 100, 25}, // five standard deviations below a half
		{ipv4, 3, 200, 20}, // as many below a quarter
		{site, 50, 100, 25},
	} {
		t.Run(fmt.Sprint(test.strangers, " like ", test.addresses, " against one"), func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, throttle.Config{AccountLimit: 3, AddressLimit: 1000, Delay: 30 * time.Second, LongestDelay: 15 * time.Minute})
			f.fail(t, 3, "ada", abroad)
			owners := 0
			for range test.turns {
				f.pass(t, seconds(f.try(t, "ada", home)))
				taken := false
				for i := range test.strangers { // who ask all the time, so have asked before
					taken = f.try(t, "ada", fmt.Sprintf(test.addresses, i)) == 0 || taken
				}
				if !taken {
					f.fail(t, 1, "ada", home)
					owners++
				}
			}
			if owners < test.atLeast || test.turns-owners < test.atLeast {
				t.Errorf("of %d turns the owner has %d", test.turns, owners)
			}
		})
	}
}

// Whoever gets in, or is not tried, in their turn leaves it as it was to others:
// what they are told, before and after, does not tell that somebody got in.
func TestLotsAfterASuccess(t *testing.T) {
	t.Parallel()
	const delay = 600
	f := newFixture(t, throttle.Config{AccountLimit: 3, AddressLimit: 1000, Delay: seconds(delay), LongestDelay: seconds(delay)})
	f.fail(t, 3, "ada", abroad)
	var first, last string
	var shortest, longest int64
	for i := range 20 { // far apart, some of them
		address := fmt.Sprintf("198.51.100.%d", i)
		wait := f.try(t, "ada", address)
		if first == "" || wait < shortest {
			first, shortest = address, wait
		}
		if wait > longest {
			last, longest = address, wait
		}
	}
	f.pass(t, seconds(shortest))
	want := longest - shortest
	for range 3 {
		f.succeed(t, "ada", first)
		untried := must(f.reserve(t, "ada", first))(t)
		if err := untried.Untried(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := f.try(t, "ada", last); got < want-5 || got > want {
			t.Errorf("another address has to wait %d s, and had to wait %d before", got, want)
		}
	}
	f.fail(t, 1, "ada", first)
	if got := f.try(t, "ada", last); got < delay-5 {
		t.Errorf("after a failure another address has to wait %d s", got)
	}
}

// A login whose password was not looked at does not count.
func TestUntried(t *testing.T) {
	t.Parallel()
	f := newFixture(t, usual)
	for range 10 {
		login := must(f.reserve(t, "ada", home))(t)
		if err := login.Untried(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	f.fail(t, 3, "ada", home)
}

// However many come at once, as many are tried as may fail.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t, throttle.Config{AccountLimit: 10, AddressLimit: 1000, Delay: time.Hour, LongestDelay: time.Hour})
	var tried atomic.Int64
	var group sync.WaitGroup
	for i := range 200 {
		group.Go(func() {
			_, done, err := f.Reserve(t.Context(), guess("ada", fmt.Sprint("192.0.2.", i%7)))
			if err == nil {
				tried.Add(1)
				done()
			} else if _, ok := errors.AsType[*rollcall.TooManyAttemptsError](err); !ok {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if tried.Load() != 10 {
		t.Errorf("%d are tried, want 10", tried.Load())
	}
}

func TestWithoutALimit(t *testing.T) {
	t.Parallel()
	f := newFixture(t, throttle.Config{})
	f.fail(t, 50, "ada", home)
	f.succeed(t, "ada", home)
	var rows int
	if err := f.conn.QueryRow(t.Context(), `SELECT count(*) FROM login_attempts WHERE clear_at > now()`).Scan(&rows); err != nil || rows > 0 {
		t.Errorf("%d rows (%v) count though nothing is limited", rows, err)
	}
}

func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// Whoever has changed their password, or given up their name, has no device that
// is known: it may be somebody else's.
func TestForget(t *testing.T) {
	t.Parallel()
	f := newFixture(t, usual)
	ada, bob := f.succeed(t, "ada", home), f.succeed(t, "bob", home)
	f.fail(t, 3, "ada", abroad)
	f.fail(t, 3, "bob", work)
	if err := f.Forget(t.Context(), f.db.Queries, "ada"); err != nil {
		t.Fatal(err)
	}
	if f.try(t, "ada", home, ada) == 0 {
		t.Error("a device is known still")
	}
	f.fail(t, 1, "bob", home, bob)
}
