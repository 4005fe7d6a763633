-- +goose Up

-- With what params the hashes are made that a login may meet: the fourth part of a PHC string, like m=19456,t=2,p=1. They are few,
-- and each is found by one step along this index.
CREATE INDEX users_password_params_idx ON users (split_part(password_hash, '$', 4))
    WHERE active AND deleted_at IS NULL AND password_hash LIKE '$argon2id$v=19$m=%';
