package service

import (
	"context"
	"crypto/hmac"
	"errors"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

// change is a call that makes or changes a user. All are audited, and a client
// that does not know whether its call was heard can send it again, if it gave it
// an idempotency key.
type change struct {
	method string
	params jsonrpc.ToJSON
	key    rollcall.IdempotencyKey // "" is none
	// changes are what the audit log tells of it.
	changes []string
	// prepare does what takes long, before there is a transaction; nil is nothing.
	prepare func() error
	// apply makes the change and returns the user as changed.
	apply func(*db.Queries) (db.User, error)
}

// do makes a change; if one with the same key and params was made before, it
// answers what was answered then.
func (s *Service) do(ctx context.Context, c change) (rollcall.User, error) {
	if c.key == "" {
		return s.doNow(ctx, c, nil)
	}
	mac, err := s.mac(c)
	if err != nil {
		return rollcall.User{}, err
	}
	if first, err := s.doneBefore(ctx, c, mac); !errors.Is(err, postgres.ErrNotFound) {
		return first, err
	}
	result, err := s.doNow(ctx, c, mac)
	if err == nil {
		return result, nil
	}
	// What is in the way may be the same call, sent twice at once.
	if first, err := s.doneBefore(ctx, c, mac); !errors.Is(err, postgres.ErrNotFound) {
		return first, err
	}
	return result, err
}

// mac stands for what a call asks for. Its params may hold a password, and
// nobody who reads the database can try whether this is it.
func (s *Service) mac(c change) ([]byte, error) {
	params, err := jsonrpc.Marshal(c.params)
	if err != nil {
		return nil, err
	}
	return s.Secret.MAC("idempotent call", []byte(c.method), params), nil
}

// doneBefore is what the first call with the key was answered. Its error is
// [postgres.ErrNotFound] if there was none.
func (s *Service) doneBefore(ctx context.Context, c change, mac []byte) (result rollcall.User, err error) {
	first, err := s.DB.GetIdempotentCall(ctx, db.GetIdempotentCallParams{UserID: caller(ctx).ID, Key: string(c.key)})
	if err != nil {
		return result, err
	}
	if !hmac.Equal(first.Mac, mac) {
		const reason = "another call had this idempotency key: give each call one of its own, and the same params when it is sent again"
		return result, &rollcall.IdempotencyConflictError{Data: &rollcall.Reason{Message: reason}}
	}
	return result, jsonrpc.Unmarshal(first.Result, &result)
}

// doNow makes a change for the first time.
func (s *Service) doNow(ctx context.Context, c change, mac []byte) (result rollcall.User, err error) {
	if c.prepare != nil {
		if err := c.prepare(); err != nil {
			return result, err
		}
	}
	err = s.DB.InTx(ctx, func(q *db.Queries) error {
		user, err := c.apply(q)
		if err != nil {
			return err
		}
		done := event{method: c.method, actor: caller(ctx).ID, target: user.ID, changes: c.changes, outcome: rollcall.AuditOutcomeDone}
		if err := record(ctx, q, done); err != nil {
			return err
		}
		result = account(user)
		return keep(ctx, q, c, mac, result)
	})
	return result, err
}

// keep keeps the result of a call that has a key.
func keep(ctx context.Context, q *db.Queries, c change, mac []byte, result rollcall.User) error {
	if c.key == "" {
		return nil
	}
	text, err := jsonrpc.Marshal(&result)
	if err != nil {
		return err
	}
	kept, err := q.KeepIdempotentCall(ctx, db.KeepIdempotentCallParams{
		UserID: caller(ctx).ID, Key: string(c.key), Mac: mac, Result: text,
	})
	if err == nil && kept == 0 {
		return errors.New("another call had the same idempotency key at the same time")
	}
	return err
}
