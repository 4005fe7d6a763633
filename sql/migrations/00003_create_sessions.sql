-- +goose Up

-- Somebody's names have a canonical form, which is compared and unique: NFKC, case folded. The contract lets nothing but ASCII into
-- them, for which any version of Unicode says the same, and lower() in the collation "C" folds all there is. What is asked for may
-- be anything, and is brought into that form by the program alone: see auth.CanonicalName.
ALTER TABLE users
    ADD COLUMN username_canonical text COLLATE "C" NOT NULL GENERATED ALWAYS AS (lower(normalize(username, NFKC))) STORED,
    ADD COLUMN email_canonical text COLLATE "C" NOT NULL GENERATED ALWAYS AS (lower(normalize(email, NFKC))) STORED,
    ADD COLUMN active boolean NOT NULL DEFAULT true;

COMMENT ON COLUMN users.active IS 'Whether the account may be used: an administrator can disable and enable it.';

DROP INDEX users_username_key;
DROP INDEX users_email_key;
CREATE UNIQUE INDEX users_username_key ON users (username_canonical);
CREATE UNIQUE INDEX users_email_key ON users (email_canonical) WHERE deleted_at IS NULL;

-- Whoever takes an administrator away looks whether another is left.
CREATE INDEX users_admin_idx ON users (id) WHERE role = 'admin' AND active AND deleted_at IS NULL;

CREATE TABLE sessions (
    id         text        COLLATE "C" PRIMARY KEY,
    user_id    bigint      NOT NULL REFERENCES users,
    generation bigint      NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    rotated_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    address    inet
);

COMMENT ON TABLE sessions IS 'A login, until it ends: then its row is gone, and with it every token of the session.';
COMMENT ON COLUMN sessions.generation IS 'How often the refresh token was exchanged: the one of this generation is good, and for a moment its parent.';
COMMENT ON COLUMN sessions.rotated_at IS 'When this generation began.';
COMMENT ON COLUMN sessions.address IS 'Where the last login or refresh came from.';

CREATE INDEX sessions_user_id_idx ON sessions (user_id, created_at);
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);
