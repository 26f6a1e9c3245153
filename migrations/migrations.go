// Package migrations holds the database schema, as goose migrations embedded
// in the program. CONTRIBUTING.md has the rules for a new one.
//
// There is no 00010. Branches were given their numbers ahead, and no commit ever
// used that one. The hole stays: goose refuses a migration whose number is below
// the newest that a database has.
package migrations

import "embed"

// FS holds the migrations, one file each, in the order of their numbers.
//
//go:embed *.sql
var FS embed.FS
