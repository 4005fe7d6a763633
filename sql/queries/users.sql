-- name: CreateUser :one
-- CreateUser creates an account. A name that is taken, be it by a deleted account, or an email is a unique violation.
INSERT INTO users (username, email, password_hash, role)
VALUES (@username, @email, @password_hash, @role)
RETURNING *;

-- name: TakenNames :one
-- TakenNames tells which of the two CreateUser would find taken.
SELECT
    EXISTS (SELECT FROM users WHERE lower(username) = lower(sqlc.arg(username)::text COLLATE "C")) AS username,
    EXISTS (SELECT FROM users WHERE lower(email) = lower(sqlc.arg(email)::text COLLATE "C") AND deleted_at IS NULL) AS email;

-- name: CreateUserIfAbsent :execrows
-- CreateUserIfAbsent creates nothing, and answers 0, where the name or the email is taken.
INSERT INTO users (username, email, password_hash, role)
VALUES (@username, @email, @password_hash, @role)
ON CONFLICT DO NOTHING;

-- name: GetActiveUser :one
-- GetActiveUser finds an account that is not deleted. It is also the authorisation of a call: it runs with the id that the
-- token names, and the method works with the row.
SELECT * FROM users
WHERE id = @id AND deleted_at IS NULL;

-- name: GetActiveUserByUsername :one
-- GetActiveUserByUsername finds who logs in, without regard to case.
SELECT * FROM users
WHERE lower(username) = lower(sqlc.arg(username)::text COLLATE "C") AND deleted_at IS NULL;

-- name: ListActiveUsers :many
-- ListActiveUsers answers newest first: those with an id below after, or all. Bounded by coalesce, the index is read from the
-- right place even by a plan that has to serve any argument; "after IS NULL OR id < after" would read it from its end.
SELECT * FROM users
WHERE deleted_at IS NULL AND id < coalesce(sqlc.narg(after)::bigint, 9223372036854775807)
ORDER BY id DESC
LIMIT sqlc.arg('limit')::bigint OFFSET sqlc.arg('offset')::bigint;

-- name: UpdateActiveUser :one
-- UpdateActiveUser sets the columns whose argument is not nil.
UPDATE users
SET username      = coalesce(sqlc.narg(username), username),
    email         = coalesce(sqlc.narg(email), email),
    password_hash = coalesce(sqlc.narg(password_hash), password_hash),
    updated_at    = now()
WHERE id = @id AND deleted_at IS NULL
RETURNING *;

-- name: DeleteActiveUser :one
-- DeleteActiveUser marks an account as deleted; the second time there is no such row.
UPDATE users
SET deleted_at = now(), updated_at = now()
WHERE id = @id AND deleted_at IS NULL
RETURNING *;

-- name: AdminExists :one
-- AdminExists tells whether there is an administrator who is not deleted.
SELECT EXISTS (SELECT FROM users WHERE role = 'admin' AND deleted_at IS NULL);
