// Package migrations holds the schema: numbered plain SQL that SQLite and PostgreSQL run unchanged.
//
// A file whose name ends in .sqlite.sql or .postgres.sql is for that database only, where they truly differ.
// A file is never edited after a release and only adds while the previous version of the program still runs.
// schema.sql shows what all of them together make; a test compares it with both databases.
package migrations

import "embed"

// Files are the migrations, to be run in the order of their names.
//
//go:embed 0*.sql
var Files embed.FS
