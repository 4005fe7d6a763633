package main

import "testing"

func TestTable(t *testing.T) {
	tab := table{header: []string{"server", "calls/s", "memory", "note"}, words: 1}
	tab.add("floor", "100000", "10 MiB", "")
	tab.add("ours", "90000", "11 MiB", "logs on")
	const want = `| server | calls/s | memory | note |
|---|---:|---:|---|
| floor | 100000 | 10 MiB |  |
| ours | 90000 | 11 MiB | logs on |
`
	if got := tab.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
