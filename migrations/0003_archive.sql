-- What alumni leave: entries of four kinds, their sections, files and pages.

CREATE TABLE entry (
  id           TEXT PRIMARY KEY,
  kind         TEXT NOT NULL,                -- report, poster, paper, material
  title        TEXT NOT NULL,
  summary      TEXT NOT NULL DEFAULT '',
  municipality TEXT NOT NULL DEFAULT '',     -- code; a draft may lack it
  year         INTEGER NOT NULL DEFAULT 0,
  course       TEXT NOT NULL DEFAULT '',
  cohort       TEXT NOT NULL DEFAULT '',     -- cohort id once year and course are known
  team         TEXT NOT NULL DEFAULT '',     -- team id
  stage        TEXT NOT NULL DEFAULT '',
  state        TEXT NOT NULL,                -- see access.State
  audience     TEXT NOT NULL,                -- the rung it stands at now
  wanted       TEXT NOT NULL,                -- the rung its authors asked for; public while audience is members: in review
  cleared_by   TEXT NOT NULL DEFAULT '',     -- 派遣元確認: who in the sending office
  cleared_at   TIMESTAMPTZ,
  flagged      BOOLEAN NOT NULL DEFAULT FALSE,
  version      BIGINT NOT NULL,              -- counts saves; a change must name the one it read
  topic        TEXT NOT NULL DEFAULT '',     -- its discussion, from publishing on
  useful       BIGINT NOT NULL DEFAULT 0,
  adopted      BIGINT NOT NULL DEFAULT 0,
  notes        TEXT NOT NULL DEFAULT '',     -- the moderator's word when returned or hidden
  source       TEXT NOT NULL DEFAULT '',     -- where an imported or sample entry comes from; unique when given
  sample       BOOLEAN NOT NULL DEFAULT FALSE,
  created_by   TEXT NOT NULL,
  created_at   TIMESTAMPTZ NOT NULL,
  updated_at   TIMESTAMPTZ NOT NULL,
  published_at TIMESTAMPTZ,
  published_seq BIGINT NOT NULL DEFAULT 0,   -- order of lists: the event that first published it
  withdrawn_at TIMESTAMPTZ,
  reason       TEXT NOT NULL DEFAULT ''      -- why it was withdrawn
);
CREATE INDEX entry_published ON entry (state, published_seq);
CREATE INDEX entry_order ON entry (published_seq);       -- lists walk it from either end
CREATE INDEX entry_municipality ON entry (municipality, published_seq);
CREATE INDEX entry_cohort ON entry (cohort, published_seq);
CREATE UNIQUE INDEX entry_source ON entry (source) WHERE source <> '';

-- The front page walks the log for what happened; this is its path, however much else the log holds.
CREATE INDEX event_feed ON event (seq) WHERE kind IN ('entry.published', 'entry.followup', 'entry.adoption', 'topic.opened');

CREATE TABLE entry_section (
  entry    TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  key      TEXT NOT NULL,                    -- background, vision, practice, outcome, stumble, reflection, next
  body     TEXT NOT NULL,                    -- as written
  html     TEXT NOT NULL,                    -- rendered and sanitised
  renderer INTEGER NOT NULL,                 -- version of the renderer that made html
  audience TEXT NOT NULL DEFAULT '',         -- never wider than the entry's; empty: the entry's
  PRIMARY KEY (entry, key)
);

CREATE TABLE entry_theme (
  entry TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  theme TEXT NOT NULL,
  PRIMARY KEY (entry, theme)
);
CREATE INDEX entry_theme_theme ON entry_theme (theme);

CREATE TABLE entry_author (
  entry    TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  person   TEXT NOT NULL REFERENCES person (id),
  position INTEGER NOT NULL,
  PRIMARY KEY (entry, person)
);
CREATE INDEX entry_author_person ON entry_author (person);

-- The text before each revision, whole.
CREATE TABLE entry_version (
  entry   TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  version BIGINT NOT NULL,
  text    JSONB NOT NULL,
  by      TEXT NOT NULL,
  at      TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (entry, version)
);

-- その後: what became of it.
CREATE TABLE follow_up (
  id         TEXT PRIMARY KEY,
  entry      TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  body       TEXT NOT NULL,
  html       TEXT NOT NULL,
  result     TEXT NOT NULL DEFAULT '',       -- well, under_way, not_well; or a stage
  happened   TEXT NOT NULL DEFAULT '',       -- 2021-10: the month it speaks of
  author     TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX follow_up_entry ON follow_up (entry, created_at);

-- うちでもやってみた: another municipality took it up.
CREATE TABLE adoption (
  id           TEXT PRIMARY KEY,
  entry        TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  municipality TEXT NOT NULL,
  body         TEXT NOT NULL,
  html         TEXT NOT NULL,
  result       TEXT NOT NULL,                -- well, under_way, not_well
  report       TEXT NOT NULL DEFAULT '',     -- the entry that tells it in full
  author       TEXT NOT NULL,
  created_at   TIMESTAMPTZ NOT NULL
);
CREATE INDEX adoption_entry ON adoption (entry, created_at);

CREATE TABLE entry_reaction (
  entry    TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  person   TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  reaction TEXT NOT NULL,                    -- useful, thanks, ustoo
  at       TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (entry, person, reaction)
);

-- Text that is not posted yet, per person and place. No event: nobody else sees it.
CREATE TABLE draft (
  person     TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  place      TEXT NOT NULL,                  -- topic:ID, topics:new
  body       TEXT NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (person, place)
);

CREATE TABLE file (
  id          TEXT PRIMARY KEY,
  entry       TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  name        TEXT NOT NULL,                 -- as the person called it, cleaned
  type        TEXT NOT NULL,                 -- by content
  size        BIGINT NOT NULL,
  sha256      TEXT NOT NULL,
  blob        TEXT NOT NULL,                 -- name in the store
  alt         TEXT NOT NULL DEFAULT '',
  position    INTEGER NOT NULL DEFAULT 0,
  state       TEXT NOT NULL,                 -- processing, ready, failed
  reason      TEXT NOT NULL DEFAULT '',      -- why it failed, or what could not be read
  page_count  INTEGER NOT NULL DEFAULT 0,
  tries       INTEGER NOT NULL DEFAULT 0,
  lease_until TIMESTAMPTZ,                   -- a worker has it
  created_by  TEXT NOT NULL,
  created_at  TIMESTAMPTZ NOT NULL
);
CREATE INDEX file_entry ON file (entry, position);
CREATE INDEX file_queue ON file (state, created_at);
CREATE INDEX file_day ON file (created_by, created_at);

CREATE TABLE page (
  file    TEXT NOT NULL REFERENCES file (id) ON DELETE CASCADE,
  number  INTEGER NOT NULL,
  width   DOUBLE PRECISION NOT NULL,         -- points; of pictures, pixels
  height  DOUBLE PRECISION NOT NULL,
  text    TEXT NOT NULL,
  words   JSONB NOT NULL,                    -- [{"text", "box": [x, y, w, h]}, …] per mille of the shown page
  colour  TEXT NOT NULL DEFAULT '',          -- behind the picture until it is there
  widths  TEXT NOT NULL DEFAULT '',          -- sizes that the store has: 512,1280,2560
  PRIMARY KEY (file, number)
);
