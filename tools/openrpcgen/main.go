// Command openrpcgen writes a Go server, params validators and a client for an
// OpenRPC document.
//
//	go run github.com/rollcall-rpc/rollcall/tools/openrpcgen -in openrpc.json -out gen -package petstore
//
// See README.md beside this file for what it writes and how it decides.
package main

import "os"

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }
