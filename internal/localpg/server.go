// Package localpg runs a private Postgres: it finds the binaries, makes the data directory, starts the server and stops it. The server
// is reached through a unix socket in a folder that is closed to others, and does not outlive the process that started it.
//
// It serves `rollcall dev` and tests (see pgtest). In production the database is somebody else's business.
package localpg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// superuser is the user in every URL.
	superuser = "postgres"

	// port is a part of the socket's name and nothing else: there is no TCP.
	port = "5432"

	// pollInterval is short against the 50 ms that a start takes.
	pollInterval = 3 * time.Millisecond

	// shutdownTimeout is how long the server may take over its last checkpoint. Cut short, it recovers at the next start.
	shutdownTimeout = 30 * time.Second
)

// Config says what to run. The zero value is a server for tests.
type Config struct {
	// Dir is where the data stays from one start to the next; it is made if it is not there. Postgres' own data directory is a folder
	// in it. With "" the data is temporary: Stop removes it, and the server saves the time that safety against power failure costs.
	Dir string

	// Binaries are the ones to run; nil is what [Find] finds.
	Binaries *Binaries

	// Log gets the server's log; nil is nothing.
	Log io.Writer
}

// Server is a running Postgres. Its methods may be called by several goroutines at once.
type Server struct {
	home, temp *folder // one and the same if the data is temporary; the socket is in temp
	cluster    cluster

	command  *exec.Cmd
	log      tail
	stopping atomic.Bool
	stop     func() error
	done     chan struct{}
	err      error // not to be read before done is closed
}

// Start returns when the server takes connections. ctx bounds the start, not the server's life. Where Postgres is missing the error
// is a [*NotFoundError], where somebody uses the folder an [*InUseError]; if Postgres refuses to start it has the end of its log.
func Start(ctx context.Context, c Config) (*Server, error) {
	s := &Server{done: make(chan struct{})}
	s.stop = sync.OnceValue(s.shutDown)
	if err := s.start(ctx, c); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// URL returns the address of a database, as pgx and libpq take it. A new server has one database, "postgres".
func (s *Server) URL(database string) string {
	// All that can be said is, so that PGPORT and its like in the environment change nothing.
	query := url.Values{"host": {s.temp.path}, "port": {port}, "sslmode": {"disable"}}
	u := url.URL{Scheme: "postgres", User: url.User(superuser), Path: "/" + database, RawQuery: query.Encode()}
	return u.String()
}

// ForgetOtherDatabases takes libpq's variables out of this process' environment: what a PGSERVICE or PGOPTIONS says is meant for some
// other database, and a URL cannot contradict all of it. Whoever connects to a [Server] calls it before.
func ForgetOtherDatabases() {
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "PG") {
			os.Unsetenv(name)
		}
	}
}

// Done is closed when the server has ended, by Stop or by itself.
func (s *Server) Done() <-chan struct{} { return s.done }

// Err returns nil while the server runs and after Stop, and if it ended by itself an error with the end of its log.
func (s *Server) Err() error {
	select {
	case <-s.done:
		return s.err
	default:
		return nil
	}
}

// Stop ends all connections, stops the server, waits for it and removes what was temporary. Calls after the first have no effect and
// return the same error.
func (s *Server) Stop() error { return s.stop() }

func (s *Server) start(ctx context.Context, c Config) error {
	account, err := serverAccount()
	if err != nil {
		return err
	}
	if s.temp, err = newTempFolder(account, c.Dir == ""); err != nil {
		return err
	}
	s.home = s.temp
	if c.Dir != "" {
		if s.home, err = openFolder(ctx, account, c.Dir); err != nil {
			return err
		}
	}
	s.cluster = cluster{
		dir:     filepath.Join(s.home.path, "data"),
		durable: s.home != s.temp,
		account: account,
		locks:   []*os.File{s.home.claim.server, s.temp.claim.server},
	}
	b, err := s.cluster.open(ctx, c.Binaries)
	if err != nil {
		return err
	}
	return s.launch(ctx, account, b, c.Log)
}

func (s *Server) launch(ctx context.Context, a account, b Binaries, log io.Writer) error {
	cmd := a.command(context.Background(), b, "postgres", s.settings()...)
	var out io.Writer = &s.log
	if log != nil {
		out = io.MultiWriter(out, log)
	}
	cmd.Stdout, cmd.Stderr = out, out
	cmd.ExtraFiles = s.cluster.locks
	started := make(chan error)
	go s.supervise(cmd, started)
	if err := <-started; err != nil {
		return err
	}
	s.command = cmd
	return s.awaitReady(ctx)
}

// settings come before all that is said in the data directory. The time zone is GMT because Debian's Postgres knows no other, not even
// UTC, where the system's time zone files are missing. A temporary server keeps shared memory in its folder, so that not even a killed
// one leaves any behind.
func (s *Server) settings() []string {
	settings := []string{
		"listen_addresses=",
		`unix_socket_directories="` + s.temp.path + `"`,
		"unix_socket_permissions=0700",
		"port=" + port,
		"timezone=GMT",
		"log_timezone=GMT",
		"log_destination=stderr",
		"logging_collector=off",
		"log_checkpoints=off",
	}
	if !s.cluster.durable {
		settings = append(settings,
			"fsync=off",
			"synchronous_commit=off",
			"full_page_writes=off",
			"dynamic_shared_memory_type=mmap",
			"max_connections=200",
		)
	}
	args := []string{"-D", s.cluster.dir}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	return args
}

// supervise starts the server and waits for its end. It keeps its thread all that time, because the kernel ends the server with the
// thread that started it.
func (s *Server) supervise(cmd *exec.Cmd, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := cmd.Start()
	started <- err
	if err != nil {
		return
	}
	dismiss := guard(cmd.Process.Pid)
	// The state says it all; the error could add only that somebody's log could not be written.
	_ = cmd.Wait()
	dismiss()
	if !s.stopping.Load() {
		s.err = fmt.Errorf("the Postgres server has ended (%v)%s", cmd.ProcessState, s.log.quoted())
	}
	close(s.done)
}

// awaitReady asks the server's own pid file, as pg_ctl does: an attempt to connect would cost both sides a process, and leave an error
// in the log while the server recovers.
func (s *Server) awaitReady(ctx context.Context) error {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		if pid, ready := s.cluster.pidFile(); ready && pid == s.command.Process.Pid {
			return nil
		}
		select {
		case <-s.done:
			return s.err
		case <-ctx.Done():
			return fmt.Errorf("the Postgres server is not ready: %w%s", ctx.Err(), s.log.quoted())
		case <-tick.C:
		}
	}
}

// shutDown undoes start, however far that came. SIGINT is Postgres' fast shutdown, SIGQUIT its immediate one.
func (s *Server) shutDown() error {
	if s.command != nil {
		s.stopping.Store(true)
		s.command.Process.Signal(syscall.SIGINT)
		select {
		case <-s.done:
		case <-time.After(shutdownTimeout):
			s.command.Process.Signal(syscall.SIGQUIT)
			<-s.done
		}
	}
	s.home.release()
	return s.temp.remove()
}
