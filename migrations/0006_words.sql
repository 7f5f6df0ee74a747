-- Searches that people keep, words that moderators teach the search, and what was looked for in vain.

CREATE TABLE saved_search (
  id         TEXT PRIMARY KEY,
  person     TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  name       TEXT NOT NULL,
  address    TEXT NOT NULL,                  -- words, filters and order, as the page's address has them, in one order
  since      BIGINT NOT NULL,                -- position of the log when it was kept: what came before is no news
  created_at TIMESTAMPTZ NOT NULL,
  UNIQUE (person, address)
);

-- What was new to a saved search. A thing stands here once, so it is told once.
CREATE TABLE saved_hit (
  search TEXT NOT NULL REFERENCES saved_search (id) ON DELETE CASCADE,
  thing  TEXT NOT NULL,                      -- id of an entry or a topic
  seq    BIGINT NOT NULL,                    -- the event by which it came
  notice TEXT NOT NULL DEFAULT '',           -- the notice that tells of it; empty until that is written
  PRIMARY KEY (search, thing)
);
CREATE INDEX saved_hit_notice ON saved_hit (notice);

ALTER TABLE notice ADD COLUMN search TEXT NOT NULL DEFAULT '';    -- the saved search that it is about
ALTER TABLE person ADD COLUMN asked BOOLEAN NOT NULL DEFAULT TRUE; -- may be told of questions near to what they wrote

-- Near words (近いことば) as moderators changed them: a row of the embedded list's id stands for that row.
CREATE TABLE near_word (
  id         TEXT PRIMARY KEY,
  kind       TEXT NOT NULL,                  -- group: words that stand for one another; stop: one that says little
  term       TEXT NOT NULL,
  reading    TEXT NOT NULL DEFAULT '',
  near       TEXT NOT NULL DEFAULT '',       -- one a line
  weak       TEXT NOT NULL DEFAULT '',       -- those that are too general to be looked for instead, one a line
  off        BOOLEAN NOT NULL DEFAULT FALSE,
  version    BIGINT NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at TIMESTAMPTZ NOT NULL
);

-- Words that were looked for in vain. Whose they were is not kept, and the words themselves only once three people
-- looked for them (internal/vocabulary tells how).
CREATE TABLE miss (
  id       TEXT PRIMARY KEY,                 -- hash of the folded words
  text     TEXT NOT NULL DEFAULT '',         -- empty until three people asked
  people   INTEGER NOT NULL,                 -- a bit for each of sixteen parts of all people, of whom somebody asked
  aside    BOOLEAN NOT NULL DEFAULT FALSE,   -- a moderator has seen to it
  last_day TEXT NOT NULL                     -- 2026-11-22, in Japan
);
CREATE INDEX miss_last ON miss (last_day);

CREATE TABLE miss_day (
  miss  TEXT NOT NULL REFERENCES miss (id) ON DELETE CASCADE,
  day   TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (miss, day)
);
CREATE INDEX miss_day_day ON miss_day (day);
