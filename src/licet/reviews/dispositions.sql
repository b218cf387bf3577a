-- What persons decided about pairs, and which parties were screened. Rows are added and never changed:
-- triggers refuse everything else.

CREATE TABLE IF NOT EXISTS disposition (  -- one act of one person about a pair of party and listing
  id       INTEGER PRIMARY KEY,
  hash     TEXT NOT NULL UNIQUE,  -- of this row and of the hash before it
  verdict  TEXT NOT NULL CHECK (verdict IN ('match', 'cleared', 'signed', 'withdrawn')),
  at       TEXT NOT NULL,         -- the instant, UTC
  person   TEXT NOT NULL CHECK (person <> ''),
  reason   TEXT NOT NULL CHECK (reason <> '' OR verdict = 'signed'),
  until    TEXT NOT NULL,         -- the last day of a clear, else empty
  about    TEXT NOT NULL,         -- the hash of the clear that is signed, else empty
  party    TEXT NOT NULL,         -- as the file of parties calls it
  party_digest   TEXT NOT NULL,
  party_said     TEXT NOT NULL,   -- what screening reads of the party, JSON
  listing  TEXT NOT NULL,
  listing_digest TEXT NOT NULL,
  listing_said   TEXT NOT NULL,   -- what screening reads of the listing, JSON
  CHECK ((verdict = 'cleared') = (until <> '')),
  CHECK ((verdict = 'signed') = (about <> ''))
) STRICT;

CREATE TABLE IF NOT EXISTS party_set (    -- parties that were screened together
  id       INTEGER PRIMARY KEY,
  digest   TEXT NOT NULL UNIQUE,
  members  BLOB NOT NULL          -- digests of 16 bytes each, in order
) STRICT;

CREATE TABLE IF NOT EXISTS screening_run (
  id       INTEGER PRIMARY KEY,
  at       TEXT NOT NULL,         -- the instant, UTC
  known    TEXT NOT NULL,         -- the day by which its lists were known
  lists    TEXT NOT NULL,         -- codes it was limited to, JSON; empty for all
  snapshots TEXT NOT NULL,        -- SHA-256 of the files it had, JSON
  digest   TEXT NOT NULL,         -- of the index of names
  parties  INTEGER NOT NULL REFERENCES party_set (id)
) STRICT;
