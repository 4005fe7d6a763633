package app

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rollcall-rpc/rollcall/gen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/internal/auth"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
	"github.com/rollcall-rpc/rollcall/internal/service"
	"github.com/rollcall-rpc/rollcall/internal/throttle"
)

// httpSettings bound what a client can ask of the service. The default of
// BatchWorkers is measured, by batches of 50 calls of get_users on a machine that
// had other work as well, with Postgres beside the service and 1 ms away:
//
//	workers          1     2     4     8    16
//	beside, ms    26.5  15.0   4.7   3.9   3.8
//	1 ms away      267   164    69    46    31
//
// 16 would take all of the pool's connections for one batch.
type httpSettings struct {
	Addr            string        `env:"ROLLCALL_ADDR" default:"127.0.0.1:5000" help:"Where to listen."`
	TrustedProxy    []string      `env:"ROLLCALL_TRUSTED_PROXY" placeholder:"NETWORK" help:"A proxy, or a network of them, whose X-Forwarded-For is believed: failed logins are counted by the address that it tells. May be repeated, or hold several with commas between."`
	CORSOrigin      []string      `name:"cors-origin" env:"ROLLCALL_CORS_ORIGIN" placeholder:"ORIGIN" help:"An origin, like https://app.example.com, whose pages may call the service; others may not. May be repeated, or hold several with commas between."`
	MaxBody         int           `env:"ROLLCALL_MAX_BODY" default:"1048576" help:"The largest body of a request, in bytes."`
	MaxBatch        int           `env:"ROLLCALL_MAX_BATCH" default:"100" help:"The most calls in a batch."`
	BatchWorkers    int           `env:"ROLLCALL_BATCH_WORKERS" default:"8" help:"How many calls of a batch may run at the same time, 256 at the most; only those that change nothing do."`
	MaxAnswer       int           `env:"ROLLCALL_MAX_ANSWER" default:"8388608" help:"The largest answer, in bytes."`
	MaxHeader       int           `env:"ROLLCALL_MAX_HEADER" default:"16384" help:"The largest header of a request, in bytes."`
	ReadTimeout     time.Duration `env:"ROLLCALL_READ_TIMEOUT" default:"10s" help:"How long a client may take to send a request."`
	CallTimeout     time.Duration `env:"ROLLCALL_CALL_TIMEOUT" default:"10s" help:"How long the calls of a request may take."`
	SlowCall        time.Duration `env:"ROLLCALL_SLOW_CALL" default:"1s" help:"How long a call of a batch takes that is logged by itself; 0 logs each."`
	WriteTimeout    time.Duration `env:"ROLLCALL_WRITE_TIMEOUT" default:"30s" help:"How long a request may take from its first byte to the answer's last."`
	IdleTimeout     time.Duration `env:"ROLLCALL_IDLE_TIMEOUT" default:"2m" help:"How long a connection may wait for its next request."`
	ShutdownTimeout time.Duration `env:"ROLLCALL_SHUTDOWN_TIMEOUT" default:"20s" help:"How long running requests get to end at a shutdown."`
}

func (s httpSettings) check() error {
	for _, bound := range []struct {
		name  string
		value int64
	}{
		{"--max-body", int64(s.MaxBody)},
		{"--max-batch", int64(s.MaxBatch)},
		{"--batch-workers", int64(s.BatchWorkers)},
		{"--max-answer", int64(s.MaxAnswer)},
		{"--max-header", int64(s.MaxHeader)},
		{"--read-timeout", int64(s.ReadTimeout)},
		{"--call-timeout", int64(s.CallTimeout)},
		{"--idle-timeout", int64(s.IdleTimeout)},
		{"--shutdown-timeout", int64(s.ShutdownTimeout)},
	} {
		if bound.value <= 0 {
			return fmt.Errorf("%s must be more than 0", bound.name)
		}
	}
	if s.BatchWorkers > maxBatchWorkers {
		return fmt.Errorf("--batch-workers must be 1 to %d: each may hold a result as large as an answer, and needs a connection to Postgres", maxBatchWorkers)
	}
	if err := checkOrigins(s.CORSOrigin); err != nil {
		return err
	}
	if _, err := parseProxies(s.TrustedProxy); err != nil {
		return err
	}
	if s.SlowCall < 0 {
		return errors.New("--slow-call must not be negative")
	}
	if s.WriteTimeout <= s.ReadTimeout+s.CallTimeout {
		return errors.New("--write-timeout must be more than --read-timeout and --call-timeout together: answers would be cut off")
	}
	return nil
}

// maxBatchWorkers is more than a pool of connections usually has: those that
// find none wait.
const maxBatchWorkers = 256

// handlerOptions are the settings that the JSON-RPC handler sees to.
func (s httpSettings) handlerOptions(log *slog.Logger) []jsonrpc.HandlerOption {
	return []jsonrpc.HandlerOption{
		jsonrpc.WithMaxBody(s.MaxBody),
		jsonrpc.WithMaxBatch(s.MaxBatch),
		jsonrpc.WithMaxAnswer(s.MaxAnswer),
		jsonrpc.WithTimeout(s.CallTimeout),
		jsonrpc.WithLogger(log),
		jsonrpc.WithInterceptor(logCalls(log, s.SlowCall)),
		jsonrpc.WithObserver(logRequests(log)),
		jsonrpc.WithBatchWorkers(s.BatchWorkers),
	}
}

// databaseSettings are those of the connection pool. The defaults are measured,
// by get_current_user over 32 connections on 2 cores that the clients and
// Postgres share:
//
//	pool          2       4       8      10      16      32
//	calls/s  11,400  13,800  15,500  15,800  16,000  16,300
//	p99 ms      8.3     7.8     8.4     7.8     8.9    14.7
//
//	mode             calls/s  Postgres' CPU per call
//	cache_statement   16,100  14 µs
//	cache_describe    12,400  36 µs
//	exec              12,700  36 µs
//
// No connection need be kept for later: to make one took 1.5 ms, and the first
// call on it 0.5 ms more.
type databaseSettings struct {
	MaxConns         int32         `name:"database-max-conns" env:"ROLLCALL_DATABASE_MAX_CONNS" default:"10" help:"The most connections to Postgres."`
	MinConns         int32         `name:"database-min-conns" env:"ROLLCALL_DATABASE_MIN_CONNS" default:"0" help:"How many connections are kept though nothing needs them; others are closed after 30 minutes."`
	ExecMode         string        `name:"database-exec-mode" env:"ROLLCALL_DATABASE_EXEC_MODE" default:"cache_statement" enum:"cache_statement,cache_describe,exec" help:"How queries are sent. cache_statement prepares each once on a connection; cache_describe and exec prepare none by name, for a PgBouncer that pools transactions and has no max_prepared_statements."`
	ConnectTimeout   time.Duration `name:"database-connect-timeout" env:"ROLLCALL_DATABASE_CONNECT_TIMEOUT" default:"5s" help:"How long it may take to connect to Postgres, if the URL has no connect_timeout."`
	StatementTimeout time.Duration `name:"database-statement-timeout" env:"ROLLCALL_DATABASE_STATEMENT_TIMEOUT" default:"12s" help:"How long Postgres may work on a statement. More than --call-timeout, which cancels it: this is for when that is not heard. 0 is the server's own setting."`
	IdleInTxTimeout  time.Duration `name:"database-idle-in-tx-timeout" env:"ROLLCALL_DATABASE_IDLE_IN_TX_TIMEOUT" default:"10s" help:"How long a transaction may wait for its next statement; 0 is the server's own setting."`
}

// execModes are the ways of sending a query that take one round trip.
var execModes = map[string]pgx.QueryExecMode{
	"cache_statement": pgx.QueryExecModeCacheStatement,
	"cache_describe":  pgx.QueryExecModeCacheDescribe,
	"exec":            pgx.QueryExecModeExec,
}

func (s databaseSettings) check(callTimeout time.Duration) error {
	switch {
	case s.MaxConns <= 0 || s.MinConns < 0 || s.MinConns > s.MaxConns:
		return errors.New("--database-max-conns must be more than 0, and --database-min-conns 0 to as many")
	case s.ConnectTimeout <= 0:
		return errors.New("--database-connect-timeout must be more than 0")
	case s.StatementTimeout < 0 || s.IdleInTxTimeout < 0:
		return errors.New("--database-statement-timeout and --database-idle-in-tx-timeout must not be negative")
	case s.StatementTimeout > 0 && s.StatementTimeout <= callTimeout:
		return errors.New("--database-statement-timeout must be more than --call-timeout, or 0: else Postgres ends what a call still waits for")
	}
	return nil
}

// checkURL makes sure that the URL and the flags do not both say something:
// which of them holds would have to be guessed.
func (s databaseSettings) checkURL(url string) error {
	config, err := pgconn.ParseConfig(url)
	if err != nil {
		return nil // connecting says it better
	}
	for _, both := range []struct{ option, flag string }{
		{"pool_max_conns", "--database-max-conns"},
		{"pool_min_conns", "--database-min-conns"},
		{"default_query_exec_mode", "--database-exec-mode"},
		{"statement_timeout", "--database-statement-timeout"},
		{"idle_in_transaction_session_timeout", "--database-idle-in-tx-timeout"},
	} {
		if _, ok := config.RuntimeParams[both.option]; ok {
			return fmt.Errorf("the database URL has the option %s: take it out, and give %s", both.option, both.flag)
		}
	}
	return nil
}

func (s databaseSettings) config(url string) postgres.Config {
	return postgres.Config{
		URL:              url,
		MaxConns:         s.MaxConns,
		MinConns:         s.MinConns,
		ExecMode:         execModes[s.ExecMode],
		ConnectTimeout:   s.ConnectTimeout,
		StatementTimeout: s.StatementTimeout,
		IdleInTxTimeout:  s.IdleInTxTimeout,
	}
}

// authSettings are those of passwords and tokens. How many slots there are for
// hashes is measured, by 1,000 clients that log in at once on 2 cores, which
// they and others share; a slot for each core would leave nothing to other
// calls, and what a hash took is freed later:
//
//	slots            1    2
//	ping, p99 ms    23  232
//	peak MiB       135  186
//	hashes a second 33   30
type authSettings struct {
	TokenLifetime     time.Duration `env:"ROLLCALL_TOKEN_LIFETIME" default:"15m" help:"How long a token is valid."`
	TokenIssuer       string        `env:"ROLLCALL_TOKEN_ISSUER" default:"rollcall" help:"What tokens name as their issuer; tokens of another are refused."`
	TokenAudience     string        `env:"ROLLCALL_TOKEN_AUDIENCE" default:"rollcall" help:"What tokens name as their audience; tokens for another are refused."`
	TokenCache        int           `env:"ROLLCALL_TOKEN_CACHE" default:"10000" help:"How many verified tokens are remembered, at about 300 bytes each; 10000000 at the most."`
	SessionLifetime   time.Duration `env:"ROLLCALL_SESSION_LIFETIME" default:"720h" help:"How long a session goes on, however often it is refreshed."`
	LoginLimit        int           `env:"ROLLCALL_LOGIN_LIMIT" default:"10" help:"How many logins to one account may fail before the next has to wait; one is forgotten each hour. 0 is any number, from any address."`
	LoginAddressLimit int           `env:"ROLLCALL_LOGIN_ADDRESS_LIMIT" default:"100" help:"How many logins from one address may fail, to whatever accounts, before the next has to wait."`
	LoginDelay        time.Duration `env:"ROLLCALL_LOGIN_DELAY" default:"30s" help:"How long that wait is. Each further failure doubles it. For an account, each address, or /48 of IPv6, waits up to half as long again, by lot."`
	LoginLongestDelay time.Duration `env:"ROLLCALL_LOGIN_LONGEST_DELAY" default:"15m" help:"The longest that it becomes, before the lot."`
	HashSlots         int           `env:"ROLLCALL_HASH_SLOTS" default:"0" help:"How many passwords are hashed at once, at 19 MiB each; 0 is one per two CPUs, 256 the most."`
	HashQueueTimeout  time.Duration `env:"ROLLCALL_HASH_QUEUE_TIMEOUT" default:"1.5s" help:"How long a call waits for its turn to hash a password before it is refused."`
}

func (s authSettings) check() error {
	if s.TokenLifetime < time.Second || s.TokenLifetime > 24*time.Hour {
		return errors.New("--token-lifetime must be 1s to 24h: a token that is stolen is good for as long")
	}
	if s.HashSlots < 0 || s.HashSlots > maxHashSlots {
		return fmt.Errorf("--hash-slots must be 0 to %d: each takes 19 MiB, and more than there are CPUs gain nothing", maxHashSlots)
	}
	if s.SessionLifetime < s.TokenLifetime || s.SessionLifetime > 366*24*time.Hour {
		return errors.New("--session-lifetime must be --token-lifetime at the least, and 8784h at the most")
	}
	if s.LoginLimit < 0 || s.LoginLimit == 1 || s.LoginAddressLimit < 2 {
		return errors.New("--login-limit must be 0 or at least 2, and --login-address-limit at least 2")
	}
	if s.LoginDelay < time.Second || s.LoginLongestDelay < s.LoginDelay || s.LoginLongestDelay > 24*time.Hour {
		return errors.New("--login-delay must be at least 1s, and --login-longest-delay from there to 24h")
	}
	if s.HashQueueTimeout <= 0 {
		return errors.New("--hash-queue-timeout must be more than 0")
	}
	if s.TokenCache <= 0 || s.TokenCache > maxTokenCache {
		return fmt.Errorf("--token-cache must be 1 to %d: each token takes about 300 bytes", maxTokenCache)
	}
	if s.TokenIssuer == "" || s.TokenAudience == "" {
		return errors.New("--token-issuer and --token-audience must not be empty")
	}
	return nil
}

// The most of what takes memory: 5 GB at the same time, and 3 GB in the end.
const (
	maxHashSlots  = 256
	maxTokenCache = 10_000_000
)

func (s authSettings) passwords() *auth.Passwords {
	passwords := auth.NewPasswords(cmp.Or(s.HashSlots, max(1, runtime.GOMAXPROCS(0)/2)))
	passwords.QueueTimeout = s.HashQueueTimeout
	return passwords
}

func (s authSettings) tokens(keys auth.KeySource) (*auth.Tokens, error) {
	return auth.NewTokens(auth.TokenConfig{
		Keys: keys, Issuer: s.TokenIssuer, Audience: s.TokenAudience, Lifetime: s.TokenLifetime, Cache: s.TokenCache,
	})
}

// service is all that the methods work with.
func (s authSettings) service(database *postgres.DB, tokens *auth.Tokens, passwords *auth.Passwords, secret auth.Secret) service.Config {
	limits := throttle.Config{
		AccountLimit: s.LoginLimit, AddressLimit: s.LoginAddressLimit, Delay: s.LoginDelay, LongestDelay: s.LoginLongestDelay,
	}
	return service.Config{
		DB:              database,
		Passwords:       passwords,
		Tokens:          tokens,
		Secret:          secret,
		Logins:          throttle.NewLogins(limits, database, secret),
		SessionLifetime: s.SessionLifetime,
	}
}

// logSettings are those of the log, which goes to standard error.
type logSettings struct {
	Level  slog.Level `name:"log-level" env:"ROLLCALL_LOG_LEVEL" default:"info" help:"The least that is logged: debug, info, warn or error."`
	Format string     `name:"log-format" env:"ROLLCALL_LOG_FORMAT" default:"auto" enum:"auto,text,json" help:"text or json; auto is text for dev and json for serve."`
}

func (s logSettings) logger(w io.Writer, auto string) *slog.Logger {
	options := &slog.HandlerOptions{Level: s.Level}
	if s.Format == "json" || s.Format == "auto" && auto == "json" {
		return slog.New(requestIDHandler{slog.NewJSONHandler(w, options)})
	}
	return slog.New(requestIDHandler{slog.NewTextHandler(w, options)})
}

// place is where a database is: what may be told of its URL.
func place(databaseURL string) string {
	config, err := pgconn.ParseConfig(databaseURL)
	if err != nil {
		return "(cannot be read)"
	}
	return fmt.Sprintf("%s:%d/%s", config.Host, config.Port, config.Database)
}
