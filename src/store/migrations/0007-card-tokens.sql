-- Cards that merchants have registered. A token is one merchant's, and stands for a card until it is
-- forgotten; then nothing is left of the card but its masked number and its hash.
CREATE TABLE card_tokens (
  token            TEXT PRIMARY KEY,
  merchant         TEXT NOT NULL,
  pan_masked       TEXT NOT NULL CHECK (instr(pan_masked, '*') > 0),
  registered_at_ms INTEGER NOT NULL,
  forgotten_at_ms  INTEGER,
  pan_hash         BLOB NOT NULL CHECK (length(pan_hash) = 32),
  sealed_card      BLOB,
  CHECK ((forgotten_at_ms IS NULL) = (sealed_card IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- A card has one token of a merchant at a time.
CREATE UNIQUE INDEX live_card_tokens ON card_tokens (merchant, pan_hash)
  WHERE forgotten_at_ms IS NULL;

-- Append-only: each request that registered a card, by the merchant's own key.
CREATE TABLE card_registrations (
  merchant    TEXT NOT NULL,
  id          TEXT NOT NULL,
  token       TEXT NOT NULL REFERENCES card_tokens (token),
  at_ms       INTEGER NOT NULL,
  fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
  PRIMARY KEY (merchant, id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER card_registrations_stay BEFORE UPDATE ON card_registrations
BEGIN SELECT RAISE(ABORT, 'card_registrations is append-only'); END;
CREATE TRIGGER card_registrations_remain BEFORE DELETE ON card_registrations
BEGIN SELECT RAISE(ABORT, 'card_registrations is append-only'); END;
CREATE TRIGGER card_tokens_stay BEFORE UPDATE OF
  token, merchant, pan_masked, registered_at_ms, pan_hash ON card_tokens
BEGIN SELECT RAISE(ABORT, 'whose a token is stays as it was'); END;
CREATE TRIGGER card_tokens_end BEFORE UPDATE ON card_tokens
  WHEN OLD.forgotten_at_ms IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a token that is forgotten stays so'); END;
CREATE TRIGGER card_tokens_remain BEFORE DELETE ON card_tokens
BEGIN SELECT RAISE(ABORT, 'a token is never given to another card'); END;
