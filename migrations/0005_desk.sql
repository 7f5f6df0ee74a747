-- What moderators do, and what people are told.

CREATE TABLE flag (
  id          TEXT PRIMARY KEY,
  kind        TEXT NOT NULL,                 -- entry, topic, post
  subject     TEXT NOT NULL,
  reason      TEXT NOT NULL,
  by          TEXT NOT NULL,                 -- never shown to the author
  state       TEXT NOT NULL,                 -- open, decided
  decision    TEXT NOT NULL DEFAULT '',      -- keep, return, hide
  answer      TEXT NOT NULL DEFAULT '',
  decided_by  TEXT NOT NULL DEFAULT '',
  decided_at  TIMESTAMPTZ,
  created_at  TIMESTAMPTZ NOT NULL
);
CREATE INDEX flag_state ON flag (state, created_at);
CREATE UNIQUE INDEX flag_once ON flag (kind, subject, by) WHERE state = 'open';

-- Every act of staff: who, when, what, before and after.
CREATE TABLE audit (
  id      TEXT PRIMARY KEY,
  seq     BIGINT NOT NULL,                   -- order: position of the log when it was written
  actor   TEXT NOT NULL,                     -- person id; empty for the command line
  act     TEXT NOT NULL,
  kind    TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail  JSONB NOT NULL,
  at      TIMESTAMPTZ NOT NULL
);
CREATE INDEX audit_order ON audit (seq, id);

CREATE TABLE collection (
  id         TEXT PRIMARY KEY,
  slug       TEXT NOT NULL UNIQUE,
  title      TEXT NOT NULL,
  lead       TEXT NOT NULL DEFAULT '',       -- as written
  html       TEXT NOT NULL DEFAULT '',
  state      TEXT NOT NULL,                  -- draft, published
  audience   TEXT NOT NULL,                  -- public, members, staff
  front      BOOLEAN NOT NULL DEFAULT FALSE, -- on the front page
  version    BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE collection_item (
  collection TEXT NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
  position   INTEGER NOT NULL,
  entry      TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  note       TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (collection, entry)
);

CREATE TABLE notice (
  id      TEXT PRIMARY KEY,
  person  TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  seq     BIGINT NOT NULL,                   -- the event that caused it
  kind    TEXT NOT NULL,                     -- see internal/notify
  entry   TEXT NOT NULL DEFAULT '',          -- what access is asked for when it is read
  topic   TEXT NOT NULL DEFAULT '',          -- likewise
  post    TEXT NOT NULL DEFAULT '',
  actor   TEXT NOT NULL DEFAULT '',          -- empty: the moderators as such
  word    TEXT NOT NULL DEFAULT '',          -- a reason that belongs to it
  at      TIMESTAMPTZ NOT NULL,
  read_at TIMESTAMPTZ,
  UNIQUE (person, seq)                       -- an event tells a person once, however often it is handled
);
CREATE INDEX notice_unread ON notice (person) WHERE read_at IS NULL;

-- Letters to send, each once.
CREATE TABLE mail (
  id      TEXT PRIMARY KEY,
  notice  TEXT NOT NULL UNIQUE REFERENCES notice (id) ON DELETE CASCADE,
  person  TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  state   TEXT NOT NULL,                     -- waiting, sending, sent, failed; left in sending by a crash it is not sent again
  tries   INTEGER NOT NULL DEFAULT 0,
  due_at  TIMESTAMPTZ NOT NULL,
  sent_at TIMESTAMPTZ,
  error   TEXT NOT NULL DEFAULT ''
);
CREATE INDEX mail_due ON mail (state, due_at);
