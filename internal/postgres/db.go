// Package postgres is the way to the database: the pool of connections, the migrations, transactions, and the one place where the
// database's errors become the contract's.
package postgres

import (
	"cmp"
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
	// libpq, of Postgres itself, and of pgx.
	URL string
	// MaxConns is the size of the pool; 0 is the URL's pool_max_conns or, without it, the greater of 4 and the number of CPUs.
	MaxConns int32
	// MinConns is how many connections are kept even if nothing needs them; 0 is the URL's pool_min_conns or, without it, none.
	MinConns int32
	// ConnectTimeout is how long it may take to make a connection, if the URL has no connect_timeout; 0 is 5 s.
	ConnectTimeout time.Duration
	// StatementTimeout is how long Postgres lets a statement run; 0 is the server's own setting.
	StatementTimeout time.Duration
	// IdleInTxTimeout is how long Postgres lets a transaction wait for its next statement before it ends the connection; 0 is
	// the server's own setting.
	IdleInTxTimeout time.Duration
	// ExecMode is how queries are sent; 0 is the URL's default_query_exec_mode or, without it, pgx.QueryExecModeCacheStatement.
	// A PgBouncer that pools transactions needs one that prepares nothing by name, unless it has max_prepared_statements.
	ExecMode pgx.QueryExecMode
	// Tracer is told of every query, and may be a pgx.PrepareTracer as well; nil is nobody.
	Tracer pgx.QueryTracer
}

// Open connects to the database that cfg names. It does not migrate: see Migrate.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	poolConfig, err := cfg.pool()
	if err != nil {
		return nil, err
	}
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

// pool is cfg as pgx understands it.
func (cfg Config) pool() (*pgxpool.Config, error) {
	pool, err := cfg.parseURL()
	if err != nil {
		return nil, err
	}
	pool.MaxConns = cmp.Or(cfg.MaxConns, pool.MaxConns)
	pool.MinConns = cmp.Or(cfg.MinConns, pool.MinConns)
	pool.AfterConnect = readTimesAsUTC
	conn := pool.ConnConfig
	maps.Copy(conn.RuntimeParams, cfg.serverTimeouts())
	conn.DefaultQueryExecMode = cmp.Or(cfg.ExecMode, conn.DefaultQueryExecMode)
	conn.BuildContextWatcherHandler = cancelQuery
	conn.Tracer = cfg.Tracer
	return pool, nil
}

// parseURL reads the URL, and adds what every connection of ours has.
func (cfg Config) parseURL() (*pgxpool.Config, error) {
	const form = "want postgres://USER:PASSWORD@HOST:PORT/DATABASE"
	if cfg.URL == "" { // pgx would take it for "whatever is on this machine".
		return nil, errors.New("the database URL is empty: " + form)
	}
	config, err := pgxpool.ParseConfig(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("the database URL cannot be used: %w; %s", err, form)
	}
	conn := config.ConnConfig
	conn.ConnectTimeout = cmp.Or(conn.ConnectTimeout, cfg.ConnectTimeout, connectTimeout)
	if conn.RuntimeParams["application_name"] == "" {
		conn.RuntimeParams["application_name"] = "rollcall"
	}
	return config, nil
}

// connectTimeout is for whoever sets none.
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
