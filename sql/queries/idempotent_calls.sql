-- name: GetIdempotentCall :one
SELECT * FROM idempotent_calls
WHERE user_id = @user_id AND key = @key AND created_at > now() - interval '24 hours';

-- name: KeepIdempotentCall :execrows
-- KeepIdempotentCall keeps the result of a call, unless another with the same key has been kept meanwhile: then it answers 0.
INSERT INTO idempotent_calls AS kept (user_id, key, mac, result)
VALUES (@user_id, @key, @mac, @result)
ON CONFLICT (user_id, key) DO UPDATE
    SET mac = excluded.mac, result = excluded.result, created_at = excluded.created_at
    WHERE kept.created_at <= now() - interval '24 hours';

-- name: ForgetIdempotentCalls :execrows
-- ForgetIdempotentCalls removes what is older than a day.
DELETE FROM idempotent_calls WHERE created_at <= now() - interval '24 hours';
