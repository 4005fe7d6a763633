package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

// ErrNotFound is the error of a query for one row where there is none.
var ErrNotFound = pgx.ErrNoRows

// The conditions of Postgres's appendix "Error Codes" that mean something to us.
const (
	protocolViolation        = "08P01"
	characterNotInRepertoire = "22021"
	uniqueViolation          = "23505"
	checkViolation           = "23514"
	invalidAuthorization     = "28000"
	invalidPassword          = "28P01"
	invalidCatalogName       = "3D000"
	tooManyConnections       = "53300"
	queryCanceled            = "57014"
	cannotConnectNow         = "57P03"
)

// The constraints that keep names apart.
const (
	usernameKey = "users_username_key"
	emailKey    = "users_email_key"
)

// refusals is what the caller is told when a row breaks a constraint of the schema.
var refusals = map[string]rollcall.ParamsFault{
	usernameKey:            {Field: "username", Reason: rollcall.ParamsFaultReasonTaken, Message: "Username already exists"},
	emailKey:               {Field: "email", Reason: rollcall.ParamsFaultReasonTaken, Message: "Email already exists"},
	"users_username_check": {Message: "Username must be 3 to 64 letters, digits, '.', '_' or '-'"},
	"users_email_check":    {Message: "Email must be 1 to 254 characters"},
}

// CheckFree returns the error that CreateUser would for a username or an email that is taken, before there is anything to create:
// a password's hash costs more than this query. Somebody may take the name all the same until then.
func (d *DB) CheckFree(ctx context.Context, username, email string) error {
	taken, err := d.TakenNames(ctx, db.TakenNamesParams{Username: username, Email: email})
	switch {
	case err != nil:
		return err
	case taken.Username:
		return refusal(usernameKey)
	case taken.Email:
		return refusal(emailKey)
	}
	return nil
}

// refusal is the error for a row that breaks one of the constraints in refusals; nil for any other.
func refusal(constraint string) error {
	fault, ok := refusals[constraint]
	if !ok {
		return nil
	}
	return &rollcall.InvalidParamsError{Data: &fault}
}

// translate makes an error of the database the contract's, where the caller's params are at fault. A query that the context
// cancelled has the context's error. Any other error is returned as it is, for the log.
func translate(ctx context.Context, err error) error {
	pgErr, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return err
	}
	switch pgErr.Code {
	case uniqueViolation, checkViolation:
		if refused := refusal(pgErr.ConstraintName); refused != nil {
			return refused
		}
	case characterNotInRepertoire:
		return &rollcall.InvalidParamsError{Data: &rollcall.ParamsFault{Message: "Text must be UTF-8 without NUL characters"}}
	case queryCanceled:
		if ctx.Err() != nil {
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		}
	}
	return err
}

// explain adds to the error of a connection what to do about it.
func explain(err error) error {
	advice := "check that Postgres runs there and that the database URL is right"
	if pgErr, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch pgErr.Code {
		case invalidAuthorization, invalidPassword:
			advice = "check the user and the password in the database URL"
		case invalidCatalogName:
			advice = "create the database with createdb, or correct its name in the database URL"
		case tooManyConnections:
			advice = "make the pools of the programs that use it smaller, or raise max_connections in its settings"
		case protocolViolation:
			advice = "a PgBouncer takes no timeouts: set them to 0 here, and by ALTER ROLE for the user"
		case cannotConnectNow:
			advice = "it is starting or stopping: try again in a moment"
		}
	}
	return fmt.Errorf("cannot connect to Postgres: %w; %s", err, advice)
}

// conn is a pool or a transaction whose every error is translated, so that no query can be without.
type conn struct{ db.DBTX }

func (c conn) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	tag, err := c.DBTX.Exec(ctx, sql, args...)
	return tag, translate(ctx, err)
}

func (c conn) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	result, err := c.DBTX.Query(ctx, sql, args...)
	return rows{result, ctx}, translate(ctx, err)
}

func (c conn) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	return row{c.DBTX.QueryRow(ctx, sql, args...), ctx}
}

type rows struct {
	pgx.Rows
	ctx context.Context
}

func (r rows) Err() error { return translate(r.ctx, r.Rows.Err()) }

type row struct {
	pgx.Row
	ctx context.Context
}

func (r row) Scan(dest ...any) error { return translate(r.ctx, r.Row.Scan(dest...)) }
