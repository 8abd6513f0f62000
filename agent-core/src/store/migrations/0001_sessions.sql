-- Times are microseconds since 1970 UTC; ids are UUIDv7 text; hashes are SHA-256 hex; no floats anywhere.

CREATE TABLE sessions (
  id           TEXT    NOT NULL PRIMARY KEY,
  tenant       TEXT    NOT NULL,
  pin          TEXT    NOT NULL,
  pin_parts    TEXT    NOT NULL,
  request      TEXT    NOT NULL,
  request_hash TEXT    NOT NULL,
  state        TEXT    NOT NULL CHECK (state IN ('open', 'completed', 'failed', 'cancelled')),
  lease_owner  TEXT,
  lease_epoch  INTEGER NOT NULL DEFAULT 0,
  lease_until  INTEGER NOT NULL DEFAULT 0,
  opened_at    INTEGER NOT NULL,
  closed_at    INTEGER,
  CHECK ((state = 'open') = (closed_at IS NULL))
) STRICT;

-- One unfinished session per tenant: two would write the same files.
CREATE UNIQUE INDEX one_open_session ON sessions (tenant) WHERE state = 'open';
CREATE INDEX sessions_by_age ON sessions (tenant, opened_at, id);

-- A table of its own, because a second key may attach to a session that a first one opened.
CREATE TABLE idempotency_keys (
  tenant       TEXT NOT NULL,
  key          TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  session_id   TEXT NOT NULL REFERENCES sessions (id),
  PRIMARY KEY (tenant, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
  session_id  TEXT    NOT NULL REFERENCES sessions (id),
  step        INTEGER NOT NULL,
  key         TEXT    NOT NULL,
  input_hash  TEXT    NOT NULL,
  output_hash TEXT    NOT NULL,
  PRIMARY KEY (session_id, step),
  UNIQUE (session_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
  session_id TEXT    NOT NULL REFERENCES sessions (id),
  seq        INTEGER NOT NULL,
  message    TEXT    NOT NULL,
  PRIMARY KEY (session_id, seq)
) STRICT;

CREATE TABLE figures (
  session_id TEXT NOT NULL REFERENCES sessions (id),
  id         TEXT NOT NULL,
  figure     TEXT NOT NULL,
  PRIMARY KEY (session_id, id)
) STRICT;

-- What was about to be written, recorded before the write: a file whose hash is not here is a person's.
CREATE TABLE files (
  tenant     TEXT NOT NULL,
  session_id TEXT NOT NULL REFERENCES sessions (id),
  path       TEXT NOT NULL,
  sha256     TEXT NOT NULL,
  placed     TEXT NOT NULL,
  PRIMARY KEY (session_id, path, sha256)
) STRICT, WITHOUT ROWID;

CREATE INDEX files_by_path ON files (tenant, path, sha256);

CREATE TABLE contexts (
  id         INTEGER PRIMARY KEY,
  tenant     TEXT    NOT NULL,
  type       TEXT    NOT NULL,
  author     TEXT    NOT NULL,
  at         INTEGER NOT NULL,
  expires    INTEGER,
  payload    TEXT    NOT NULL
) STRICT;

CREATE INDEX contexts_by_type ON contexts (tenant, type, at);
