-- Questions are sessions too: journaled, resumable, any number at once. They write no file.
ALTER TABLE sessions ADD COLUMN kind TEXT NOT NULL DEFAULT 'work' CHECK (kind IN ('work', 'question'));

-- Whether the holder had the lock on the workspace when it took the session: only then does another
-- process that has the lock know it to be dead. Nobody knows it of leases that were taken before.
ALTER TABLE sessions ADD COLUMN lease_locked INTEGER NOT NULL DEFAULT 0 CHECK (lease_locked IN (0, 1));

DROP INDEX one_open_session;
CREATE UNIQUE INDEX one_open_session ON sessions (tenant) WHERE state = 'open' AND kind = 'work';
CREATE INDEX unfinished_sessions ON sessions (tenant, opened_at, id) WHERE state = 'open';
CREATE INDEX work_by_state ON sessions (tenant, state, opened_at, id) WHERE kind = 'work';

-- The keys of a session move to the one that supersedes it.
CREATE INDEX keys_by_session ON idempotency_keys (session_id);

-- What the messages of many sessions have in common, such as the answer to a question that many asked at once.
CREATE TABLE bodies (
  sha256 TEXT NOT NULL PRIMARY KEY,
  text   TEXT NOT NULL
) STRICT;

-- With a body, `message` is the `_meta` of the message alone.
ALTER TABLE outbox ADD COLUMN body TEXT REFERENCES bodies (sha256);
