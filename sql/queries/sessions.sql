-- name: OpenSession :one
-- OpenSession begins a session of whoever had this name and this hash when the password was checked. If either has changed since, or
-- the account may no longer be used, there is no such row: the lock makes whoever is changing that wait, or waits for them. Logins to
-- one account wait for each other as well, so that EndOldestSessions counts all of them.
INSERT INTO sessions (id, user_id, expires_at, address)
SELECT @id, users.id, @expires_at, sqlc.narg(address)
FROM users
WHERE users.id = @user_id AND users.username_canonical = @username_canonical AND users.password_hash = @password_hash
  AND users.active AND users.deleted_at IS NULL
FOR NO KEY UPDATE
RETURNING *;

-- name: GetCaller :one
-- GetCaller is the authorisation of a call: it runs with the session and the user that the token names, and the method works
-- with the row. Since it runs for most calls, it reads what methods need and no more.
SELECT users.id, users.username, users.email, users.password_hash, users.role, users.active, users.created_at
FROM sessions JOIN users ON users.id = sessions.user_id
WHERE sessions.id = @session_id AND sessions.user_id = @user_id AND sessions.expires_at > now()
  AND users.active AND users.deleted_at IS NULL;

-- name: RotateSession :one
-- RotateSession exchanges the refresh token of a generation for that of the next. Of several at once one finds the row.
UPDATE sessions
SET generation = generation + 1, rotated_at = now(), address = sqlc.narg(address)
FROM users
WHERE sessions.id = @id AND sessions.generation = @generation AND sessions.expires_at > now()
  AND users.id = sessions.user_id AND users.active AND users.deleted_at IS NULL
RETURNING sqlc.embed(sessions), sqlc.embed(users);

-- name: GetSession :one
-- GetSession finds a session that has not ended, and tells whether its generation has only just begun: then the one before may
-- have been sent by somebody who never heard of it.
SELECT sqlc.embed(sessions), sqlc.embed(users), (sessions.rotated_at > now() - interval '10 seconds')::boolean AS fresh
FROM sessions JOIN users ON users.id = sessions.user_id
WHERE sessions.id = @id AND sessions.expires_at > now() AND users.active AND users.deleted_at IS NULL;

-- name: ListSessions :many
SELECT * FROM sessions
WHERE user_id = @user_id AND expires_at > now()
ORDER BY created_at DESC, id;

-- name: EndSession :one
-- EndSession ends a session, of one user or, without user_id, of any.
DELETE FROM sessions
WHERE id = @id AND user_id = coalesce(sqlc.narg(user_id), user_id) AND expires_at > now()
RETURNING *;

-- name: EndSessions :execrows
-- EndSessions ends all sessions of a user.
DELETE FROM sessions WHERE user_id = @user_id;

-- name: EndOldestSessions :execrows
-- EndOldestSessions leaves a user the newest sessions, as many as kept says.
DELETE FROM sessions
WHERE id IN (
    SELECT s.id FROM sessions AS s
    WHERE s.user_id = @user_id
    ORDER BY s.created_at DESC, s.id
    OFFSET sqlc.arg(kept)::bigint
);

-- name: ForgetSessions :execrows
-- ForgetSessions removes what has expired.
DELETE FROM sessions WHERE expires_at <= now();
