-- +goose Up

-- What one user has done is read off this index, as what was done to one is off audit_entries_target_id_idx: newest first, a page at a
-- time. Most entries without an actor are logins that were refused; nobody asks for those.
CREATE INDEX audit_entries_actor_id_idx ON audit_entries (actor_id, id) WHERE actor_id IS NOT NULL;
