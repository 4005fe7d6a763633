package auth_test

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/auth"
	"github.com/rollcall-rpc/rollcall/internal/localpg/pgtest"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

func TestMain(m *testing.M) { pgtest.Main(m, postgres.Migrate) }

// fixture is an authenticator with a database of its own, in which ann is logged in.
type fixture struct {
	auth.Authenticator
	keys     *auth.KeySet
	database *postgres.DB
	ann      db.User
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	database, err := postgres.Open(t.Context(), postgres.Config{URL: pgtest.New(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(database.Close)
	ann, err := database.CreateUser(t.Context(), db.CreateUserParams{
		Username: "ann", Email: "ann@example.com", PasswordHash: "-", Role: "admin"})
	if err != nil {
		t.Fatal(err)
	}
	keys := newKeys(t)
	for id, lifetime := range map[string]time.Duration{"S": time.Hour, "expired": -time.Hour} {
		_, err := database.OpenSession(t.Context(), db.OpenSessionParams{
			ID: id, UserID: ann.ID, UsernameCanonical: ann.UsernameCanonical, PasswordHash: ann.PasswordHash,
			ExpiresAt: time.Now().Add(lifetime)})
		if err != nil {
			t.Fatal(err)
		}
	}
	return &fixture{auth.Authenticator{Tokens: newTokens(t, keys, time.Now), Sessions: database}, keys, database, ann}
}

func newKeys(t *testing.T) *auth.KeySet {
	t.Helper()
	keys, err := auth.LoadOrCreateKeys(filepath.Join(t.TempDir(), "token.key"))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func newTokens(t *testing.T, keys *auth.KeySet, now func() time.Time) *auth.Tokens {
	t.Helper()
	tokens, err := auth.NewTokens(auth.TokenConfig{
		Keys: keys, Issuer: "rollcall", Audience: "rollcall", Lifetime: time.Minute, Cache: 10, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

// bearer is a header with a token for a session.
func bearer(t *testing.T, tokens *auth.Tokens, userID int64, sessionID string) http.Header {
	t.Helper()
	token, _, err := tokens.Issue(auth.Claims{UserID: userID, SessionID: sessionID, ExpiresAt: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	return http.Header{"Authorization": {"Bearer " + token}}
}

func TestAuthenticate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx, caller, err := f.Authenticate(t.Context(), &jsonrpc.Call{Header: bearer(t, f.Tokens, f.ann.ID, "S")})
	if err != nil {
		t.Fatal(err)
	}
	want := jsonrpc.Caller{ID: strconv.FormatInt(f.ann.ID, 10), Roles: []string{"admin"}}
	if diff := cmp.Diff(want, caller); diff != "" {
		t.Errorf("caller (-want +got):\n%s", diff)
	}
	row := db.GetCallerRow{
		ID: f.ann.ID, Username: "ann", Email: "ann@example.com", PasswordHash: "-", Role: "admin", Active: true, CreatedAt: f.ann.CreatedAt,
	}
	if diff := cmp.Diff(auth.Caller{GetCallerRow: row, SessionID: "S"}, auth.CallerFrom(ctx)); diff != "" {
		t.Errorf("caller in the context (-want +got):\n%s", diff)
	}
}

func TestAuthenticateRefuses(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	anHourAgo := func() time.Time { return time.Now().Add(-time.Hour) }
	tests := []struct {
		name   string
		header http.Header
		want   string
	}{
		{"no header", http.Header{}, "Missing or invalid authorization header"},
		{"not a token", http.Header{"Authorization": {"Bearer x"}}, "Invalid token"},
		{"somebody else's token", bearer(t, newTokens(t, newKeys(t), time.Now), f.ann.ID, "S"), "Invalid token"},
		{"an expired token", bearer(t, newTokens(t, f.keys, anHourAgo), f.ann.ID, "S"), "Token has expired"},
		{"a token of somebody else's session", bearer(t, f.Tokens, f.ann.ID+1, "S"), "Invalid token"},
		{"a token without a session", bearer(t, f.Tokens, f.ann.ID, "T"), "Invalid token"},
		{"a token of a session that has expired", bearer(t, f.Tokens, f.ann.ID, "expired"), "Invalid token"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, caller, err := f.Authenticate(t.Context(), &jsonrpc.Call{Header: test.header})
			refusesWith(t, err, test.want)
			if diff := cmp.Diff(jsonrpc.Caller{}, caller); diff != "" {
				t.Errorf("caller (-want +got):\n%s", diff)
			}
		})
	}
}

func refusesWith(t *testing.T, err error, want string) {
	t.Helper()
	refused, ok := errors.AsType[*rollcall.AuthenticationFailedError](err)
	if !ok {
		t.Fatalf("error is %v, want AuthenticationFailedError", err)
	}
	if diff := cmp.Diff(&rollcall.Reason{Message: want}, refused.Data); diff != "" {
		t.Errorf("data (-want +got):\n%s", diff)
	}
}

// The token stays the same, and its signature is not even looked at again.
func TestAuthenticateReadsTheAccountAtEachCall(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	call := &jsonrpc.Call{Header: bearer(t, f.Tokens, f.ann.ID, "S")}
	if _, _, err := f.Authenticate(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	if _, err := f.database.UpdateUser(t.Context(), db.UpdateUserParams{ID: f.ann.ID, Username: new("anna")}); err != nil {
		t.Fatal(err)
	}
	if ctx, _, err := f.Authenticate(t.Context(), call); err != nil || auth.CallerFrom(ctx).Username != "anna" {
		t.Errorf("after the update: error %v", err)
	}
	if _, err := f.database.EndSession(t.Context(), db.EndSessionParams{ID: "S"}); err != nil {
		t.Fatal(err)
	}
	_, _, err := f.Authenticate(t.Context(), call)
	refusesWith(t, err, "Invalid token")
}

// countingKeys counts how often keys are asked for, which is once whenever a token is verified.
type countingKeys struct {
	*auth.KeySet
	asked atomic.Int64
}

func (k *countingKeys) Keys() *auth.KeySet {
	k.asked.Add(1)
	return k.KeySet
}

// The calls of a batch come together. Whether their token is good or bad, it is verified once.
func TestAuthenticateVerifiesOncePerRequest(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	keys := &countingKeys{KeySet: f.keys}
	tokens, err := auth.NewTokens(auth.TokenConfig{Keys: keys, Issuer: "rollcall", Audience: "rollcall", Lifetime: time.Minute, Cache: 10})
	if err != nil {
		t.Fatal(err)
	}
	authenticator := auth.Authenticator{Tokens: tokens, Sessions: f.database}
	at := func(d time.Duration) func() time.Time { return func() time.Time { return time.Now().Add(d) } }
	for name, header := range map[string]http.Header{
		"good":            bearer(t, f.Tokens, f.ann.ID, "S"),
		"wrong signature": wrongSignature(bearer(t, f.Tokens, f.ann.ID, "S")),
		"unknown key":     bearer(t, newTokens(t, newKeys(t), time.Now), f.ann.ID, "S"),
		"expired":         bearer(t, newTokens(t, f.keys, at(-time.Hour)), f.ann.ID, "S"),
		"not yet issued":  bearer(t, newTokens(t, f.keys, at(time.Hour)), f.ann.ID, "S"),
	} {
		for request := range 2 {
			keys.asked.Store(0)
			ctx := auth.WithOrigin(t.Context(), auth.Origin{})
			var calls sync.WaitGroup
			for range 100 {
				calls.Go(func() {
					if _, _, err := authenticator.Authenticate(ctx, &jsonrpc.Call{Header: header}); (err == nil) != (name == "good") {
						t.Errorf("%s: error is %v", name, err)
					}
				})
			}
			calls.Wait()
			if n := keys.asked.Load(); n != 1 {
				t.Errorf("%s, request %d: the token was verified %d times", name, request, n)
			}
		}
	}
}

// wrongSignature is a header whose token is signed otherwise: the first letter of its signature is another.
func wrongSignature(header http.Header) http.Header {
	token := header.Get("Authorization")
	begin := strings.LastIndexByte(token, '.') + 1
	other := "A"
	if token[begin:begin+1] == other {
		other = "B"
	}
	return http.Header{"Authorization": {token[:begin] + other + token[begin+1:]}}
}

// Another token in the same request, which an interceptor may put there, is another question.
func TestAuthenticateVerifiesEachToken(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := auth.WithOrigin(t.Context(), auth.Origin{})
	good := bearer(t, f.Tokens, f.ann.ID, "S")
	for range 2 {
		_, _, err := f.Authenticate(ctx, &jsonrpc.Call{Header: wrongSignature(good)})
		refusesWith(t, err, "Invalid token")
		if _, _, err := f.Authenticate(ctx, &jsonrpc.Call{Header: good}); err != nil {
			t.Error(err)
		}
	}
}

// Whoever cannot be looked up is not told that their token is bad.
func TestAuthenticateWithoutADatabase(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := f.Authenticate(ctx, &jsonrpc.Call{Header: bearer(t, f.Tokens, f.ann.ID, "S")})
	if _, ok := errors.AsType[*rollcall.AuthenticationFailedError](err); ok || !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want context.Canceled", err)
	}
}

func TestDenied(t *testing.T) {
	t.Parallel()
	err := auth.Authenticator{}.Denied(t.Context(), &jsonrpc.Call{})
	if denied, ok := errors.AsType[*rollcall.PermissionDeniedError](err); !ok || denied.Data.Message == "" {
		t.Errorf("error is %v, want PermissionDeniedError with a message", err)
	}
}
