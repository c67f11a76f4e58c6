-- A payment moves on after its exchange: five more states, and the day it settles on. SQLite
-- cannot change a CHECK, so the table is made anew; nobody else reads it meanwhile.
CREATE TABLE payments_anew (
  seq             INTEGER PRIMARY KEY,
  merchant        TEXT NOT NULL,
  id              TEXT NOT NULL,
  operation       TEXT NOT NULL,
  amount_minor    INTEGER NOT NULL CHECK (amount_minor BETWEEN 0 AND 999999999999),
  currency        TEXT NOT NULL,
  accept_partial  INTEGER NOT NULL,
  pan_masked      TEXT NOT NULL CHECK (instr(pan_masked, '*') > 0),
  host            TEXT NOT NULL,
  mti             TEXT NOT NULL,
  stan            INTEGER NOT NULL CHECK (stan BETWEEN 1 AND 999999),
  transmitted_at  TEXT NOT NULL,
  rrn             TEXT NOT NULL,
  terminal        TEXT NOT NULL,
  business_date   TEXT NOT NULL,
  begun_at_ms     INTEGER NOT NULL,
  fingerprint     BLOB NOT NULL CHECK (length(fingerprint) = 32),
  pan_hash        BLOB NOT NULL CHECK (length(pan_hash) = 32),
  sealed_image    BLOB NOT NULL,
  state           TEXT NOT NULL DEFAULT 'begun'
                  CHECK (state IN ('begun', 'approved', 'declined', 'failed', 'unknown',
                                   'reversing', 'reversed', 'reversed_not_found',
                                   'capturing', 'captured')),
  reason          TEXT,
  decided_at_ms   INTEGER,
  response_code   TEXT,
  approval_code   TEXT,
  approved_minor  INTEGER,
  checks          TEXT,
  details         TEXT,
  carried         TEXT,
  settlement_date TEXT,
  UNIQUE (merchant, id),
  -- DE7 has no year: the business date keeps next year's exchanges apart, and new entries at the
  -- end of the index.
  UNIQUE (host, business_date, transmitted_at, stan),
  CHECK ((state = 'begun') = (decided_at_ms IS NULL))
) STRICT;

INSERT INTO payments_anew
  SELECT *, CASE WHEN state = 'begun' THEN NULL ELSE business_date END FROM payments;

DROP TABLE payments;
ALTER TABLE payments_anew RENAME TO payments;

-- Spelled with OR, because the planner then sees that `state = 'begun'` implies it.
CREATE INDEX open_payments ON payments (state, decided_at_ms)
  WHERE state = 'begun' OR state = 'unknown' OR state = 'reversing' OR state = 'capturing';

-- How much of an authorization is taken. It settles on the day that the host says when it has it.
-- Columns are named apart from those of `payments`, which they are read beside.
CREATE TABLE captures (
  payment                 INTEGER PRIMARY KEY REFERENCES payments (seq),
  captured_minor          INTEGER NOT NULL CHECK (captured_minor BETWEEN 1 AND 999999999999),
  capture_business_date   TEXT NOT NULL,
  capture_settlement_date TEXT,
  capture_asked_at_ms     INTEGER NOT NULL
) STRICT;

-- What the host must be told until it acknowledges it. `due_at_ms` is both when it is due and,
-- moved on by a lease, whose it is meanwhile; none once nothing more is to be sent.
CREATE TABLE owed_messages (
  seq           INTEGER PRIMARY KEY,
  payment       INTEGER NOT NULL REFERENCES payments (seq),
  kind          TEXT NOT NULL CHECK (kind IN ('reversal', 'advice')),
  host          TEXT NOT NULL,
  cause         TEXT NOT NULL,
  state         TEXT NOT NULL DEFAULT 'due'
                CHECK (state IN ('due', 'acknowledged', 'not-found', 'refused')),
  owed_at_ms    INTEGER NOT NULL,
  due_at_ms     INTEGER CHECK ((state = 'due') = (due_at_ms IS NOT NULL)),
  attempts      INTEGER NOT NULL DEFAULT 0,
  stan          INTEGER,
  asked_at_ms   INTEGER CHECK ((stan IS NULL) = (asked_at_ms IS NULL)),
  put_off       TEXT,
  response_code TEXT,
  ended_at_ms   INTEGER
) STRICT;

CREATE INDEX due_owed_messages ON owed_messages (host, due_at_ms) WHERE due_at_ms IS NOT NULL;

-- What an earlier program left unknown is owed now.
INSERT INTO owed_messages (payment, kind, host, cause, owed_at_ms, due_at_ms)
  SELECT seq, 'reversal', host, reason, decided_at_ms, decided_at_ms
  FROM payments WHERE state = 'unknown';

-- What an operator must look at: one open item a message and kind.
CREATE TABLE work_items (
  seq          INTEGER PRIMARY KEY,
  kind         TEXT NOT NULL CHECK (kind IN ('reversal-overdue', 'reversal-refused',
                                             'advice-overdue', 'advice-refused')),
  owed         INTEGER NOT NULL REFERENCES owed_messages (seq),
  payment      INTEGER NOT NULL REFERENCES payments (seq),
  opened_at_ms INTEGER NOT NULL,
  closed_at_ms INTEGER,
  closed_by    TEXT,
  resolution   TEXT,
  CHECK ((closed_at_ms IS NULL) = (closed_by IS NULL)),
  CHECK ((closed_at_ms IS NULL) = (resolution IS NULL))
) STRICT;

CREATE UNIQUE INDEX open_work_items ON work_items (owed, kind) WHERE closed_at_ms IS NULL;

-- What reconciliation is to find, or not to find, in the host's own files.
CREATE TABLE expectations (
  seq             INTEGER PRIMARY KEY,
  payment         INTEGER NOT NULL UNIQUE REFERENCES payments (seq),
  kind            TEXT NOT NULL CHECK (kind = 'nothing-posted'),
  host            TEXT NOT NULL,
  settlement_date TEXT NOT NULL,
  at_ms           INTEGER NOT NULL
) STRICT;

-- Ids that a merchant reversed before they came: they are refused when they do.
CREATE TABLE tombstones (
  merchant TEXT NOT NULL,
  id       TEXT NOT NULL,
  at_ms    INTEGER NOT NULL,
  PRIMARY KEY (merchant, id)
) STRICT, WITHOUT ROWID;

-- A day is open until the next one is, then closing while anything of it is open, then closed.
CREATE TABLE business_days (
  host         TEXT NOT NULL,
  date         TEXT NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('open', 'closing', 'closed')),
  opened_at_ms INTEGER NOT NULL,
  opened_by    TEXT NOT NULL CHECK (opened_by IN ('calendar', 'host')),
  closed_at_ms INTEGER,
  PRIMARY KEY (host, date),
  CHECK ((state = 'closed') = (closed_at_ms IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX open_business_day ON business_days (host) WHERE state = 'open';
