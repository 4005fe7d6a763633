-- +goose Up

CREATE TABLE login_attempts (
    key      bytea       PRIMARY KEY,
    failures bigint      NOT NULL,
    retry_at timestamptz NOT NULL,
    idle_at  timestamptz NOT NULL
);

COMMENT ON TABLE login_attempts IS 'How often a login has failed: by account, by address, by both. Unlogged would forget it when Postgres crashes.';
COMMENT ON COLUMN login_attempts.key IS 'A keyed hash of what is counted: neither names nor addresses can be read here.';
COMMENT ON COLUMN login_attempts.failures IS 'Logins that failed or have not ended yet.';
COMMENT ON COLUMN login_attempts.retry_at IS 'When the next login may be tried.';
COMMENT ON COLUMN login_attempts.idle_at IS 'When the failures are forgotten.';

CREATE INDEX login_attempts_idle_at_idx ON login_attempts (idle_at);
