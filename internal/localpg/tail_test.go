package localpg

import (
	"fmt"
	"strings"
	"testing"
)

func TestTail(t *testing.T) {
	t.Parallel()
	log := new(tail)
	if got := log.quoted(); got != "" {
		t.Errorf("an empty log is quoted as %q", got)
	}
	for i := range 1000 {
		fmt.Fprintf(log, "line %d\n", i)
	}
	got := log.String()
	if len(got) > tailSize || len(got) < tailSize-len("line 999\n") {
		t.Errorf("%d bytes are kept", len(got))
	}
	if !strings.HasPrefix(got, "line ") || !strings.HasSuffix(got, "\nline 999\n") {
		t.Errorf("got %q", got)
	}
	if got := log.quoted(); !strings.HasSuffix(got, "\n\tline 998\n\tline 999") {
		t.Errorf("quoted %q", got)
	}
}
