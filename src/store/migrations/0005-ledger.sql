-- Double entry: whose money it is (specs/ledger.md). Amounts of entries are debits above zero and
-- credits below.

-- The ledger begins with the first event after this one; nothing is posted for those before.
CREATE TABLE ledger_beginning (
  one        INTEGER PRIMARY KEY CHECK (one = 1),
  last_event INTEGER NOT NULL
) STRICT;

INSERT INTO ledger_beginning (one, last_event)
  SELECT 1, coalesce(max(seq), 0) FROM payment_events;

-- `balance_minor` is debits less credits of all its entries, `closed_minor` of those of closed days.
CREATE TABLE ledger_accounts (
  seq           INTEGER PRIMARY KEY,
  merchant      TEXT NOT NULL,
  currency      TEXT NOT NULL,
  purpose       TEXT NOT NULL,
  balance_minor INTEGER NOT NULL DEFAULT 0,
  closed_minor  INTEGER NOT NULL DEFAULT 0,
  UNIQUE (merchant, currency, purpose)
) STRICT;

-- What both kinds of store show alike.
CREATE VIEW ledger_balances AS
  SELECT seq AS account, merchant, currency, purpose, balance_minor, closed_minor
  FROM ledger_accounts;

-- Append-only: one for each event. `payment` is the one whose money it is, `refund` the one that
-- gives it back or would have. `terms` is the record of the merchant by whose plan it was
-- divided, `charged_as` what the plan took it for; none when there was no plan.
CREATE TABLE ledger_postings (
  seq           INTEGER PRIMARY KEY,
  kind          TEXT NOT NULL CHECK (kind IN ('sold', 'captured', 'refunded', 'refund-reversed',
                                              'reversed', 'available', 'reserved', 'released',
                                              'corrected')),
  merchant      TEXT NOT NULL,
  payment       INTEGER REFERENCES payments (seq),
  refund        INTEGER REFERENCES payments (seq),
  corrects      INTEGER REFERENCES ledger_postings (seq),
  terms         INTEGER REFERENCES merchant_changes (seq),
  charged_as    TEXT CHECK (charged_as IN ('payment', 'tab')),
  posted_by     TEXT,
  business_date TEXT NOT NULL,
  at_ms         INTEGER NOT NULL,
  CHECK ((kind = 'corrected') = (corrects IS NOT NULL))
) STRICT;

-- Payments are numbered as they come, so new entries are at its end, or nearly.
CREATE INDEX ledger_postings_of_payment ON ledger_postings (payment) WHERE payment IS NOT NULL;
-- A posting is corrected once.
CREATE UNIQUE INDEX ledger_corrections ON ledger_postings (corrects) WHERE corrects IS NOT NULL;

-- Append-only: the entries of a posting, which are zero together in each currency.
CREATE TABLE ledger_entries (
  posting INTEGER NOT NULL REFERENCES ledger_postings (seq),
  place   INTEGER NOT NULL CHECK (place BETWEEN 0 AND 15),
  account INTEGER NOT NULL REFERENCES ledger_accounts (seq),
  minor   INTEGER NOT NULL CHECK (minor <> 0 AND minor BETWEEN -999999999999 AND 999999999999),
  PRIMARY KEY (posting, place)
) STRICT, WITHOUT ROWID;

-- What was posted to an account on a business date, and where that is found. `opening_minor` is
-- there once the day is closed; from then on the row stays as it is.
CREATE TABLE ledger_days (
  business_date TEXT NOT NULL,
  account       INTEGER NOT NULL REFERENCES ledger_accounts (seq),
  opening_minor INTEGER,
  debit_minor   INTEGER NOT NULL,
  credit_minor  INTEGER NOT NULL,
  first_posting INTEGER NOT NULL,
  last_posting  INTEGER NOT NULL,
  first_at_ms   INTEGER NOT NULL,
  last_at_ms    INTEGER NOT NULL,
  PRIMARY KEY (business_date, account)
) STRICT, WITHOUT ROWID;

-- Append-only: days that are over. `hash` is that of the day's totals and of the hash before it.
CREATE TABLE ledger_closings (
  business_date TEXT PRIMARY KEY,
  hash          BLOB NOT NULL CHECK (length(hash) = 32),
  at_ms         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Finds the record that a merchant has, and those that it had.
CREATE INDEX merchant_changes_of ON merchant_changes (merchant, seq);

CREATE TRIGGER ledger_postings_stay BEFORE UPDATE ON ledger_postings
BEGIN SELECT RAISE(ABORT, 'ledger_postings is append-only'); END;
CREATE TRIGGER ledger_postings_remain BEFORE DELETE ON ledger_postings
BEGIN SELECT RAISE(ABORT, 'ledger_postings is append-only'); END;
CREATE TRIGGER ledger_entries_stay BEFORE UPDATE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'ledger_entries is append-only'); END;
CREATE TRIGGER ledger_entries_remain BEFORE DELETE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'ledger_entries is append-only'); END;
CREATE TRIGGER ledger_accounts_remain BEFORE DELETE ON ledger_accounts
BEGIN SELECT RAISE(ABORT, 'an account is never deleted'); END;
CREATE TRIGGER ledger_accounts_stay BEFORE UPDATE OF seq, merchant, currency, purpose
  ON ledger_accounts
BEGIN SELECT RAISE(ABORT, 'an account is what it is'); END;
CREATE TRIGGER ledger_days_remain BEFORE DELETE ON ledger_days
BEGIN SELECT RAISE(ABORT, 'a day is never deleted'); END;
CREATE TRIGGER ledger_days_stay BEFORE UPDATE ON ledger_days WHEN old.opening_minor IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a day that is closed stays as it is'); END;
CREATE TRIGGER ledger_closings_stay BEFORE UPDATE ON ledger_closings
BEGIN SELECT RAISE(ABORT, 'ledger_closings is append-only'); END;
CREATE TRIGGER ledger_closings_remain BEFORE DELETE ON ledger_closings
BEGIN SELECT RAISE(ABORT, 'ledger_closings is append-only'); END;
