// Package backup takes everything that the site knows out of it and brings it into another: to a file and back, or from
// SQLite to PostgreSQL.
//
// What stays true: what is taken out is one moment of the database, and every file that this moment names; a backup is
// named as asked only when it is whole and has been read back; a restore checks all of a backup before it writes, writes
// only into an empty database, and all rows in one transaction; a restored site begins another epoch, so no open page
// takes it for the old one, and sends no letter that was waiting then.
//
// A backup is a zip file: tables/NAME.jsonl with a row a line, files/NAME as the store has them, and manifest.json with
// the schema, what was counted and a SHA-256 of each part. It reads the same whichever database it came from.
package backup
