// Package postgres is the way to the database: the pool of connections, the migrations, transactions, and the one place where the
// database's errors become the contract's.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/rollcall-rpc/rollcall/gen/db"
)

// DB is a pool of connections, safe for concurrent use. The queries that it embeds run each by itself; InTx runs several as
// one. Their errors are translated: see ErrNotFound and translate.
type DB struct {
	*db.Queries
	pool *pgxpool.Pool
}

// Config is how to reach a database, and how long it may take.
type Config struct {
	// URL is postgres://USER:PASSWORD@HOST:PORT/DATABASE?OPTION=VALUE, or libpq's list of KEY=VALUE. Options may be those of
	// libpq, of Postgres itself, and of pgx: behind a PgBouncer before 1.21 default_query_exec_mode=exec is needed.
	URL string
	// MaxConns is the size of the pool; 0 is the URL's pool_max_conns or, without it, the greater of 4 and the number of CPUs.
	MaxConns int32
	// StatementTimeout is how long Postgres lets a statement run; 0 is the server's own setting.
	StatementTimeout time.Duration
	// IdleInTxTimeout is how long Postgres lets a transaction wait for its next statement before it ends the connection; 0 is
	// the server's own setting.
	IdleInTxTimeout time.Duration
	// Tracer is told of every query, and may be a pgx.PrepareTracer as well; nil is nobody.
	Tracer pgx.QueryTracer
}

// Open connects to the database that cfg names. It does not migrate: see Migrate.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	poolConfig, err := parseURL(cfg.URL)
	if err != nil {
		return nil, err
	}
	if cfg.MaxConns > 0 {
		poolConfig.MaxConns = cfg.MaxConns
	}
	maps.Copy(poolConfig.ConnConfig.RuntimeParams, cfg.serverTimeouts())
	poolConfig.ConnConfig.BuildContextWatcherHandler = cancelQuery
	poolConfig.ConnConfig.Tracer = cfg.Tracer
	poolConfig.AfterConnect = readTimesAsUTC

	pool, err := pgxpool.NewWithConfig(ctx, poolConfig)
	if err != nil {
		return nil, fmt.Errorf("open the pool of database connections: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, explain(err)
	}
	return &DB{Queries: db.New(conn{pool}), pool: pool}, nil
}

// Close waits until every connection is back in the pool, then closes them.
func (d *DB) Close() { d.pool.Close() }

// Ping makes one round trip to the database.
func (d *DB) Ping(ctx context.Context) error {
	if err := d.pool.Ping(ctx); err != nil {
		return explain(err)
	}
	return nil
}

// InTx runs fn's queries in one transaction, at the isolation level READ COMMITTED. It commits if fn returns nil; if fn returns
// an error, which InTx then returns as it is, or panics, nothing has happened.
func (d *DB) InTx(ctx context.Context, fn func(*db.Queries) error) error {
	tx, err := d.pool.Begin(ctx)
	if err != nil {
		return translate(ctx, err)
	}
	defer rollback(ctx, tx)
	if err := fn(db.New(conn{tx})); err != nil {
		return err
	}
	return translate(ctx, tx.Commit(ctx))
}

// rollback does nothing after a commit. A context that is done must not keep it from its round trip, because the connection
// would then be lost to the pool.
func rollback(ctx context.Context, tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cancelDeadline)
	defer cancel()
	_ = tx.Rollback(ctx) // Where even this fails, pgx closes the connection and so ends the transaction.
}

// parseURL reads a database URL, and adds what every connection of ours has.
func parseURL(url string) (*pgxpool.Config, error) {
	const form = "want postgres://USER:PASSWORD@HOST:PORT/DATABASE"
	if url == "" { // pgx would take it for "whatever is on this machine".
		return nil, errors.New("the database URL is empty: " + form)
	}
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("the database URL cannot be used: %w; %s", err, form)
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = connectTimeout
	}
	if params := config.ConnConfig.RuntimeParams; params["application_name"] == "" {
		params["application_name"] = "rollcall"
	}
	return config, nil
}

// connectTimeout is for a URL without connect_timeout.
const connectTimeout = 5 * time.Second

// serverTimeouts spells the timeouts as Postgres takes them when a connection starts, in milliseconds.
func (cfg Config) serverTimeouts() map[string]string {
	params := map[string]string{}
	for name, timeout := range map[string]time.Duration{
		"statement_timeout":                   cfg.StatementTimeout,
		"idle_in_transaction_session_timeout": cfg.IdleInTxTimeout,
	} {
		if timeout > 0 {
			params[name] = strconv.FormatInt(max(1, timeout.Milliseconds()), 10)
		}
	}
	return params
}

const (
	// cancelDelay lets a short query end by itself: that is cheaper than a cancel request, which takes a connection of its own.
	cancelDelay = 50 * time.Millisecond
	// cancelDeadline is how long Postgres has to heed a cancel request before its connection is given up.
	cancelDeadline = 2 * time.Second
)

// cancelQuery makes a context that is done cancel the query and leave the connection in the pool. By default pgx would close
// the connection, and Postgres would go on with the query.
func cancelQuery(conn *pgconn.PgConn) ctxwatch.Handler {
	return &pgconn.CancelRequestContextWatcherHandler{
		Conn:               conn,
		CancelRequestDelay: cancelDelay,
		DeadlineDelay:      cancelDeadline,
	}
}

// readTimesAsUTC keeps the machine's time zone out of answers.
func readTimesAsUTC(_ context.Context, conn *pgx.Conn) error {
	conn.TypeMap().RegisterType(&pgtype.Type{
		Name:  "timestamptz",
		OID:   pgtype.TimestamptzOID,
		Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
	return nil
}
