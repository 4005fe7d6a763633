package service

import (
	"context"
	"errors"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/auth"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

// ChangePassword implements [rollcall.Service].
func (s *Service) ChangePassword(ctx context.Context, params rollcall.ChangePasswordParams) (result rollcall.Authentication, err error) {
	me := caller(ctx)
	if err := s.confirm(ctx, rollcall.MethodChangePassword, "old_password", params.OldPassword); err != nil {
		return result, err
	}
	hash, err := s.newHash(ctx, "new_password", params.NewPassword, me.Username, me.Email)
	if err != nil {
		return result, err
	}
	err = s.DB.InTx(ctx, func(q *db.Queries) error {
		changed, err := q.SetPassword(ctx, db.SetPasswordParams{ID: me.ID, OldHash: me.PasswordHash, NewHash: hash})
		if err != nil {
			return err
		}
		result, err = s.beginAnew(ctx, q, changed)
		return err
	})
	return result, changedMeanwhile(err)
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

// beginAnew ends the sessions of whoever has changed their password, and begins
// another, on a device that is known anew.
func (s *Service) beginAnew(ctx context.Context, q *db.Queries, user db.User) (result rollcall.Authentication, err error) {
	if err := s.endSessions(ctx, q, user.ID, user.UsernameCanonical); err != nil {
		return result, err
	}
	done := event{method: rollcall.MethodChangePassword, actor: user.ID, target: user.ID, outcome: rollcall.AuditOutcomeDone}
	if err := record(ctx, q, done); err != nil {
		return result, err
	}
	session, err := s.openSession(ctx, q, user)
	if err != nil {
		return result, err
	}
	return s.firstAuthentication(ctx, q, user, session, "")
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
	err := auth.CheckPassword(string(password), personal...)
	if fault, ok := errors.AsType[auth.PasswordFault](err); ok {
		return "", &rollcall.InvalidParamsError{Data: &rollcall.ParamsFault{
			Field: param, Reason: rollcall.ParamsFaultReason(fault), Message: fault.Error(),
		}}
	}
	hash, err := s.Passwords.Hash(ctx, string(password))
	if errors.Is(err, auth.ErrBusy) {
		return "", overloaded()
	}
	return hash, err
}

// overloaded asks to try again in a second: most of those who wait now have had
// their turn by then or given up.
func overloaded() error {
	return &rollcall.OverloadedError{Data: &rollcall.Delay{RetryAfter: 1}}
}
