// Package pgtest gives every test a Postgres database of its own, a copy of one that was migrated once.
//
// The server is a private one, started by the first test that asks for a database and stopped after the last test, or the one that
// ROLLCALL_TEST_DATABASE_URL names. DATABASE_URL is never looked at: it may name somebody's real data. Where there is no Postgres the
// tests fail and say what to do; they are never skipped.
package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rollcall-rpc/rollcall/internal/localpg"
)

// Migrate brings the empty database at url to the state that tests begin with. It must close its connections before it returns: a
// database that somebody is connected to cannot be copied.
type Migrate func(ctx context.Context, url string) error

// Main runs the tests of a package that calls [New] or [Empty], and stops the server after them:
//
//	func TestMain(m *testing.M) { pgtest.Main(m, postgres.Migrate) }
func Main(m *testing.M, migrate Migrate) {
	if os.Getenv(variable) == "" { // A server that is given may need what libpq's variables say of it: a PGPASSWORD.
		localpg.ForgetOtherDatabases()
	}
	current = newSuite(migrate)
	m.Run()
	if err := current.close(); err != nil {
		fmt.Fprintln(os.Stderr, "pgtest:", err)
		os.Exit(1)
	}
}

// New makes a migrated database for one test, which may run in parallel with others, and returns its URL. The database is dropped when
// the test ends, whoever is still connected.
func New(t testing.TB) string {
	t.Helper()
	return forTest(t, (*suite).copyMaster)
}

// Empty makes a database like [New] that has not been migrated.
func Empty(t testing.TB) string {
	t.Helper()
	return forTest(t, (*suite).copyBlank)
}

func forTest(t testing.TB, create func(*suite) (name string, err error)) (url string) {
	t.Helper()
	if current == nil {
		t.Fatal(`pgtest: this package needs "func TestMain(m *testing.M) { pgtest.Main(m, migrate) }"`)
	}
	s := current
	name, err := create(s)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		if err := s.server.drop(name); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	return s.server.url(name)
}

// current is this process' suite, set by Main before there are tests.
var current *suite

// suite is one server and the databases that this process makes on it. Their names begin with a prefix of its own, so that processes
// can share a server.
type suite struct {
	prefix  string
	copies  atomic.Int64
	start   func() error // once
	migrate func() error // once

	server *server // set by start
}

func newSuite(migrate Migrate) *suite {
	s := &suite{prefix: "rollcall_test_" + strings.ToLower(rand.Text()[:12])}
	s.start = sync.OnceValue(func() (err error) {
		s.server, err = newServer()
		return err
	})
	s.migrate = sync.OnceValue(func() error { return s.makeMaster(migrate) })
	return s
}

// master is the database that is migrated, and then copied.
func (s *suite) master() string { return s.prefix + "_master" }

func (s *suite) makeMaster(migrate Migrate) error {
	if err := s.server.create(s.master(), blank); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	if err := migrate(ctx, s.server.url(s.master())); err != nil {
		return fmt.Errorf("migrating the database that tests copy: %w", err)
	}
	return nil
}

func (s *suite) copyMaster() (name string, err error) {
	if err := s.start(); err != nil {
		return "", err
	}
	if err := s.migrate(); err != nil {
		return "", err
	}
	return s.copy(s.master())
}

func (s *suite) copyBlank() (name string, err error) {
	if err := s.start(); err != nil {
		return "", err
	}
	return s.copy(blank)
}

func (s *suite) copy(template string) (name string, err error) {
	name = fmt.Sprintf("%s_%d", s.prefix, s.copies.Add(1))
	return name, s.server.create(name, template)
}

// close leaves somebody else's server as it was, and no private one behind.
func (s *suite) close() error {
	if s.server == nil {
		return nil
	}
	return errors.Join(s.server.drop(s.master()), s.server.stop())
}
