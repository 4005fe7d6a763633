-- name: CreateAuditEntry :exec
INSERT INTO audit_entries (actor_id, target_id, method, outcome, changes, request_id, address)
VALUES (@actor_id, @target_id, @method, @outcome, coalesce(sqlc.narg(changes)::text[], '{}'), @request_id, @address);

-- name: ListAuditEntries :many
-- ListAuditEntries answers newest first: those with an id below after, or all.
SELECT * FROM audit_entries
WHERE id < coalesce(sqlc.narg(after)::bigint, 9223372036854775807)
ORDER BY id DESC
LIMIT sqlc.arg('limit')::bigint;

-- name: ListAuditEntriesOf :many
-- ListAuditEntriesOf answers what was done to one user.
SELECT * FROM audit_entries
WHERE target_id = sqlc.arg(target_id)::bigint AND id < coalesce(sqlc.narg(after)::bigint, 9223372036854775807)
ORDER BY id DESC
LIMIT sqlc.arg('limit')::bigint;

-- name: ListAuditEntriesBy :many
-- ListAuditEntriesBy answers what one user has done.
SELECT * FROM audit_entries
WHERE actor_id = sqlc.arg(actor_id)::bigint AND id < coalesce(sqlc.narg(after)::bigint, 9223372036854775807)
ORDER BY id DESC
LIMIT sqlc.arg('limit')::bigint;

-- name: ListAuditEntriesByOf :many
-- ListAuditEntriesByOf answers what one user has done to another, or to themselves.
SELECT * FROM audit_entries
WHERE actor_id = sqlc.arg(actor_id)::bigint AND target_id = sqlc.arg(target_id)::bigint
  AND id < coalesce(sqlc.narg(after)::bigint, 9223372036854775807)
ORDER BY id DESC
LIMIT sqlc.arg('limit')::bigint;
