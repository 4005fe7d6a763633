package service_test

import (
	"testing"

	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

// Whoever did not hear that their password was changed sends the call again: no
// password is looked at, so this test counts hashes, and runs alone.
func TestChangePasswordSentAgain(t *testing.T) {
	f := newFixture(t)
	ada := f.account(t, "ada", rollcall.RoleUser)
	params := rollcall.ChangePasswordParams{OldPassword: password, NewPassword: "analytical engine", IdempotencyKey: "key"}
	send := func(c *rollcall.Client) (a rollcall.Authentication, hashes uint64) {
		t.Helper()
		hashes = hashesOf(func() { a = must(c.ChangePassword(t.Context(), params))(t) })
		return a, hashes
	}
	first, hashes := send(f.as(t, ada))
	if hashes != 2 {
		t.Errorf("the first call took %d hashes, want 2", hashes)
	}
	ada = must(f.db.GetUser(t.Context(), ada.ID))(t)

	second, hashes := send(f.as(t, ada))
	if second.RefreshToken != first.RefreshToken || second.DeviceToken != first.DeviceToken || second.User != first.User || hashes != 0 {
		t.Errorf("sent again it took %d hashes, and is answered %v, want the session of %v", hashes, second.User, first.User)
	}
	c := f.client("")
	refreshed := must(c.Refresh(t.Context(), rollcall.RefreshParams{RefreshToken: rollcall.RefreshTokenGuess(second.RefreshToken)}))(t)
	params.OldPassword = "is not looked at"
	third, _ := send(f.as(t, ada))
	if third.RefreshToken != refreshed.RefreshToken {
		t.Error("sent again it is answered a refresh token that has been exchanged")
	}

	must(c.Logout(t.Context(), rollcall.LogoutParams{}))(t)
	if _, err := f.as(t, ada).ChangePassword(t.Context(), params); told(err) != "-32001" {
		t.Errorf("after that session has ended: answered %v", err)
	}
}
