package postgres_test

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/pressly/goose/v3/lock"

	"github.com/rollcall-rpc/rollcall/internal/localpg/pgtest"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
	"github.com/rollcall-rpc/rollcall/sql/migrations"
)

func TestMigrateByThreeAtOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	const programs = 3
	done := make(chan error)
	for range programs {
		go func() { done <- postgres.Migrate(t.Context(), url) }()
	}
	for range programs {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	files, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	// The version table begins with a row for version 0, before the first migration.
	const applied = "SELECT count(*) FILTER (WHERE version_id > 0) FROM goose_db_version"
	if got := queryRow[int](t, connect(t, url), applied); got != len(files) {
		t.Errorf("%d migrations were applied, there are %d", got, len(files))
	}
}

func TestMigrateWaitsItsTurn(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	other := connect(t, url) // a program that migrates
	queryRow[string](t, other, "SELECT pg_advisory_lock($1)::text", lock.DefaultLockID)
	done := make(chan error)
	go func() { done <- postgres.Migrate(t.Context(), url) }()

	const asked = `SELECT EXISTS (SELECT FROM pg_stat_activity
		WHERE datname = current_database() AND query LIKE 'SELECT pg_try_advisory_lock%')`
	for !queryRow[bool](t, other, asked) {
		select {
		case err := <-done:
			t.Fatalf("it did not wait: %v", err)
		default:
		}
	}
	if queryRow[bool](t, other, "SELECT to_regclass('users') IS NOT NULL") {
		t.Error("it migrated while another program did")
	}
	queryRow[bool](t, other, "SELECT pg_advisory_unlock($1)", lock.DefaultLockID)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// Instances of the version before go on while a new one migrates, so nothing that
// they use is taken away; it may be by a later version, whose migration is listed.
func TestMigrationsOnlyAdd(t *testing.T) {
	t.Parallel()
	takesAway := regexp.MustCompile(`(?im)^\s*(DELETE|TRUNCATE|UPDATE|DROP)\b|\bDROP\s+(COLUMN|CONSTRAINT)\b|\bRENAME\b|\bSET\s+NOT\s+NULL\b|\bTYPE\b`)
	allowed := map[string]bool{"00003_create_sessions.sql": true} // came with all the rest, at the first release
	files, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := fs.ReadFile(migrations.FS, file)
		if err != nil {
			t.Fatal(err)
		}
		if found := takesAway.Find(text); (found != nil) != allowed[file] {
			t.Errorf("%s has %q: takes something away: %v, want %v", file, found, found != nil, allowed[file])
		}
	}
}

func TestMigrateAgainKeepsTheData(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	database, err := postgres.Open(t.Context(), postgres.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	user := create(t, database, "stays")
	if err := postgres.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	if _, err := database.GetUser(t.Context(), user.ID); err != nil {
		t.Error(err)
	}
}

func TestMigrateRefusesANewerDatabase(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	newer := connect(t, url)
	if _, err := newer.Exec(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)"); err != nil {
		t.Fatal(err)
	}
	err := postgres.Migrate(t.Context(), url)
	const want = "the database is at migration 99999, and this program knows none after "
	if err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), "start the version") {
		t.Errorf("error is %v, want %q and what to do", err, want)
	}
}
