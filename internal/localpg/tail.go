package localpg

import (
	"bytes"
	"strings"
	"sync"
)

// tailSize bounds what is kept of a log: some 20 lines.
const tailSize = 4 << 10

// tail keeps the end of what is written to it, for the error message if the program fails.
type tail struct {
	mu  sync.Mutex
	end []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.end = append(t.end, p...)
	if over := len(t.end) - tailSize; over > 0 {
		t.end = append(t.end[:0], t.end[over:]...)
		if _, whole, ok := bytes.Cut(t.end, []byte("\n")); ok {
			t.end = whole
		}
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.end)
}

// quoted returns the lines as an error message ends with them: each on a line of its own, set off from our own words.
func (t *tail) quoted() string {
	text := strings.TrimSpace(t.String())
	if text == "" {
		return ""
	}
	return "\n\t" + strings.ReplaceAll(text, "\n", "\n\t")
}
