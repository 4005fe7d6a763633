package service

import (
	"context"
	"encoding/base64"
	"errors"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/auth"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

// ChangePassword implements [rollcall.Service].
func (s *Service) ChangePassword(ctx context.Context, params rollcall.ChangePasswordParams) (result rollcall.Authentication, err error) {
	me := caller(ctx)
	var hash string
	// When the call is sent again, the old password is no longer the caller's.
	same := params
	same.OldPassword = ""
	session, err := do(ctx, s, change[string]{
		method: rollcall.MethodChangePassword, params: &same, key: params.IdempotencyKey, guess: true,
		prepare: func() (err error) {
			if err := s.confirm(ctx, rollcall.MethodChangePassword, "old_password", params.OldPassword); err != nil {
				return err
			}
			if err := checkChange("new_password", params.OldPassword, params.NewPassword); err != nil {
				return err
			}
			hash, err = s.newHash(ctx, "new_password", params.NewPassword, me.Username, me.Email)
			return err
		},
		apply: func(q *db.Queries) (int64, string, error) {
			session, err := s.beginAnew(ctx, q, db.SetPasswordParams{ID: me.ID, OldHash: me.PasswordHash, NewHash: hash})
			return me.ID, session.ID, err
		},
	})
	if err != nil {
		return result, changedMeanwhile(err)
	}
	return s.resume(ctx, session)
}

// changedMeanwhile is the error for whoever gave their password, but has another
// by now or may no longer do anything. Most often their session has ended; else a
// login has replaced the hash at this moment, and they may try again.
func changedMeanwhile(err error) error {
	if errors.Is(err, postgres.ErrNotFound) {
		return unauthenticated("The account has changed during the call: try again, or log in")
	}
	return err
}

// beginAnew changes a password, ends the sessions of whoever had the old one, and
// begins another, on a device that is known anew.
func (s *Service) beginAnew(ctx context.Context, q *db.Queries, password db.SetPasswordParams) (session db.Session, err error) {
	user, err := q.SetPassword(ctx, password)
	if err != nil {
		return session, err
	}
	if err := s.endSessions(ctx, q, user.ID, user.UsernameCanonical); err != nil {
		return session, err
	}
	if session, err = s.openSession(ctx, q, user); err != nil {
		return session, err
	}
	_, err = s.Logins.Remember(ctx, q, user.UsernameCanonical, s.device(session.ID))
	return session, err
}

// resume is what the owner of a session that began so gets by now. Tokens are
// never kept: who asks again gets others of the same session, and no refresh token
// that has been exchanged, for with that it would end.
func (s *Service) resume(ctx context.Context, session string) (result rollcall.Authentication, err error) {
	row, err := s.DB.GetSession(ctx, session)
	if errors.Is(err, postgres.ErrNotFound) {
		err = unauthenticated("The password was changed, but the session that began then has ended: log in")
	}
	if err != nil {
		return result, err
	}
	result, err = s.authentication(row.User, row.Session)
	result.DeviceToken = rollcall.DeviceToken(s.device(session))
	return result, err
}

// device is the token of the device on which a session began with a new password.
func (s *Service) device(session string) string {
	return base64.RawURLEncoding.EncodeToString(s.Secret.MAC("device of a session", []byte(session)))
}

// confirm makes sure that the caller knows their password, which param holds: a
// stolen token must not be enough to take an account over. Guesses count as
// logins do, but for the session, so that a thief keeps nobody else from it, and
// are audited like them; a right one has not failed, whatever becomes of the
// call.
func (s *Service) confirm(ctx context.Context, method, param string, password rollcall.CurrentPassword) error {
	me := caller(ctx)
	waiting, cancel := s.Passwords.Waiting(ctx)
	defer cancel()
	login, done, err := s.Logins.ReserveInSession(waiting, me.SessionID)
	if err != nil {
		return tooLong(waiting, err)
	}
	defer done()
	right, err := s.check(waiting, login, me.PasswordHash, string(password))
	if err != nil {
		return err
	}
	ctx, finish := toTheEnd(ctx)
	defer finish()
	if right {
		return login.Succeeded(ctx, s.DB.Queries)
	}
	refused := event{method: method, actor: me.ID, target: me.ID, outcome: rollcall.AuditOutcomeRefused}
	if err := record(ctx, s.DB.Queries, refused); err != nil {
		return err
	}
	return &rollcall.PermissionDeniedError{Data: &rollcall.Reason{Message: param + " is wrong"}}
}

// newHash is the hash of a new password, which param holds, unless it is one
// that is too easily guessed: personal is what everybody knows of its owner.
func (s *Service) newHash(ctx context.Context, param string, password rollcall.Password, personal ...string) (string, error) {
	if err := refusal(param, auth.CheckPassword(string(password), personal...)); err != nil {
		return "", err
	}
	hash, err := s.Passwords.Hash(ctx, string(password))
	if errors.Is(err, auth.ErrBusy) {
		return "", overloaded()
	}
	return hash, err
}

// checkChange refuses a new password, which param holds, that is the old one.
func checkChange(param string, old rollcall.CurrentPassword, password rollcall.Password) error {
	return refusal(param, auth.CheckChange(string(old), string(password)))
}

// refusal makes an [auth.PasswordFault] the contract's error.
func refusal(param string, err error) error {
	fault, ok := errors.AsType[auth.PasswordFault](err)
	if !ok {
		return err
	}
	return &rollcall.InvalidParamsError{Data: &rollcall.ParamsFault{
		Field: param, Reason: rollcall.ParamsFaultReason(fault), Message: fault.Error(),
	}}
}

// overloaded asks to try again in a second: most of those who wait now have had
// their turn by then or given up.
func overloaded() error {
	return &rollcall.OverloadedError{Data: &rollcall.Delay{RetryAfter: 1}}
}
