-- What is charged to a tab is counted in grains, 10,000 to a minor unit, and posted as one capture.
-- `head` is the hash of the last charge, or of the terms before the first (specs/store.md, "Tabs").
-- `due_at_ms` is when it is to be posted and, moved on by a lease, whose it is meanwhile; `day_due`
-- the business day after which it is to be, until it is due by it.
CREATE TABLE tabs (
  seq               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  merchant          text COLLATE "C" NOT NULL,
  id                text COLLATE "C" NOT NULL,
  payment           bigint NOT NULL UNIQUE REFERENCES payments (seq),
  host              text COLLATE "C" NOT NULL,
  currency          text COLLATE "C" NOT NULL,
  consent_reference text NOT NULL,
  maximum_minor     bigint NOT NULL CHECK (maximum_minor BETWEEN 1 AND 99999999999),
  until_ms          bigint NOT NULL,
  threshold_minor   bigint CHECK (threshold_minor BETWEEN 1 AND 99999999999),
  charges_max       integer CHECK (charges_max >= 1),
  age_ms            bigint NOT NULL CHECK (age_ms >= 1),
  at_day_end        smallint NOT NULL,
  increment_minor   bigint CHECK (increment_minor BETWEEN 1 AND 99999999999),
  rate_unit         text CHECK (rate_unit IN ('second', 'kilobyte')),
  rate_grains       bigint CHECK ((rate_unit IS NULL) = (rate_grains IS NULL)),
  opened_date       text COLLATE "C" NOT NULL,
  opened_at_ms      bigint NOT NULL,
  fingerprint       bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
  state             text COLLATE "C" NOT NULL DEFAULT 'open'
                    CHECK (state IN ('open', 'posted', 'released')),
  charged_grains    bigint NOT NULL DEFAULT 0
                    CHECK (charged_grains BETWEEN 0 AND maximum_minor * 10000),
  charge_count      bigint NOT NULL DEFAULT 0,
  head              bytea NOT NULL CHECK (octet_length(head) = 32),
  due_at_ms         bigint CHECK ((state = 'open') = (due_at_ms IS NOT NULL)),
  day_due           text COLLATE "C" CHECK (state = 'open' OR day_due IS NULL),
  closed_because    text CHECK ((state = 'open') = (closed_because IS NULL)),
  brought_grains    bigint CHECK ((state = 'open') = (brought_grains IS NULL)),
  posted_minor      bigint CHECK ((state = 'open') = (posted_minor IS NULL)),
  carried_grains    bigint CHECK ((state = 'open') = (carried_grains IS NULL)),
  closed_at_ms      bigint CHECK ((state = 'open') = (closed_at_ms IS NULL)),
  UNIQUE (merchant, id),
  CHECK (brought_grains + charged_grains = posted_minor * 10000 + carried_grains)
) WITH (fillfactor = 50);

CREATE INDEX due_tabs ON tabs (host, due_at_ms, seq) WHERE due_at_ms IS NOT NULL;
CREATE INDEX day_due_tabs ON tabs (host, day_due) WHERE day_due IS NOT NULL;

-- Append-only and hot: a charge costs one row and two keys. Each is chained to the one before it on
-- its tab. A key to `tabs` would lock a row that the same transaction writes.
CREATE TABLE tab_charges (
  tab      bigint NOT NULL,
  number   bigint NOT NULL CHECK (number >= 1),
  id       text COLLATE "C" NOT NULL,
  grains   bigint NOT NULL CHECK (grains >= 1),
  quantity bigint,
  item     text,
  at_ms    bigint NOT NULL,
  hash     bytea NOT NULL CHECK (octet_length(hash) = 32),
  PRIMARY KEY (tab, number),
  UNIQUE (tab, id)
);

-- What closed tabs of a card have left at a merchant: below nothing, what the holder is due.
CREATE TABLE tab_residues (
  seq      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  merchant text COLLATE "C" NOT NULL,
  pan_hash bytea NOT NULL CHECK (octet_length(pan_hash) = 32),
  currency text COLLATE "C" NOT NULL,
  grains   bigint NOT NULL,
  UNIQUE (merchant, pan_hash, currency)
);

-- Charges of posted tabs that are given back. The whole minor units go back as a payment with the
-- same id; while it is open, so is this, and the residue is as it was.
CREATE TABLE tab_refunds (
  seq            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  merchant       text COLLATE "C" NOT NULL,
  id             text COLLATE "C" NOT NULL,
  tab            bigint NOT NULL REFERENCES tabs (seq),
  number         bigint NOT NULL,
  residue        bigint NOT NULL REFERENCES tab_residues (seq),
  grains         bigint NOT NULL,
  refunded_minor bigint NOT NULL CHECK (refunded_minor BETWEEN 0 AND 99999999999),
  state          text COLLATE "C" NOT NULL CHECK (state IN ('open', 'stands', 'void')),
  asked_at_ms    bigint NOT NULL,
  UNIQUE (merchant, id)
);

CREATE UNIQUE INDEX standing_tab_refunds ON tab_refunds (tab, number) WHERE state <> 'void';
CREATE INDEX open_tab_refunds ON tab_refunds (residue) WHERE state = 'open';

-- The event of a capture swears on the whole tab that it posts.
ALTER TABLE captures ADD COLUMN capture_tab text COLLATE "C";
ALTER TABLE captures ADD COLUMN capture_tab_head bytea CHECK (octet_length(capture_tab_head) = 32);

DROP TRIGGER captures_stay ON captures;
CREATE TRIGGER captures_stay BEFORE UPDATE OF
  payment, captured_minor, capture_business_date, capture_asked_at_ms, capture_tab,
  capture_tab_head
  ON captures FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER tab_charges_stay BEFORE UPDATE OR DELETE ON tab_charges
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tabs_remain BEFORE DELETE ON tabs
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tabs_terms_stay BEFORE UPDATE OF
  merchant, id, payment, host, currency, consent_reference, maximum_minor, until_ms,
  threshold_minor, charges_max, age_ms, at_day_end, increment_minor, rate_unit, rate_grains,
  opened_date, opened_at_ms, fingerprint
  ON tabs FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER closed_tabs_stay BEFORE UPDATE ON tabs
  FOR EACH ROW WHEN (OLD.state <> 'open') EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tab_refunds_remain BEFORE DELETE ON tab_refunds
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
