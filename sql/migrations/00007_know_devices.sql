-- +goose Up

-- What an account was known by was the address of a login, which others may share. Now it is a token that the login was answered
-- with.
DELETE FROM login_attempts WHERE account_key IS NOT NULL;

ALTER TABLE login_attempts RENAME COLUMN known_until TO device_until;

COMMENT ON TABLE login_attempts IS 'How often logins have failed of late, by account and by address, or by the device or session that they came from.';
COMMENT ON COLUMN login_attempts.key IS 'A keyed hash of what is counted: neither names nor addresses nor tokens can be read here.';
COMMENT ON COLUMN login_attempts.device_until IS 'Until when a device is known.';
COMMENT ON COLUMN login_attempts.account_key IS 'Of a device, the key of the account that it is known to.';
