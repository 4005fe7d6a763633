-- +goose Up

-- The collation "C" makes lower() fold ASCII letters and nothing else, on every server: an index on it depends on no
-- locale, and needs no rebuilding when the system's C library sorts differently after an upgrade.
--
-- Constraints and unique indexes are named, because internal/postgres tells by their names which param was at fault.
CREATE TABLE users (
    id            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    username      text        COLLATE "C" NOT NULL,
    email         text        COLLATE "C" NOT NULL,
    password_hash text        NOT NULL,
    role          text        NOT NULL DEFAULT 'user',
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    deleted_at    timestamptz,

    -- The contract refuses these before; the database has the last word all the same.
    CONSTRAINT users_username_check CHECK (username ~ '^[A-Za-z0-9._-]{3,64}$'),
    CONSTRAINT users_email_check CHECK (char_length(email) BETWEEN 1 AND 254),
    CONSTRAINT users_role_check CHECK (role IN ('user', 'admin'))
);

COMMENT ON TABLE users IS 'An account. Deleting one sets deleted_at and keeps the row: its name stays taken, its email does not.';
COMMENT ON COLUMN users.password_hash IS 'A PHC string; never logged and never in an answer.';

CREATE UNIQUE INDEX users_username_key ON users (lower(username));
-- Nobody may pose as an account that was deleted, but whoever deletes theirs may come back.
CREATE UNIQUE INDEX users_email_key ON users (lower(email)) WHERE deleted_at IS NULL;
