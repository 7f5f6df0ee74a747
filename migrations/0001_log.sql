-- The log that everything follows, and the few rows that no person sees.

-- One row: the position of the log. Counting here, inside the writing transaction and as its last statement, makes
-- seq gapless in the order of commits on both databases. The epoch changes when a database is restored.
CREATE TABLE log_head (
  id    INTEGER PRIMARY KEY,
  seq   BIGINT NOT NULL,
  epoch TEXT NOT NULL                  -- empty until the first start
);
INSERT INTO log_head (id, seq, epoch) VALUES (1, 0, '');

CREATE TABLE event (
  seq     BIGINT PRIMARY KEY,
  kind    TEXT NOT NULL,                -- see internal/event: "sent when …"
  subject TEXT NOT NULL,                -- id of the thing that it is about
  topic   TEXT NOT NULL DEFAULT '',     -- topic whose readers get it live, if any
  n       BIGINT NOT NULL DEFAULT 0,    -- gapless within the topic; 0 without one
  actor   TEXT NOT NULL DEFAULT '',     -- person who did it
  data    JSONB NOT NULL,
  at      TIMESTAMPTZ NOT NULL
);
CREATE INDEX event_topic ON event (topic, n);

-- How many events each topic has had.
CREATE TABLE topic_head (
  topic TEXT PRIMARY KEY,
  n     BIGINT NOT NULL
);

-- How far a follower that keeps its results in the database has come.
CREATE TABLE checkpoint (
  follower TEXT PRIMARY KEY,
  seq      BIGINT NOT NULL
);

-- A word from a command to a running server, such as "reindex". Each node keeps the last id that it has heard.
CREATE TABLE request (
  id   TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  at   TIMESTAMPTZ NOT NULL
);

-- The answer that a repeated request gets again (contract §4, Idempotency).
CREATE TABLE idempotency (
  person       TEXT NOT NULL,
  key          TEXT NOT NULL,
  method       TEXT NOT NULL,
  path         TEXT NOT NULL,
  digest       TEXT NOT NULL,           -- hash of the decoded fields
  status       INTEGER NOT NULL,        -- 0 while the first request still runs
  content_type TEXT NOT NULL DEFAULT '',
  location     TEXT NOT NULL DEFAULT '',
  body         TEXT NOT NULL DEFAULT '',
  at           TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (person, key)
);
CREATE INDEX idempotency_at ON idempotency (at);
