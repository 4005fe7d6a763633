// Package attacks is tests alone: they attack the service as it runs in production, three processes of the command rollcall on one
// Postgres database, over HTTP, and say what the attacker got.
//
// Each attack has two sizes. The small one belongs to all other tests and asserts no time. The full one, by the flag -attacks.full
// or make soak, has the figures that the threat model promises, and prints what was measured.
package attacks
