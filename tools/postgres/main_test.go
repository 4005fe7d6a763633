package main

import (
	"bytes"
	"testing"

	"github.com/rollcall-rpc/rollcall/internal/localpg"
)

func TestRunIsSilentWherePostgresIs(t *testing.T) {
	if _, err := localpg.Find(0); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	if code := run(nil, &stdout, &stderr); code != 0 || stdout.Len() > 0 || stderr.Len() > 0 {
		t.Errorf("exit %d, stdout %q, stderr %q", code, &stdout, &stderr)
	}
}

func TestRunTakesNoArguments(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if code := run([]string{"17"}, &stdout, &stderr); code != 2 || stderr.String() != "usage: go run ./tools/postgres\n" {
		t.Errorf("exit %d, stderr %q", code, &stderr)
	}
}
