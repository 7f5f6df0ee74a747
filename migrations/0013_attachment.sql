-- Pictures and files in posts.

-- It goes where its post goes, is seen while its post is, and ends with it; blobs without a row are swept.
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

ALTER TABLE post_version ADD COLUMN files TEXT NOT NULL DEFAULT '';  -- names of the files that the post had, one a line
