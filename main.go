// Command rollcall is an accounts service over JSON-RPC 2.0. See README.md.
package main

import (
	"os"

	"github.com/rollcall-rpc/rollcall/internal/app"
)

func main() { os.Exit(app.Run(os.Args[1:], app.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})) }
