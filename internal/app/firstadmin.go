package app

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/rollcall-rpc/rollcall/internal/auth"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

// firstAdminSettings name a file that serves once: where there is no
// administrator, nobody could log in to create one.
type firstAdminSettings struct {
	FirstAdminFile string `env:"ROLLCALL_FIRST_ADMIN_FILE" placeholder:"FILE" help:"A file of three lines, username, email and password, and of mode 0600. Where there is no administrator yet, this one is created and the file removed."`
}

// createFirstAdmin sees to it that there is an administrator, if there is a
// setting for that.
func (s firstAdminSettings) createFirstAdmin(ctx context.Context, log *slog.Logger, database *postgres.DB, passwords *auth.Passwords) error {
	if s.FirstAdminFile == "" {
		return nil
	}
	exists, err := database.AdminExists(ctx)
	if err != nil {
		return err
	}
	if !exists {
		failed := s.useFile(ctx, log, database, passwords)
		if failed == nil {
			return nil
		}
		// Another instance may have been faster.
		if exists, err = database.AdminExists(ctx); err != nil || !exists {
			return fmt.Errorf("create the first administrator: %w", failed)
		}
	}
	if _, err := os.Stat(s.FirstAdminFile); err == nil {
		log.Warn("there is an administrator already, and this file is not for any other: remove it", "file", s.FirstAdminFile)
	}
	return nil
}

// useFile creates the account that the file tells of, then removes the file.
func (s firstAdminSettings) useFile(ctx context.Context, log *slog.Logger, database *postgres.DB, passwords *auth.Passwords) error {
	admin, err := readNewAdmin(s.FirstAdminFile)
	if err != nil {
		return err
	}
	user, err := admin.create(ctx, "rollcall serve", database, passwords)
	if err != nil {
		return fmt.Errorf("%s: %w", s.FirstAdminFile, err)
	}
	log.Info("created the first administrator", "user_id", user.ID)
	if err := removeTarget(s.FirstAdminFile); err != nil {
		log.Error("the first administrator's password lies in a file: remove it", "file", s.FirstAdminFile, "error", err)
	}
	return nil
}

// readNewAdmin does not quote what it reads.
func readNewAdmin(path string) (newAdmin, error) {
	text, err := auth.ReadPrivateFile(path)
	if err != nil {
		return newAdmin{}, err
	}
	lines := strings.Split(strings.TrimSuffix(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n"), "\n")
	if len(lines) != 3 {
		return newAdmin{}, fmt.Errorf("%s has %d lines, want 3: username, email, password", path, len(lines))
	}
	return newAdmin{username: lines[0], email: lines[1], password: lines[2]}, nil
}

// removeTarget removes the file itself, not a link to it.
func removeTarget(path string) error {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	return os.Remove(target)
}
