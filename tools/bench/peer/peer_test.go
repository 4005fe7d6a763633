package peer

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func post(t *testing.T, h http.Handler, body string) []byte {
	t.Helper()
	s := httptest.NewServer(h)
	defer s.Close()
	res, err := http.Post(s.URL+Path, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", res.Status, answer, err)
	}
	return answer
}

func TestServers(t *testing.T) {
	for _, s := range Servers {
		for _, calls := range []int{0, 1, 100, 1000} {
			if calls > 0 && s.NoBatch {
				continue
			}
			t.Run(fmt.Sprintf("%s/%d", s.Key, calls), func(t *testing.T) {
				if err := Verify(post(t, s.Handler(calls), s.Body(calls)), calls); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// TestServersAdd has them add what the floor does not expect.
func TestServersAdd(t *testing.T) {
	for _, s := range Servers[1:] {
		t.Run(s.Key, func(t *testing.T) {
			answer := post(t, s.Handler(0), strings.Replace(s.Body(0), "15", "2.25", 1))
			if !bytes.Contains(answer, []byte(`"result":27.25`)) {
				t.Errorf("%s", answer)
			}
		})
	}
}

func TestVerify(t *testing.T) {
	const right = `{"jsonrpc":"2.0","id":1,"result":40}`
	const second = `{"jsonrpc":"2.0","id":2,"result":40}`
	for _, test := range []struct {
		answer string
		calls  int
		ok     bool
	}{
		{right, 0, true},
		{right + "\n", 0, true},
		{`[` + right + `]`, 1, true},
		{`[` + second + `,` + right + `]`, 2, true},
		{`[` + right + `]`, 0, false},
		{right, 1, false},
		{`[` + right + `]`, 2, false},
		{`[` + right + `,` + right + `]`, 2, false},
		{strings.Replace(right, "40", "41", 1), 0, false},
		{strings.Replace(right, `"id":1`, `"id":2`, 1), 0, false},
		{strings.Replace(right, `"result":40`, `"error":{}`, 1), 0, false},
		{strings.Replace(right, "2.0", "1.0", 1), 0, false},
		{"", 0, false},
	} {
		if err := Verify([]byte(test.answer), test.calls); (err == nil) != test.ok {
			t.Errorf("%d calls, %s: %v", test.calls, test.answer, err)
		}
	}
}
