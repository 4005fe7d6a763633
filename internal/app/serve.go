package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/rollcall-rpc/rollcall/internal/auth"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

// serveCommand is rollcall serve: what it needs must be given, and what is
// weak is refused.
type serveCommand struct {
	DatabaseURL        string   `env:"DATABASE_URL" required:"" placeholder:"URL" help:"The database: postgres://USER:PASSWORD@HOST:PORT/DATABASE."`
	MigrationURL       string   `name:"database-migration-url" env:"ROLLCALL_DATABASE_MIGRATION_URL" placeholder:"URL" help:"The same database for migrations: by the role that owns the tables, and past a PgBouncer that pools transactions, since migrations need a session. Without it they go by --database-url."`
	Host               []string `env:"ROLLCALL_HOST" required:"" placeholder:"NAME" help:"A name that clients call this server by; requests to others are refused. May be repeated, or hold several with commas between."`
	keySettings        `group:"Accounts"`
	secretSettings     `group:"Accounts"`
	firstAdminSettings `group:"Accounts"`
	httpSettings       `group:"HTTP"`
	ShutdownDelay      time.Duration `group:"HTTP" env:"ROLLCALL_SHUTDOWN_DELAY" default:"3s" help:"How long /readyz says no before connections are refused at a shutdown."`
	databaseSettings   `group:"Database"`
	authSettings       `group:"Accounts"`
	logSettings        `group:"Log"`
}

// keySettings say where the keys are that sign and verify tokens.
type keySettings struct {
	TokenKeys     string `env:"ROLLCALL_TOKEN_KEYS" placeholder:"PEM" help:"The Ed25519 keys that sign and verify tokens (PKCS #8, PEM). Better in the environment than on the command line." xor:"keys"`
	TokenKeysFile string `env:"ROLLCALL_TOKEN_KEYS_FILE" placeholder:"FILE" help:"A file with those keys, which is read again when it changes; rollcall keys new makes one. One of the two is needed." xor:"keys"`
}

// keys are those of the settings, and where they are in a file, of the file as
// it becomes until ctx ends.
func (s keySettings) keys(ctx context.Context, log *slog.Logger) (auth.KeySource, error) {
	if s.TokenKeys != "" {
		return auth.ParseKeys([]byte(s.TokenKeys), time.Now())
	}
	file, err := auth.OpenKeyFile(s.TokenKeysFile)
	if err != nil {
		return nil, err
	}
	go file.Follow(ctx, log)
	return file, nil
}

// secretSettings say where the secret is of which further keys are made.
type secretSettings struct {
	Secret     string `env:"ROLLCALL_SECRET" placeholder:"BASE64" help:"32 random bytes or more, which all instances share: keys for what the service itself recognises are derived from them. Better in the environment than on the command line." xor:"secret"`
	SecretFile string `env:"ROLLCALL_SECRET_FILE" placeholder:"FILE" help:"A file with those bytes; openssl rand -base64 32 makes some. One of the two is needed." xor:"secret"`
}

func (s secretSettings) secret() (auth.Secret, error) {
	if s.Secret != "" {
		return auth.ParseSecret(s.Secret)
	}
	return auth.LoadSecret(s.SecretFile)
}

// Validate is called by kong before Run.
func (c *serveCommand) Validate() error {
	if err := c.missing(); err != nil {
		return err
	}
	if c.ShutdownDelay < 0 {
		return errors.New("--shutdown-delay must not be negative")
	}
	_, err := c.names()
	return errors.Join(err, c.httpSettings.check(), c.databaseSettings.check(c.CallTimeout), c.checkURL(c.DatabaseURL), c.authSettings.check())
}

func (c *serveCommand) Run(ctx context.Context, streams Streams) error {
	log := c.logger(streams.Err, "json")
	keys, err := c.keys(ctx, log)
	if err != nil {
		return err
	}
	tokens, err := c.tokens(keys)
	if err != nil {
		return err
	}
	secret, err := c.secret()
	if err != nil {
		return err
	}
	starting, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := c.config(cmp.Or(c.MigrationURL, c.DatabaseURL)).Migrate(starting); err != nil {
		return err
	}
	database, err := postgres.Open(starting, c.config(c.DatabaseURL))
	if err != nil {
		return err
	}
	defer database.Close()
	passwords := c.passwords()
	if err := c.createFirstAdmin(starting, log, database, passwords); err != nil {
		return err
	}
	if err := refuseDevAdmin(starting, database, passwords); err != nil {
		return err
	}
	if exists, err := database.AdminExists(starting); err == nil && !exists {
		log.Warn("there is no administrator yet: create one by rollcall admin create")
	}
	names, err := c.names()
	if err != nil {
		return err
	}
	s, err := newServer(c.httpSettings, names, log, c.service(database, tokens, passwords, secret))
	if err != nil {
		return err
	}
	s.delay = c.ShutdownDelay
	listener, err := listen(c.Addr)
	if err != nil {
		return err
	}
	log.Info("ready", "addr", listener.Addr().String(), "hosts", names, "database", place(c.DatabaseURL))
	return s.serve(ctx, listener)
}

// missing names all that has to be given and was not, or was given empty.
func (c *serveCommand) missing() error {
	var names []string
	if c.DatabaseURL == "" {
		names = append(names, "--database-url (DATABASE_URL)")
	}
	if len(c.Host) == 0 {
		names = append(names, "--host (ROLLCALL_HOST)")
	}
	if c.TokenKeys == "" && c.TokenKeysFile == "" {
		names = append(names, "--token-keys-file (ROLLCALL_TOKEN_KEYS_FILE)")
	}
	if c.Secret == "" && c.SecretFile == "" {
		names = append(names, "--secret-file (ROLLCALL_SECRET_FILE)")
	}
	if len(names) > 0 {
		return fmt.Errorf("settings are missing: %s", strings.Join(names, ", "))
	}
	return nil
}

// names are the hosts in the spelling in which requests are compared with them.
func (c *serveCommand) names() ([]string, error) {
	names := make([]string, len(c.Host))
	for i, host := range c.Host {
		names[i] = hostname(host)
		if names[i] == "" || strings.ContainsAny(host, "/*@ ") {
			return nil, fmt.Errorf("--host %q: want a name or an address, like accounts.example.com", host)
		}
	}
	return names, nil
}

// refuseDevAdmin keeps the administrator of rollcall dev, whose password the
// whole world knows, out of production, by whatever name, and disabled or not; and
// the account that dev made, whatever its role: whoever enables or promotes an
// account does not see its password.
func refuseDevAdmin(ctx context.Context, database *postgres.DB, passwords *auth.Passwords) error {
	admins, err := database.ListAdminsAnd(ctx, devUsername)
	if err != nil {
		return err
	}
	var known []string
	for _, admin := range admins {
		right, err := passwords.Check(ctx, admin.PasswordHash, devPassword)
		if err != nil {
			return err
		}
		if right {
			known = append(known, admin.Username)
		}
	}
	if len(known) == 0 {
		return nil
	}
	return errors.New("accounts have the password that rollcall dev gives its own, which everybody knows: " +
		strings.Join(known, ", ") + "; change it or delete the accounts first")
}
