package main

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/jackc/pgx/v5"

	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/auth"
	"github.com/rollcall-rpc/rollcall/internal/localpg"
	"github.com/rollcall-rpc/rollcall/tools/bench/load"
	"github.com/rollcall-rpc/rollcall/tools/bench/peer"
	"github.com/rollcall-rpc/rollcall/tools/bench/stats"
)

// The account that asks.
const (
	adminName     = "admin"
	adminPassword = "a password of the benchmark's"
)

// createAdmin makes the account in a database that is migrated, and returns the
// hash of its password.
func createAdmin(ctx context.Context, databaseURL string) (hash string, err error) {
	hash, err = auth.NewPasswords(1).Hash(ctx, adminPassword)
	if err != nil {
		return "", err
	}
	return hash, execute(ctx, databaseURL,
		`INSERT INTO users (username, email, password_hash, role) VALUES ($1, 'admin@example.com', $2, 'admin')`, adminName, hash)
}

// execute runs a statement on a connection of its own.
func execute(ctx context.Context, databaseURL, sql string, args ...any) error {
	conn, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql, args...)
	return err
}

// login returns a client that carries the account's token, and the account.
func (s *service) login(ctx context.Context) (*rollcall.Client, rollcall.Authentication, error) {
	c := rollcall.NewClient(s.url())
	a, err := c.Authenticate(ctx, rollcall.AuthenticateParams{Username: adminName, Password: adminPassword})
	return c, a, err
}

// currentUser compares the service with one that is written by hand.
func (b *bench) currentUser(ctx context.Context) (string, error) {
	var c comparison
	err := b.onStage(func(s *stage) error {
		contenders, err := s.accountServers(ctx)
		if err == nil {
			c, err = b.compare(ctx, "get_current_user", contenders)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	b.found[currentUserFinding] = stats.Ratio(c[1].cpu, c[0].cpu)
	return c.table().String() + "\nThe other CPU is shared by the load and Postgres.\n", nil
}

// accountServers starts both, on one database. The first is the measure.
func (s *stage) accountServers(ctx context.Context) ([]*contender, error) {
	pg, err := s.postgres(ctx)
	if err != nil {
		return nil, err
	}
	ours, err := s.startService(ctx, pg.URL("postgres"))
	if err != nil {
		return nil, err
	}
	if _, err := createAdmin(ctx, pg.URL("postgres")); err != nil {
		return nil, err
	}
	_, login, err := ours.login(ctx)
	if err != nil {
		return nil, err
	}
	byHand, err := s.handwrittenAccount(ctx, pg, login.User)
	if err != nil {
		return nil, err
	}
	whole := accountContender("Rollcall, the whole service, logs on", ours.server, string(login.Token), login.User)
	whole.key, whole.rest = serviceKey, ours.emptyLog
	return []*contender{byHand, whole}, nil
}

func (s *stage) handwrittenAccount(ctx context.Context, pg *localpg.Server, user rollcall.User) (*contender, error) {
	server, err := s.startSelf(ctx, "serve-account", pg.URL("postgres"))
	if err != nil {
		return nil, err
	}
	token, err := peer.AccountToken(int64(user.ID))
	if err != nil {
		return nil, err
	}
	return accountContender("by hand: net/http, pgx, golang-jwt; checks the token alone", server, token, user), nil
}

func accountContender(name string, s *server, token string, user rollcall.User) *contender {
	const body = `{"jsonrpc":"2.0","id":1,"method":"get_current_user"}`
	return &contender{
		name: name, server: s, calls: 1,
		request: load.Post(s.addr, peer.Path, "Authorization: Bearer "+token+"\r\n", body),
		verify:  func(answer []byte) error { return verifyAccount(answer, user) },
	}
}

func verifyAccount(answer []byte, want rollcall.User) error {
	var response struct {
		ID     int
		Result rollcall.User
	}
	if err := json.Unmarshal(answer, &response); err != nil {
		return fmt.Errorf("%w in %s", err, answer)
	}
	if response.ID != 1 || !reflect.DeepEqual(response.Result, want) {
		return fmt.Errorf("a wrong answer: %s", answer)
	}
	return nil
}
