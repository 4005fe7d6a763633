package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/rollcall-rpc/rollcall/gen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
	"github.com/rollcall-rpc/rollcall/gen/rollcall/rollcallserver"
	"github.com/rollcall-rpc/rollcall/internal/localpg"
	"github.com/rollcall-rpc/rollcall/tools/bench/stats"
)

// population is a service with so many users.
type population struct {
	users  int
	client *rollcall.Client     // the administrator's
	guest  *rollcall.Client     // that of those who log in: a client keeps the last token it got
	times  map[string][]float64 // of each question, in µs, one per round
}

// question is a call whose cost might grow with the number of users.
type question struct {
	name string
	ask  func(*population, context.Context) error
}

const pageSize = 10

// questions are asked of every population. A cursor is asked for where the
// contract has one.
func questions() []question {
	all := []question{
		{firstPage, func(p *population, ctx context.Context) error {
			return p.page(ctx, fmt.Sprintf(`{"limit":%d}`, pageSize))
		}},
		{lastPageByOffset, func(p *population, ctx context.Context) error {
			return p.page(ctx, fmt.Sprintf(`{"limit":%d,"offset":%d}`, pageSize, p.users-pageSize))
		}},
	}
	if hasCursor() {
		all = append(all, question{lastPageByCursor, func(p *population, ctx context.Context) error {
			return p.page(ctx, fmt.Sprintf(`{"limit":%d,"after":%d}`, pageSize, pageSize+1))
		}})
	}
	return append(all, question{"`authenticate`", (*population).authenticate}, question{"`create_user`", (*population).create})
}

const (
	firstPage        = "`get_users`, the first page"
	lastPageByOffset = "`get_users`, the last page, by offset"
	lastPageByCursor = "`get_users`, the last page, by cursor"
)

// hasCursor reports whether get_users takes the id that a page begins behind.
func hasCursor() bool {
	var document struct {
		Methods []struct {
			Name   string
			Params []struct{ Name string }
		}
	}
	if err := json.Unmarshal([]byte(rollcallserver.Document), &document); err != nil {
		return false
	}
	for _, m := range document.Methods {
		for _, p := range m.Params {
			if m.Name == rollcall.MethodGetUsers && p.Name == "after" {
				return true
			}
		}
	}
	return false
}

// manyUsers tells whether calls cost more where there are more users.
func (b *bench) manyUsers(ctx context.Context) (string, error) {
	var populations []*population
	err := b.onStage(func(s *stage) error {
		pg, err := s.largePostgres(ctx)
		if err != nil {
			return err
		}
		for _, users := range b.users {
			fmt.Fprintf(b.log, "users: adding %d\n", users)
			p, err := s.populate(ctx, pg, users)
			if err != nil {
				return fmt.Errorf("%d users: %w", users, err)
			}
			populations = append(populations, p)
		}
		return b.askAll(ctx, populations)
	})
	if err != nil {
		return "", err
	}
	b.found[lastPageFinding] = lastPageRatio(populations[len(populations)-1])
	return usersTable(populations).String() + "\nTime is what one caller waits, Postgres included, in the fastest quarter of calls. " +
		"`authenticate` and `create_user` hash a password, which is meant to take that long.\n", nil
}

// populate starts a service on a database of its own.
func (s *stage) populate(ctx context.Context, pg *localpg.Server, users int) (*population, error) {
	name := fmt.Sprintf("users_%d", users)
	if err := execute(ctx, pg.URL("postgres"), "CREATE DATABASE "+name); err != nil {
		return nil, err
	}
	service, err := s.startService(ctx, pg.URL(name))
	if err != nil {
		return nil, err
	}
	hash, err := createAdmin(ctx, pg.URL(name))
	if err != nil {
		return nil, err
	}
	const more = `INSERT INTO users (username, email, password_hash) ` +
		`SELECT 'user' || i, 'user' || i || '@example.com', $1 FROM generate_series(2, $2::int) AS i`
	if err := execute(ctx, pg.URL(name), more, hash, users); err != nil {
		return nil, err
	}
	if err := execute(ctx, pg.URL(name), "VACUUM ANALYZE users"); err != nil {
		return nil, err
	}
	client, _, err := service.login(ctx)
	return &population{users, client, rollcall.NewClient(service.url()), map[string][]float64{}}, err
}

// askAll asks every question of each population in turn.
func (b *bench) askAll(ctx context.Context, populations []*population) error {
	for round := range b.rounds {
		fmt.Fprintf(b.log, "users: round %d of %d\n", round+1, b.rounds)
		for _, q := range questions() {
			for _, p := range populations {
				times, err := repeat(b.turn/5, func() error { return q.ask(p, ctx) })
				if err != nil {
					return fmt.Errorf("%s, %d users: %w", q.name, p.users, err)
				}
				// What disturbs a call only adds to its time.
				p.times[q.name] = append(p.times[q.name], micro(stats.Percentile(times, 25)))
			}
		}
	}
	return nil
}

// repeat runs fn for as long as d, and three times at least.
func repeat(d time.Duration, fn func() error) ([]time.Duration, error) {
	var times []time.Duration
	for end := time.Now().Add(d); len(times) < 3 || time.Now().Before(end); {
		start := time.Now()
		if err := fn(); err != nil {
			return nil, err
		}
		times = append(times, time.Since(start))
	}
	return times, nil
}

// rawParams are params as JSON: the generated ones may not know a cursor.
type rawParams string

func (p rawParams) EncodeJSON(e *jsonrpc.Encoder) { e.JSON(json.RawMessage(p)) }

func (p *population) page(ctx context.Context, params string) error {
	raw, err := p.client.Call(ctx, rollcall.MethodGetUsers, rawParams(params))
	if err != nil {
		return err
	}
	var users rollcall.Users
	if err := json.Unmarshal(raw, &users); err != nil {
		return err
	}
	newestFirst := slices.IsSortedFunc(users, func(a, b rollcall.User) int { return int(b.ID - a.ID) })
	if len(users) != pageSize || !newestFirst {
		return fmt.Errorf("not a page: %s", raw)
	}
	return nil
}

// authenticate logs in as somebody.
func (p *population) authenticate(ctx context.Context) error {
	name := fmt.Sprintf("user%d", 2+rand.IntN(p.users-1))
	a, err := p.guest.Authenticate(ctx, rollcall.AuthenticateParams{Username: rollcall.UsernameGuess(name), Password: adminPassword})
	if err == nil && string(a.User.Username) != name {
		err = errors.New("the token is another user's")
	}
	return err
}

// create adds somebody.
func (p *population) create(ctx context.Context) error {
	name := fmt.Sprintf("new%d", rand.Uint64())
	_, err := p.client.CreateUser(ctx, rollcall.CreateUserParams{
		Username: rollcall.Username(name), Email: rollcall.Email(name + "@example.com"), Password: adminPassword,
	})
	return err
}

// lastPageRatio is of the last page to the first; without a cursor by offset.
func lastPageRatio(p *population) float64 {
	last := lastPageByOffset
	if hasCursor() {
		last = lastPageByCursor
	}
	return stats.Ratio(p.times[last], p.times[firstPage])
}

// usersTable has a column for each population; ratios are to the smallest.
func usersTable(populations []*population) table {
	t := table{header: []string{"call"}}
	for _, p := range populations {
		t.header = append(t.header, fmt.Sprintf("%d users", p.users))
	}
	for _, q := range questions() {
		cells := []string{q.name}
		for _, p := range populations {
			cells = append(cells, withRatio("%.2f ms", stats.Median(p.times[q.name])/1000, stats.Ratio(p.times[q.name], populations[0].times[q.name])))
		}
		t.add(cells...)
	}
	return t
}
