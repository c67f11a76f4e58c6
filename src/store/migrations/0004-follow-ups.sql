-- Increments and refunds are payments of their own that name the one which they follow up.
ALTER TABLE payments ADD COLUMN original_id TEXT
  CHECK ((original_id IS NOT NULL) = (operation IN ('payment.increment', 'payment.refund')));

CREATE INDEX follow_ups ON payments (merchant, original_id) WHERE original_id IS NOT NULL;

-- What is held and neither captured nor let go, by when it was asked for.
CREATE INDEX holds ON payments (host, begun_at_ms)
  WHERE operation = 'payment.authorize' AND state = 'approved';

DROP TRIGGER payments_intent_stays;
CREATE TRIGGER payments_intent_stays BEFORE UPDATE OF
  merchant, id, operation, original_id, amount_minor, currency, accept_partial, pan_masked, host,
  mti, stan, transmitted_at, rrn, terminal, business_date, begun_at_ms, fingerprint, pan_hash,
  sealed_image
  ON payments
BEGIN SELECT RAISE(ABORT, 'what began a payment stays as it was'); END;
