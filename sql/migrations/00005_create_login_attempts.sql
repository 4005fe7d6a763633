-- +goose Up

CREATE TABLE login_attempts (
    key         bytea       PRIMARY KEY,
    clear_at    timestamptz NOT NULL,
    retry_at    timestamptz NOT NULL DEFAULT '-infinity',
    known_until timestamptz NOT NULL DEFAULT '-infinity',
    account_key bytea
);

COMMENT ON TABLE login_attempts IS 'How often logins have failed of late, by account, by address, and by both where they know each other.';
COMMENT ON COLUMN login_attempts.key IS 'A keyed hash of what is counted: neither names nor addresses can be read here.';
COMMENT ON COLUMN login_attempts.clear_at IS 'When all failures are forgotten, one each hour: as many count as hours are left.';
COMMENT ON COLUMN login_attempts.retry_at IS 'When the next login may be tried.';
COMMENT ON COLUMN login_attempts.known_until IS 'Until when account and address know each other.';

COMMENT ON COLUMN login_attempts.account_key IS 'Of an account and an address that know each other, the key of the account.';

CREATE INDEX login_attempts_account_key_idx ON login_attempts (account_key) WHERE account_key IS NOT NULL;

-- +goose StatementBegin
CREATE FUNCTION login_retry_at(clear_at timestamptz, allowed bigint, delay interval, longest interval)
RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
    SELECT CASE WHEN failures < allowed THEN '-infinity'
        ELSE clock_timestamp() + least(longest, delay * power(2, least(failures - allowed, 30))) END
    FROM (SELECT ceil(extract(epoch FROM clear_at - clock_timestamp()) / 3600) AS failures) AS counted
$$;
-- +goose StatementEnd

COMMENT ON FUNCTION login_retry_at IS 'When the next login may be tried: at once below the limit, after a delay at it, after twice as long each time from there.';
