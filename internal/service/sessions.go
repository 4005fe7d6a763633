package service

import (
	"context"
	"errors"
	"net/netip"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/auth"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

// Refresh implements [rollcall.Service].
func (s *Service) Refresh(ctx context.Context, params rollcall.RefreshParams) (result rollcall.Authentication, err error) {
	token, err := auth.ParseRefreshToken(s.Secret, string(params.RefreshToken))
	if err != nil {
		return result, errRefreshToken
	}
	session, user, err := s.rotate(ctx, token)
	if err != nil {
		return result, err
	}
	return s.authentication(user, session)
}

// errRefreshToken does not tell why: who has made a token up learns nothing of
// sessions.
var errRefreshToken = unauthenticated("Invalid refresh token")

// rotate exchanges the token for the next generation's. Only one of many who
// try at once is the first, and the others find what it has done: as long as
// that is fresh they get the same answer, for they may be the same client, whose
// first answer was lost. Later on, two people have the token.
func (s *Service) rotate(ctx context.Context, token auth.RefreshToken) (session db.Session, user db.User, err error) {
	first, err := s.DB.RotateSession(ctx, db.RotateSessionParams{
		ID: token.SessionID, Generation: token.Generation, Address: address(ctx),
	})
	if !errors.Is(err, postgres.ErrNotFound) {
		return first.Session, first.User, err
	}
	row, err := s.DB.GetSession(ctx, token.SessionID)
	if errors.Is(err, postgres.ErrNotFound) {
		err = errRefreshToken
	}
	if err != nil {
		return session, user, err
	}
	if row.Session.Generation == token.Generation+1 && row.Fresh {
		return row.Session, row.User, nil
	}
	if err := s.endReused(ctx, row.Session); err != nil {
		return session, user, err
	}
	return session, user, errRefreshToken
}

// endReused ends a session whose refresh token somebody has used again.
func (s *Service) endReused(ctx context.Context, session db.Session) error {
	return s.DB.InTx(ctx, func(q *db.Queries) error {
		_, err := q.EndSession(ctx, db.EndSessionParams{ID: session.ID})
		if errors.Is(err, postgres.ErrNotFound) {
			return nil // somebody else was first
		}
		if err != nil {
			return err
		}
		return record(ctx, q, event{method: rollcall.MethodRefresh, target: session.UserID, changes: []string{"session=" + session.ID}, outcome: rollcall.AuditOutcomeReused})
	})
}

// endSessions ends all sessions of a user whose password or name has changed, or
// who is no more. To the name they had until then, no device is known any more.
func (s *Service) endSessions(ctx context.Context, q *db.Queries, user int64, name string) error {
	if _, err := q.EndSessions(ctx, user); err != nil {
		return err
	}
	return s.Logins.Forget(ctx, q, name)
}

// Logout implements [rollcall.Service].
func (s *Service) Logout(ctx context.Context, params rollcall.LogoutParams) (rollcall.Success, error) {
	me := caller(ctx)
	result, err := do(ctx, s, change[rollcall.Success]{
		method: rollcall.MethodLogout, params: &params, key: params.IdempotencyKey, changes: []string{"session=" + me.SessionID},
		apply: func(q *db.Queries) (int64, rollcall.Success, error) { return endSession(ctx, q, me.SessionID, &me.ID) },
	})
	if errors.Is(err, postgres.ErrNotFound) {
		err = unauthenticated("The session has ended during the call")
	}
	return result, err
}

// RevokeSession implements [rollcall.Service].
func (s *Service) RevokeSession(ctx context.Context, params rollcall.RevokeSessionParams) (rollcall.Success, error) {
	id, owner := string(params.SessionID), (*int64)(nil)
	if me := caller(ctx); me.Role != string(rollcall.RoleAdmin) {
		owner = &me.ID
	}
	result, err := do(ctx, s, change[rollcall.Success]{
		method: rollcall.MethodRevokeSession, params: &params, key: params.IdempotencyKey, changes: []string{"session=" + id},
		apply: func(q *db.Queries) (int64, rollcall.Success, error) { return endSession(ctx, q, id, owner) },
	})
	if errors.Is(err, postgres.ErrNotFound) {
		err = &rollcall.SessionNotFoundError{Data: &rollcall.MissingSession{SessionID: params.SessionID}}
	}
	return result, err
}

// endSession ends a session of owner, of anybody, if owner is nil, and tells whose
// it was.
func endSession(ctx context.Context, q *db.Queries, id string, owner *int64) (int64, rollcall.Success, error) {
	session, err := q.EndSession(ctx, db.EndSessionParams{ID: id, UserID: owner})
	return session.UserID, rollcall.Success{}, err
}

// ListSessions implements [rollcall.Service].
func (s *Service) ListSessions(ctx context.Context) (rollcall.Sessions, error) {
	me := caller(ctx)
	rows, err := s.DB.ListSessions(ctx, me.ID)
	if err != nil {
		return nil, err
	}
	sessions := make(rollcall.Sessions, len(rows))
	for i, row := range rows {
		sessions[i] = rollcall.Session{
			ID:          rollcall.SessionID(row.ID),
			CreatedAt:   row.CreatedAt,
			RefreshedAt: row.RotatedAt,
			ExpiresAt:   row.ExpiresAt,
			Address:     spelled(row.Address),
			Current:     row.ID == me.SessionID,
		}
	}
	return sessions, nil
}

// address is where the call came from, for the database.
func address(ctx context.Context) *netip.Addr { return given(auth.OriginFrom(ctx).Address) }

// spelled is an address as the contract has it.
func spelled(address *netip.Addr) rollcall.Address {
	if address == nil {
		return ""
	}
	return rollcall.Address(address.String())
}
