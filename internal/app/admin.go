package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/gen/rollcall/rollcallserver"
	"github.com/rollcall-rpc/rollcall/internal/auth"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

// adminCreateCommand is rollcall admin create: how the first administrator
// comes to be, since only an administrator can create accounts over the wire.
type adminCreateCommand struct {
	DatabaseURL string `env:"DATABASE_URL" required:"" placeholder:"URL" help:"The database: postgres://USER:PASSWORD@HOST:PORT/DATABASE."`
	Username    string `required:"" help:"The account's name."`
	Email       string `required:"" help:"The account's email address."`
}

// Help is shown by --help.
func (adminCreateCommand) Help() string {
	return "The password is asked for, or is the first line of standard input where that is no terminal."
}

func (c *adminCreateCommand) Run(ctx context.Context, streams Streams) error {
	password, err := readPassword(streams)
	if err != nil {
		return err
	}
	admin := newAdmin{username: c.Username, email: c.Email, password: password}
	if err := admin.check(ctx); err != nil {
		return err
	}
	if err := postgres.Migrate(ctx, c.DatabaseURL); err != nil {
		return err
	}
	database, err := postgres.Open(ctx, postgres.Config{URL: c.DatabaseURL, MaxConns: 1})
	if err != nil {
		return err
	}
	defer database.Close()
	user, err := admin.create(ctx, "rollcall admin create", database, auth.NewPasswords(1))
	if err != nil {
		return err
	}
	fmt.Fprintf(streams.Out, "created the administrator %s (user %d)\n", user.Username, user.ID)
	return nil
}

// newAdmin is an administrator to be.
type newAdmin struct{ username, email, password string }

// create makes the account, which the audit log says that command has done.
func (a newAdmin) create(ctx context.Context, command string, database *postgres.DB, passwords *auth.Passwords) (user db.User, err error) {
	if err := a.check(ctx); err != nil {
		return user, err
	}
	hash, err := passwords.Hash(ctx, a.password)
	if err != nil {
		return user, err
	}
	err = database.InTx(ctx, func(q *db.Queries) error {
		user, err = q.CreateUser(ctx, db.CreateUserParams{
			Username: a.username, Email: a.email, PasswordHash: hash, Role: string(rollcall.RoleAdmin),
		})
		if err != nil {
			return err
		}
		return q.CreateAuditEntry(ctx, db.CreateAuditEntryParams{
			TargetID: &user.ID, Method: command, Outcome: string(rollcall.AuditOutcomeDone),
		})
	})
	return user, explainParams(err)
}

// check asks of the account what create_user does: what the contract says of
// its params, and a password that is not easily guessed.
func (a newAdmin) check(ctx context.Context) error {
	if !utf8.ValidString(a.password) {
		return errors.New("password: want UTF-8: no client could send this")
	}
	if err := auth.CheckPassword(a.password, a.username, a.email); err != nil {
		return fmt.Errorf("password: %w", err)
	}
	params, err := jsonrpc.Marshal(&rollcall.CreateUserParams{
		Username: rollcall.Username(a.username),
		Email:    rollcall.Email(a.email),
		Password: rollcall.Password(a.password),
	})
	if err != nil {
		return err
	}
	call := &jsonrpc.Call{Method: rollcall.MethodCreateUser, Params: params}
	if err := rollcallserver.CheckParams(ctx, call); err != nil {
		return explainParams(err)
	}
	return nil
}

// paramNames are those of create_user, in their order.
var paramNames = []string{"username", "email", "password"}

// explainParams makes an error about params one for the command line: a line for
// each of them.
func explainParams(err error) error {
	e, ok := errors.AsType[jsonrpc.Declared](err)
	if !ok {
		return err
	}
	var fault rollcall.ParamsFault
	if jsonrpc.Unmarshal(e.RPCError().Data, &fault) != nil || len(fault.Violations) == 0 {
		return errors.New(firstOf(fault.Message, err.Error()))
	}
	var lines []string
	for i, name := range paramNames {
		for _, v := range fault.Violations {
			if v.Pointer == fmt.Sprintf("/%d", i) {
				lines = append(lines, name+": "+v.Message)
				break // the first says enough
			}
		}
	}
	return errors.New(strings.Join(lines, "\n          "))
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// readPassword asks for it twice on a terminal, without showing it.
func readPassword(streams Streams) (string, error) {
	file, ok := streams.In.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		line, err := bufio.NewReader(streams.In).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	first, err := ask(file, streams.Err, "Password: ")
	if err != nil {
		return "", err
	}
	second, err := ask(file, streams.Err, "Again: ")
	if err != nil {
		return "", err
	}
	if first != second {
		return "", errors.New("the passwords differ")
	}
	return first, nil
}

func ask(file *os.File, w io.Writer, question string) (string, error) {
	fmt.Fprint(w, question)
	answer, err := term.ReadPassword(int(file.Fd()))
	fmt.Fprintln(w)
	return string(answer), err
}
