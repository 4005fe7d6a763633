package service

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"errors"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

// change is a call that changes something, and is answered a result. All are
// audited, and a client that does not know whether its call was heard can send it
// again, if it gave it an idempotency key.
type change[Result any] struct {
	method string
	params jsonrpc.ToJSON
	key    rollcall.IdempotencyKey // "" is none
	// guess says that params hold a password, be it another's, that the caller may
	// only be guessing.
	guess bool
	// changes are what the audit log tells of it.
	changes []string
	// prepare does what takes long, before there is a transaction; nil is nothing.
	prepare func() error
	// apply makes the change, and tells which user it was made to. The result is
	// kept as JSON, so there must be no secret in it.
	apply func(*db.Queries) (target int64, result Result, err error)
}

// do makes a change; if one with the same key and params was made before, it
// answers what was answered then.
func do[Result any](ctx context.Context, s *Service, c change[Result]) (result Result, err error) {
	if c.key == "" {
		return doNow(ctx, s, c, nil)
	}
	params, err := jsonrpc.Marshal(c.params)
	if err != nil {
		return result, err
	}
	// Params may hold a password, and nobody who reads the database can try
	// whether this is it.
	mac := s.Secret.MAC("idempotent call", []byte(c.method), params)
	if first, err := doneBefore(ctx, s, c, mac); !errors.Is(err, postgres.ErrNotFound) {
		return first, err
	}
	result, err = doNow(ctx, s, c, mac)
	if err == nil {
		return result, nil
	}
	// What is in the way may be the same call, sent twice at once.
	if first, err := doneBefore(ctx, s, c, mac); !errors.Is(err, postgres.ErrNotFound) {
		return first, err
	}
	return result, err
}

// doneBefore is what the first call with the key was answered. Its error is
// [postgres.ErrNotFound] if there was none.
func doneBefore[Result any](ctx context.Context, s *Service, c change[Result], mac []byte) (result Result, err error) {
	first, err := s.DB.GetIdempotentCall(ctx, db.GetIdempotentCallParams{UserID: caller(ctx).ID, Key: string(c.key)})
	if err != nil {
		return result, err
	}
	same := hmac.Equal(first.Mac, mac)
	if c.guess {
		if err := s.countConflict(ctx, same); err != nil {
			return result, err
		}
	}
	if !same {
		const reason = "another call had this idempotency key: give each call one of its own, and the same params when it is sent again"
		return result, &rollcall.IdempotencyConflictError{Data: &rollcall.Reason{Message: reason}}
	}
	return result, json.Unmarshal(first.Result, &result)
}

// countConflict counts a call that is not the same as the first as a guess at the
// password in it: a thief of a token who knows the key could try any here. Who may
// not guess is not told whether it is the same either.
func (s *Service) countConflict(ctx context.Context, same bool) error {
	waiting, cancel := s.Passwords.Waiting(ctx)
	defer cancel()
	login, done, err := s.Logins.ReserveInSession(waiting, caller(ctx).SessionID)
	if err != nil {
		return tooLong(waiting, err)
	}
	defer done()
	if !same {
		return nil
	}
	return login.Untried(ctx)
}

// doNow makes a change for the first time.
func doNow[Result any](ctx context.Context, s *Service, c change[Result], mac []byte) (result Result, err error) {
	if c.prepare != nil {
		if err := c.prepare(); err != nil {
			return result, err
		}
	}
	err = s.DB.InTx(ctx, func(q *db.Queries) (err error) {
		done := event{method: c.method, actor: caller(ctx).ID, changes: c.changes, outcome: rollcall.AuditOutcomeDone}
		if done.target, result, err = c.apply(q); err != nil {
			return err
		}
		if err := record(ctx, q, done); err != nil || c.key == "" {
			return err
		}
		return keep(ctx, q, c.key, mac, result)
	})
	return result, err
}

// keep keeps the result of a call that has a key.
func keep(ctx context.Context, q *db.Queries, key rollcall.IdempotencyKey, mac []byte, result any) error {
	text, err := json.Marshal(result)
	if err != nil {
		return err
	}
	kept, err := q.KeepIdempotentCall(ctx, db.KeepIdempotentCallParams{
		UserID: caller(ctx).ID, Key: string(key), Mac: mac, Result: text,
	})
	if err == nil && kept == 0 {
		return errors.New("another call had the same idempotency key at the same time")
	}
	return err
}
