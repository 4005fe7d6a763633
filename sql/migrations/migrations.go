// Package migrations embeds the SQL that builds the schema, one numbered goose file per change.
//
// A file that has been released is never edited: the next change is the next number. It only adds: programs of the version before go on
// with the same database until they are replaced, so what they use is dropped or renamed one version later at the earliest. There are no Down sections, because the
// program only ever migrates up; to go back, restore a backup.
package migrations

import "embed"

// FS holds the migrations at its root.
//
//go:embed *.sql
var FS embed.FS
