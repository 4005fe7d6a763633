package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rollcall-rpc/rollcall/internal/localpg"
)

const (
	// variable names a server to use instead of a private one. Its user must be allowed to make databases.
	variable = "ROLLCALL_TEST_DATABASE_URL"

	// timeout bounds each thing that is asked of the server.
	timeout = 2 * time.Minute

	// blank is the template that every server has and nobody is connected to.
	blank = "template0"
)

// server makes and drops databases. It connects for each command, because tests that look for leaks would see a pool.
type server struct {
	url      func(database string) string
	admin    string // the URL of the database to give commands from
	strategy string // how to copy a database, in SQL
	stop     func() error
}

// newServer starts a private server, or takes the one that the environment names.
func newServer() (*server, error) {
	if given := os.Getenv(variable); given != "" {
		s, err := givenServer(given)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", variable, err)
		}
		return s, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	local, err := localpg.Start(ctx, localpg.Config{})
	if err != nil {
		return nil, err
	}
	s := &server{url: local.URL, admin: local.URL("postgres"), stop: local.Stop}
	if err := s.chooseStrategy(); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

func givenServer(admin string) (*server, error) {
	base, err := url.Parse(admin)
	if err != nil || base.Scheme != "postgres" && base.Scheme != "postgresql" {
		// The URL may hold a password, and url.Parse's error holds the URL.
		return nil, errors.New("not a URL of the form postgres://user:password@host:port/database")
	}
	s := &server{admin: admin, stop: func() error { return nil }}
	s.url = func(database string) string {
		u := *base
		u.Path, u.RawPath = "/"+database, ""
		return u.String()
	}
	return s, s.chooseStrategy()
}

// chooseStrategy has databases copied as files, which with fsync off takes half the time of writing every page to the log. Before
// version 15 that was the only way, and could not be asked for.
func (s *server) chooseStrategy() error {
	return s.connected(func(ctx context.Context, conn *pgconn.PgConn) error {
		version, _, _ := strings.Cut(conn.ParameterStatus("server_version"), ".")
		if major, _ := strconv.Atoi(version); major >= 15 {
			s.strategy = " STRATEGY FILE_COPY"
		}
		return nil
	})
}

// create and drop take names of our own making, which need no quotes.

func (s *server) create(database, template string) error {
	return s.exec("CREATE DATABASE " + database + " TEMPLATE " + template + s.strategy)
}

func (s *server) drop(database string) error {
	return s.exec("DROP DATABASE IF EXISTS " + database + " WITH (FORCE)")
}

func (s *server) exec(sql string) error {
	return s.connected(func(ctx context.Context, conn *pgconn.PgConn) error {
		if _, err := conn.Exec(ctx, sql).ReadAll(); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
		return nil
	})
}

func (s *server) connected(use func(ctx context.Context, conn *pgconn.PgConn) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	conn, err := pgconn.Connect(ctx, s.admin)
	if err != nil {
		return err
	}
	return errors.Join(use(ctx, conn), conn.Close(ctx))
}
