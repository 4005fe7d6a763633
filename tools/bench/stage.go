package main

import (
	"context"
	"errors"

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

// postgres starts a server on the CPU of the load.
func (s *stage) postgres(ctx context.Context) (*localpg.Server, error) {
	pg, err := localpg.Start(ctx, localpg.Config{})
	if err != nil {
		return nil, err
	}
	s.atEnd(pg.Stop)
	return pg, nil
}
