-- name: KnowsDevice :one
-- KnowsDevice tells whether an account has been logged in to from a device, within 30 days.
SELECT EXISTS (SELECT FROM login_attempts WHERE key = @device_key AND known_until > now());

-- name: ReserveLogin :one
-- ReserveLogin counts a login before it is tried, as if it had failed, and tells whether it may be. Counted are the address and,
-- if that lets it pass, what the key is of: an account; or, with neither address nor lot, a device or session of its owner, where
-- nobody else's guesses can keep them out. What is refused does not count; for an address it may, where the account reaches its
-- limit by others at the same moment.
--
-- now() is when the statement began. Where it then had to wait for another, that one's retry_at lies after it: right for a delay,
-- and why there is none before the limit, not even of no length. What is counted on from there takes the clock as it is then, or
-- the other's failure would seem to lie ahead and count as two.
--
-- retry_after is rounded up: whoever came before their moment would have to come once more, later than those who came once.
WITH by_address AS (
    INSERT INTO login_attempts AS a (key, clear_at)
    SELECT sqlc.narg(address_key)::bytea, now() + interval '1 hour'
    WHERE sqlc.narg(address_key)::bytea IS NOT NULL AND NOT EXISTS (
        SELECT FROM login_attempts AS c
        WHERE c.key = sqlc.arg(key)::bytea AND login_moment(c.retry_at, c.clear_at, sqlc.narg(lot)::bytea,
            sqlc.arg(key_limit)::bigint, sqlc.arg(delay)::interval, sqlc.arg(longest)::interval) > now())
    ON CONFLICT (key) DO UPDATE SET
        clear_at = greatest(a.clear_at, clock_timestamp()) + interval '1 hour',
        retry_at_before = a.retry_at,
        retry_at = login_retry_at(greatest(a.clear_at, clock_timestamp()) + interval '1 hour',
            sqlc.arg(address_limit)::bigint, sqlc.arg(delay), sqlc.arg(longest))
    WHERE a.retry_at <= now()
    RETURNING key
), by_key AS (
    INSERT INTO login_attempts AS a (key, clear_at)
    SELECT sqlc.arg(key), now() + interval '1 hour'
    WHERE sqlc.narg(address_key) IS NULL OR EXISTS (SELECT FROM by_address)
    ON CONFLICT (key) DO UPDATE SET
        clear_at = greatest(a.clear_at, clock_timestamp()) + interval '1 hour',
        retry_at_before = a.retry_at,
        retry_at = login_retry_at(greatest(a.clear_at, clock_timestamp()) + interval '1 hour',
            sqlc.arg(key_limit), sqlc.arg(delay), sqlc.arg(longest))
    WHERE login_moment(a.retry_at, a.clear_at, sqlc.narg(lot), sqlc.arg(key_limit), sqlc.arg(delay), sqlc.arg(longest)) <= now()
    RETURNING key
)
SELECT EXISTS (SELECT FROM by_key) AS admitted,
    (SELECT coalesce(ceil(extract(epoch FROM max(waiting.until) - now())), 0)
        FROM (
            SELECT CASE WHEN b.key = sqlc.arg(key)
                THEN login_moment(b.retry_at, b.clear_at, sqlc.narg(lot), sqlc.arg(key_limit), sqlc.arg(delay), sqlc.arg(longest))
                ELSE b.retry_at END AS until
            FROM login_attempts AS b
            WHERE b.key IN (sqlc.arg(key), sqlc.narg(address_key))
        ) AS waiting
        WHERE waiting.until > now())::bigint AS retry_after;

-- name: ReturnLogin :exec
-- ReturnLogin takes a reservation back: the login has not failed, and the turn that it took, if it had to take one, goes on. The
-- address comes first, which the count makes sure of, as in ReserveLogin: two who each have what the other wants next would wait
-- for ever.
WITH by_address AS (
    UPDATE login_attempts AS a SET clear_at = a.clear_at - interval '1 hour', retry_at = a.retry_at_before
    WHERE a.key = sqlc.narg(address_key)
    RETURNING a.key
)
UPDATE login_attempts AS a SET clear_at = a.clear_at - interval '1 hour', retry_at = a.retry_at_before
WHERE a.key = sqlc.arg(key) AND (SELECT count(*) FROM by_address) >= 0;

-- name: RememberDevice :exec
-- RememberDevice makes a device known to an account for 30 days. As many others as others says stay so: those who logged in last.
WITH forgotten AS (
    DELETE FROM login_attempts
    WHERE key IN (
        SELECT d.key FROM login_attempts AS d
        WHERE d.account_key = sqlc.arg(account_key) AND d.key <> sqlc.arg(device_key)
        ORDER BY d.known_until DESC, d.key
        OFFSET sqlc.arg(others)::bigint
    )
)
INSERT INTO login_attempts (key, clear_at, known_until, account_key)
VALUES (sqlc.arg(device_key), now(), now() + interval '30 days', sqlc.arg(account_key))
ON CONFLICT (key) DO UPDATE SET known_until = excluded.known_until, account_key = excluded.account_key;

-- name: ForgetDevices :exec
-- ForgetDevices makes no device known to an account any more: who knew its password need not know it now.
UPDATE login_attempts SET known_until = '-infinity'
WHERE account_key = sqlc.arg(account_key);

-- name: ForgetLogins :execrows
-- ForgetLogins removes what no longer counts, but waits for nobody who is counting there: they might wait for it.
DELETE FROM login_attempts
WHERE key IN (
    SELECT a.key FROM login_attempts AS a
    WHERE greatest(a.clear_at, a.retry_at, a.known_until) <= now()
    FOR UPDATE SKIP LOCKED
);
