// Package throttle slows down who guesses passwords, on all instances of the service together: what it counts is in the database.
package throttle

import (
	"context"
	"crypto/rand"
	"net/netip"
	"time"

	"github.com/rollcall-rpc/rollcall/gen/db"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/internal/auth"
	"github.com/rollcall-rpc/rollcall/internal/postgres"
)

// Logins counts logins that fail, by account and by address, and forgets one each hour. It asks nobody whether there is such an
// account. Who has logged in before shows it by a device token, not by where they are, and is counted by themselves.
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
	// Delay is how long the first wait is. The next is twice as long, and so on, up to LongestDelay. Of an account, each address
	// (of IPv6, each /48) waits longer by its lot, up to half the delay.
	Delay, LongestDelay time.Duration
}

// NewLogins counts in database, under keys that nobody can read without secret.
func NewLogins(config Config, database *postgres.DB, secret auth.Secret) *Logins {
	return &Logins{config, database, secret, turns{byKey: map[string]*turn{}}}
}

// Guess is somebody's try at an account's password.
type Guess struct {
	Account string // its canonical name, whether there is such an account or not
	Address netip.Addr
	Device  string // a token that Remember may have made
}

// Reserve waits until no other login to the account is going on here, then counts it as failed before its password is looked at, so
// that however many come at once, to whatever instances, no more are tried than may fail. One from a device that the account knows
// waits for others from there alone, and counts there alone.
// The error is a [*rollcall.TooManyAttemptsError], the cause of ctx's end, or the database's. Without one, done must be called when
// the password has been looked at.
func (l *Logins) Reserve(ctx context.Context, guess Guess) (login *Login, done func(), err error) {
	known, err := l.knows(ctx, guess)
	if err != nil {
		return nil, nil, err
	}
	if known {
		return l.reserve(ctx, &Login{logins: l, Device: guess.Device, key: l.deviceKey(guess.Account, guess.Device)})
	}
	return l.reserve(ctx, &Login{
		logins:     l,
		key:        l.accountKey(guess.Account),
		addressKey: l.secret.MAC("login address", []byte(network(guess.Address, clientBits))),
		lot:        l.secret.MAC("login lot", []byte(guess.Account), []byte(network(guess.Address, siteBits))),
	})
}

// ReserveInSession is Reserve for whoever is logged in already, and guesses at the password of their account. A session is as good as
// a device: whoever has stolen it keeps nobody else from the account, and has no more guesses by coming from many addresses.
func (l *Logins) ReserveInSession(ctx context.Context, session string) (login *Login, done func(), err error) {
	return l.reserve(ctx, &Login{logins: l, key: l.secret.MAC("login session", []byte(session))})
}

func (l *Logins) reserve(ctx context.Context, login *Login) (_ *Login, done func(), err error) {
	done, err = l.turns.take(ctx, string(login.key))
	if err != nil {
		return nil, nil, err
	}
	if err := login.count(ctx); err != nil {
		done()
		return nil, nil, err
	}
	return login, done, nil
}

// Login is one that was counted as failed.
type Login struct {
	Device          string // the token of where it came from; empty where that is not known to the account
	logins          *Logins
	key, addressKey []byte // what it counts for
	lot             []byte // tells its network's moments from others'
}

func (l *Login) count(ctx context.Context) error {
	config := l.logins.config
	if config.AccountLimit == 0 {
		return nil
	}
	row, err := l.logins.db.ReserveLogin(ctx, db.ReserveLoginParams{
		Key:          l.key,
		AddressKey:   l.addressKey,
		Lot:          l.lot,
		KeyLimit:     int64(config.AccountLimit),
		AddressLimit: int64(config.AddressLimit),
		Delay:        config.Delay,
		Longest:      config.LongestDelay,
	})
	if err == nil && !row.Admitted {
		err = &rollcall.TooManyAttemptsError{Data: &rollcall.Delay{RetryAfter: max(1, row.RetryAfter)}}
	}
	return err
}

// Succeeded counts it as one that has not failed.
func (l *Login) Succeeded(ctx context.Context, q *db.Queries) error {
	if l.logins.config.AccountLimit == 0 {
		return nil
	}
	return q.ReturnLogin(ctx, db.ReturnLoginParams{Key: l.key, AddressKey: l.addressKey})
}

// Untried counts it as one that never was: its password has not been looked at.
func (l *Login) Untried(ctx context.Context) error { return l.Succeeded(ctx, l.logins.db.Queries) }

// Remember makes a device known to an account for 30 days, and returns its token: the one that it had or, where that is empty, a new
// one. What has failed there goes on counting.
func (l *Logins) Remember(ctx context.Context, q *db.Queries, account, device string) (token string, err error) {
	if device == "" {
		device = rand.Text()
	}
	return device, q.RememberDevice(ctx, db.RememberDeviceParams{
		DeviceKey: l.deviceKey(account, device), AccountKey: l.accountKey(account), Others: maxDevices - 1,
	})
}

// maxDevices is how many an account may have, as the contract says.
const maxDevices = 100

// Forget makes all devices unknown to an account, after its password has changed, or its name.
func (l *Logins) Forget(ctx context.Context, q *db.Queries, account string) error {
	return q.ForgetDevices(ctx, l.accountKey(account))
}

func (l *Logins) knows(ctx context.Context, guess Guess) (bool, error) {
	if guess.Device == "" {
		return false, nil
	}
	return l.db.KnowsDevice(ctx, l.deviceKey(guess.Account, guess.Device))
}

func (l *Logins) accountKey(account string) []byte {
	return l.secret.MAC("login account", []byte(account))
}

// deviceKey is all that the database has of a device token: another account's is another device.
func (l *Logins) deviceKey(account, device string) []byte {
	return l.secret.MAC("login device", []byte(account), []byte(device))
}

// Of IPv6, anybody has a whole /64, and failures count for that. But for nothing more than the asking one has a /48, which is the
// smallest network that is routed by itself, and holds 65,536 of those: if each drew a lot, one of them would nearly always be first.
// Of IPv4 both are the one address. They are rented singly and cost something each, and neighbours in a larger network are
// strangers, any of whom could then keep another away for good by coming at the same moments.
const clientBits, siteBits = 64, 48

// network is the address of IPv4, or the network of IPv6 with so many bits.
func network(address netip.Addr, bits int) string {
	address = address.Unmap()
	if address.Is6() {
		prefix, _ := address.WithZone("").Prefix(bits)
		return prefix.String()
	}
	return address.String()
}
