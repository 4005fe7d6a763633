package service

import (
	"context"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/auth"
)

// event is something that is to be found in the audit log.
type event struct {
	method  string
	actor   int64 // the user who did it; 0 where nobody was logged in
	target  int64 // the user it was done to; 0 where there is none
	changes []string
	outcome rollcall.AuditOutcome
}

// record writes e down, in the transaction of q: what was done and that it was
// done become true together.
func record(ctx context.Context, q *db.Queries, e event) error {
	origin := auth.OriginFrom(ctx)
	return q.CreateAuditEntry(ctx, db.CreateAuditEntryParams{
		ActorID:   given(e.actor),
		TargetID:  given(e.target),
		Method:    e.method,
		Outcome:   string(e.outcome),
		Changes:   e.changes,
		RequestID: origin.RequestID,
		Address:   given(origin.Address),
	})
}

// ListAudit implements [rollcall.Service].
func (s *Service) ListAudit(ctx context.Context, params rollcall.ListAuditParams) (rollcall.AuditEntries, error) {
	rows, err := s.auditEntries(ctx, params)
	if err != nil {
		return nil, err
	}
	entries := make(rollcall.AuditEntries, len(rows))
	for i, row := range rows {
		entries[i] = rollcall.AuditEntry{
			ID:        rollcall.AuditEntryID(row.ID),
			At:        row.At,
			ActorID:   userID(row.ActorID),
			TargetID:  userID(row.TargetID),
			Method:    row.Method,
			Outcome:   rollcall.AuditOutcome(row.Outcome),
			Changes:   row.Changes,
			RequestID: row.RequestID,
			Address:   spelled(row.Address),
		}
	}
	return entries, nil
}

// auditEntries reads them by the index that serves the filters.
func (s *Service) auditEntries(ctx context.Context, params rollcall.ListAuditParams) ([]db.AuditEntry, error) {
	actor, target := int64(params.Actor), int64(params.Target)
	after, limit := given(int64(params.After)), int64(params.Limit)
	switch {
	case actor != 0 && target != 0:
		return s.DB.ListAuditEntriesByOf(ctx, db.ListAuditEntriesByOfParams{ActorID: actor, TargetID: target, After: after, Limit: limit})
	case actor != 0:
		return s.DB.ListAuditEntriesBy(ctx, db.ListAuditEntriesByParams{ActorID: actor, After: after, Limit: limit})
	case target != 0:
		return s.DB.ListAuditEntriesOf(ctx, db.ListAuditEntriesOfParams{TargetID: target, After: after, Limit: limit})
	}
	return s.DB.ListAuditEntries(ctx, db.ListAuditEntriesParams{After: after, Limit: limit})
}

func userID(id *int64) rollcall.UserID {
	if id == nil {
		return 0
	}
	return rollcall.UserID(*id)
}
