package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/rollcall-rpc/rollcall/sql/migrations"
)

// Migrate brings the schema of the database at url up to this program's. Programs that start together take turns, so that each
// migration runs once. A database that a newer program has migrated is left as it is, and is an error.
//
// The turns are kept by a lock that lives in a session: url must lead past any PgBouncer that pools transactions.
func Migrate(ctx context.Context, url string) error { return Config{URL: url}.Migrate(ctx) }

// Migrate is [Migrate] on the database at cfg.URL. Of the rest only ConnectTimeout matters.
func (cfg Config) Migrate(ctx context.Context) error {
	config, err := cfg.parseURL()
	if err != nil {
		return err
	}
	// Its own connections, without the pool's timeouts: a migration takes as long as it takes.
	sqlDB := stdlib.OpenDB(*config.ConnConfig)
	defer sqlDB.Close()
	if err := sqlDB.PingContext(ctx); err != nil {
		return explain(err)
	}
	// Ask for the lock every second, for 5 minutes; goose's own 5 s would be felt at every start of several programs.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
	if err != nil {
		return fmt.Errorf("prepare the migrations' lock: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, sqlDB, migrations.FS, goose.WithSessionLocker(locker))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	return migrateUp(ctx, provider)
}

func migrateUp(ctx context.Context, provider *goose.Provider) error {
	current, latest, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read which migrations the database has: %w", err)
	}
	if current > latest {
		return fmt.Errorf("the database is at migration %d, and this program knows none after %d: "+
			"start the version of the program that migrated it, or a newer one", current, latest)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate the database from migration %d to %d: %w", current, latest, err)
	}
	return nil
}
