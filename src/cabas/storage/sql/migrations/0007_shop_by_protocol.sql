-- Shopping by protocol: payments of orders, answers to keyed requests, keys of partners.

-- Hot. domain.payment.Payment: never a card number. seq orders the payments of one order.
CREATE TABLE payment (
    retailer_id text        NOT NULL,
    store_id    text        NOT NULL,
    order_id    text        NOT NULL,
    seq         integer     NOT NULL,
    handler     text        NOT NULL,
    status      text        NOT NULL,
    upper       bigint      NOT NULL CHECK (upper >= 0),
    currency    text        NOT NULL,
    reference   text        NOT NULL DEFAULT '',
    shown       text        NOT NULL DEFAULT '',
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (retailer_id, store_id, order_id, seq)
) PARTITION BY HASH (retailer_id, store_id);
CREATE TABLE payment_0 PARTITION OF payment FOR VALUES WITH (MODULUS 8, REMAINDER 0);
CREATE TABLE payment_1 PARTITION OF payment FOR VALUES WITH (MODULUS 8, REMAINDER 1);
CREATE TABLE payment_2 PARTITION OF payment FOR VALUES WITH (MODULUS 8, REMAINDER 2);
CREATE TABLE payment_3 PARTITION OF payment FOR VALUES WITH (MODULUS 8, REMAINDER 3);
CREATE TABLE payment_4 PARTITION OF payment FOR VALUES WITH (MODULUS 8, REMAINDER 4);
CREATE TABLE payment_5 PARTITION OF payment FOR VALUES WITH (MODULUS 8, REMAINDER 5);
CREATE TABLE payment_6 PARTITION OF payment FOR VALUES WITH (MODULUS 8, REMAINDER 6);
CREATE TABLE payment_7 PARTITION OF payment FOR VALUES WITH (MODULUS 8, REMAINDER 7);

-- The answer to a keyed request of a surface. status 0: it is being answered, until lease_until. An order has its own
-- row in `idempotency`, written with it; this one repeats the wire's words for every kind of request.
CREATE TABLE request_answer (
    retailer_id  text        NOT NULL,
    platform     text        NOT NULL,
    surface      text        NOT NULL,
    key          text        NOT NULL,
    request_hash text        NOT NULL,
    status       integer     NOT NULL DEFAULT 0,
    headers      jsonb       NOT NULL DEFAULT '{}',
    body         bytea       NOT NULL DEFAULT '',
    lease_until  timestamptz NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (retailer_id, platform, surface, key)
);
CREATE INDEX request_answer_by_age ON request_answer (retailer_id, created_at);

-- Keys by which platforms are known: a hash of the secret, never the secret.
CREATE TABLE partner_key (
    retailer_id text        NOT NULL,
    key_id      text        NOT NULL,
    platform    text        NOT NULL,
    secret_hash bytea       NOT NULL,
    note        text        NOT NULL DEFAULT '',
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz,
    revoked_at  timestamptz,
    PRIMARY KEY (retailer_id, key_id)
);

ALTER TABLE payment ENABLE ROW LEVEL SECURITY;
ALTER TABLE payment FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON payment USING (retailer_id = current_setting('cabas.retailer_id', true));
ALTER TABLE request_answer ENABLE ROW LEVEL SECURITY;
ALTER TABLE request_answer FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON request_answer USING (retailer_id = current_setting('cabas.retailer_id', true));
ALTER TABLE partner_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE partner_key FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON partner_key USING (retailer_id = current_setting('cabas.retailer_id', true));

GRANT SELECT, INSERT, UPDATE, DELETE ON payment, request_answer, partner_key TO cabas_app;
