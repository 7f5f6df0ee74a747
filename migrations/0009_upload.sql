-- Files that arrive in pieces, and what is known of a file besides its pages.

-- An upload under way. It belongs to its account and has no entry yet; its bytes lie in parts, each a blob of its own.
CREATE TABLE transfer (
  id         TEXT PRIMARY KEY,
  person     TEXT NOT NULL REFERENCES person (id),
  place      TEXT NOT NULL DEFAULT '',       -- the form that it is for
  name       TEXT NOT NULL,                  -- as the person called it, cleaned
  declared   TEXT NOT NULL DEFAULT '',       -- the type as the browser has it
  size       BIGINT NOT NULL,                -- of the whole file
  received   BIGINT NOT NULL DEFAULT 0,      -- what the parts have of it
  look       JSONB NOT NULL,                 -- what was found when it was looked at
  created_at TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX transfer_person ON transfer (person, place, created_at);
CREATE INDEX transfer_expiry ON transfer (expires_at);

CREATE TABLE transfer_part (
  transfer TEXT NOT NULL REFERENCES transfer (id) ON DELETE CASCADE,
  start    BIGINT NOT NULL,
  size     BIGINT NOT NULL,
  blob     TEXT NOT NULL,                    -- name in the store
  PRIMARY KEY (transfer, start)
);

ALTER TABLE file ADD COLUMN missing_at TIMESTAMPTZ;                   -- when somebody first asked for a blob of it that is lost
ALTER TABLE file ADD COLUMN ocr TEXT NOT NULL DEFAULT '';             -- '': its text is its own; waiting, done, failed
ALTER TABLE file ADD COLUMN ocr_tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE page ADD COLUMN machine BOOLEAN NOT NULL DEFAULT FALSE;   -- its text was read off its picture
CREATE INDEX file_ocr ON file (created_at) WHERE ocr = 'waiting';
CREATE INDEX file_missing ON file (missing_at) WHERE missing_at IS NOT NULL;
