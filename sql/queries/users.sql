-- name: CreateUser :one
-- CreateUser creates an account. A name that is taken, be it by a deleted account, or an email is a unique violation.
INSERT INTO users (username, email, password_hash, role)
VALUES (@username, @email, @password_hash, @role)
RETURNING *;

-- name: TakenNames :one
-- TakenNames tells which of the two CreateUser would find taken.
SELECT
    EXISTS (SELECT FROM users
        WHERE username_canonical = lower(normalize(sqlc.arg(username)::text COLLATE "C", NFKC))) AS username,
    EXISTS (SELECT FROM users
        WHERE email_canonical = lower(normalize(sqlc.arg(email)::text COLLATE "C", NFKC)) AND deleted_at IS NULL) AS email;

-- name: CreateUserIfAbsent :execrows
-- CreateUserIfAbsent creates nothing, and answers 0, where the name or the email is taken.
INSERT INTO users (username, email, password_hash, role)
VALUES (@username, @email, @password_hash, @role)
ON CONFLICT DO NOTHING;

-- name: GetUser :one
-- GetUser finds an account that is not deleted.
SELECT * FROM users
WHERE id = @id AND deleted_at IS NULL;

-- name: GetUserByName :one
-- GetUserByName finds an account by the canonical form of its name, be it disabled or deleted.
SELECT * FROM users
WHERE username_canonical = @canonical;

-- name: ListPasswordParams :many
-- ListPasswordParams answers with what params the hashes of accounts are made that may be used, each read off the index behind the
-- one before: 16 kinds at the most, of the first 256. Where they may be too many for a login, those that most accounts have come first,
-- for which up to 100 of each are counted; they are read in the index's order, for a plan that looks for a rare kind in the table
-- would read all of it.
WITH RECURSIVE kinds AS (
    SELECT min(split_part(password_hash, '$', 4)) AS params, 1 AS number FROM users
    WHERE active AND deleted_at IS NULL AND password_hash LIKE '$argon2id$v=19$m=%'
    UNION ALL
    SELECT (SELECT min(split_part(u.password_hash, '$', 4)) FROM users AS u
        WHERE u.active AND u.deleted_at IS NULL AND u.password_hash LIKE '$argon2id$v=19$m=%'
          AND split_part(u.password_hash, '$', 4) > kinds.params), kinds.number + 1
    FROM kinds
    WHERE kinds.params IS NOT NULL AND kinds.number < 256
)
SELECT kinds.params::text AS params FROM kinds
WHERE kinds.params ~ '^m=[1-9][0-9]{0,4},t=([1-9]|10),p=[1-4]$'
ORDER BY CASE WHEN (SELECT count(params) FROM kinds) > 2 THEN (
    SELECT count(*) FROM (
        SELECT split_part(u.password_hash, '$', 4) AS params FROM users AS u
        WHERE u.active AND u.deleted_at IS NULL AND u.password_hash LIKE '$argon2id$v=19$m=%'
          AND split_part(u.password_hash, '$', 4) >= kinds.params
        ORDER BY 1
        LIMIT 100
    ) AS next WHERE next.params = kinds.params
) END DESC, kinds.params
LIMIT 16;

-- name: ListUsers :many
-- ListUsers answers newest first: those with an id below after, or all. Bounded by coalesce, the index is read from the
-- right place even by a plan that has to serve any argument; "after IS NULL OR id < after" would read it from its end.
SELECT * FROM users
WHERE deleted_at IS NULL AND id < coalesce(sqlc.narg(after)::bigint, 9223372036854775807)
ORDER BY id DESC
LIMIT sqlc.arg('limit')::bigint OFFSET sqlc.arg('offset')::bigint;

-- name: LockUser :one
-- LockUser finds an account that is not deleted, and keeps it as it is until the transaction ends. The lock is that of whoever gives
-- it another name.
SELECT * FROM users
WHERE id = @id AND deleted_at IS NULL
FOR UPDATE;

-- name: UpdateUser :one
-- UpdateUser sets the columns whose argument is not nil. Where the password is no longer that of old_hash, if that is given, there
-- is no such row.
UPDATE users
SET username      = coalesce(sqlc.narg(username), username),
    email         = coalesce(sqlc.narg(email), email),
    password_hash = coalesce(sqlc.narg(password_hash), password_hash),
    updated_at    = now()
WHERE id = @id AND deleted_at IS NULL AND password_hash = coalesce(sqlc.narg(old_hash), password_hash)
RETURNING *;

-- name: SetUserRole :one
UPDATE users
SET role = @role, updated_at = now()
WHERE id = @id AND deleted_at IS NULL
RETURNING *;

-- name: SetUserActive :one
UPDATE users
SET active = @active, updated_at = now()
WHERE id = @id AND deleted_at IS NULL
RETURNING *;

-- name: SetPassword :one
-- SetPassword replaces one hash by another. Where the password has changed meanwhile, or the account may no longer be used,
-- there is no such row.
UPDATE users
SET password_hash = @new_hash, updated_at = now()
WHERE id = @id AND password_hash = @old_hash AND active AND deleted_at IS NULL
RETURNING *;

-- name: DeleteUser :one
-- DeleteUser marks an account as deleted; the second time there is no such row.
UPDATE users
SET deleted_at = now(), updated_at = now()
WHERE id = @id AND deleted_at IS NULL
RETURNING *;

-- name: AdminExists :one
-- AdminExists tells whether there is an administrator who is not deleted.
SELECT EXISTS (SELECT FROM users WHERE role = 'admin' AND deleted_at IS NULL);

-- name: LockAdminsAnd :many
-- LockAdminsAnd finds the administrators who can do something, and one user beside, and keeps them as they are until the
-- transaction ends: whoever makes an administrator or takes one away looks here first whether another is left, and everybody else
-- who does waits. All lock the rows in the same order.
SELECT id, (role = 'admin' AND active AND deleted_at IS NULL)::boolean AS admin FROM users
WHERE id = @id OR (role = 'admin' AND active AND deleted_at IS NULL)
ORDER BY id
FOR NO KEY UPDATE;
