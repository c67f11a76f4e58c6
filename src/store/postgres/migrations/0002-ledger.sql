-- Double entry: whose money it is (specs/ledger.md). Amounts of entries are debits above zero and
-- credits below. Each node adds up what it posts in rows of its own, so that none waits for another
-- where all post to the same account.

-- The ledger begins with the first event after this one; nothing is posted for those before.
CREATE TABLE ledger_beginning (
  one        integer PRIMARY KEY CHECK (one = 1),
  last_event bigint NOT NULL
);

INSERT INTO ledger_beginning (one, last_event)
  SELECT 1, coalesce(max(seq), 0) FROM payment_events;

-- `closed_minor` is debits less credits of its entries of closed days.
CREATE TABLE ledger_accounts (
  seq          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  merchant     text COLLATE "C" NOT NULL,
  currency     text COLLATE "C" NOT NULL,
  purpose      text COLLATE "C" NOT NULL,
  closed_minor bigint NOT NULL DEFAULT 0,
  UNIQUE (merchant, currency, purpose)
);

-- Debits less credits of all entries that a node has posted.
CREATE TABLE ledger_node_balances (
  account       bigint NOT NULL,
  node          text COLLATE "C" NOT NULL,
  balance_minor bigint NOT NULL,
  PRIMARY KEY (account, node)
) WITH (fillfactor = 50);

CREATE SEQUENCE ledger_posting_numbers;

-- Append-only: one for each event. `payment` is the one whose money it is, `refund` the one that
-- gives it back or would have. `terms` is the record of the merchant by whose plan it was
-- divided, `charged_as` what the plan took it for; none when there was no plan.
CREATE TABLE ledger_postings (
  seq           bigint PRIMARY KEY,
  node          text COLLATE "C" NOT NULL,
  kind          text COLLATE "C" NOT NULL
                CHECK (kind IN ('sold', 'captured', 'refunded', 'refund-reversed',
                                'reversed', 'available', 'reserved', 'released',
                                'corrected')),
  merchant      text COLLATE "C" NOT NULL,
  payment       bigint,
  refund        bigint,
  corrects      bigint,
  terms         bigint,
  charged_as    text CHECK (charged_as IN ('payment', 'tab')),
  posted_by     text,
  business_date text COLLATE "C" NOT NULL,
  at_ms         bigint NOT NULL,
  CHECK ((kind = 'corrected') = (corrects IS NOT NULL))
);

-- Payments are numbered as they come, so new entries are at its end, or nearly.
CREATE INDEX ledger_postings_of_payment ON ledger_postings (payment) WHERE payment IS NOT NULL;
-- A posting is corrected once.
CREATE UNIQUE INDEX ledger_corrections ON ledger_postings (corrects) WHERE corrects IS NOT NULL;

-- Append-only: the entries of a posting, which are zero together in each currency.
CREATE TABLE ledger_entries (
  posting bigint NOT NULL,
  place   smallint NOT NULL CHECK (place BETWEEN 0 AND 15),
  account bigint NOT NULL,
  minor   bigint NOT NULL CHECK (minor <> 0 AND minor BETWEEN -999999999999 AND 999999999999),
  PRIMARY KEY (posting, place)
);

-- What a node has posted to an account on a business date, and where that is found.
CREATE TABLE ledger_node_days (
  business_date text COLLATE "C" NOT NULL,
  account       bigint NOT NULL,
  node          text COLLATE "C" NOT NULL,
  debit_minor   bigint NOT NULL,
  credit_minor  bigint NOT NULL,
  first_posting bigint NOT NULL,
  last_posting  bigint NOT NULL,
  first_at_ms   bigint NOT NULL,
  last_at_ms    bigint NOT NULL,
  PRIMARY KEY (business_date, account, node)
) WITH (fillfactor = 50);

-- Append-only: what an account that was posted to on a closed day had before it.
CREATE TABLE ledger_openings (
  business_date text COLLATE "C" NOT NULL,
  account       bigint NOT NULL,
  opening_minor bigint NOT NULL,
  PRIMARY KEY (business_date, account)
);

-- Append-only: days that are over. `hash` is that of the day's totals and of the hash before it.
CREATE TABLE ledger_closings (
  business_date text COLLATE "C" PRIMARY KEY,
  hash          bytea NOT NULL CHECK (octet_length(hash) = 32),
  at_ms         bigint NOT NULL
);

-- What both kinds of store show alike.
CREATE VIEW ledger_balances AS
  SELECT ledger_accounts.seq AS account, merchant, currency, purpose,
    coalesce(sum(balance_minor), 0) AS balance_minor, closed_minor
  FROM ledger_accounts LEFT JOIN ledger_node_balances ON account = ledger_accounts.seq
  GROUP BY ledger_accounts.seq;

CREATE VIEW ledger_days AS
  SELECT business_date, account, max(opening_minor) AS opening_minor,
    sum(debit_minor) AS debit_minor, sum(credit_minor) AS credit_minor,
    min(first_posting) AS first_posting, max(last_posting) AS last_posting,
    min(first_at_ms) AS first_at_ms, max(last_at_ms) AS last_at_ms
  FROM ledger_node_days LEFT JOIN ledger_openings USING (business_date, account)
  GROUP BY business_date, account;

-- Finds the record that a merchant has, and those that it had.
CREATE INDEX merchant_changes_of ON merchant_changes (merchant, seq);

CREATE TRIGGER ledger_postings_stay BEFORE UPDATE OR DELETE ON ledger_postings
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_entries_stay BEFORE UPDATE OR DELETE ON ledger_entries
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_accounts_remain BEFORE DELETE ON ledger_accounts
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_accounts_stay BEFORE UPDATE OF seq, merchant, currency, purpose
  ON ledger_accounts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_node_days_remain BEFORE DELETE ON ledger_node_days
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_openings_stay BEFORE UPDATE OR DELETE ON ledger_openings
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_closings_stay BEFORE UPDATE OR DELETE ON ledger_closings
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
