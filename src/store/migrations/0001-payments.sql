-- Hot: a payment costs one row, its two UNIQUE keys and an entry of open work while it is open.
-- Anything that a query would like belongs on a projection, not on an index here.
CREATE TABLE payments (
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
                  CHECK (state IN ('begun', 'approved', 'declined', 'failed', 'unknown')),
  reason          TEXT,
  decided_at_ms   INTEGER,
  response_code   TEXT,
  approval_code   TEXT,
  approved_minor  INTEGER,
  checks          TEXT,
  details         TEXT,
  carried         TEXT,
  UNIQUE (merchant, id),
  -- DE7 has no year: the business date keeps next year's exchanges apart, and new entries at the
  -- end of the index.
  UNIQUE (host, business_date, transmitted_at, stan),
  CHECK ((state = 'begun') = (decided_at_ms IS NULL))
) STRICT;

-- Spelled with OR, because the planner then sees that `state = 'begun'` implies it.
CREATE INDEX open_payments ON payments (state, decided_at_ms)
  WHERE state = 'begun' OR state = 'unknown';

-- Append-only: every move that a payment ever made; the first comes from nothing.
CREATE TABLE payment_events (
  seq        INTEGER PRIMARY KEY,
  payment    INTEGER NOT NULL REFERENCES payments (seq),
  from_state TEXT,
  to_state   TEXT NOT NULL,
  reason     TEXT,
  at_ms      INTEGER NOT NULL
) STRICT;

-- Append-only: host answers that decided no payment.
CREATE TABLE strays (
  seq            INTEGER PRIMARY KEY,
  kind           TEXT NOT NULL CHECK (kind IN ('late', 'unknown', 'duplicate', 'mismatched')),
  host           TEXT NOT NULL,
  mti            TEXT NOT NULL,
  stan           INTEGER,
  transmitted_at TEXT,
  response_code  TEXT,
  at_ms          INTEGER NOT NULL,
  sealed_image   BLOB NOT NULL
) STRICT;

-- `next` is the first trace number that no lease has taken since the last wrap.
CREATE TABLE stan_leases (
  host TEXT PRIMARY KEY,
  next INTEGER NOT NULL CHECK (next BETWEEN 1 AND 999999)
) STRICT, WITHOUT ROWID;

CREATE TABLE merchants (
  id     TEXT PRIMARY KEY,
  record TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Append-only: each record a merchant ever had. Its last `seq` is the registry's version.
CREATE TABLE merchant_changes (
  seq        INTEGER PRIMARY KEY,
  merchant   TEXT NOT NULL,
  record     TEXT NOT NULL,
  changed_by TEXT NOT NULL,
  at_ms      INTEGER NOT NULL
) STRICT;

-- One row. Every connection writes it once, so that durability can be asserted after a write.
CREATE TABLE openings (
  one   INTEGER PRIMARY KEY CHECK (one = 1),
  count INTEGER NOT NULL
) STRICT;

INSERT INTO openings (one, count) VALUES (1, 0);
