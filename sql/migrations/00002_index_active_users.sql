-- +goose Up

-- Pages of users are read off this index, newest first. The primary key has the same order, but leads to deleted users as well:
-- a page would cost more the more of them lie before it.
CREATE INDEX users_active_id_idx ON users (id) WHERE deleted_at IS NULL;
