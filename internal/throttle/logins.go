// Package throttle slows down who guesses passwords, on all instances of the service together: what it counts is in the database.
package throttle

import (
	"context"
	"net/netip"
	"time"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/auth"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

// Logins counts logins that fail, by the name that was tried and by the address. It asks nobody whether there is such an account.
type Logins struct {
	config Config
	db     *postgres.DB
	secret auth.Secret
}

// Config is how often somebody may fail, and what it costs them then.
type Config struct {
	// AccountLimit is how many logins to one account may fail before the next has to wait; 0 is any number.
	AccountLimit int
	// AddressLimit is the same for one address, whatever the accounts; of IPv6, for one /64.
	AddressLimit int
	// Delay is how long the first wait is. The next is twice as long, and so on, up to LongestDelay.
	Delay, LongestDelay time.Duration
}

const (
	// memory is how long a failure counts, if no other follows.
	memory = 24 * time.Hour
	// acquaintance is how long an address is known from which an account was logged in to.
	acquaintance = 30 * 24 * time.Hour
)

// NewLogins counts in database, under keys that nobody can read without secret.
func NewLogins(config Config, database *postgres.DB, secret auth.Secret) *Logins {
	return &Logins{config, database, secret}
}

// Reserve counts a login as failed before its password is looked at, so that however many come at once, no more are tried than may
// fail. Its error is a [*rollcall.TooManyAttemptsError], or the database's.
func (l *Logins) Reserve(ctx context.Context, username string, address netip.Addr) (*Login, error) {
	login := &Login{logins: l}
	if l.config.AccountLimit == 0 {
		return login, nil
	}
	name, from := []byte(canonical(username)), []byte(network(address))
	login.addressKey = l.secret.MAC("login address", from)
	login.knownKey = l.secret.MAC("login account and address", name, from)
	row, err := l.db.ReserveLogin(ctx, db.ReserveLoginParams{
		AddressKey:   login.addressKey,
		AccountKey:   l.secret.MAC("login account", name),
		KnownKey:     login.knownKey,
		AddressLimit: int64(l.config.AddressLimit),
		AccountLimit: int64(l.config.AccountLimit),
		Delay:        l.config.Delay,
		Longest:      l.config.LongestDelay,
		Memory:       memory,
	})
	if err != nil {
		return nil, err
	}
	if !row.Admitted {
		return nil, &rollcall.TooManyAttemptsError{Data: &rollcall.Delay{RetryAfter: max(1, row.RetryAfter)}}
	}
	login.countedKey = row.CountedKey
	return login, nil
}

// Login is one that was counted as failed.
type Login struct {
	logins                           *Logins
	addressKey, knownKey, countedKey []byte
}

// Succeeded counts it as one that has not failed, and remembers that the account's owner is at that address.
func (l *Login) Succeeded(ctx context.Context, q *db.Queries) error {
	if l.addressKey == nil {
		return nil
	}
	if err := q.ReturnLogin(ctx, db.ReturnLoginParams{AddressKey: l.addressKey, CountedKey: l.countedKey}); err != nil {
		return err
	}
	return q.RememberLogin(ctx, db.RememberLoginParams{KnownKey: l.knownKey, Memory: acquaintance})
}

// Untried counts it as one that never was: its password has not been looked at.
func (l *Login) Untried(ctx context.Context) error {
	if l.addressKey == nil {
		return nil
	}
	return l.logins.db.ReturnLogin(ctx, db.ReturnLoginParams{AddressKey: l.addressKey, CountedKey: l.countedKey})
}

// canonical makes all spellings of a name one: what the database takes for the same account is the same here.
func canonical(username string) string {
	return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(username)))
}

// network is what one client has of addresses: with IPv6, anybody has a whole /64.
func network(address netip.Addr) string {
	address = address.Unmap()
	if address.Is6() {
		prefix, _ := address.WithZone("").Prefix(64)
		return prefix.String()
	}
	return address.String()
}
