-- What a sheet has besides what the machine read of it: tiles for zooming, and corrections of its text.

ALTER TABLE file ADD COLUMN tiling TEXT NOT NULL DEFAULT '';   -- '' until somebody zooms; waiting, done, failed
ALTER TABLE file ADD COLUMN tile_tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE page ADD COLUMN tiled_width INTEGER NOT NULL DEFAULT 0;   -- pixels of the picture that its tiles are cut from; 0: none
ALTER TABLE page ADD COLUMN tiled_height INTEGER NOT NULL DEFAULT 0;
ALTER TABLE page ADD COLUMN transcript TEXT NOT NULL DEFAULT '';      -- the approved correction that text is; empty: the machine's
CREATE INDEX file_tiling ON file (created_at) WHERE tiling = 'waiting';

-- 書き起こし: what readers propose as the text of a page, and what became of it. Nothing is removed: it is the history.
CREATE TABLE transcript (
  id         TEXT PRIMARY KEY,
  file       TEXT NOT NULL REFERENCES file (id) ON DELETE CASCADE,
  number     INTEGER NOT NULL,               -- of the page
  before     TEXT NOT NULL,                  -- the page's text that the proposer saw
  text       TEXT NOT NULL,                  -- the text that is proposed
  state      TEXT NOT NULL,                  -- open, approved, declined
  reason     TEXT NOT NULL DEFAULT '',       -- what the desk answered
  by         TEXT NOT NULL,
  decided_by TEXT NOT NULL DEFAULT '',
  decided_at TIMESTAMPTZ,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX transcript_state ON transcript (state, created_at);
CREATE INDEX transcript_page ON transcript (file, number, created_at);
CREATE UNIQUE INDEX transcript_once ON transcript (file, number, by) WHERE state = 'open';
