package service_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"slices"
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
// whether the caller may call it, and whatever it does itself.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	f, trips := newTracedFixture(t)
	admin := f.admin(t)
	target := f.account(t, "target", rollcall.RoleUser).ID
	tests := []struct {
		method, params string // $ is another number each time
		want           int64
	}{
		{"ping", ``, 0},
		{"get_server_time", ``, 0},
		{"echo", `[1]`, 0},
		{"add", `[1,2]`, 0},
		{"authenticate", `["target","` + password + `"]`, 1},
		{"get_current_user", ``, 1},
		{"get_users", ``, 2},
		{"get_users", `[10,0,3]`, 2},
		{"create_user", `["ada$","ada$@example.com","analytical engine"]`, 3}, // is the name free?
		{"update_user", fmt.Sprintf(`{"user_id":%d,"username":"renamed$"}`, target), 2},
		{"delete_user", `[$]`, 2},
		{"rpc.discover", ``, 0},
	}
	var tested []string
	for _, test := range tests {
		tested = append(tested, test.method)
		for i, warm := range []bool{false, true} {
			params := strings.ReplaceAll(test.params, "$", fmt.Sprint(target+1+int64(i))) // the accounts that create_user makes
			got := trips.of(func() {
				if answer := ask(t, admin, test.method, params); strings.HasPrefix(answer, "-32") {
					t.Errorf("%s%s is answered %s", test.method, params, answer)
				}
			})
			if warm && got != test.want {
				t.Errorf("%s%s took %d round trips, want %d", test.method, params, got, test.want)
			}
		}
	}
	for _, method := range readContract(t).Methods {
		if !slices.Contains(tested, method.Name) {
			t.Errorf("how often %s goes to the database is not tested: add a row to the table above", method.Name)
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
