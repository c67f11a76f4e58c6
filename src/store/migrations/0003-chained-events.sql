-- Events are chained: `content` is the hash of what the act wrote on its payment, `hash` that of the
-- event and of the hash before it in the chain of its node (specs/store.md, "The chain"). Events of
-- before this step have none: a hash made now would only swear to what was found.
ALTER TABLE payment_events ADD COLUMN node TEXT;
ALTER TABLE payment_events ADD COLUMN content BLOB CHECK (length(content) = 32);
ALTER TABLE payment_events ADD COLUMN hash BLOB CHECK (length(hash) = 32);

-- Append-only: each time the store was made from a backup, and the last event that it had then.
CREATE TABLE restorations (
  seq        INTEGER PRIMARY KEY,
  at_ms      INTEGER NOT NULL,
  last_event INTEGER NOT NULL
) STRICT;

-- What is written once is read as it was written: these stop a mistake of ours, and make whoever
-- wants to alter the journal alter its schema first.
CREATE TRIGGER payment_events_stay BEFORE UPDATE ON payment_events
BEGIN SELECT RAISE(ABORT, 'payment_events is append-only'); END;
CREATE TRIGGER payment_events_remain BEFORE DELETE ON payment_events
BEGIN SELECT RAISE(ABORT, 'payment_events is append-only'); END;
CREATE TRIGGER strays_stay BEFORE UPDATE ON strays
BEGIN SELECT RAISE(ABORT, 'strays is append-only'); END;
CREATE TRIGGER strays_remain BEFORE DELETE ON strays
BEGIN SELECT RAISE(ABORT, 'strays is append-only'); END;
CREATE TRIGGER merchant_changes_stay BEFORE UPDATE ON merchant_changes
BEGIN SELECT RAISE(ABORT, 'merchant_changes is append-only'); END;
CREATE TRIGGER merchant_changes_remain BEFORE DELETE ON merchant_changes
BEGIN SELECT RAISE(ABORT, 'merchant_changes is append-only'); END;
CREATE TRIGGER restorations_stay BEFORE UPDATE ON restorations
BEGIN SELECT RAISE(ABORT, 'restorations is append-only'); END;
CREATE TRIGGER restorations_remain BEFORE DELETE ON restorations
BEGIN SELECT RAISE(ABORT, 'restorations is append-only'); END;
CREATE TRIGGER payments_remain BEFORE DELETE ON payments
BEGIN SELECT RAISE(ABORT, 'a payment is never deleted'); END;
CREATE TRIGGER payments_intent_stays BEFORE UPDATE OF
  merchant, id, operation, amount_minor, currency, accept_partial, pan_masked, host, mti, stan,
  transmitted_at, rrn, terminal, business_date, begun_at_ms, fingerprint, pan_hash, sealed_image
  ON payments
BEGIN SELECT RAISE(ABORT, 'what began a payment stays as it was'); END;
CREATE TRIGGER captures_remain BEFORE DELETE ON captures
BEGIN SELECT RAISE(ABORT, 'a capture is never deleted'); END;
CREATE TRIGGER captures_stay BEFORE UPDATE OF
  payment, captured_minor, capture_business_date, capture_asked_at_ms
  ON captures
BEGIN SELECT RAISE(ABORT, 'what is captured stays as it was'); END;
