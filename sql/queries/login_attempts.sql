-- name: ReserveLogin :one
-- ReserveLogin counts a login before it is tried, as if it had failed, and tells whether it may be. Counted are the address and,
-- if that lets it pass, the account; or in the account's place the two together, where the account has been logged in to from
-- that address before: so nobody else's guesses can keep its owner out there. Whoever has failed as often as a limit allows waits
-- for the delay, and twice as long each time from then on, up to the longest. What is refused does not count; for an address it may,
-- where the account reaches its limit by others at the same moment.
--
-- now() is when the statement began. Where it then had to wait for another, that one's retry_at lies after it: right for a delay,
-- and why there is none before the limit, not even of no length.
WITH counted AS (
    SELECT CASE WHEN EXISTS (SELECT FROM login_attempts AS k WHERE k.key = sqlc.arg(known_key) AND k.idle_at > now())
        THEN sqlc.arg(known_key)::bytea ELSE sqlc.arg(account_key)::bytea END AS key
), by_address AS (
    INSERT INTO login_attempts AS a (key, failures, retry_at, idle_at)
    SELECT sqlc.arg(address_key), 1, '-infinity', now() + sqlc.arg(memory)::interval
    FROM counted
    WHERE NOT EXISTS (SELECT FROM login_attempts AS c WHERE c.key = counted.key AND c.retry_at > now())
    ON CONFLICT (key) DO UPDATE SET
        failures = CASE WHEN a.idle_at > now() THEN a.failures + 1 ELSE 1 END,
        retry_at = CASE WHEN a.idle_at > now() AND a.failures + 1 >= sqlc.arg(address_limit)::bigint
            THEN now() + least(sqlc.arg(longest)::interval,
                sqlc.arg(delay)::interval * power(2, least(a.failures + 1 - sqlc.arg(address_limit), 30)))
            ELSE '-infinity' END,
        idle_at = now() + sqlc.arg(memory)
    WHERE a.retry_at <= now()
    RETURNING key
), by_account AS (
    INSERT INTO login_attempts AS a (key, failures, retry_at, idle_at)
    SELECT counted.key, 1, '-infinity', now() + sqlc.arg(memory)
    FROM counted, by_address
    ON CONFLICT (key) DO UPDATE SET
        failures = CASE WHEN a.idle_at > now() THEN a.failures + 1 ELSE 1 END,
        retry_at = CASE WHEN a.idle_at > now() AND a.failures + 1 >= sqlc.arg(account_limit)::bigint
            THEN now() + least(sqlc.arg(longest),
                sqlc.arg(delay) * power(2, least(a.failures + 1 - sqlc.arg(account_limit), 30)))
            ELSE '-infinity' END,
        idle_at = greatest(a.idle_at, now() + sqlc.arg(memory))
    WHERE a.retry_at <= now()
    RETURNING key
)
SELECT counted.key AS counted_key,
    EXISTS (SELECT key FROM by_account) AS admitted,
    (SELECT coalesce(ceil(extract(epoch FROM max(b.retry_at) - now())), 0) FROM login_attempts AS b
        WHERE b.key IN (sqlc.arg(address_key), counted.key) AND b.retry_at > now())::bigint AS retry_after
FROM counted;

-- name: ReturnLogin :exec
-- ReturnLogin takes a reservation back: the login has not failed. The address comes first, which the count makes sure of, as in
-- ReserveLogin: two who each have what the other wants next would wait for ever.
WITH by_address AS (
    UPDATE login_attempts AS a SET failures = greatest(a.failures - 1, 0), retry_at = '-infinity'
    WHERE a.key = sqlc.arg(address_key)
    RETURNING a.key
)
UPDATE login_attempts AS a SET failures = greatest(a.failures - 1, 0), retry_at = '-infinity'
WHERE a.key = sqlc.arg(counted_key) AND (SELECT count(*) FROM by_address) >= 0;

-- name: RememberLogin :exec
-- RememberLogin makes account and address known to each other.
INSERT INTO login_attempts (key, failures, retry_at, idle_at)
VALUES (sqlc.arg(known_key), 0, '-infinity', now() + sqlc.arg(memory)::interval)
ON CONFLICT (key) DO UPDATE SET failures = 0, retry_at = '-infinity', idle_at = excluded.idle_at;

-- name: ForgetLogins :execrows
-- ForgetLogins removes what no longer counts, but waits for nobody who is counting there: they might wait for it.
DELETE FROM login_attempts
WHERE key IN (SELECT a.key FROM login_attempts AS a WHERE a.idle_at <= now() FOR UPDATE SKIP LOCKED);
