-- Figures, many in a pack, sorted by id: what hundreds of them have in common is kept once.
-- Those of sessions from before stand in `figures`.
CREATE TABLE figure_packs (
  session_id TEXT    NOT NULL REFERENCES sessions (id),
  first      TEXT    NOT NULL,
  last       TEXT    NOT NULL,
  count      INTEGER NOT NULL,
  lines      BLOB    NOT NULL,
  PRIMARY KEY (session_id, first)
) STRICT;

-- Which objects a session needs. A session from before has its own listed when it is first asked for.
CREATE TABLE session_objects (
  session_id TEXT NOT NULL REFERENCES sessions (id),
  sha256     TEXT NOT NULL,
  PRIMARY KEY (session_id, sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX objects_by_name ON session_objects (sha256);

-- Objects that nobody needed when this was written: to be looked at once more, then removed.
CREATE TABLE spare_objects (
  sha256 TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- A work session that was pruned stays as an empty row, so that its id, its keys and its approvals are still known.
ALTER TABLE sessions ADD COLUMN pruned_at INTEGER;

-- Hashes of the keys of pruned questions, of which nothing else is left.
CREATE TABLE pruned_keys (
  tenant TEXT    NOT NULL,
  key    TEXT    NOT NULL,
  at     INTEGER NOT NULL,
  PRIMARY KEY (tenant, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX pruned_keys_by_age ON pruned_keys (tenant, at);

CREATE INDEX questions_by_end ON sessions (tenant, closed_at, id) WHERE kind = 'question' AND state <> 'open';
CREATE INDEX approvals_by_session ON approvals (session_id);
CREATE INDEX outbox_by_body ON outbox (body) WHERE body IS NOT NULL;

-- One row that is written to see whether anything can be.
CREATE TABLE probes (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  at INTEGER NOT NULL
) STRICT;
