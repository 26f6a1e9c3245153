// Package migrations holds the database schema, as goose migrations embedded
// in the program.
package migrations

import "embed"

// FS holds the migrations, one file each, in the order of their numbers.
//
//go:embed *.sql
var FS embed.FS
