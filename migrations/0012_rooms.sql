-- Rooms (部屋), notes on sheets (付せん) and poster sessions (発表会).

-- A room is made from the data; what it has of its own is one standing conversation, which is a topic.
ALTER TABLE topic ADD COLUMN room TEXT NOT NULL DEFAULT '';      -- cohort-ID, team-ID, region-SLUG, theme-ID, practice, session-ID; else empty
ALTER TABLE topic ADD COLUMN swept BIGINT NOT NULL DEFAULT 0;    -- number of the last post that was cleared away for good (練習部屋)
CREATE UNIQUE INDEX topic_room ON topic (room) WHERE room <> '';
CREATE INDEX topic_cohort ON topic (cohort) WHERE cohort <> '';
CREATE INDEX topic_team ON topic (team) WHERE team <> '';

-- A note is pinned to a place of a sheet, or to the sheet as a whole, and belongs to the discussion of its entry.
CREATE TABLE note (
  id          TEXT PRIMARY KEY,
  topic       TEXT NOT NULL REFERENCES topic (id) ON DELETE CASCADE,
  entry       TEXT NOT NULL,
  file        TEXT NOT NULL,                 -- kept when the file is taken out: the words still stand
  page        INTEGER NOT NULL,
  pinned      BOOLEAN NOT NULL,              -- to x, y; else it is about the whole sheet
  x           DOUBLE PRECISION NOT NULL,     -- shares of the shown page, 0 to 1 from its top left
  y           DOUBLE PRECISION NOT NULL,
  question    BOOLEAN NOT NULL,              -- collected for the team (もらった問い)
  body        TEXT NOT NULL,
  answer      TEXT NOT NULL DEFAULT '',      -- of the team, to a question
  answered_by TEXT NOT NULL DEFAULT '',
  answered_at TIMESTAMPTZ,
  session     TEXT NOT NULL DEFAULT '',      -- the poster session in which it was written
  author      TEXT NOT NULL REFERENCES person (id),
  state       TEXT NOT NULL,                 -- published, withdrawn (by its author), hidden (by a moderator)
  n           BIGINT NOT NULL,               -- the topic's n at which it was added: its order
  created_at  TIMESTAMPTZ NOT NULL,
  edited_at   TIMESTAMPTZ
);
CREATE INDEX note_entry ON note (entry, n);
CREATE INDEX note_session ON note (session, n) WHERE session <> '';
CREATE INDEX note_author ON note (author, created_at);

-- A timed walk from poster to poster. Where it stands at a moment follows from position, since, paused_at and minutes,
-- so that every node and every page knows it without being told.
CREATE TABLE poster_session (
  id         TEXT PRIMARY KEY,
  topic      TEXT NOT NULL REFERENCES topic (id) ON DELETE CASCADE,
  title      TEXT NOT NULL,
  about      TEXT NOT NULL DEFAULT '',
  audience   TEXT NOT NULL,                  -- members, cohort
  cohort     TEXT NOT NULL DEFAULT '',
  starts_at  TIMESTAMPTZ NOT NULL,
  minutes    INTEGER NOT NULL,               -- for each poster
  position   INTEGER NOT NULL DEFAULT 0,     -- of the poster whose turn began at since; 0 is the first
  since      TIMESTAMPTZ NOT NULL,
  paused_at  TIMESTAMPTZ,
  ended_at   TIMESTAMPTZ,                    -- by the host; else it ends by itself
  version    BIGINT NOT NULL,                -- counts changes, so that two hosts do not both press the same button
  sample     BOOLEAN NOT NULL DEFAULT FALSE,
  created_by TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX poster_session_start ON poster_session (starts_at, id);

CREATE TABLE poster_session_entry (
  session  TEXT NOT NULL REFERENCES poster_session (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  entry    TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  PRIMARY KEY (session, position)
);
