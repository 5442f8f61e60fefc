-- usecases.link.passkeys.Passkey: the public half of a key pair on a shopper's device.
CREATE TABLE passkey (
    retailer_id text        NOT NULL,
    passkey_id  bytea       NOT NULL,
    shopper_id  text        NOT NULL,
    public_key  bytea       NOT NULL,
    sign_count  bigint      NOT NULL CHECK (sign_count >= 0),
    name        text        NOT NULL DEFAULT '',
    created_at  timestamptz NOT NULL,
    used_at     timestamptz,
    PRIMARY KEY (retailer_id, passkey_id)
);
CREATE INDEX passkey_by_shopper ON passkey (retailer_id, shopper_id);

ALTER TABLE passkey ENABLE ROW LEVEL SECURITY;
ALTER TABLE passkey FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON passkey USING (retailer_id = current_setting('cabas.retailer_id', true));
GRANT SELECT, INSERT, UPDATE, DELETE ON passkey TO cabas_app;
