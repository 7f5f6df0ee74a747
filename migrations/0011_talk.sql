-- Talking: how closely one follows a topic, accepted answers, quotes, moved posts, polls, and asking authors before
-- their words go elsewhere.

ALTER TABLE topic ADD COLUMN answer TEXT NOT NULL DEFAULT '';  -- the post that answers the question, by the asker's word
ALTER TABLE topic ADD COLUMN merged TEXT NOT NULL DEFAULT '';  -- the topic that its posts went to: it is only a way there now

ALTER TABLE post ADD COLUMN nonce TEXT NOT NULL DEFAULT '';    -- the sender's name for it, by which their page knows it again
ALTER TABLE post ADD COLUMN extra BOOLEAN NOT NULL DEFAULT FALSE; -- has quotes or a poll
ALTER TABLE post ADD COLUMN moved TEXT NOT NULL DEFAULT '';    -- of state moved: the post that stood at this number
CREATE INDEX post_moved ON post (moved) WHERE moved <> '';
CREATE INDEX post_reply ON post (reply_to) WHERE reply_to <> '';

-- How closely somebody follows a topic. Without a row: normal.
CREATE TABLE topic_level (
  person TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  topic  TEXT NOT NULL REFERENCES topic (id) ON DELETE CASCADE,
  level  TEXT NOT NULL,                      -- watch, normal, mute
  since  BIGINT NOT NULL DEFAULT 0,          -- position of the log when it was said: what came before is no news
  PRIMARY KEY (person, topic)
);
CREATE INDEX topic_level_topic ON topic_level (topic, level);
INSERT INTO topic_level (person, topic, level)
  SELECT DISTINCT author, topic, 'watch' FROM post WHERE state = 'published';

CREATE TABLE post_quote (
  post     TEXT NOT NULL REFERENCES post (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  quoted   TEXT NOT NULL,                    -- the post whose words they are
  words    TEXT NOT NULL,                    -- shown while they still stand there, and while it stands in the same topic
  PRIMARY KEY (post, position)
);
CREATE INDEX post_quote_quoted ON post_quote (quoted);

CREATE TABLE poll (
  post      TEXT PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
  many      BOOLEAN NOT NULL,                -- several choices may be taken
  named     BOOLEAN NOT NULL,                -- who chose what is shown with the results
  ends_at   TIMESTAMPTZ,
  closed_at TIMESTAMPTZ                      -- before its end, by whoever asked or a moderator
);

CREATE TABLE poll_choice (
  post   TEXT NOT NULL REFERENCES poll (post) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  text   TEXT NOT NULL,
  PRIMARY KEY (post, number)
);

CREATE TABLE poll_vote (
  post   TEXT NOT NULL REFERENCES poll (post) ON DELETE CASCADE,
  person TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  choice INTEGER NOT NULL,
  at     TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (post, person, choice)
);

-- Somebody asks the authors of posts whether their words may go elsewhere: into a draft of a report, or to a topic that
-- more people read.
CREATE TABLE ask (
  id         TEXT PRIMARY KEY,
  kind       TEXT NOT NULL,                  -- draft, move
  topic      TEXT NOT NULL REFERENCES topic (id) ON DELETE CASCADE,
  target     TEXT NOT NULL DEFAULT '',       -- of move: the topic that they would go to
  entry      TEXT NOT NULL DEFAULT '',       -- of draft: what was made of them
  title      TEXT NOT NULL DEFAULT '',       -- of draft
  reason     TEXT NOT NULL DEFAULT '',
  by         TEXT NOT NULL REFERENCES person (id),
  created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ask_topic ON ask (topic, created_at);

CREATE TABLE ask_post (
  ask         TEXT NOT NULL REFERENCES ask (id) ON DELETE CASCADE,
  post        TEXT NOT NULL REFERENCES post (id) ON DELETE CASCADE,
  author      TEXT NOT NULL,
  body        TEXT NOT NULL,                 -- what they were asked about: a yes is for these words
  answer      TEXT NOT NULL DEFAULT '',      -- yes, no
  answered_at TIMESTAMPTZ,
  PRIMARY KEY (ask, post)
);
CREATE INDEX ask_post_author ON ask_post (author, answer);

ALTER TABLE notice ADD COLUMN ask TEXT NOT NULL DEFAULT '';    -- the question to its reader
