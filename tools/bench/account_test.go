package main

import (
	"testing"
	"time"

	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

func TestVerifyAccount(t *testing.T) {
	want := rollcall.User{ID: 7, Username: "ada", Email: "ada@example.com", Role: rollcall.RoleUser,
		CreatedAt: time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)}
	const right = `{"jsonrpc":"2.0","id":1,"result":{"id":7,"username":"ada","email":"ada@example.com","role":"user","created_at":"2026-01-02T03:04:05.000006Z"}}`
	if err := verifyAccount([]byte(right), want); err != nil {
		t.Error(err)
	}
	for _, wrong := range []string{
		``,
		`{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"no"}}`,
		`{"jsonrpc":"2.0","id":1,"result":{"id":8,"username":"ada","email":"ada@example.com","role":"user","created_at":"2026-01-02T03:04:05.000006Z"}}`,
		`{"jsonrpc":"2.0","id":2,"result":{"id":7,"username":"ada","email":"ada@example.com","role":"user","created_at":"2026-01-02T03:04:05.000006Z"}}`,
	} {
		if err := verifyAccount([]byte(wrong), want); err == nil {
			t.Errorf("took %s", wrong)
		}
	}
}
