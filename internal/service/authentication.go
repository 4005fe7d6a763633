package service

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/auth"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
	"github.com/rollcall-rpc/rollcall/internal/throttle"
)

// Authenticate implements [rollcall.Service]. Whatever is wrong with a guess,
// it costs the same queries and the same hashes, and the answer is the same.
//
// It takes no idempotency key, nor does refresh: nobody is logged in whose key it
// could be. A session whose tokens were lost is listed among others, and can be
// revoked; a refresh token can be sent again.
func (s *Service) Authenticate(ctx context.Context, params rollcall.AuthenticateParams) (result rollcall.Authentication, err error) {
	name, guess := auth.CanonicalName(string(params.Username)), string(params.Password)
	waiting, cancel := s.Passwords.Waiting(ctx)
	defer cancel()
	login, done, err := s.Logins.Reserve(waiting, throttle.Guess{
		Account: name, Address: auth.OriginFrom(ctx).Address, Device: string(params.DeviceToken),
	})
	if err != nil {
		return result, tooLong(waiting, err)
	}
	defer done()
	// What hashes any account has, as of now: one of each is computed.
	kinds, err := s.DB.ListPasswordParams(ctx)
	if err != nil {
		return result, err
	}
	for {
		user, err := s.userByName(ctx, name)
		if err != nil {
			return result, err
		}
		right, err := s.check(waiting, login, usableHash(user), guess, kinds...)
		if err != nil {
			return result, err
		}
		ctx, cancel := toTheEnd(ctx)
		defer cancel()
		if !right {
			return result, s.refuse(ctx, user)
		}
		hash := s.newerHash(ctx, user.PasswordHash, guess)
		err = s.DB.InTx(ctx, func(q *db.Queries) error {
			result, err = s.logIn(ctx, q, login, user, hash)
			return err
		})
		// Not found: the account has changed since its row was read. It may only
		// be that another login has replaced the hash, so look again.
		if !errors.Is(err, postgres.ErrNotFound) {
			return result, err
		}
	}
}

// refuse notes that somebody has not got in, and says so.
func (s *Service) refuse(ctx context.Context, user db.User) error {
	refused := event{method: rollcall.MethodAuthenticate, target: user.ID, outcome: rollcall.AuditOutcomeRefused}
	if err := record(ctx, s.DB.Queries, refused); err != nil {
		return err
	}
	return unauthenticated("Invalid username or password")
}

// tooLong is the error of whoever has waited for their turn at an account.
func tooLong(waiting context.Context, err error) error {
	if context.Cause(waiting) == auth.ErrBusy {
		return overloaded()
	}
	return err
}

// userByName returns the account of that canonical name, be it disabled or
// deleted; one without a password, which nobody has, if there is none.
func (s *Service) userByName(ctx context.Context, name string) (db.User, error) {
	user, err := s.DB.GetUserByName(ctx, name)
	if errors.Is(err, postgres.ErrNotFound) {
		return db.User{}, nil
	}
	return user, err
}

// usableHash is the hash of the account's password, and "" where nobody may log
// in with it.
func usableHash(user db.User) string {
	if !user.Active || user.DeletedAt != nil {
		return ""
	}
	return user.PasswordHash
}

// check compares a guess with a hash, and does as if it were of any of the kinds.
// No guess fits a hash that cannot be read. One that could not be looked at, since
// too many others are waiting or the client has gone, does not count as a guess.
func (s *Service) check(waiting context.Context, login *throttle.Login, hash, guess string, kinds ...string) (bool, error) {
	right, err := s.Passwords.Check(waiting, hash, guess, kinds...)
	if err == nil || errors.Is(err, auth.ErrPasswordHash) {
		return right, nil
	}
	ctx, cancel := toTheEnd(waiting)
	defer cancel()
	if err := login.Untried(ctx); err != nil {
		return false, err
	}
	if errors.Is(err, auth.ErrBusy) {
		err = overloaded()
	}
	return false, err
}

// toTheEnd is for what follows on a password that has been looked at: whoever
// hangs up then keeps nobody from writing down that they guessed.
func toTheEnd(ctx context.Context) (context.Context, context.CancelFunc) {
	const enough = 5 * time.Second
	return context.WithTimeout(context.WithoutCancel(ctx), enough)
}

// newerHash is the hash of a password whose stored one is made with other params
// than are used now; "" where it is not, and where there is no time: the next
// login comes.
func (s *Service) newerHash(ctx context.Context, stored, password string) string {
	if !s.Passwords.NeedsRehash(stored) {
		return ""
	}
	hash, err := s.Passwords.Hash(ctx, password)
	if err != nil {
		return ""
	}
	return hash
}

// logIn begins a session of whoever knew the password, and replaces its hash by
// a newer one, if there is one. Its error is [postgres.ErrNotFound] if the
// account has changed meanwhile.
func (s *Service) logIn(ctx context.Context, q *db.Queries, login *throttle.Login, user db.User, newer string) (result rollcall.Authentication, err error) {
	if newer != "" {
		_, err := q.SetPassword(ctx, db.SetPasswordParams{ID: user.ID, OldHash: user.PasswordHash, NewHash: newer})
		if err != nil {
			return result, err
		}
		user.PasswordHash = newer // and no more: by another name it would be another login
	}
	session, err := s.openSession(ctx, q, user)
	if err != nil {
		return result, err
	}
	if err := login.Succeeded(ctx, q); err != nil {
		return result, err
	}
	done := event{method: rollcall.MethodAuthenticate, actor: user.ID, target: user.ID, outcome: rollcall.AuditOutcomeDone}
	if err := record(ctx, q, done); err != nil {
		return result, err
	}
	return s.firstAuthentication(ctx, q, user, session, login.Device)
}

// openSession makes room for a session, and begins it.
func (s *Service) openSession(ctx context.Context, q *db.Queries, user db.User) (session db.Session, err error) {
	session, err = q.OpenSession(ctx, db.OpenSessionParams{
		ID:                rand.Text(),
		UserID:            user.ID,
		UsernameCanonical: user.UsernameCanonical,
		PasswordHash:      user.PasswordHash,
		ExpiresAt:         s.now().Add(s.SessionLifetime),
		Address:           address(ctx),
	})
	if err != nil {
		return session, err
	}
	_, err = q.EndOldestSessions(ctx, db.EndOldestSessionsParams{UserID: user.ID, Kept: maxSessions})
	return session, err
}

// maxSessions is how many an account may have, as the contract says.
const maxSessions = 100

// firstAuthentication is what the owner of a session gets who has just given
// their password: the token of their device too, "" if it is a new one.
func (s *Service) firstAuthentication(ctx context.Context, q *db.Queries, user db.User, session db.Session, device string) (result rollcall.Authentication, err error) {
	device, err = s.Logins.Remember(ctx, q, user.UsernameCanonical, device)
	if err != nil {
		return result, err
	}
	result, err = s.authentication(user, session)
	result.DeviceToken = rollcall.DeviceToken(device)
	return result, err
}

// authentication is what the owner of a session gets.
func (s *Service) authentication(user db.User, session db.Session) (result rollcall.Authentication, err error) {
	token, expiresAt, err := s.Tokens.Issue(auth.Claims{
		UserID: user.ID, Username: user.Username, SessionID: session.ID, ExpiresAt: session.ExpiresAt,
	})
	if err != nil {
		return result, err
	}
	refresh := auth.RefreshToken{SessionID: session.ID, Generation: session.Generation}
	return rollcall.Authentication{
		Token:        rollcall.Token(token),
		ExpiresAt:    expiresAt,
		RefreshToken: rollcall.RefreshToken(refresh.Sign(s.Secret)),
		User:         account(user),
	}, nil
}
