-- The history of the lists. Rows are added and never changed: triggers refuse everything else.

CREATE TABLE snapshot (          -- one published file, once
  id       INTEGER PRIMARY KEY,
  sha256   TEXT NOT NULL UNIQUE, -- of the published bytes
  file     TEXT NOT NULL,
  format   TEXT NOT NULL,
  day      TEXT NOT NULL,        -- the day of the data
  known    TEXT NOT NULL,        -- the day it became public or was seen
  rows     INTEGER NOT NULL,     -- as the publisher counts
  faults   TEXT NOT NULL,        -- what the reader noticed, JSON
  findings TEXT NOT NULL,        -- what the comparison with earlier snapshots noticed, JSON
  forced_by  TEXT NOT NULL,      -- who insisted on it, and why; empty for a sound file
  forced_why TEXT NOT NULL,
  CHECK (known >= day),
  CHECK ((forced_by = '') = (forced_why = ''))
) STRICT;

CREATE TABLE covers (            -- a list the snapshot covers, even with no entry
  snapshot INTEGER NOT NULL REFERENCES snapshot (id),
  list     TEXT NOT NULL,
  entries  INTEGER NOT NULL,
  digest   TEXT NOT NULL,        -- of all its entries
  filled   TEXT NOT NULL,        -- column -> entries that have it, JSON
  whole    INTEGER NOT NULL,      -- 0: broken off or empty, so that a missing name says nothing
  PRIMARY KEY (snapshot, list)
) STRICT, WITHOUT ROWID;

CREATE TABLE dictionary (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;

CREATE TABLE content (           -- what an entry says, once however many snapshots say it
  id         INTEGER PRIMARY KEY,
  digest     BLOB NOT NULL UNIQUE,
  dictionary INTEGER NOT NULL REFERENCES dictionary (id),
  body       BLOB NOT NULL       -- the record without its published id, JSON, deflated with the dictionary
) STRICT;

CREATE TABLE entry (             -- a snapshot has an entry
  snapshot     INTEGER NOT NULL REFERENCES snapshot (id),
  list         TEXT NOT NULL,
  place        INTEGER NOT NULL, -- its place in the reading
  content      INTEGER NOT NULL REFERENCES content (id),
  published_id TEXT NOT NULL,
  line         INTEGER NOT NULL,
  faults       TEXT NOT NULL,    -- JSON, or empty
  PRIMARY KEY (snapshot, list, place)
) STRICT, WITHOUT ROWID;
