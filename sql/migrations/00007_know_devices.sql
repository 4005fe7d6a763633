-- +goose Up

-- What an account was known by was the address of a login, which others may share. Now it is a token that the login was answered
-- with; and where logins to an account have to wait, each address has its own moment, so that nobody has every turn.
--
-- What is there stays, under its name: programs that know nothing of devices may go on with it for a while. Under their keys nobody
-- looks for a device, nor do they under ours, and what either forgets of an account the other does not know any more.
ALTER TABLE login_attempts ADD COLUMN retry_at_before timestamptz NOT NULL DEFAULT '-infinity';

COMMENT ON TABLE login_attempts IS 'How often logins have failed of late, by account and by address, or by the device or session that they came from.';
COMMENT ON COLUMN login_attempts.key IS 'A keyed hash of what is counted: neither names nor addresses nor tokens can be read here.';
COMMENT ON COLUMN login_attempts.retry_at IS 'When the next turn begins: of an account, with the first moment that an address may have.';
COMMENT ON COLUMN login_attempts.retry_at_before IS 'When the turn began that was taken last: it goes on if that login has not failed.';
COMMENT ON COLUMN login_attempts.known_until IS 'Until when a device is known.';
COMMENT ON COLUMN login_attempts.account_key IS 'Of a device, the key of the account that it is known to.';

-- +goose StatementBegin
CREATE FUNCTION login_delay(failures double precision, allowed bigint, delay interval, longest interval)
RETURNS interval LANGUAGE sql IMMUTABLE AS $$
    SELECT least(longest, delay * power(2, least(greatest(failures - allowed, 0), 30)))
$$;
-- +goose StatementEnd

COMMENT ON FUNCTION login_delay IS 'How long the next login waits at the limit: twice as long with each failure from there.';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION login_retry_at(clear_at timestamptz, allowed bigint, delay interval, longest interval)
RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
    SELECT CASE WHEN failures < allowed THEN '-infinity'
        ELSE clock_timestamp() + login_delay(failures, allowed, delay, longest) END
    FROM (SELECT ceil(extract(epoch FROM clear_at - clock_timestamp()) / 3600) AS failures) AS counted
$$;
-- +goose StatementEnd

-- How far clear_at lies from retry_at is a turn's own: it stays as it is while time passes, and comes back when a login that has
-- taken the turn has not failed. So does the moment, which is drawn from it.
--
-- +goose StatementBegin
CREATE FUNCTION login_moment(retry_at timestamptz, clear_at timestamptz, lot bytea, allowed bigint, delay interval, longest interval)
RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN lot IS NULL OR retry_at = '-infinity' THEN retry_at
        ELSE retry_at
            + login_delay(ceil(extract(epoch FROM clear_at - retry_at) / 3600), allowed, delay, longest) / 2
            * (('x' || left(encode(sha256(lot || int8send((extract(epoch FROM clear_at - retry_at) * 1000000)::bigint)), 'hex'), 8))::bit(32)::bigint
                / 4294967296.0)
        END
$$;
-- +goose StatementEnd

COMMENT ON FUNCTION login_moment IS 'When a turn comes to whoever has the lot: as long after it begins as the lot says, up to half the delay; without one, at once.';
