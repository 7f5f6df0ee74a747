-- The wall, and bringing many entries in at once.

-- What a wall shows of a file: size and colour of its first page, beside the file, since a page's own row is large.
ALTER TABLE file ADD COLUMN cover_width DOUBLE PRECISION NOT NULL DEFAULT 0;   -- 0: no picture
ALTER TABLE file ADD COLUMN cover_height DOUBLE PRECISION NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN colour TEXT NOT NULL DEFAULT '';
UPDATE file SET
  cover_width = (SELECT p.width FROM page p WHERE p.file = file.id AND p.number = 1),
  cover_height = (SELECT p.height FROM page p WHERE p.file = file.id AND p.number = 1),
  colour = (SELECT p.colour FROM page p WHERE p.file = file.id AND p.number = 1)
WHERE EXISTS (SELECT 1 FROM page p WHERE p.file = file.id AND p.number = 1 AND p.widths <> '');

-- One list of entries that was brought in.
CREATE TABLE bulk (
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL,                 -- of the list's file
  state       TEXT NOT NULL,                 -- running, done, undoing, undone
  audience    TEXT NOT NULL,                 -- of rows that name none
  total       INTEGER NOT NULL,
  by          TEXT NOT NULL DEFAULT '',      -- empty: the command line
  created_at  TIMESTAMPTZ NOT NULL,
  finished_at TIMESTAMPTZ,
  undone_by   TEXT NOT NULL DEFAULT '',
  undone_at   TIMESTAMPTZ
);
CREATE INDEX bulk_order ON bulk (created_at);

-- One line of it and what became of it.
CREATE TABLE bulk_row (
  bulk   TEXT NOT NULL REFERENCES bulk (id) ON DELETE CASCADE,
  line   INTEGER NOT NULL,                   -- in the list's file
  cells  JSONB NOT NULL,                     -- as written, by column
  state  TEXT NOT NULL,                      -- waiting, new, same, problem
  detail TEXT NOT NULL DEFAULT '',           -- the reason, for people
  entry  TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (bulk, line)
);
CREATE INDEX bulk_row_state ON bulk_row (bulk, state);
CREATE INDEX bulk_row_entry ON bulk_row (entry);

-- 「このポスターはうちのものです」: whose an entry is that came in without authors.
CREATE TABLE claim (
  id         TEXT PRIMARY KEY,
  entry      TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  by         TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  team       TEXT NOT NULL DEFAULT '',       -- the claimant's team of that cohort, when the roster knows one
  note       TEXT NOT NULL DEFAULT '',
  state      TEXT NOT NULL,                  -- open, approved, declined
  reason     TEXT NOT NULL DEFAULT '',
  decided_by TEXT NOT NULL DEFAULT '',       -- empty: the roster
  decided_at TIMESTAMPTZ,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX claim_state ON claim (state, created_at);
CREATE INDEX claim_entry ON claim (entry);
CREATE UNIQUE INDEX claim_once ON claim (entry, by) WHERE state = 'open';
