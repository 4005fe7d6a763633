-- name: ListAdminsAnd :many
-- ListAdminsAnd answers all administrators who are not deleted, those who are disabled too, and whoever has that name, oldest first.
-- It may read the whole table: it is for the start.
SELECT * FROM users
WHERE (role = 'admin' OR username_canonical = sqlc.arg(canonical)) AND deleted_at IS NULL
ORDER BY id;
