-- name: ListAdmins :many
-- ListAdmins answers all administrators who are not deleted, those who are disabled too, oldest first. It may read the whole
-- table: it is for the start.
SELECT * FROM users
WHERE role = 'admin' AND deleted_at IS NULL
ORDER BY id;
