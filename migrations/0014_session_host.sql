-- Who leads a poster session beside the moderators: members who may come to it, named by who planned it.
CREATE TABLE poster_session_host (
  session TEXT NOT NULL REFERENCES poster_session (id) ON DELETE CASCADE,
  person  TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  PRIMARY KEY (session, person)
);
