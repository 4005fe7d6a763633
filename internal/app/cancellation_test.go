package app

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// hang makes a call that waits for a row which somebody else has locked, until
// unlock is called, and returns its connection.
func (f *fixture) hang(t *testing.T) (conn net.Conn, unlock func()) {
	t.Helper()
	_, header := f.login(t, "root", "admin")
	user, _ := f.login(t, "ada", "user")
	locker := f.connect(t)
	execute(t, locker, "BEGIN")
	execute(t, locker, "SELECT FROM users WHERE id = $1 FOR UPDATE", user.ID)
	conn = f.dial(t)
	rename := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"update_user","params":{"user_id":%d,"username":"lovelace"}}`, user.ID)
	must(io.WriteString(conn, post(rename, header)))(t)
	return conn, func() { execute(t, locker, "COMMIT") }
}

// waiting tells how many queries wait for a lock.
func waiting(t *testing.T, conn *pgx.Conn) (n int) {
	t.Helper()
	const sql = `SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND state = 'active' AND wait_event_type = 'Lock' AND query LIKE '-- name: LockUser%'`
	check(t, conn.QueryRow(t.Context(), sql).Scan(&n))
	return n
}

func TestDisconnectCancelsTheQuery(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "--call-timeout=10m", "--write-timeout=20m", "--database-statement-timeout=0")
	observer := f.connect(t)
	conn, unlock := f.hang(t)
	eventually(t, "the query runs", func() bool { return waiting(t, observer) == 1 })
	conn.Close()
	eventually(t, "the query is gone", func() bool { return waiting(t, observer) == 0 })
	f.log.await(t, `"method":"update_user".*"outcome":"canceled"`, nil)
	unlock()
	var name string
	check(t, observer.QueryRow(t.Context(), "SELECT username FROM users WHERE username <> 'root'").Scan(&name))
	if name != "ada" {
		t.Errorf("what was canceled has happened: the name is %s", name)
	}
}

func TestCallTimeout(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "--call-timeout=100ms", "--database-statement-timeout=5s")
	observer := f.connect(t)
	conn, unlock := f.hang(t)
	defer unlock()
	const want = `{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"Internal error","data":{"message":"the request timed out"}}}`
	if got := read(t, conn); got.status != 200 || got.body != want {
		t.Errorf("answered %d %s\nwant %s", got.status, got.body, want)
	}
	eventually(t, "the query is gone", func() bool { return waiting(t, observer) == 0 })
	f.log.await(t, `"method":"update_user".*"outcome":"canceled"`, nil)
	if logged := f.log.String(); strings.Contains(logged, "incident") {
		t.Errorf("a call that timed out is logged as a fault of the service:\n%s", logged)
	}
}

// With the settings as shipped it is the call's timeout that ends a query.
func TestStatementTimeoutIsTheLast(t *testing.T) {
	t.Parallel()
	if c := devSettings(t); c.StatementTimeout <= c.CallTimeout {
		t.Errorf("the statement timeout is %v, want more than the call timeout, %v", c.StatementTimeout, c.CallTimeout)
	}
}

// First the service says that it is not ready, and goes on; then it refuses
// connections, and what runs comes to its end.
func TestShutdown(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	observer := f.connect(t)
	running, unlock := f.hang(t)
	eventually(t, "the call runs", func() bool { return waiting(t, observer) == 1 })

	f.server.delay = 2 * time.Second
	f.shutDown()
	var notReady reply
	eventually(t, "the service is not ready", func() bool {
		notReady = f.send(t, get("/readyz"))
		return notReady.status != 200
	})
	if notReady.status != 503 || strings.TrimSpace(notReady.body) != `{"status":"shutting down"}` {
		t.Errorf("readyz: answered %d %s", notReady.status, notReady.body)
	}
	if got := f.send(t, post(ping)); got.status != 200 {
		t.Errorf("ping, while the service is still there: answered %d %s", got.status, got.body)
	}
	eventually(t, "new connections are refused", func() bool {
		conn, err := net.Dial("tcp", f.addr)
		if err == nil {
			conn.Close()
		}
		return err != nil
	})

	unlock()
	if got := read(t, running); got.status != 200 || !strings.Contains(got.body, `"username":"lovelace"`) {
		t.Errorf("the call that was running: answered %d %s", got.status, got.body)
	}
	if err := <-f.ended; err != nil {
		t.Errorf("the end: %v", err)
	}
}

// What takes longer than it may is cut off, and that is an error.
func TestShutdownTimeout(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "--shutdown-timeout=10ms")
	observer := f.connect(t)
	running, unlock := f.hang(t)
	defer unlock()
	eventually(t, "the call runs", func() bool { return waiting(t, observer) == 1 })
	f.shutDown()
	if err := <-f.ended; err == nil || !strings.Contains(err.Error(), "requests were cut off after 10ms") {
		t.Errorf("the end: %v", err)
	}
	if got, err := io.ReadAll(running); len(got) > 0 || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the call that was running is answered %q %v", got, err)
	}
	eventually(t, "the query is gone", func() bool { return waiting(t, observer) == 0 })
}
