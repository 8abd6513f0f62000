-- What people were asked to decide. The row is made by the transaction that records the asking step.
CREATE TABLE approvals (
  id          TEXT    NOT NULL PRIMARY KEY,
  tenant      TEXT    NOT NULL,
  session_id  TEXT    NOT NULL REFERENCES sessions (id),
  key         TEXT    NOT NULL,
  content     TEXT    NOT NULL,
  action      TEXT    NOT NULL,
  summary     TEXT    NOT NULL,
  figures     TEXT    NOT NULL,
  details     TEXT    NOT NULL,
  state       TEXT    NOT NULL
              CHECK (state IN ('pending', 'approved', 'rejected', 'expired', 'done', 'failed')),
  asked_at    INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  decided_at  INTEGER,
  decided_by  TEXT,
  note        TEXT,
  outcome     TEXT,
  finished_at INTEGER,
  CHECK ((state IN ('pending', 'expired')) = (decided_at IS NULL)),
  CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
  CHECK ((state IN ('done', 'failed')) = (finished_at IS NOT NULL))
) STRICT;

-- One open question per thing to be done: the next session finds it instead of asking again.
CREATE UNIQUE INDEX one_open_approval ON approvals (tenant, content) WHERE state IN ('pending', 'approved');
CREATE INDEX approvals_by_age ON approvals (tenant, asked_at, id);
CREATE INDEX approvals_by_state ON approvals (tenant, state, asked_at, id);

-- The newest of each author, and the oldest to be forgotten.
CREATE INDEX contexts_by_author ON contexts (tenant, type, author, at, id);
CREATE INDEX contexts_by_age ON contexts (tenant, at, id);
