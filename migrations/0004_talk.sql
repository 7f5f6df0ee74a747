-- Discussions.

CREATE TABLE topic (
  id         TEXT PRIMARY KEY,
  entry      TEXT NOT NULL DEFAULT '',       -- the entry it stands beside, if any
  title      TEXT NOT NULL,
  themes     TEXT NOT NULL DEFAULT '',       -- ids, separated by commas
  question   BOOLEAN NOT NULL DEFAULT FALSE,
  state      TEXT NOT NULL,                  -- published, hidden, withdrawn
  audience   TEXT NOT NULL,                  -- never public
  cohort     TEXT NOT NULL DEFAULT '',
  team       TEXT NOT NULL DEFAULT '',
  flagged    BOOLEAN NOT NULL DEFAULT FALSE,
  author     TEXT NOT NULL,
  posts      BIGINT NOT NULL DEFAULT 0,      -- number of the last post
  sample     BOOLEAN NOT NULL DEFAULT FALSE,
  created_at TIMESTAMPTZ NOT NULL,
  last_seq   BIGINT NOT NULL DEFAULT 0,      -- order of lists: the last event that a reader sees
  last_at    TIMESTAMPTZ NOT NULL
);
CREATE INDEX topic_last ON topic (state, last_seq, id);
CREATE UNIQUE INDEX topic_entry ON topic (entry) WHERE entry <> '';

CREATE TABLE post (
  id         TEXT PRIMARY KEY,
  topic      TEXT NOT NULL REFERENCES topic (id) ON DELETE CASCADE,
  number     BIGINT NOT NULL,                -- gapless within the topic
  author     TEXT NOT NULL REFERENCES person (id),
  body       TEXT NOT NULL,
  html       TEXT NOT NULL,
  renderer   INTEGER NOT NULL,
  reply_to   TEXT NOT NULL DEFAULT '',
  useful     BIGINT NOT NULL DEFAULT 0,
  state      TEXT NOT NULL,                  -- published, hidden (by a moderator), withdrawn (by its author)
  flagged    BOOLEAN NOT NULL DEFAULT FALSE,
  reason     TEXT NOT NULL DEFAULT '',
  created_at TIMESTAMPTZ NOT NULL,
  edited_at  TIMESTAMPTZ,
  removed_at TIMESTAMPTZ,                    -- by its author, who may undo it for some seconds
  n          BIGINT NOT NULL,                -- the topic's n at which it was added
  UNIQUE (topic, number)
);
CREATE INDEX post_n ON post (topic, n);
CREATE INDEX post_author ON post (author, created_at);

CREATE TABLE post_version (
  post    TEXT NOT NULL REFERENCES post (id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  body    TEXT NOT NULL,
  at      TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (post, version)
);

CREATE TABLE post_reaction (
  post     TEXT NOT NULL REFERENCES post (id) ON DELETE CASCADE,
  person   TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  reaction TEXT NOT NULL,
  at       TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (post, person, reaction)
);

-- How far somebody has read, as the topic's n. Only grows. No event.
CREATE TABLE read_mark (
  person TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  topic  TEXT NOT NULL REFERENCES topic (id) ON DELETE CASCADE,
  n      BIGINT NOT NULL,
  number BIGINT NOT NULL,                    -- the last post at n: what is unread is posts - number
  PRIMARY KEY (person, topic)
);
