-- +goose Up

-- What one user has done to another, or to themselves, is read off this index too. By the others, a page would cost as much as all
-- that either of them has to do with.
CREATE INDEX audit_entries_pair_idx ON audit_entries (actor_id, target_id, id) WHERE actor_id IS NOT NULL;
