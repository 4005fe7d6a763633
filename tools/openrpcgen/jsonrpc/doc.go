// Package jsonrpc is JSON-RPC 2.0 over HTTP, as the code that openrpcgen
// writes needs it: both ends of a call, and the JSON in between.
//
// # Serving
//
// A generated server package has a NewHandler that returns a [*Handler]. It
// reads an HTTP request, runs its call or its batch of calls, and answers, as
// https://www.jsonrpc.org/specification asks, to the letter. A body is checked
// from its first byte to its last before anything runs; what every call costs
// is bounded by options such as [WithMaxBatch].
//
// A method returns an error of the contract (a generated type), an [*Error], or
// any other error. The last is logged and answered as [CodeInternalError] with
// nothing but the id of the log line.
//
// # Calling
//
// A generated Client embeds a [*Client]. Its errors tell three things apart:
//
//	e, ok := errors.AsType[*jsonrpc.Error](err)          // the server said no
//	e, ok := errors.AsType[*jsonrpc.ResponseError](err)  // what came back is no JSON-RPC
//	e, ok := errors.AsType[*jsonrpc.TransportError](err) // nothing came back
//
// # JSON
//
// [Encoder] and [Decoder] are what generated codecs are written with. They keep
// what encoding/json loses: member names are compared to the byte, names that
// stand twice and broken UTF-8 are errors (see [Check]), and no number is
// rounded in silence.
package jsonrpc

// Version1 exists as long as generated code of the first generation compiles
// against this package: a program that shares one runtime among several
// outputs learns at compile time that they do not fit.
const Version1 = true
