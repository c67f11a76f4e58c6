-- What is charged to a tab is counted in grains, 10,000 to a minor unit, and posted as one capture.
-- `head` is the hash of the last charge, or of the terms before the first (specs/store.md, "Tabs").
-- `due_at_ms` is when it is to be posted and, moved on by a lease, whose it is meanwhile; `day_due`
-- the business day after which it is to be, until it is due by it.
CREATE TABLE tabs (
  seq               INTEGER PRIMARY KEY,
  merchant          TEXT NOT NULL,
  id                TEXT NOT NULL,
  payment           INTEGER NOT NULL UNIQUE REFERENCES payments (seq),
  host              TEXT NOT NULL,
  currency          TEXT NOT NULL,
  consent_reference TEXT NOT NULL,
  maximum_minor     INTEGER NOT NULL CHECK (maximum_minor BETWEEN 1 AND 99999999999),
  until_ms          INTEGER NOT NULL,
  threshold_minor   INTEGER CHECK (threshold_minor BETWEEN 1 AND 99999999999),
  charges_max       INTEGER CHECK (charges_max >= 1),
  age_ms            INTEGER NOT NULL CHECK (age_ms >= 1),
  at_day_end        INTEGER NOT NULL,
  increment_minor   INTEGER CHECK (increment_minor BETWEEN 1 AND 99999999999),
  rate_unit         TEXT CHECK (rate_unit IN ('second', 'kilobyte')),
  rate_grains       INTEGER CHECK ((rate_unit IS NULL) = (rate_grains IS NULL)),
  opened_date       TEXT NOT NULL,
  opened_at_ms      INTEGER NOT NULL,
  fingerprint       BLOB NOT NULL CHECK (length(fingerprint) = 32),
  state             TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'posted', 'released')),
  charged_grains    INTEGER NOT NULL DEFAULT 0
                    CHECK (charged_grains BETWEEN 0 AND maximum_minor * 10000),
  charge_count      INTEGER NOT NULL DEFAULT 0,
  head              BLOB NOT NULL CHECK (length(head) = 32),
  due_at_ms         INTEGER CHECK ((state = 'open') = (due_at_ms IS NOT NULL)),
  day_due           TEXT CHECK (state = 'open' OR day_due IS NULL),
  closed_because    TEXT CHECK ((state = 'open') = (closed_because IS NULL)),
  brought_grains    INTEGER CHECK ((state = 'open') = (brought_grains IS NULL)),
  posted_minor      INTEGER CHECK ((state = 'open') = (posted_minor IS NULL)),
  carried_grains    INTEGER CHECK ((state = 'open') = (carried_grains IS NULL)),
  closed_at_ms      INTEGER CHECK ((state = 'open') = (closed_at_ms IS NULL)),
  UNIQUE (merchant, id),
  CHECK (brought_grains + charged_grains = posted_minor * 10000 + carried_grains)
) STRICT;

CREATE INDEX due_tabs ON tabs (host, due_at_ms) WHERE due_at_ms IS NOT NULL;
CREATE INDEX day_due_tabs ON tabs (host, day_due) WHERE day_due IS NOT NULL;

-- Append-only and hot: a charge costs one row and one key. Each is chained to the one before it on
-- its tab.
CREATE TABLE tab_charges (
  tab      INTEGER NOT NULL REFERENCES tabs (seq),
  number   INTEGER NOT NULL CHECK (number >= 1),
  id       TEXT NOT NULL,
  grains   INTEGER NOT NULL CHECK (grains >= 1),
  quantity INTEGER,
  item     TEXT,
  at_ms    INTEGER NOT NULL,
  hash     BLOB NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (tab, number),
  UNIQUE (tab, id)
) STRICT, WITHOUT ROWID;

-- What closed tabs of a card have left at a merchant: below nothing, what the holder is due.
CREATE TABLE tab_residues (
  seq      INTEGER PRIMARY KEY,
  merchant TEXT NOT NULL,
  pan_hash BLOB NOT NULL CHECK (length(pan_hash) = 32),
  currency TEXT NOT NULL,
  grains   INTEGER NOT NULL,
  UNIQUE (merchant, pan_hash, currency)
) STRICT;

-- Charges of posted tabs that are given back. The whole minor units go back as a payment with the
-- same id; while it is open, so is this, and the residue is as it was.
CREATE TABLE tab_refunds (
  seq            INTEGER PRIMARY KEY,
  merchant       TEXT NOT NULL,
  id             TEXT NOT NULL,
  tab            INTEGER NOT NULL REFERENCES tabs (seq),
  number         INTEGER NOT NULL,
  residue        INTEGER NOT NULL REFERENCES tab_residues (seq),
  grains         INTEGER NOT NULL,
  refunded_minor INTEGER NOT NULL CHECK (refunded_minor BETWEEN 0 AND 99999999999),
  state          TEXT NOT NULL CHECK (state IN ('open', 'stands', 'void')),
  asked_at_ms    INTEGER NOT NULL,
  UNIQUE (merchant, id)
) STRICT;

CREATE UNIQUE INDEX standing_tab_refunds ON tab_refunds (tab, number) WHERE state <> 'void';
CREATE INDEX open_tab_refunds ON tab_refunds (residue) WHERE state = 'open';

-- The event of a capture swears on the whole tab that it posts.
ALTER TABLE captures ADD COLUMN capture_tab TEXT;
ALTER TABLE captures ADD COLUMN capture_tab_head BLOB CHECK (length(capture_tab_head) = 32);

DROP TRIGGER captures_stay;
CREATE TRIGGER captures_stay BEFORE UPDATE OF
  payment, captured_minor, capture_business_date, capture_asked_at_ms, capture_tab,
  capture_tab_head
  ON captures
BEGIN SELECT RAISE(ABORT, 'what is captured stays as it was'); END;

CREATE TRIGGER tab_charges_stay BEFORE UPDATE ON tab_charges
BEGIN SELECT RAISE(ABORT, 'tab_charges is append-only'); END;
CREATE TRIGGER tab_charges_remain BEFORE DELETE ON tab_charges
BEGIN SELECT RAISE(ABORT, 'tab_charges is append-only'); END;
CREATE TRIGGER tabs_remain BEFORE DELETE ON tabs
BEGIN SELECT RAISE(ABORT, 'a tab is never deleted'); END;
CREATE TRIGGER tabs_terms_stay BEFORE UPDATE OF
  merchant, id, payment, host, currency, consent_reference, maximum_minor, until_ms,
  threshold_minor, charges_max, age_ms, at_day_end, increment_minor, rate_unit, rate_grains,
  opened_date, opened_at_ms, fingerprint
  ON tabs
BEGIN SELECT RAISE(ABORT, 'what opened a tab stays as it was'); END;
CREATE TRIGGER closed_tabs_stay BEFORE UPDATE ON tabs WHEN OLD.state <> 'open'
BEGIN SELECT RAISE(ABORT, 'a closed tab stays as it was'); END;
CREATE TRIGGER tab_refunds_remain BEFORE DELETE ON tab_refunds
BEGIN SELECT RAISE(ABORT, 'a refund is never deleted'); END;
