package main

import "testing"

func TestTable(t *testing.T) {
	tab := table{header: []string{"server", "calls/s", "memory"}}
	tab.add("floor", "100000", "10 MiB")
	tab.add("ours", "90000", "11 MiB")
	const want = `| server | calls/s | memory |
|---|---:|---:|
| floor | 100000 | 10 MiB |
| ours | 90000 | 11 MiB |
`
	if got := tab.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
