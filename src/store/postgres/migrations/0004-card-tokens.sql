-- Cards that merchants have registered. A token is one merchant's, and stands for a card until it is
-- forgotten; then nothing is left of the card but its masked number and its hash.
CREATE TABLE card_tokens (
  token            text COLLATE "C" PRIMARY KEY,
  merchant         text COLLATE "C" NOT NULL,
  pan_masked       text NOT NULL CHECK (strpos(pan_masked, '*') > 0),
  registered_at_ms bigint NOT NULL,
  forgotten_at_ms  bigint,
  pan_hash         bytea NOT NULL CHECK (octet_length(pan_hash) = 32),
  sealed_card      bytea,
  CHECK ((forgotten_at_ms IS NULL) = (sealed_card IS NOT NULL))
);

-- A card has one token of a merchant at a time, whichever node was asked for it.
CREATE UNIQUE INDEX live_card_tokens ON card_tokens (merchant, pan_hash)
  WHERE forgotten_at_ms IS NULL;

-- Append-only: each request that registered a card, by the merchant's own key.
CREATE TABLE card_registrations (
  merchant    text COLLATE "C" NOT NULL,
  id          text COLLATE "C" NOT NULL,
  token       text COLLATE "C" NOT NULL REFERENCES card_tokens (token),
  at_ms       bigint NOT NULL,
  fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
  PRIMARY KEY (merchant, id)
);

CREATE TRIGGER card_registrations_stay BEFORE UPDATE OR DELETE ON card_registrations
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER card_tokens_stay BEFORE UPDATE OF
  token, merchant, pan_masked, registered_at_ms, pan_hash
  ON card_tokens FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER card_tokens_end BEFORE UPDATE ON card_tokens
  FOR EACH ROW WHEN (OLD.forgotten_at_ms IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER card_tokens_remain BEFORE DELETE ON card_tokens
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
