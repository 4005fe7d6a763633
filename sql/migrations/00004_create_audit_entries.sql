-- +goose Up

-- No column refers to another table: what happened stays told, whatever becomes of those who took part.
CREATE TABLE audit_entries (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL DEFAULT now(),
    actor_id   bigint,
    target_id  bigint,
    method     text        NOT NULL,
    outcome    text        NOT NULL,
    changes    text[]      NOT NULL,
    request_id text        NOT NULL,
    address    inet
);

COMMENT ON TABLE audit_entries IS 'What was done to accounts, written in the transaction that did it. Append-only, and without anything that is secret or a name.';
COMMENT ON COLUMN audit_entries.actor_id IS 'The user who did it; null where nobody was logged in.';
COMMENT ON COLUMN audit_entries.target_id IS 'The user it was done to; null where there is no such user.';

COMMENT ON COLUMN audit_entries.changes IS 'What of the user was changed: the name of a column, with its new value where that is one of a few.';

CREATE INDEX audit_entries_target_id_idx ON audit_entries (target_id, id);

-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END
$$;
-- +goose StatementEnd

CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
