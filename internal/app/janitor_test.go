package app

import (
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestSweep(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	conn := f.connect(t)
	for _, sql := range []string{
		`INSERT INTO users (username, email, password_hash) VALUES ('ada', 'ada@example.com', '-')`,
		`INSERT INTO sessions (id, user_id, expires_at) VALUES
			('goes on', 1, now() + interval '1 minute'), ('expired', 1, now() - interval '1 minute')`,
		`INSERT INTO login_attempts (key, clear_at, retry_at, known_until) VALUES
			('counts', now() + interval '1 minute', '-infinity', '-infinity'),
			('has to wait', now() - interval '1 minute', now() + interval '1 minute', '-infinity'),
			('is known', now() - interval '1 minute', '-infinity', now() + interval '1 minute'),
			('forgotten', now() - interval '1 minute', now() - interval '1 minute', now() - interval '1 minute')`,
		`INSERT INTO idempotent_calls (user_id, key, mac, result, created_at) VALUES
			(1, 'of today', '', '', now() - interval '23 hours'), (1, 'of yesterday', '', '', now() - interval '25 hours')`,
	} {
		must(conn.Exec(t.Context(), sql))(t)
	}
	sweep(t.Context(), f.users, f.server.log)
	rows := must(conn.Query(t.Context(), `SELECT id FROM sessions
		UNION ALL SELECT convert_from(key, 'UTF8') FROM login_attempts UNION ALL SELECT key FROM idempotent_calls`))(t)
	left := must(pgx.CollectRows(rows, pgx.RowTo[string]))(t)
	if want := []string{"goes on", "counts", "has to wait", "is known", "of today"}; !slices.Equal(left, want) {
		t.Errorf("left are %q, want %q", left, want)
	}
}
