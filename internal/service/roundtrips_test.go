package service_test

import (
	"context"
	"crypto/ed25519"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/jackc/pgx/v5"

	"github.com/rollcall-rpc/rollcall/gen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/localpg/pgtest"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

// roundTrips counts what is asked of the database. A query that is prepared
// already is one round trip, one that is not yet takes another.
type roundTrips struct{ queries, prepared atomic.Int64 }

func (r *roundTrips) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	r.queries.Add(1)
	return ctx
}

func (r *roundTrips) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (r *roundTrips) TracePrepareStart(ctx context.Context, _ *pgx.Conn, _ pgx.TracePrepareStartData) context.Context {
	r.prepared.Add(1)
	return ctx
}

func (r *roundTrips) TracePrepareEnd(context.Context, *pgx.Conn, pgx.TracePrepareEndData) {}

// of returns how many round trips do took.
func (r *roundTrips) of(do func()) int64 {
	r.queries.Store(0)
	r.prepared.Store(0)
	do()
	return r.queries.Load() + r.prepared.Load()
}

// newTracedFixture has one connection to the database, so that what has been
// prepared on any has been on all.
func newTracedFixture(t *testing.T) (*fixture, *roundTrips) {
	t.Helper()
	trips := new(roundTrips)
	return newFixtureOn(t, postgres.Config{URL: pgtest.New(t), MaxConns: 1, Tracer: trips}), trips
}

// Every method goes to the database as often as it has to: once to find out
// whether the caller may call it, and whatever it does itself. A transaction
// begins and is committed, which are two.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	f, trips := newTracedFixture(t)
	f.account(t, "permanent", rollcall.RoleAdmin) // so that no other is the last
	tests := map[string]int64{
		"ping":             0,
		"get_server_time":  0,
		"echo":             0,
		"add":              0,
		"authenticate":     2 + 2 + 4, // the kinds of hashes, whose is the name; session, too many sessions, audit, device
		"refresh":          1,
		"logout":           1 + 2 + 2, // session, audit
		"list_sessions":    2,
		"revoke_session":   1 + 2 + 2, // session, audit
		"change_password":  1 + 2 + 8, // password, sessions, devices, session, too many sessions, device, audit; session
		"get_current_user": 1,
		"get_user":         2,
		"get_users":        2,
		"create_user":      2 + 2 + 2, // is the name free; user, audit
		"update_user":      1 + 2 + 4, // whose name it was, user, devices, audit
		"set_role":         1 + 2 + 3, // administrators, role, audit
		"set_active":       1 + 2 + 4, // administrators, account, sessions, audit
		"delete_user":      1 + 2 + 5, // administrators, account, sessions, devices, audit
		"list_audit":       2,
		"rpc.discover":     0,
	}
	for _, method := range readContract(t).Methods {
		want, ok := tests[method.Name]
		if !ok {
			t.Errorf("how often %s goes to the database is not tested: add a row to the table above", method.Name)
		}
		for _, warm := range []bool{false, true} {
			admin, target := f.as(t, f.anybody(t, rollcall.RoleAdmin)), f.anybody(t, rollcall.RoleUser)
			params := accessParams[method.Name](t, f, target)
			got := trips.of(func() {
				if answer := ask(t, admin, method.Name, params); strings.HasPrefix(answer, "-32") {
					t.Errorf("%s%s is answered %s", method.Name, params, answer)
				}
			})
			if warm && got != want {
				t.Errorf("%s%s took %d round trips, want %d", method.Name, params, got, want)
			}
		}
	}
}

// A batch is as many calls as it holds, with one token.
func TestRoundTripsOfABatch(t *testing.T) {
	t.Parallel()
	f, trips := newTracedFixture(t)
	client := f.admin(t)
	const calls = 100
	send := func() {
		b := rollcall.NewBatch(client)
		var users []*jsonrpc.Pending[rollcall.User]
		for range calls {
			users = append(users, b.GetCurrentUser())
		}
		if err := b.Send(t.Context()); err != nil {
			t.Error(err)
		}
		for _, user := range users {
			if got, err := user.Get(); err != nil || got.Username != "admin" {
				t.Errorf("answered %v, %v", got, err)
			}
		}
	}
	send()
	if got := checksBy(f.keys.All()[0].Public()).Load(); got != 1 {
		t.Errorf("the token's signature was checked %d times", got)
	}
	if got := trips.of(send); got != calls {
		t.Errorf("%d calls took %d round trips", calls, got)
	}
}

// signatureChecks counts how often a signature was checked, by the public key.
var signatureChecks sync.Map

func checksBy(key ed25519.PublicKey) *atomic.Int64 {
	count, _ := signatureChecks.LoadOrStore(string(key), new(atomic.Int64))
	return count.(*atomic.Int64)
}

// countSignatureChecks is for TestMain: there is one registry in a process.
func countSignatureChecks() {
	counted := countedEdDSA{jwt.SigningMethodEdDSA}
	jwt.RegisterSigningMethod(counted.Alg(), func() jwt.SigningMethod { return counted })
}

type countedEdDSA struct{ jwt.SigningMethod }

func (c countedEdDSA) Verify(signed string, signature []byte, key any) error {
	checksBy(key.(ed25519.PublicKey)).Add(1)
	return c.SigningMethod.Verify(signed, signature, key)
}
