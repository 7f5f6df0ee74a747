-- Who somebody is, where they took part, and how they get in.

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
);
CREATE INDEX person_email ON person (email_key);
CREATE INDEX person_municipality ON person (municipality, id);
CREATE INDEX person_directory ON person (member, kana, id);

-- An account at a sign-in provider. Never joined to a person by its address.
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

-- One sign-in under way. One row, one use.
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

-- A token for the API.
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

-- A year of a course.
CREATE TABLE cohort (
  id     TEXT PRIMARY KEY,                   -- 2019-regular
  year   INTEGER NOT NULL,
  course TEXT NOT NULL
);

-- The people that one municipality sent to one cohort.
CREATE TABLE team (
  id           TEXT PRIMARY KEY,
  cohort       TEXT NOT NULL REFERENCES cohort (id),
  municipality TEXT NOT NULL,
  name         TEXT NOT NULL,
  UNIQUE (cohort, municipality, name)
);

-- What a person was in one cohort: role = person × cohort × period.
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
-- A person without a team takes part once in each role too: UNIQUE lets any number of rows with an empty team pass.
CREATE UNIQUE INDEX participation_teamless ON participation (person, cohort, role) WHERE team IS NULL;
CREATE INDEX participation_person ON participation (person);
CREATE INDEX participation_cohort ON participation (cohort, team);

-- A role over all cohorts.
CREATE TABLE staff_role (
  person TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  role   TEXT NOT NULL,                      -- moderator, secretariat
  since  TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (person, role)
);

-- The secretariat's list of who took part. A row is claimed by the person it admits.
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

-- A one-use link: admits somebody, gives a role, or adds an identity to a person.
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
