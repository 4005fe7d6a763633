package load

import (
	"strings"
	"testing"
)

func TestResponses(t *testing.T) {
	for _, test := range []struct {
		name, stream string
		want         []string // bodies
		fault        string   // of what follows them
	}{
		{"length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", []string{"hello"}, "unexpected EOF"},
		{"no body", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", []string{""}, "unexpected EOF"},
		{"lower case", "HTTP/1.1 200 OK\r\ncontent-length:5\r\n\r\nhello", []string{"hello"}, "unexpected EOF"},
		{"one after another", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\nContent-Length: 3\r\nDate: now\r\n\r\nyou",
			[]string{"hello", "you"}, "unexpected EOF"},
		{"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA;x=y\r\n, everyone\r\n0\r\n\r\n",
			[]string{"hello, everyone"}, "unexpected EOF"},
		{"trailer", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nDigest: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n!",
			[]string{"ok", "!"}, "unexpected EOF"},
		{"another name that ends the same", "HTTP/1.1 200 OK\r\nX-Content-Length: 9\r\nContent-Length: 1\r\n\r\n!", []string{"!"}, "unexpected EOF"},
		{"status", "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 5\r\n\r\nsorry", nil, `answered with "HTTP/1.1 500 Internal Server Error"`},
		{"ends with the connection", "HTTP/1.1 200 OK\r\n\r\nhello", nil, "neither a Content-Length nor chunks"},
		{"cut off", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", nil, "unexpected EOF"},
		{"cut off in the header", "HTTP/1.1 200 OK\r\nContent-Len", nil, "unexpected EOF"},
		{"length below 0", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", nil, `the header "Content-Length: -1"`},
		{"length that is none", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", nil, `the header "Content-Length: x"`},
		{"chunk that is none", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello\r\n", nil, `a chunk begins with "hello"`},
		{"chunk too long", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n", nil, `a chunk ends with "llo"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newResponseReader(strings.NewReader(test.stream))
			for _, want := range test.want {
				if got, err := r.next(); err != nil || string(got) != want {
					t.Fatalf("got %q, %v, want %q", got, err, want)
				}
			}
			if _, err := r.next(); err == nil || !strings.Contains(err.Error(), test.fault) {
				t.Errorf("got %v, want %s", err, test.fault)
			}
		})
	}
}
