-- Discount codes of a retailer, and what they took off orders.

-- domain.discount.Discount: rule holds all of it but what is counted here. Retailer-wide: only an order that uses a
-- code touches its row, after its own store's.
CREATE TABLE discount (
    retailer_id text    NOT NULL,
    code        text    NOT NULL,
    rule        jsonb   NOT NULL,
    automatic   boolean NOT NULL DEFAULT false,
    uses        integer CHECK (uses > 0),
    uses_each   integer CHECK (uses_each > 0),
    used        integer NOT NULL DEFAULT 0 CHECK (used >= 0),
    PRIMARY KEY (retailer_id, code)
);
CREATE INDEX discount_automatic ON discount (retailer_id) WHERE automatic;

-- How often one shopper used a code of which the uses of each are counted. holder: a shopper's id, or the mark of a
-- guest's mail address.
CREATE TABLE discount_use (
    retailer_id text    NOT NULL,
    code        text    NOT NULL,
    holder      text    NOT NULL,
    used        integer NOT NULL CHECK (used >= 0),
    PRIMARY KEY (retailer_id, code, holder)
);

ALTER TABLE discount ENABLE ROW LEVEL SECURITY;
ALTER TABLE discount FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON discount USING (retailer_id = current_setting('cabas.retailer_id', true));
ALTER TABLE discount_use ENABLE ROW LEVEL SECURITY;
ALTER TABLE discount_use FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON discount_use USING (retailer_id = current_setting('cabas.retailer_id', true));
GRANT SELECT, INSERT, UPDATE, DELETE ON discount, discount_use TO cabas_app;

-- domain.order.Order.discounts and OrderLine.discount: price, goods, fee and total are net of them.
ALTER TABLE customer_order ADD COLUMN discounts jsonb NOT NULL DEFAULT '[]';
ALTER TABLE order_line ADD COLUMN discount bigint;
