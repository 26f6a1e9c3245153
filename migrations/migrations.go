// Package migrations holds the database schema, as goose migrations embedded
// in the program. CONTRIBUTING.md has the rules for a new one.
//
// There is no 00010. Branches reserved their numbers in advance, and no commit
// ever used that one. The gap must stay: goose refuses a migration whose number
// is below the newest that a database has.
package migrations

import "embed"

// FS contains the migrations, one per file, ordered by number.
//
//go:embed *.sql
var FS embed.FS
