package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/rollcall-rpc/rollcall/internal/auth"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

// serveCommand is rollcall serve: what it needs must be given, and what is
// weak is refused.
type serveCommand struct {
	DatabaseURL      string   `env:"DATABASE_URL" required:"" placeholder:"URL" help:"The database: postgres://USER:PASSWORD@HOST:PORT/DATABASE."`
	Host             []string `env:"ROLLCALL_HOST" required:"" placeholder:"NAME" help:"A name that clients call this server by; requests to others are refused. May be repeated."`
	keySettings      `group:"Accounts"`
	httpSettings     `group:"HTTP"`
	databaseSettings `group:"Database"`
	authSettings     `group:"Accounts"`
	logSettings      `group:"Log"`
}

// keySettings say where the key is that signs tokens.
type keySettings struct {
	TokenKey     string `env:"ROLLCALL_TOKEN_KEY" placeholder:"PEM" help:"The Ed25519 private key that signs tokens (PKCS #8, PEM). Better in the environment than on the command line." xor:"key"`
	TokenKeyFile string `env:"ROLLCALL_TOKEN_KEY_FILE" placeholder:"FILE" help:"A file with that key; openssl genpkey -algorithm ed25519 makes one." xor:"key"`
}

func (s keySettings) key() (auth.Key, error) {
	switch {
	case s.TokenKey != "":
		return auth.ParseKey([]byte(s.TokenKey))
	case s.TokenKeyFile != "":
		return auth.LoadKey(s.TokenKeyFile)
	}
	return auth.Key{}, errors.New("no key to sign tokens with: make one by openssl genpkey -algorithm ed25519 -out token-key.pem" +
		" and name it by --token-key-file or ROLLCALL_TOKEN_KEY_FILE")
}

// Validate is called by kong before Run.
func (c *serveCommand) Validate() error {
	return errors.Join(c.httpSettings.check(), c.authSettings.check())
}

func (c *serveCommand) Run(ctx context.Context, streams Streams) error {
	log := c.logger(streams.Err, "json")
	key, err := c.key()
	if err != nil {
		return err
	}
	tokens, err := c.tokens(key)
	if err != nil {
		return err
	}
	starting, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := postgres.Migrate(starting, c.DatabaseURL); err != nil {
		return err
	}
	database, err := postgres.Open(starting, c.config(c.DatabaseURL))
	if err != nil {
		return err
	}
	defer database.Close()
	passwords := c.passwords()
	if err := refuseDevAdmin(starting, database, passwords); err != nil {
		return err
	}
	if exists, err := database.AdminExists(starting); err == nil && !exists {
		log.Warn("there is no administrator yet: create one by rollcall admin create")
	}
	names := make([]string, len(c.Host))
	for i, host := range c.Host {
		names[i] = hostname(host)
	}
	s, err := newServer(c.httpSettings, names, log, database, passwords, tokens)
	if err != nil {
		return err
	}
	listener, err := listen(c.Addr)
	if err != nil {
		return err
	}
	log.Info("ready", "addr", listener.Addr().String(), "hosts", names, "database", redacted(c.DatabaseURL))
	return s.serve(ctx, listener)
}

// refuseDevAdmin keeps a database of rollcall dev, whose password the whole
// world knows, out of production.
func refuseDevAdmin(ctx context.Context, database *postgres.DB, passwords *auth.Passwords) error {
	user, err := database.GetActiveUserByUsername(ctx, devUsername)
	if errors.Is(err, postgres.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	known, err := passwords.Check(ctx, user.PasswordHash, devPassword)
	if err != nil {
		return err
	}
	if known {
		return fmt.Errorf("the account %s still has the password that rollcall dev gives it: change it or delete the account first", devUsername)
	}
	return nil
}
