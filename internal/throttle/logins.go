// Package throttle slows down who guesses passwords, on all instances of the service together: what it counts is in the database.
package throttle

import (
	"context"
	"net/netip"
	"time"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/auth"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

// Logins counts logins that fail, by account and by address, and forgets one each hour. It asks nobody whether there is such an
// account.
type Logins struct {
	config Config
	db     *postgres.DB
	secret auth.Secret
	turns  turns
}

// Config is how often somebody may fail, and what it costs them then.
type Config struct {
	// AccountLimit is how many logins to one account may fail before the next has to wait; 0 is any number, from any address.
	AccountLimit int
	// AddressLimit is the same for one address, whatever the accounts; of IPv6, for one /64.
	AddressLimit int
	// Delay is how long the first wait is. The next is twice as long, and so on, up to LongestDelay.
	Delay, LongestDelay time.Duration
}

// NewLogins counts in database, under keys that nobody can read without secret.
func NewLogins(config Config, database *postgres.DB, secret auth.Secret) *Logins {
	return &Logins{config, database, secret, turns{accounts: map[string]*turn{}}}
}

// Reserve waits until no other login to the account is going on here, then counts it as failed before its password is looked at, so
// that however many come at once, to whatever instances, no more are tried than may fail. Account is anything that stands for it.
// The error is a [*rollcall.TooManyAttemptsError], the cause of ctx's end, or the database's. Without one, done must be called when
// the password has been looked at.
func (l *Logins) Reserve(ctx context.Context, account string, address netip.Addr) (login *Login, done func(), err error) {
	done, err = l.turns.take(ctx, account)
	if err != nil {
		return nil, nil, err
	}
	login, err = l.reserve(ctx, account, address)
	if err != nil {
		done()
		return nil, nil, err
	}
	return login, done, nil
}

func (l *Logins) reserve(ctx context.Context, account string, address netip.Addr) (*Login, error) {
	login := &Login{logins: l}
	if l.config.AccountLimit == 0 {
		return login, nil
	}
	name, from := []byte(account), []byte(network(address))
	login.addressKey = l.secret.MAC("login address", from)
	login.accountKey = l.accountKey(account)
	login.knownKey = l.secret.MAC("login account and address", name, from)
	row, err := l.db.ReserveLogin(ctx, db.ReserveLoginParams{
		AddressKey:   login.addressKey,
		AccountKey:   login.accountKey,
		KnownKey:     login.knownKey,
		AddressLimit: int64(l.config.AddressLimit),
		AccountLimit: int64(l.config.AccountLimit),
		Delay:        l.config.Delay,
		Longest:      l.config.LongestDelay,
	})
	if err != nil {
		return nil, err
	}
	if !row.Admitted {
		return nil, &rollcall.TooManyAttemptsError{Data: &rollcall.Delay{RetryAfter: max(1, row.RetryAfter)}}
	}
	login.countedKey = login.accountKey
	if row.Known {
		login.addressKey, login.countedKey = nil, login.knownKey
	}
	return login, nil
}

// Login is one that was counted as failed.
type Login struct {
	logins                 *Logins
	addressKey, countedKey []byte // what it counts for
	accountKey, knownKey   []byte // nil where nothing is counted
}

// Succeeded counts it as one that has not failed, and remembers that the account's owner is at that address.
func (l *Login) Succeeded(ctx context.Context, q *db.Queries) error {
	if l.knownKey == nil {
		return nil
	}
	if err := q.ReturnLogin(ctx, db.ReturnLoginParams{AddressKey: l.addressKey, CountedKey: l.countedKey}); err != nil {
		return err
	}
	return q.RememberLogin(ctx, db.RememberLoginParams{KnownKey: l.knownKey, AccountKey: l.accountKey})
}

// Forget makes an account known to no address any more, after its password has changed, or its name.
func (l *Logins) Forget(ctx context.Context, q *db.Queries, account string) error {
	return q.ForgetAcquaintances(ctx, l.accountKey(account))
}

func (l *Logins) accountKey(account string) []byte {
	return l.secret.MAC("login account", []byte(account))
}

// Untried counts it as one that never was: its password has not been looked at.
func (l *Login) Untried(ctx context.Context) error {
	if l.knownKey == nil {
		return nil
	}
	return l.logins.db.ReturnLogin(ctx, db.ReturnLoginParams{AddressKey: l.addressKey, CountedKey: l.countedKey})
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
