-- Text is compared by its bytes: keys are the same ones on every machine, whatever its locale.

-- One row. The schema that this database has.
CREATE TABLE store (
  one     integer PRIMARY KEY CHECK (one = 1),
  version integer NOT NULL
);

INSERT INTO store (one, version) VALUES (1, 0);

-- Every gateway that ever conducted payments here. `epoch` counts its lives: whoever conducts writes
-- its own row in every transaction, and finds none once another has declared it dead. `batch` is the
-- last transaction that it committed, by which it finds out what became of one whose end it never
-- heard; `beat_at` when that was, by the clock of the database. `head_event` and `head` are where its
-- chain of events ends.
CREATE TABLE nodes (
  name       text COLLATE "C" PRIMARY KEY,
  epoch      bigint NOT NULL,
  batch      bigint NOT NULL,
  state      text NOT NULL CHECK (state IN ('live', 'stopped', 'dead')),
  beat_at    timestamptz NOT NULL,
  head_event bigint,
  head       bytea CHECK (octet_length(head) = 32),
  CHECK ((head_event IS NULL) = (head IS NULL))
) WITH (fillfactor = 10);

-- Whose events those are that no gateway writes: an operator's answers to work items.
INSERT INTO nodes (name, epoch, batch, state, beat_at) VALUES ('(desk)', 0, 0, 'stopped', now());

-- Hot: a payment costs one row, its two UNIQUE keys and an entry of open work while it is open.
-- Anything that a query would like belongs on a projection, not on an index here.
CREATE TABLE payments (
  seq             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  node            text COLLATE "C" NOT NULL,
  merchant        text COLLATE "C" NOT NULL,
  id              text COLLATE "C" NOT NULL,
  operation       text NOT NULL,
  original_id     text COLLATE "C",
  amount_minor    bigint NOT NULL CHECK (amount_minor BETWEEN 0 AND 999999999999),
  currency        text NOT NULL,
  accept_partial  smallint NOT NULL,
  pan_masked      text NOT NULL CHECK (strpos(pan_masked, '*') > 0),
  host            text COLLATE "C" NOT NULL,
  mti             text NOT NULL,
  stan            integer NOT NULL CHECK (stan BETWEEN 1 AND 999999),
  transmitted_at  text COLLATE "C" NOT NULL,
  rrn             text NOT NULL,
  terminal        text NOT NULL,
  business_date   text COLLATE "C" NOT NULL,
  begun_at_ms     bigint NOT NULL,
  fingerprint     bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
  pan_hash        bytea NOT NULL CHECK (octet_length(pan_hash) = 32),
  sealed_image    bytea NOT NULL,
  state           text COLLATE "C" NOT NULL DEFAULT 'begun'
                  CHECK (state IN ('begun', 'approved', 'declined', 'failed', 'unknown',
                                   'reversing', 'reversed', 'reversed_not_found',
                                   'capturing', 'captured')),
  reason          text,
  decided_at_ms   bigint,
  response_code   text,
  approval_code   text,
  approved_minor  bigint,
  checks          text,
  details         text,
  carried         text,
  settlement_date text,
  UNIQUE (merchant, id),
  -- DE7 has no year: the business date keeps next year's exchanges apart, and new entries at the
  -- end of the index.
  UNIQUE (host, business_date, transmitted_at, stan),
  CHECK ((state = 'begun') = (decided_at_ms IS NULL)),
  CHECK ((original_id IS NOT NULL) = (operation IN ('payment.increment', 'payment.refund')))
);

-- Increments and refunds are payments of their own that name the one which they follow up.
CREATE INDEX follow_ups ON payments (merchant, original_id) WHERE original_id IS NOT NULL;

-- What is held and neither captured nor let go, by when it was asked for.
CREATE INDEX holds ON payments (host, begun_at_ms)
  WHERE operation = 'payment.authorize' AND state = 'approved';

CREATE INDEX open_payments ON payments (state, decided_at_ms)
  WHERE state IN ('begun', 'unknown', 'reversing', 'capturing');

-- How much of an authorization is taken. It settles on the day that the host says when it has it.
-- Columns are named apart from those of `payments`, which they are read beside.
CREATE TABLE captures (
  payment                 bigint PRIMARY KEY REFERENCES payments (seq),
  captured_minor          bigint NOT NULL CHECK (captured_minor BETWEEN 1 AND 999999999999),
  capture_business_date   text COLLATE "C" NOT NULL,
  capture_settlement_date text COLLATE "C",
  capture_asked_at_ms     bigint NOT NULL
);

-- Append-only: every move that a payment ever made, and which node wrote it; the first comes from
-- nothing. `content` is the hash of what the act wrote on its payment, `hash` that of the event and of
-- the hash before it in the chain of its node (specs/store.md, "The chain"). A key to `payments` would
-- lock and look up a row that the same transaction wrote.
CREATE TABLE payment_events (
  seq        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  node       text COLLATE "C" NOT NULL,
  payment    bigint NOT NULL,
  from_state text,
  to_state   text NOT NULL,
  reason     text,
  at_ms      bigint NOT NULL,
  content    bytea NOT NULL CHECK (octet_length(content) = 32),
  hash       bytea NOT NULL CHECK (octet_length(hash) = 32)
);

-- Append-only: host answers that decided no payment.
CREATE TABLE strays (
  seq            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind           text NOT NULL CHECK (kind IN ('late', 'unknown', 'duplicate', 'mismatched')),
  host           text NOT NULL,
  mti            text NOT NULL,
  stan           integer,
  transmitted_at text,
  response_code  text,
  at_ms          bigint NOT NULL,
  sealed_image   bytea NOT NULL
);

-- `next` is the first trace number that no lease has taken since the last wrap.
CREATE TABLE stan_marks (
  host text COLLATE "C" PRIMARY KEY,
  next integer NOT NULL CHECK (next BETWEEN 1 AND 999999)
);

-- Ranges that a node may still number exchanges from, and those that it has left, for as long as an
-- exchange of theirs may be open.
CREATE TABLE stan_leases (
  seq     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  host    text COLLATE "C" NOT NULL,
  node    text COLLATE "C" NOT NULL,
  first   integer NOT NULL CHECK (first BETWEEN 1 AND 999999),
  count   integer NOT NULL CHECK (count BETWEEN 1 AND 999999),
  left_at timestamptz
);

CREATE INDEX stan_leases_of_host ON stan_leases (host, node, seq);

CREATE TABLE merchants (
  id     text COLLATE "C" PRIMARY KEY,
  record text NOT NULL
);

-- Append-only: each record a merchant ever had. Its last `seq` is the registry's version.
CREATE TABLE merchant_changes (
  seq        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  merchant   text NOT NULL,
  record     text NOT NULL,
  changed_by text NOT NULL,
  at_ms      bigint NOT NULL
);

-- What the host must be told until it acknowledges it. `due_at_ms` is when it is due, moved on by
-- the lease of whoever takes it; `taken_by` is the node that has it, whatever its clock says.
CREATE TABLE owed_messages (
  seq           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  payment       bigint NOT NULL REFERENCES payments (seq),
  kind          text NOT NULL CHECK (kind IN ('reversal', 'advice')),
  host          text COLLATE "C" NOT NULL,
  cause         text NOT NULL,
  state         text NOT NULL DEFAULT 'due'
                CHECK (state IN ('due', 'acknowledged', 'not-found', 'refused')),
  owed_at_ms    bigint NOT NULL,
  due_at_ms     bigint CHECK ((state = 'due') = (due_at_ms IS NOT NULL)),
  taken_by      text COLLATE "C",
  attempts      integer NOT NULL DEFAULT 0,
  stan          integer,
  asked_at_ms   bigint CHECK ((stan IS NULL) = (asked_at_ms IS NULL)),
  put_off       text,
  response_code text,
  ended_at_ms   bigint
);

CREATE INDEX due_owed_messages ON owed_messages (host, due_at_ms, seq) WHERE due_at_ms IS NOT NULL;
-- When exchanges ended as unknown, which says how long their numbers rest.
CREATE INDEX unknown_since ON owed_messages (owed_at_ms) 
  WHERE cause NOT IN ('merchant-asked', 'hold-expired');

-- What an operator must look at: one open item a message and kind.
CREATE TABLE work_items (
  seq          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind         text NOT NULL CHECK (kind IN ('reversal-overdue', 'reversal-refused',
                                             'advice-overdue', 'advice-refused')),
  owed         bigint NOT NULL REFERENCES owed_messages (seq),
  payment      bigint NOT NULL REFERENCES payments (seq),
  opened_at_ms bigint NOT NULL,
  closed_at_ms bigint,
  closed_by    text,
  resolution   text,
  CHECK ((closed_at_ms IS NULL) = (closed_by IS NULL)),
  CHECK ((closed_at_ms IS NULL) = (resolution IS NULL))
);

CREATE UNIQUE INDEX open_work_items ON work_items (owed, kind) WHERE closed_at_ms IS NULL;

-- What reconciliation is to find, or not to find, in the host's own files.
CREATE TABLE expectations (
  seq             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  payment         bigint NOT NULL UNIQUE REFERENCES payments (seq),
  kind            text NOT NULL CHECK (kind = 'nothing-posted'),
  host            text NOT NULL,
  settlement_date text NOT NULL,
  at_ms           bigint NOT NULL
);

-- Ids that a merchant reversed before they came: they are refused when they do.
CREATE TABLE tombstones (
  merchant text COLLATE "C" NOT NULL,
  id       text COLLATE "C" NOT NULL,
  at_ms    bigint NOT NULL,
  PRIMARY KEY (merchant, id)
);

-- A day is open until the next one is, then closing while anything of it is open, then closed.
-- `left_at` is when it began to close, by the clock of the database: other nodes hear of it later.
CREATE TABLE business_days (
  host         text COLLATE "C" NOT NULL,
  date         text COLLATE "C" NOT NULL,
  state        text NOT NULL CHECK (state IN ('open', 'closing', 'closed')),
  opened_at_ms bigint NOT NULL,
  opened_by    text NOT NULL CHECK (opened_by IN ('calendar', 'host')),
  left_at      timestamptz CHECK ((state = 'open') = (left_at IS NULL)),
  closed_at_ms bigint,
  PRIMARY KEY (host, date),
  CHECK ((state = 'closed') = (closed_at_ms IS NOT NULL))
);

CREATE UNIQUE INDEX open_business_day ON business_days (host) WHERE state = 'open';

-- What is written once is read as it was written: these stop a mistake of ours, and make whoever
-- wants to alter the journal alter its schema first.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% stays as it was written', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER payment_events_stay BEFORE UPDATE OR DELETE ON payment_events
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER strays_stay BEFORE UPDATE OR DELETE ON strays
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER merchant_changes_stay BEFORE UPDATE OR DELETE ON merchant_changes
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payments_remain BEFORE DELETE ON payments
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payments_intent_stays BEFORE UPDATE OF
  node, merchant, id, operation, original_id, amount_minor, currency, accept_partial, pan_masked,
  host, mti, stan, transmitted_at, rrn, terminal, business_date, begun_at_ms, fingerprint, pan_hash, sealed_image
  ON payments FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER captures_remain BEFORE DELETE ON captures
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER captures_stay BEFORE UPDATE OF
  payment, captured_minor, capture_business_date, capture_asked_at_ms
  ON captures FOR EACH ROW EXECUTE FUNCTION refuse_change();
