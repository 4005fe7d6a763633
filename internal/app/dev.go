package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/auth"
	"github.com/rollcall-rpc/rollcall/internal/localpg"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

// devCommand is rollcall dev: one machine, nothing to set up. It uses no
// database but the one it starts.
type devCommand struct {
	DataDir          string `env:"ROLLCALL_DATA_DIR" default:".rollcall" help:"Where the data, the key and the secret are kept."`
	httpSettings     `group:"HTTP"`
	databaseSettings `group:"Database"`
	authSettings     `group:"Accounts"`
	logSettings      `group:"Log"`
}

// The account that dev begins with.
const (
	devUsername = "admin"
	devPassword = "admin123"
	devEmail    = "admin@example.com"
)

// Validate is called by kong before Run.
func (c *devCommand) Validate() error {
	return errors.Join(c.httpSettings.check(), c.databaseSettings.check(c.CallTimeout), c.authSettings.check())
}

func (c *devCommand) Run(ctx context.Context, streams Streams) (err error) {
	if err := c.onLoopback(); err != nil {
		return err
	}
	listener, err := listen(c.Addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	log := c.logger(streams.Err, "text")

	if err := os.MkdirAll(c.DataDir, 0o755); err != nil {
		return err
	}
	localpg.ForgetOtherDatabases()
	starting, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	folder, err := localpg.DataDir(filepath.Join(c.DataDir, "postgres"))
	if err != nil {
		return err
	}
	pg, err := localpg.Start(starting, localpg.Config{Dir: folder})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pg.Err(), pg.Stop()) }()
	url := pg.URL("postgres")
	if err := postgres.Migrate(starting, url); err != nil {
		return err
	}
	database, err := postgres.Open(starting, c.config(url))
	if err != nil {
		return err
	}
	defer database.Close()
	passwords := c.passwords()
	if err := createDevAdmin(starting, database, passwords); err != nil {
		return err
	}
	keys, err := auth.LoadOrCreateKeys(filepath.Join(c.DataDir, "token-key.pem"))
	if err != nil {
		return err
	}
	secret, err := auth.LoadOrCreateSecret(filepath.Join(c.DataDir, "secret"))
	if err != nil {
		return err
	}
	tokens, err := c.tokens(keys)
	if err != nil {
		return err
	}
	s, err := newServer(c.httpSettings, loopbackNames, log, c.service(database, tokens, passwords, secret))
	if err != nil {
		return err
	}
	fmt.Fprintf(streams.Out, welcome, listener.Addr(), folder, devUsername, devPassword)
	return s.serve(whileRunning(ctx, pg), listener)
}

// welcome tells how to go on. Its arguments: address, folder, username,
// password.
const welcome = `Rollcall is ready: http://%[1]s/jsonrpc
  contract  http://%[1]s/openrpc.json
  account   %[3]s / %[4]s
  data      %[2]s (Ctrl-C stops the service; the data stays)

Try:
  curl http://%[1]s/jsonrpc -H 'Content-Type: application/json' \
    -d '{"jsonrpc":"2.0","id":1,"method":"ping"}'

`

func (c *devCommand) onLoopback() error {
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return fmt.Errorf("--addr %s: want HOST:PORT, like 127.0.0.1:5000", c.Addr)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("--addr %s: dev has a known password, so it listens on loopback only, like 127.0.0.1:5000; see rollcall serve", c.Addr)
	}
	return nil
}

// createDevAdmin makes the known account once: whoever deletes it or changes
// its password has done so for good.
func createDevAdmin(ctx context.Context, database *postgres.DB, passwords *auth.Passwords) error {
	exists, err := database.AdminExists(ctx)
	if err != nil || exists {
		return err
	}
	hash, err := passwords.Hash(ctx, devPassword)
	if err != nil {
		return err
	}
	_, err = database.CreateUserIfAbsent(ctx, db.CreateUserIfAbsentParams{
		Username: devUsername, Email: devEmail, PasswordHash: hash, Role: string(rollcall.RoleAdmin),
	})
	return err
}

// whileRunning is a context that ends with pg too: without it nothing works.
func whileRunning(ctx context.Context, pg *localpg.Server) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		<-pg.Done()
		cancel(pg.Err())
	}()
	return ctx
}
