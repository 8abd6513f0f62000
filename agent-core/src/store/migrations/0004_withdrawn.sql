-- What a session asked, and a later one took back: `note` says why, `finished_at` when. The rest is as it was.
CREATE TABLE approvals_with_withdrawn (
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
              CHECK (state IN ('pending', 'approved', 'rejected', 'expired', 'done', 'failed', 'withdrawn')),
  asked_at    INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  decided_at  INTEGER,
  decided_by  TEXT,
  note        TEXT,
  outcome     TEXT,
  finished_at INTEGER,
  CHECK ((state IN ('pending', 'expired', 'withdrawn')) = (decided_at IS NULL)),
  CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
  CHECK ((state IN ('done', 'failed', 'withdrawn')) = (finished_at IS NOT NULL)),
  CHECK (state <> 'withdrawn' OR note IS NOT NULL)
) STRICT;

INSERT INTO approvals_with_withdrawn
       (id, tenant, session_id, key, content, action, summary, figures, details, state, asked_at, expires_at,
        decided_at, decided_by, note, outcome, finished_at)
SELECT id, tenant, session_id, key, content, action, summary, figures, details, state, asked_at, expires_at,
       decided_at, decided_by, note, outcome, finished_at
FROM approvals;
DROP TABLE approvals;
ALTER TABLE approvals_with_withdrawn RENAME TO approvals;

CREATE UNIQUE INDEX one_open_approval ON approvals (tenant, content) WHERE state IN ('pending', 'approved');
CREATE INDEX approvals_by_age ON approvals (tenant, asked_at, id);
CREATE INDEX approvals_by_state ON approvals (tenant, state, asked_at, id);
