-- +goose Up

-- The caller is not a reference to users, which never lose a row: to check it would lock the caller's, after that of the account
-- which was changed, and two administrators who change each other's would wait for each other.
CREATE TABLE idempotent_calls (
    user_id    bigint      NOT NULL,
    key        text        COLLATE "C" NOT NULL,
    mac        bytea       NOT NULL,
    result     bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, key)
);

COMMENT ON TABLE idempotent_calls IS 'The results of calls that had an idempotency key, for whoever sends them again within a day.';
COMMENT ON COLUMN idempotent_calls.mac IS 'A keyed hash of method and params: enough to tell whether a call is the same.';
COMMENT ON COLUMN idempotent_calls.result IS 'What the first call was answered, as JSON.';

CREATE INDEX idempotent_calls_created_at_idx ON idempotent_calls (created_at);
