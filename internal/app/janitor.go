package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

// sweepInterval is how often what has expired is removed. Nothing waits for it:
// no query takes what has expired for valid.
const sweepInterval = 10 * time.Minute

// sweepAgain removes what has expired, again and again until ctx ends. Instances
// need not take turns, since there is nothing left for the second.
func sweepAgain(ctx context.Context, database *postgres.DB, log *slog.Logger) {
	ticker := time.NewTicker(sweepInterval)
	defer ticker.Stop()
	for {
		sweep(ctx, database, log)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func sweep(ctx context.Context, database *postgres.DB, log *slog.Logger) {
	for what, forget := range map[string]func(context.Context) (int64, error){
		"sessions":         database.ForgetSessions,
		"login attempts":   database.ForgetLogins,
		"idempotent calls": database.ForgetIdempotentCalls,
	} {
		removed, err := forget(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			log.WarnContext(ctx, "cannot remove what has expired", "what", what, "error", err)
		case removed > 0:
			log.DebugContext(ctx, "removed what has expired", "what", what, "rows", removed)
		}
	}
}
