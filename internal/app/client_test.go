package app

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Somebody else's module imports the published client, and calls add.
func TestClientFromAnotherModule(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	dir := t.TempDir()
	module := map[string]string{
		"go.mod": "module example.test/caller\n\ngo 1.26\n\nrequire github.com/rollcall-rpc/rollcall v0.0.0\n\n" +
			"replace github.com/rollcall-rpc/rollcall => " + strconv.Quote(must(filepath.Abs(checkout))(t)) + "\n",
		"main.go": `package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/rollcall-rpc/rollcall/gen/jsonrpc"
	"github.com/rollcall-rpc/rollcall/gen/rollcall"
)

func main() {
	ctx := context.Background()
	c := rollcall.NewClient(os.Args[1])
	sum, err := c.Add(ctx, rollcall.AddParams{A: 15, B: 25})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("sum", sum)

	_, err = c.Add(ctx, rollcall.AddParams{A: 1e308, B: 1e308})
	if e, ok := errors.AsType[*rollcall.InvalidParamsError](err); ok {
		fmt.Println("refused:", e.Data.Message)
	}
	_, err = c.GetCurrentUser(ctx)
	if e, ok := errors.AsType[*jsonrpc.Error](err); ok {
		fmt.Println("code", e.Code)
	}
}
`,
	}
	for name, text := range module {
		check(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	// No network: the client needs nothing but what is in the checkout.
	run := exec.CommandContext(t.Context(), "go", "run", ".", "http://"+f.addr+"/jsonrpc")
	run.Dir, run.Env = dir, append(os.Environ(), "GOPROXY=off", "GOFLAGS=-mod=mod", "GOWORK=off")
	output, err := run.CombinedOutput()
	const want = "sum 40\nrefused: the sum is larger than any JSON number can be\ncode -32001\n"
	if err != nil || string(output) != want {
		t.Errorf("%v: it printed\n%s\nwant\n%s", err, output, want)
	}
}

// A client needs the standard library, and of ours what is generated for it.
func TestClientLinksLittle(t *testing.T) {
	t.Parallel()
	const module = "github.com/rollcall-rpc/rollcall/"
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", module+"gen/rollcall")
	got := strings.Fields(string(must(list.Output())(t)))
	slices.Sort(got)
	if want := []string{module + "gen/jsonrpc", module + "gen/rollcall"}; !slices.Equal(got, want) {
		t.Errorf("it links %v, want %v", got, want)
	}
}
