// Package openrpc reads an OpenRPC document into typed Go values and says, with its place, everything that is wrong with it.
//
// [Read] takes the document and the files that it refers to, and returns a [Document] in which every reference has become a pointer,
// together with all faults at once. An [Error] is what nothing can be generated from: text that is not JSON, members of the wrong kind,
// references that lead nowhere, names that are there twice. A [Warning] is what the specification forbids and real documents do, and
// what only describes (info, servers, tags, links, examples): the part that is wrong is then read as if it were absent.
//
// [Bundle] and [BundleParams] go the other way: they write the schemas that something needs as one JSON Schema document in which a
// validator finds everything without looking anything up.
//
// No document makes it panic, go on without end or take memory out of proportion: nesting, numbers, files, chains of schemas, the work
// on examples and the size of all faults are bounded.
package openrpc
