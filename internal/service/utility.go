package service

import (
	"context"
	"math"

	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

// Ping implements [rollcall.Service].
func (s *Service) Ping(context.Context) (rollcall.PingAnswer, error) {
	return rollcall.PingAnswerPong, nil
}

// GetServerTime implements [rollcall.Service].
func (s *Service) GetServerTime(context.Context) (rollcall.Timestamp, error) {
	return s.now().UTC(), nil
}

// Echo implements [rollcall.Service].
func (s *Service) Echo(_ context.Context, params rollcall.EchoParams) (rollcall.AnyValue, error) {
	return params.Message, nil
}

// Add implements [rollcall.Service].
func (s *Service) Add(_ context.Context, params rollcall.AddParams) (rollcall.Number, error) {
	sum := params.A + params.B
	if math.IsInf(float64(sum), 0) {
		return 0, invalidParams("the sum is larger than any JSON number can be")
	}
	return sum, nil
}
