package attacks_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/auth"
)

// refresh exchanges a refresh token on an instance.
func (d *deployment) refresh(ctx context.Context, i int, token string) (rollcall.Authentication, error) {
	return d.at(i).Refresh(ctx, rollcall.RefreshParams{RefreshToken: rollcall.RefreshTokenGuess(token)})
}

// refreshed is refresh where it must succeed.
func (d *deployment) refreshed(t *testing.T, i int, token string) rollcall.Authentication {
	t.Helper()
	return must(d.refresh(t.Context(), i, token))(t)
}

// ended fails the test unless nothing of a session is good for anything, on any
// instance, and its end is in the audit log once.
func (d *deployment) ended(t *testing.T, s session, family ...rollcall.Authentication) {
	t.Helper()
	family = append(family, rollcall.Authentication{
		Token: rollcall.Token(s.token), RefreshToken: rollcall.RefreshToken(s.refresh),
	})
	for i := range d.instances {
		for generation, a := range family {
			if err := whoAmI(t.Context(), d.with(i, string(a.Token))); code(err) != rollcall.CodeAuthenticationFailed {
				t.Errorf("access token %d on instance %d: answered %v", generation, i, err)
			}
			if _, err := d.refresh(t.Context(), i, string(a.RefreshToken)); code(err) != rollcall.CodeAuthenticationFailed {
				t.Errorf("refresh token %d on instance %d: answered %v", generation, i, err)
			}
		}
	}
	const entries = `SELECT count(*) FROM audit_entries WHERE target_id = $1 AND method = 'refresh' AND outcome = 'reused' AND actor_id IS NULL`
	if got := scan[int](t, d, entries, s.user.ID); got != 1 {
		t.Errorf("the reuse is %d times in the audit log", got)
	}
}

// lapse lets the moment pass in which a refresh token's parent may still be sent.
func (d *deployment) lapse(t *testing.T, s session) {
	t.Helper()
	d.run(t, `UPDATE sessions SET rotated_at = rotated_at - interval '11 seconds' WHERE id = $1`, s.id)
}

// One refresh token is sent by many at once, to all instances: all get the same
// child, which goes on. When the token is sent once more, later, the whole
// family ends: two people have it.
func TestRefreshAtOnce(t *testing.T) {
	parallel(t)
	d := deploy(t, 3)
	const many = 50
	rounds, families := size(3, 50), 0
	for range rounds {
		s := d.session(t, d.somebody(t, rollcall.RoleUser))
		var mu sync.Mutex
		children := map[rollcall.RefreshToken]rollcall.Authentication{}
		found := tally(many, func(i int) []int {
			a, err := d.refresh(t.Context(), i, s.refresh)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				children[a.RefreshToken] = a
			}
			return []int{code(err)}
		})
		families += len(children)
		if found[0] != many || len(children) != 1 {
			t.Fatalf("%d at once got %d children, answered %v (code: times)", many, len(children), found)
		}
		var child rollcall.Authentication
		for _, child = range children {
			check(t, whoAmI(t.Context(), d.with(0, string(child.Token))))
		}
		grandchild := d.refreshed(t, 1, string(child.RefreshToken))
		check(t, whoAmI(t.Context(), d.with(2, string(grandchild.Token))))
		d.lapse(t, s)
		if _, err := d.refresh(t.Context(), 0, string(child.RefreshToken)); code(err) != rollcall.CodeAuthenticationFailed {
			t.Fatalf("used again: answered %v", err)
		}
		d.ended(t, s, child, grandchild)
	}
	measured(t, fmt.Sprintf("%d times one refresh token by %d at once, then again", rounds, many),
		"%d children, each family ended", families)
}

// A parent may be sent again for some seconds, for its answer may have been
// lost; its own parent may not, however fast.
func TestRefreshTokenReuse(t *testing.T) {
	parallel(t)
	d := deploy(t, 3)
	t.Run("the parent at once", func(t *testing.T) {
		s := d.session(t, d.somebody(t, rollcall.RoleUser))
		first, second := d.refreshed(t, 0, s.refresh), d.refreshed(t, 1, s.refresh)
		if first.RefreshToken != second.RefreshToken {
			t.Error("the same token has two children")
		}
		check(t, whoAmI(t.Context(), d.with(2, string(first.Token))))
		check(t, whoAmI(t.Context(), d.with(2, string(second.Token))))
	})
	t.Run("the parent later", func(t *testing.T) {
		s := d.session(t, d.somebody(t, rollcall.RoleUser))
		child := d.refreshed(t, 0, s.refresh)
		d.lapse(t, s)
		if _, err := d.refresh(t.Context(), 1, s.refresh); err == nil {
			t.Error("it is taken")
		}
		d.ended(t, s, child)
	})
	t.Run("the grandparent at once", func(t *testing.T) {
		s := d.session(t, d.somebody(t, rollcall.RoleUser))
		child := d.refreshed(t, 0, s.refresh)
		grandchild := d.refreshed(t, 1, string(child.RefreshToken))
		if _, err := d.refresh(t.Context(), 2, s.refresh); err == nil {
			t.Error("it is taken")
		}
		d.ended(t, s, child, grandchild)
	})
	t.Run("of a family beside another of the same user", func(t *testing.T) {
		user := d.somebody(t, rollcall.RoleUser)
		stolen, other := d.session(t, user), d.session(t, user)
		child := d.refreshed(t, 0, stolen.refresh)
		d.lapse(t, stolen)
		_, _ = d.refresh(t.Context(), 1, stolen.refresh)
		d.ended(t, stolen, child)
		check(t, whoAmI(t.Context(), d.with(0, other.token)))
		d.refreshed(t, 1, other.refresh)
	})
}

// Nobody makes a refresh token up: not of one that they have, nor of a session's
// id, which is no secret, nor with the secret of another deployment.
func TestRefreshTokensMadeUp(t *testing.T) {
	parallel(t)
	d := deploy(t, 1)
	s, other := d.session(t, d.somebody(t, rollcall.RoleUser)), d.session(t, d.somebody(t, rollcall.RoleUser))
	foreign := must(auth.LoadOrCreateSecret(t.TempDir() + "/secret"))(t)
	mac := func(token string) string { return token[len(s.id)+3:] }
	for name, token := range map[string]string{
		"nothing":                     "",
		"the session's id":            s.id,
		"no MAC":                      s.id + ".0",
		"an empty MAC":                s.id + ".0.",
		"the next generation":         s.id + ".1." + mac(s.refresh),
		"another's session":           other.id + ".0." + mac(s.refresh),
		"another spelling":            s.id + ".00." + mac(s.refresh),
		"a sign":                      s.id + ".+0." + mac(s.refresh),
		"padding":                     s.refresh + "=",
		"a line break":                s.refresh + "\n",
		"the last character altered":  s.refresh[:len(s.refresh)-1] + "!",
		"more behind it":              s.refresh + ".0",
		"of another deployment":       auth.RefreshToken{SessionID: s.id}.Sign(foreign),
		"of a session that there was": auth.RefreshToken{SessionID: "GONE"}.Sign(d.secret),
		"the access token":            s.token,
	} {
		if _, err := d.refresh(t.Context(), 0, token); code(err) != rollcall.CodeAuthenticationFailed {
			t.Errorf("%s: answered %v", name, err)
		}
	}
	if _, err := d.refresh(t.Context(), 0, s.refresh); err != nil {
		t.Errorf("afterwards the real one is refused: %v", err)
	}
	if err := whoAmI(t.Context(), d.with(0, s.refresh)); code(err) != rollcall.CodeAuthenticationFailed {
		t.Errorf("as an access token it is answered %v", err)
	}
}
