package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/rollcall-rpc/rollcall/internal/localpg"
)

// stage is what runs for one measurement.
type stage struct {
	*bench
	ends []func() error
}

// onStage runs fn, and then ends what it has started, the last first.
func (b *bench) onStage(fn func(*stage) error) error {
	s := &stage{bench: b}
	err := fn(s)
	for i := len(s.ends) - 1; i >= 0; i-- {
		err = errors.Join(err, s.ends[i]())
	}
	return err
}

func (s *stage) atEnd(end func() error) { s.ends = append(s.ends, end) }

// postgres starts a server on the CPU of the load, whose data is gone after.
func (s *stage) postgres(ctx context.Context) (*localpg.Server, error) {
	return s.startPostgres(ctx, localpg.Config{})
}

// largePostgres is postgres with its data on the disk, as in production: a
// million users may be more than there is room for in memory.
func (s *stage) largePostgres(ctx context.Context) (*localpg.Server, error) {
	dir, err := os.MkdirTemp("", "rollcall-bench-postgres-")
	if err != nil {
		return nil, err
	}
	s.atEnd(func() error { return os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // for root, whose Postgres runs as another user
		return nil, err
	}
	return s.startPostgres(ctx, localpg.Config{Dir: filepath.Join(dir, "data")})
}

func (s *stage) startPostgres(ctx context.Context, config localpg.Config) (*localpg.Server, error) {
	pg, err := localpg.Start(ctx, config)
	if err != nil {
		return nil, err
	}
	s.atEnd(pg.Stop)
	return pg, nil
}
