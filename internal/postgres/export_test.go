package postgres

import (
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/rollcall-rpc/rollcall/gen/db"
)

// Pool and Translated let tests run SQL that sql/queries does not have.
func Pool(d *DB) *pgxpool.Pool { return d.pool }
func Translated(d *DB) db.DBTX { return conn{d.pool} }

// Refuses tells whether a violation of the constraint is the caller's fault.
func Refuses(constraint string) bool {
	_, ok := refusals[constraint]
	return ok
}
