package attacks_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

// limit is how many guesses may fail, in the tests below. Then the next has to
// wait for longer than a test takes.
const limit = 10

func deployLimited(t *testing.T) *deployment {
	t.Helper()
	return deploy(t, 3, fmt.Sprintf("--login-limit=%d", limit), "--login-delay=15m")
}

// Many guess one account's password at once, on all instances and from as many
// addresses. That a guess reached the hash shows in its answer.
func TestGuesses(t *testing.T) {
	parallel(t)
	d := deployLimited(t)
	many := size(60, 500)
	ada := d.account(t, "ada.lovelace", rollcall.RoleUser)
	tests := []struct {
		name, username string
		guess          func(i int, username string) []int
	}{
		{"a call each", "ada.lovelace", d.guessAlone(t)},
		{"in batches", d.somebody(t, rollcall.RoleUser).Username, d.guessInBatch(t)},
		{"each spelled otherwise", d.account(t, "grace.hopper", rollcall.RoleUser).Username, d.guessOtherwise(t)},
		{"of an account that is none", "nobody", d.guessAlone(t)},
		{"of one that was deleted", d.deleted(t), d.guessAlone(t)},
		{"of the old password, with stolen tokens", d.somebody(t, rollcall.RoleUser).Username, nil},
		{"with a stolen device token", "hedy.lamarr", d.guessAlone(t, d.device(t, d.account(t, "hedy.lamarr", rollcall.RoleUser)))},
		{"with device tokens made up", d.somebody(t, rollcall.RoleUser).Username, d.guessWithMadeUp(t)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.guess == nil {
				test.guess = d.guessWithToken(t, must(d.db.GetUserByName(t.Context(), test.username))(t))
			}
			found := tally(many, func(i int) []int { return test.guess(i, test.username) })
			reached := found[rollcall.CodeAuthenticationFailed] + found[rollcall.CodePermissionDenied]
			throttled := found[rollcall.CodeTooManyAttempts]
			if reached != limit || reached+throttled < many || len(found) != 2 {
				t.Errorf("%d guesses are answered %v (code: times), want %d that were tried, and that the others may wait", many, found, limit)
			}
			measured(t, fmt.Sprintf("%d guesses at once, limit %d", reached+throttled, limit), "%d reached the hash", reached)
		})
	}
	t.Run("then with the right password", func(t *testing.T) {
		_, err := d.at(0).Authenticate(from(t.Context(), "192.0.2.1"), rollcall.AuthenticateParams{
			Username: rollcall.UsernameGuess(ada.Username), Password: password,
		})
		refused, ok := errors.AsType[*rollcall.TooManyAttemptsError](err)
		if !ok || refused.Data.RetryAfter < 1 || refused.Data.RetryAfter > 15*60*3/2 {
			t.Errorf("answered %v, want to wait for up to 15 minutes and half of them", err)
		}
	})
}

// tally counts the codes of which n tries at once are answered.
func tally(n int, try func(i int) []int) map[int]int {
	var mu sync.Mutex
	var all sync.WaitGroup
	found, begin := map[int]int{}, make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-begin
			codes := try(i)
			mu.Lock()
			defer mu.Unlock()
			for _, code := range codes {
				found[code]++
			}
		})
	}
	close(begin)
	all.Wait()
	return found
}

func (d *deployment) guessAlone(t *testing.T, device ...rollcall.DeviceToken) func(i int, username string) []int {
	return func(i int, username string) []int {
		params := rollcall.AuthenticateParams{
			Username: rollcall.UsernameGuess(username), Password: rollcall.PasswordGuess(fmt.Sprint("guess ", i)),
		}
		if len(device) > 0 {
			params.DeviceToken = device[i%len(device)]
		}
		_, err := d.at(i).Authenticate(from(t.Context(), address(i)), params)
		return []int{code(err)}
	}
}

// guessWithMadeUp comes with another device token each time, none of them known.
func (d *deployment) guessWithMadeUp(t *testing.T) func(i int, username string) []int {
	var tokens []rollcall.DeviceToken
	for range 100 {
		tokens = append(tokens, rollcall.DeviceToken(rand.Text()))
	}
	return d.guessAlone(t, tokens...)
}

// device logs in, and returns the device token.
func (d *deployment) device(t *testing.T, user db.User) rollcall.DeviceToken {
	t.Helper()
	return must(d.at(0).Authenticate(t.Context(), rollcall.AuthenticateParams{
		Username: rollcall.UsernameGuess(user.Username), Password: password,
	}))(t).DeviceToken
}

// guessInBatch sends twenty guesses for every twentieth that is asked for.
func (d *deployment) guessInBatch(t *testing.T) func(i int, username string) []int {
	return func(i int, username string) (codes []int) {
		const together = 20
		if i%together != 0 {
			return nil
		}
		b := rollcall.NewBatch(d.at(i / together))
		var answers []func() (rollcall.Authentication, error)
		for j := range together {
			answers = append(answers, b.Authenticate(rollcall.AuthenticateParams{
				Username: rollcall.UsernameGuess(username), Password: rollcall.PasswordGuess(fmt.Sprint("guess ", i+j)),
			}).Get)
		}
		if err := b.Send(from(t.Context(), address(i))); err != nil {
			return []int{code(err)}
		}
		for _, get := range answers {
			_, err := get()
			codes = append(codes, code(err))
		}
		return codes
	}
}

// guessOtherwise spells the name in another way each time.
func (d *deployment) guessOtherwise(t *testing.T) func(i int, username string) []int {
	guess := d.guessAlone(t)
	return func(i int, username string) []int { return guess(i, respell(i, username)) }
}

// respell writes the letters of a name that i has a bit for in upper case or,
// for odd i, as the wide ones that NFKC makes usual.
func respell(i int, name string) string {
	var b strings.Builder
	for at, letter := range name {
		switch {
		case i>>1>>at&1 == 0 || letter < 'a' || letter > 'z':
			b.WriteRune(letter)
		case i&1 == 0:
			b.WriteRune(letter - 'a' + 'A')
		default:
			b.WriteRune(letter - 'a' + 'ａ')
		}
	}
	return b.String()
}

// guessWithToken tries old passwords, as whoever has stolen tokens would. The new
// password is one that is refused, but nothing is done for it before.
func (d *deployment) guessWithToken(t *testing.T, user db.User) func(i int, username string) []int {
	token := d.session(t, user).token
	return func(i int, _ string) []int {
		ctx, c := from(t.Context(), address(i)), d.with(i, token)
		guess := rollcall.CurrentPassword(fmt.Sprint("guess ", i))
		if i%2 == 0 {
			_, err := c.ChangePassword(ctx, rollcall.ChangePasswordParams{OldPassword: guess, NewPassword: "password"})
			return []int{code(err)}
		}
		_, err := c.UpdateUser(ctx, rollcall.UpdateUserParams{
			UserID: rollcall.UserID(user.ID), Email: "thief@example.com", CurrentPassword: guess,
		})
		return []int{code(err)}
	}
}

// deleted is the name of an account that was.
func (d *deployment) deleted(t *testing.T) string {
	t.Helper()
	user := d.somebody(t, rollcall.RoleUser)
	must(d.db.DeleteUser(t.Context(), user.ID))(t)
	return user.Username
}

// Whoever has logged in from a device before gets in from there, whatever others
// guess, even at the same time and from the same address; and by another name,
// from anywhere.
func TestGuessesDoNotLockTheOwnerOut(t *testing.T) {
	parallel(t)
	d := deployLimited(t)
	user := d.somebody(t, rollcall.RoleUser)
	logIn := func(i int, password string, device rollcall.DeviceToken) (rollcall.DeviceToken, int) {
		answer, err := d.at(i).Authenticate(from(t.Context(), address(i)), rollcall.AuthenticateParams{
			Username: rollcall.UsernameGuess(user.Username), Password: rollcall.PasswordGuess(password), DeviceToken: device,
		})
		return answer.DeviceToken, code(err)
	}
	phone, desk, another := d.device(t, user), d.device(t, user), d.device(t, d.somebody(t, rollcall.RoleUser))
	guess := d.guessAlone(t)
	found := tally(40, func(i int) []int {
		if i%10 == 0 {
			_, got := logIn(i, password, phone)
			return []int{got}
		}
		return guess(i, user.Username)
	})
	if found[0] != 4 || found[rollcall.CodeAuthenticationFailed] != limit {
		t.Errorf("while others guess: %v (code: times), want 4 logins and %d guesses", found, limit)
	}
	expect := func(i int, with, password string, device rollcall.DeviceToken, want int) {
		t.Helper()
		got, code := logIn(i, password, device)
		if code != want || want == 0 && got != device {
			t.Errorf("with %s: answered %d, want %d, and the same device token where it is none", with, code, want)
		}
	}
	expect(1, "the token", password, phone, 0)
	expect(2, "no token", password, "", rollcall.CodeTooManyAttempts)
	expect(3, "a token made up", password, "KRSXG5CTMVRXEZLUKRSXG5CTMV", rollcall.CodeTooManyAttempts)
	expect(4, "another's token", password, another, rollcall.CodeTooManyAttempts)

	thief := d.guessAlone(t, phone)
	if found := tally(2*limit, func(i int) []int { return thief(i, user.Username) }); found[rollcall.CodeAuthenticationFailed] != limit {
		t.Errorf("with a stolen token: %v (code: times), want %d guesses", found, limit)
	}
	expect(5, "what was stolen", password, phone, rollcall.CodeTooManyAttempts)
	expect(6, "another token", password, desk, 0)

	const second = "analytical engine"
	c := d.with(0, d.session(t, user).token)
	changed := must(c.ChangePassword(t.Context(), rollcall.ChangePasswordParams{OldPassword: password, NewPassword: second}))(t)
	expect(7, "one from before the password changed", second, desk, rollcall.CodeTooManyAttempts)
	expect(8, "the one since", second, changed.DeviceToken, 0)

	user.Username = "x" + user.Username
	must(d.with(0, d.admin(t).token).UpdateUser(t.Context(), rollcall.UpdateUserParams{
		UserID: rollcall.UserID(user.ID), Username: rollcall.Username(user.Username),
	}))(t)
	if _, got := logIn(9, second, ""); got != 0 {
		t.Errorf("by another name, given by an administrator, with no token: answered %d", got)
	}
}

// Without a device token, who has to wait depends on name and address, and not on
// whether there is such an account, nor on whether its owner has just been there.
func TestWaitingTellsNothing(t *testing.T) {
	parallel(t)
	d := deployLimited(t)
	const home, abroad = "192.0.2.1", "198.51.100.1"
	owner, away := d.somebody(t, rollcall.RoleUser), d.somebody(t, rollcall.RoleUser)
	disabled := d.somebody(t, rollcall.RoleUser)
	must(d.db.SetUserActive(t.Context(), db.SetUserActiveParams{ID: disabled.ID}))(t)
	ownerIs := func(address string, device rollcall.DeviceToken) rollcall.DeviceToken {
		return must(d.at(0).Authenticate(from(t.Context(), address), rollcall.AuthenticateParams{
			Username: rollcall.UsernameGuess(owner.Username), Password: password, DeviceToken: device,
		}))(t).DeviceToken
	}
	device := ownerIs(home, "")
	for name, username := range map[string]string{
		"whose owner was there a moment ago": owner.Username,
		"whose owner never was there":        away.Username,
		"that is disabled":                   disabled.Username,
		"that was deleted":                   d.deleted(t),
		"that is none":                       "nobody",
	} {
		var answers []int
		for i := range 2 * limit {
			address := abroad
			if i >= limit {
				address = home
			}
			_, err := d.at(i).Authenticate(from(t.Context(), address), rollcall.AuthenticateParams{
				Username: rollcall.UsernameGuess(username), Password: "guess",
			})
			answers = append(answers, code(err))
			if refused, ok := errors.AsType[*rollcall.TooManyAttemptsError](err); ok &&
				(refused.Data.RetryAfter < 15*60-60 || refused.Data.RetryAfter > 15*60*3/2) {
				t.Errorf("an account %s: guess %d has to wait for %d s", name, i+1, refused.Data.RetryAfter)
			}
			if username == owner.Username {
				ownerIs(home, device)
			}
		}
		want := append(slices.Repeat([]int{rollcall.CodeAuthenticationFailed}, limit), slices.Repeat([]int{rollcall.CodeTooManyAttempts}, limit)...)
		if !slices.Equal(answers, want) {
			t.Errorf("an account %s: guesses are answered %v, want %v", name, answers, want)
		}
	}
}

// A right password is no guess, even where the call fails for another reason.
func TestRightPasswordsDoNotCount(t *testing.T) {
	parallel(t)
	d := deployLimited(t)
	s, taken := d.session(t, d.somebody(t, rollcall.RoleUser)), d.somebody(t, rollcall.RoleUser)
	for i := range limit + 2 {
		_, err := d.with(i, s.token).ChangePassword(t.Context(), rollcall.ChangePasswordParams{OldPassword: password, NewPassword: "password"})
		if code(err) != rollcall.CodeInvalidParams {
			t.Fatalf("a new password that is common: answered %v", err)
		}
		_, err = d.with(i, s.token).UpdateUser(t.Context(), rollcall.UpdateUserParams{
			UserID: rollcall.UserID(s.user.ID), Email: rollcall.Email(taken.Email), CurrentPassword: password,
		})
		if code(err) != rollcall.CodeInvalidParams {
			t.Fatalf("an email that is taken: answered %v", err)
		}
	}
	_, err := d.at(0).Authenticate(from(t.Context(), "192.0.2.1"), rollcall.AuthenticateParams{
		Username: rollcall.UsernameGuess(s.user.Username), Password: password,
	})
	check(t, err)
}

// Nobody becomes somebody else by a header, unless a proxy that is trusted sends
// it: without one all that come from here are one client. And a client's own
// header, which the proxy adds to, is not believed.
func TestGuessesFromForgedAddresses(t *testing.T) {
	parallel(t)
	const limits = "--login-address-limit=5"
	untrusting := deploy(t, 1, limits, "--login-delay=15m", "--trusted-proxy=192.0.2.1")
	behind := deploy(t, 1, limits, "--login-delay=15m")
	tests := []struct {
		name   string
		d      *deployment
		header func(i int) string
	}{
		{"no proxy is trusted here", untrusting, address},
		{"in front of what the proxy says", behind, func(i int) string { return address(i) + ", 198.51.100.1" }},
		{"of one network", behind, func(i int) string { return fmt.Sprintf("2001:db8:1:2::%x", i+1) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			found := tally(20, func(i int) []int {
				_, err := test.d.at(0).Authenticate(from(t.Context(), test.header(i)), rollcall.AuthenticateParams{
					Username: rollcall.UsernameGuess(fmt.Sprint("somebody", i)), Password: "guess",
				})
				return []int{code(err)}
			})
			if found[rollcall.CodeAuthenticationFailed] != 5 || found[rollcall.CodeTooManyAttempts] != 15 {
				t.Errorf("answered %v (code: times), want 5 that were tried and 15 that may wait", found)
			}
		})
	}
}

// Many log in at once, to one account and from one address: each gets in, and
// none of them keeps another waiting for ever.
func TestLoginsAtOnce(t *testing.T) {
	parallel(t)
	d := deploy(t, 3)
	user := d.somebody(t, rollcall.RoleUser)
	many, together := size(60, 600), 30 // three times as many as may fail
	for round := range many / together {
		found := tally(together, func(i int) []int {
			_, err := d.at(round+i).Authenticate(context.WithoutCancel(t.Context()), rollcall.AuthenticateParams{
				Username: rollcall.UsernameGuess(user.Username), Password: password,
			})
			return []int{code(err)}
		})
		if found[0] != together {
			t.Fatalf("answered %v (code: times), want success\n%s", found, d.instances[0].log)
		}
	}
	if kept := scan[int](t, d, `SELECT count(*) FROM sessions WHERE user_id = $1`, user.ID); kept > 100 {
		t.Errorf("the account has %d sessions, want 100 at the most", kept)
	}
}

// Many log in at once to an account whose hash is one of former times, which the
// first of them replaces: the others know the password no less for that.
func TestLoginsAtOnceWithAnOldHash(t *testing.T) {
	parallel(t)
	d := deploy(t, 3)
	for range size(3, 50) {
		user := d.somebody(t, rollcall.RoleUser)
		d.rehash(t, user, 8192, 1, 1)
		found := tally(6, func(i int) []int {
			_, err := d.at(i).Authenticate(t.Context(), rollcall.AuthenticateParams{
				Username: rollcall.UsernameGuess(user.Username), Password: password,
			})
			return []int{code(err)}
		})
		if found[0] != 6 {
			t.Fatalf("answered %v (code: times), want success", found)
		}
		if now := scan[string](t, d, `SELECT password_hash FROM users WHERE id = $1`, user.ID); strings.Contains(now, "m=8192,") {
			t.Errorf("the hash is still %s", now)
		}
	}
}
