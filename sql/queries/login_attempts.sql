-- name: ReserveLogin :one
-- ReserveLogin counts a login before it is tried, as if it had failed, and tells whether it may be. Counted are the address and,
-- if that lets it pass, the account; or the two together, where the account has been logged in to from that address before, so that
-- nobody else's guesses can keep its owner out there. What is refused does not count; for an address it may, where the account
-- reaches its limit by others at the same moment.
--
-- now() is when the statement began. Where it then had to wait for another, that one's retry_at lies after it: right for a delay,
-- and why there is none before the limit, not even of no length. What is counted on from there takes the clock as it is then, or
-- the other's failure would seem to lie ahead and count as two.
WITH known AS (
    SELECT EXISTS (SELECT FROM login_attempts AS k WHERE k.key = sqlc.arg(known_key) AND k.known_until > now()) AS yes
), by_address AS (
    INSERT INTO login_attempts AS a (key, clear_at)
    SELECT sqlc.arg(address_key), now() + interval '1 hour'
    FROM known
    WHERE NOT known.yes
      AND NOT EXISTS (SELECT FROM login_attempts AS c WHERE c.key = sqlc.arg(account_key) AND c.retry_at > now())
    ON CONFLICT (key) DO UPDATE SET
        clear_at = greatest(a.clear_at, clock_timestamp()) + interval '1 hour',
        retry_at = login_retry_at(greatest(a.clear_at, clock_timestamp()) + interval '1 hour',
            sqlc.arg(address_limit)::bigint, sqlc.arg(delay)::interval, sqlc.arg(longest)::interval)
    WHERE a.retry_at <= now()
    RETURNING key
), by_account AS (
    INSERT INTO login_attempts AS a (key, clear_at)
    SELECT CASE WHEN known.yes THEN sqlc.arg(known_key)::bytea ELSE sqlc.arg(account_key)::bytea END, now() + interval '1 hour'
    FROM known
    WHERE known.yes OR EXISTS (SELECT key FROM by_address)
    ON CONFLICT (key) DO UPDATE SET
        clear_at = greatest(a.clear_at, clock_timestamp()) + interval '1 hour',
        retry_at = login_retry_at(greatest(a.clear_at, clock_timestamp()) + interval '1 hour',
            sqlc.arg(account_limit)::bigint, sqlc.arg(delay), sqlc.arg(longest))
    WHERE a.retry_at <= now()
    RETURNING key
)
SELECT known.yes AS known,
    EXISTS (SELECT key FROM by_account) AS admitted,
    (SELECT coalesce(ceil(extract(epoch FROM max(b.retry_at) - now())), 0) FROM login_attempts AS b
        WHERE b.key IN (sqlc.arg(known_key), sqlc.arg(address_key), sqlc.arg(account_key))
          AND known.yes = (b.key = sqlc.arg(known_key)) AND b.retry_at > now())::bigint AS retry_after
FROM known;

-- name: ReturnLogin :exec
-- ReturnLogin takes a reservation back: the login has not failed. The address comes first, which the count makes sure of, as in
-- ReserveLogin: two who each have what the other wants next would wait for ever.
WITH by_address AS (
    UPDATE login_attempts AS a SET clear_at = a.clear_at - interval '1 hour', retry_at = '-infinity'
    WHERE a.key = sqlc.arg(address_key)
    RETURNING a.key
)
UPDATE login_attempts AS a SET clear_at = a.clear_at - interval '1 hour', retry_at = '-infinity'
WHERE a.key = sqlc.arg(counted_key) AND (SELECT count(*) FROM by_address) >= 0;

-- name: RememberLogin :exec
-- RememberLogin makes account and address known to each other, and forgets what has failed there.
INSERT INTO login_attempts (key, clear_at, known_until, account_key)
VALUES (sqlc.arg(known_key), now(), now() + interval '30 days', sqlc.arg(account_key))
ON CONFLICT (key) DO UPDATE SET
    clear_at = excluded.clear_at, retry_at = excluded.retry_at, known_until = excluded.known_until;

-- name: ForgetAcquaintances :exec
-- ForgetAcquaintances makes an account known to no address any more: who knew its password need not know it now.
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
