-- What all migrations together make, as SQLite tells it. Made by
--   go test ./migrations -run TestSchemaShowsTheResult -update
-- and compared with both databases by that test. To change the schema, add a migration.

CREATE TABLE migration (
			name TEXT PRIMARY KEY, applied_at TIMESTAMPTZ NOT NULL);

CREATE TABLE log_head (
  id    INTEGER PRIMARY KEY,
  seq   BIGINT NOT NULL,
  epoch TEXT NOT NULL                  -- empty until the first start
);

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

CREATE TABLE topic_head (
  topic TEXT PRIMARY KEY,
  n     BIGINT NOT NULL
);

CREATE TABLE checkpoint (
  follower TEXT PRIMARY KEY,
  seq      BIGINT NOT NULL
);

CREATE TABLE request (
  id   TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  at   TIMESTAMPTZ NOT NULL
);

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

CREATE TABLE person (
  id           TEXT PRIMARY KEY,
  name         TEXT NOT NULL,
  kana         TEXT NOT NULL DEFAULT '',
  email        TEXT NOT NULL DEFAULT '',     -- where mail goes; shown to nobody
  email_key    TEXT NOT NULL DEFAULT '',     -- casefold(NFKC(trim(email)))
  municipality TEXT NOT NULL DEFAULT '',     -- where they work now
  section      TEXT NOT NULL DEFAULT '',     -- 所属
  about        TEXT NOT NULL DEFAULT '',
  member       BOOLEAN NOT NULL DEFAULT FALSE, -- admitted
  suspended_at TIMESTAMPTZ,
  suspended_until TIMESTAMPTZ,               -- empty: until somebody lifts it
  suspension   TEXT NOT NULL DEFAULT '',     -- the reason
  sample       BOOLEAN NOT NULL DEFAULT FALSE, -- a demo person
  theme        TEXT NOT NULL DEFAULT '',     -- light, dark or as the device
  text_size    TEXT NOT NULL DEFAULT '',
  mail         TEXT NOT NULL DEFAULT 'now',  -- now, never
  created_at   TIMESTAMPTZ NOT NULL
, asked BOOLEAN NOT NULL DEFAULT TRUE);

CREATE INDEX person_email ON person (email_key);

CREATE INDEX person_municipality ON person (municipality, id);

CREATE INDEX person_directory ON person (member, kana, id);

CREATE TABLE identity (
  provider       TEXT NOT NULL,
  subject        TEXT NOT NULL,
  person         TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  email          TEXT NOT NULL DEFAULT '',
  label          TEXT NOT NULL DEFAULT '',
  created_at     TIMESTAMPTZ NOT NULL,
  last_at        TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (provider, subject)
);

CREATE INDEX identity_person ON identity (person);

CREATE TABLE signin (
  state      TEXT PRIMARY KEY,               -- hash of the state in the address
  browser    TEXT NOT NULL,                  -- hash of the short cookie that binds it to one browser
  provider   TEXT NOT NULL,
  nonce      TEXT NOT NULL,
  verifier   TEXT NOT NULL,                  -- PKCE
  next       TEXT NOT NULL DEFAULT '',
  shared     BOOLEAN NOT NULL DEFAULT FALSE, -- この端末は共用です: the session ends with the browser
  invitation TEXT NOT NULL DEFAULT '',       -- hash
  link       TEXT NOT NULL DEFAULT '',       -- person that the identity is added to
  expires_at TIMESTAMPTZ NOT NULL
);

CREATE INDEX signin_expiry ON signin (expires_at);

CREATE TABLE session (
  token      TEXT PRIMARY KEY,               -- hash of the cookie's value
  id         TEXT NOT NULL UNIQUE,           -- what 設定 names it by: the hash stays here
  data       TEXT NOT NULL,                  -- base64
  person     TEXT NOT NULL DEFAULT '',
  agent      TEXT NOT NULL DEFAULT '',       -- browser and system in words
  started_at TIMESTAMPTZ NOT NULL,
  seen_at    TIMESTAMPTZ NOT NULL,           -- to the hour
  expires_at TIMESTAMPTZ NOT NULL
);

CREATE INDEX session_person ON session (person);

CREATE INDEX session_expiry ON session (expires_at);

CREATE TABLE token (
  hash       TEXT PRIMARY KEY,
  id         TEXT NOT NULL UNIQUE,
  person     TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  label      TEXT NOT NULL,
  scopes     TEXT NOT NULL,                  -- read,write,admin
  operator   BOOLEAN NOT NULL DEFAULT FALSE, -- made in the shell: no limits per account
  created_at TIMESTAMPTZ NOT NULL,
  used_at    TIMESTAMPTZ,
  expires_at TIMESTAMPTZ
);

CREATE TABLE cohort (
  id     TEXT PRIMARY KEY,                   -- 2019-regular
  year   INTEGER NOT NULL,
  course TEXT NOT NULL
);

CREATE TABLE team (
  id           TEXT PRIMARY KEY,
  cohort       TEXT NOT NULL REFERENCES cohort (id),
  municipality TEXT NOT NULL,
  name         TEXT NOT NULL,
  UNIQUE (cohort, municipality, name)
);

CREATE TABLE participation (
  id      TEXT PRIMARY KEY,
  person  TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  cohort  TEXT NOT NULL REFERENCES cohort (id),
  team    TEXT REFERENCES team (id),
  role    TEXT NOT NULL,                     -- fellow, alumnus, adviser, steward
  since   TIMESTAMPTZ NOT NULL,
  until   TIMESTAMPTZ,
  UNIQUE (person, cohort, team, role)
);

CREATE UNIQUE INDEX participation_teamless ON participation (person, cohort, role) WHERE team IS NULL;

CREATE INDEX participation_person ON participation (person);

CREATE INDEX participation_cohort ON participation (cohort, team);

CREATE TABLE staff_role (
  person TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  role   TEXT NOT NULL,                      -- moderator, secretariat
  since  TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (person, role)
);

CREATE TABLE roster_entry (
  id           TEXT PRIMARY KEY,
  email        TEXT NOT NULL,
  email_key    TEXT NOT NULL,
  name         TEXT NOT NULL,
  kana         TEXT NOT NULL DEFAULT '',
  municipality TEXT NOT NULL,
  year         INTEGER NOT NULL,
  course       TEXT NOT NULL,
  team         TEXT NOT NULL DEFAULT '',
  role         TEXT NOT NULL,
  section      TEXT NOT NULL DEFAULT '',
  person       TEXT REFERENCES person (id),  -- who claimed it
  import       TEXT NOT NULL DEFAULT '',
  created_at   TIMESTAMPTZ NOT NULL,
  UNIQUE (email_key, year, course)
);

CREATE INDEX roster_person ON roster_entry (person);

CREATE INDEX roster_match ON roster_entry (municipality, year, course);

CREATE TABLE invitation (
  hash       TEXT PRIMARY KEY,
  id         TEXT NOT NULL UNIQUE,
  role       TEXT NOT NULL,                  -- fellow, alumnus, adviser, steward, moderator, secretariat; '' for a new identity
  person     TEXT REFERENCES person (id),    -- whom a new identity is for
  team       TEXT REFERENCES team (id),
  cohort     TEXT REFERENCES cohort (id),
  note       TEXT NOT NULL DEFAULT '',
  created_by TEXT NOT NULL DEFAULT '',       -- empty: the command line
  created_at TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL,
  used_at    TIMESTAMPTZ,
  used_by    TEXT REFERENCES person (id)
);

CREATE TABLE application (
  id           TEXT PRIMARY KEY,
  person       TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  name         TEXT NOT NULL,
  kana         TEXT NOT NULL DEFAULT '',
  municipality TEXT NOT NULL,
  year         INTEGER NOT NULL,
  course       TEXT NOT NULL,
  note         TEXT NOT NULL DEFAULT '',
  roster       TEXT REFERENCES roster_entry (id), -- the row it agrees with (名簿と一致)
  state        TEXT NOT NULL,                -- waiting, admitted, refused
  reason       TEXT NOT NULL DEFAULT '',
  decided_by   TEXT NOT NULL DEFAULT '',
  decided_at   TIMESTAMPTZ,
  created_at   TIMESTAMPTZ NOT NULL
);

CREATE INDEX application_state ON application (state, created_at);

CREATE UNIQUE INDEX application_waiting ON application (person) WHERE state = 'waiting';

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

CREATE INDEX entry_order ON entry (published_seq);

CREATE INDEX entry_municipality ON entry (municipality, published_seq);

CREATE INDEX entry_cohort ON entry (cohort, published_seq);

CREATE UNIQUE INDEX entry_source ON entry (source) WHERE source <> '';

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

CREATE TABLE entry_version (
  entry   TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  version BIGINT NOT NULL,
  text    JSONB NOT NULL,
  by      TEXT NOT NULL,
  at      TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (entry, version)
);

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
, tiling TEXT NOT NULL DEFAULT '', tile_tries INTEGER NOT NULL DEFAULT 0, missing_at TIMESTAMPTZ, ocr TEXT NOT NULL DEFAULT '', ocr_tries INTEGER NOT NULL DEFAULT 0, cover_width DOUBLE PRECISION NOT NULL DEFAULT 0, cover_height DOUBLE PRECISION NOT NULL DEFAULT 0, colour TEXT NOT NULL DEFAULT '');

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
  widths  TEXT NOT NULL DEFAULT '', tiled_width INTEGER NOT NULL DEFAULT 0, tiled_height INTEGER NOT NULL DEFAULT 0, transcript TEXT NOT NULL DEFAULT '', machine BOOLEAN NOT NULL DEFAULT FALSE,          -- sizes that the store has: 512,1280,2560
  PRIMARY KEY (file, number)
);

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
, answer TEXT NOT NULL DEFAULT '', merged TEXT NOT NULL DEFAULT '', room TEXT NOT NULL DEFAULT '', swept BIGINT NOT NULL DEFAULT 0);

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
  n          BIGINT NOT NULL, nonce TEXT NOT NULL DEFAULT '', extra BOOLEAN NOT NULL DEFAULT FALSE, moved TEXT NOT NULL DEFAULT '',                -- the topic's n at which it was added
  UNIQUE (topic, number)
);

CREATE INDEX post_n ON post (topic, n);

CREATE INDEX post_author ON post (author, created_at);

CREATE TABLE post_version (
  post    TEXT NOT NULL REFERENCES post (id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  body    TEXT NOT NULL,
  at      TIMESTAMPTZ NOT NULL, files TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (post, version)
);

CREATE TABLE post_reaction (
  post     TEXT NOT NULL REFERENCES post (id) ON DELETE CASCADE,
  person   TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  reaction TEXT NOT NULL,
  at       TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (post, person, reaction)
);

CREATE TABLE read_mark (
  person TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  topic  TEXT NOT NULL REFERENCES topic (id) ON DELETE CASCADE,
  n      BIGINT NOT NULL,
  number BIGINT NOT NULL,                    -- the last post at n: what is unread is posts - number
  PRIMARY KEY (person, topic)
);

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
  read_at TIMESTAMPTZ, search TEXT NOT NULL DEFAULT '', ask TEXT NOT NULL DEFAULT '',
  UNIQUE (person, seq)                       -- an event tells a person once, however often it is handled
);

CREATE INDEX notice_unread ON notice (person) WHERE read_at IS NULL;

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

CREATE TABLE saved_search (
  id         TEXT PRIMARY KEY,
  person     TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  name       TEXT NOT NULL,
  address    TEXT NOT NULL,                  -- words, filters and order, as the page's address has them, in one order
  since      BIGINT NOT NULL,                -- position of the log when it was kept: what came before is no news
  created_at TIMESTAMPTZ NOT NULL,
  UNIQUE (person, address)
);

CREATE TABLE saved_hit (
  search TEXT NOT NULL REFERENCES saved_search (id) ON DELETE CASCADE,
  thing  TEXT NOT NULL,                      -- id of an entry or a topic
  seq    BIGINT NOT NULL,                    -- the event by which it came
  notice TEXT NOT NULL DEFAULT '',           -- the notice that tells of it; empty until that is written
  PRIMARY KEY (search, thing)
);

CREATE INDEX saved_hit_notice ON saved_hit (notice);

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

CREATE INDEX notice_seq ON notice (seq);

CREATE INDEX file_tiling ON file (created_at) WHERE tiling = 'waiting';

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

CREATE INDEX file_ocr ON file (created_at) WHERE ocr = 'waiting';

CREATE INDEX file_missing ON file (missing_at) WHERE missing_at IS NOT NULL;

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

CREATE INDEX post_moved ON post (moved) WHERE moved <> '';

CREATE INDEX post_reply ON post (reply_to) WHERE reply_to <> '';

CREATE TABLE topic_level (
  person TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  topic  TEXT NOT NULL REFERENCES topic (id) ON DELETE CASCADE,
  level  TEXT NOT NULL,                      -- watch, normal, mute
  since  BIGINT NOT NULL DEFAULT 0,          -- position of the log when it was said: what came before is no news
  PRIMARY KEY (person, topic)
);

CREATE INDEX topic_level_topic ON topic_level (topic, level);

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

CREATE UNIQUE INDEX topic_room ON topic (room) WHERE room <> '';

CREATE INDEX topic_cohort ON topic (cohort) WHERE cohort <> '';

CREATE INDEX topic_team ON topic (team) WHERE team <> '';

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

CREATE TABLE attachment (
  id          TEXT PRIMARY KEY,
  post        TEXT NOT NULL REFERENCES post (id) ON DELETE CASCADE,
  position    INTEGER NOT NULL,
  name        TEXT NOT NULL,                 -- as the person called it, cleaned
  type        TEXT NOT NULL,                 -- by content
  size        BIGINT NOT NULL,
  sha256      TEXT NOT NULL,
  blob        TEXT NOT NULL,                 -- name in the store
  alt         TEXT NOT NULL DEFAULT '',
  state       TEXT NOT NULL,                 -- processing, ready, failed
  reason      TEXT NOT NULL DEFAULT '',      -- why it failed, or what could not be read
  page_count  INTEGER NOT NULL DEFAULT 0,
  width       INTEGER NOT NULL DEFAULT 0,    -- of the picture, or of the first page once it is read; 0: none
  height      INTEGER NOT NULL DEFAULT 0,
  colour      TEXT NOT NULL DEFAULT '',      -- #rrggbb, behind the picture until it is there
  widths      TEXT NOT NULL DEFAULT '',      -- 512,1280: the pictures that there are
  tries       INTEGER NOT NULL DEFAULT 0,
  lease_until TIMESTAMPTZ,                   -- a worker has it
  missing_at  TIMESTAMPTZ,                   -- its blob was found lost
  created_by  TEXT NOT NULL,
  created_at  TIMESTAMPTZ NOT NULL
);

CREATE INDEX attachment_post ON attachment (post, position);

CREATE INDEX attachment_queue ON attachment (created_at) WHERE state = 'processing';

CREATE INDEX attachment_day ON attachment (created_by, created_at);

CREATE TABLE poster_session_host (
  session TEXT NOT NULL REFERENCES poster_session (id) ON DELETE CASCADE,
  person  TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  PRIMARY KEY (session, person)
);
