-- A retailer sees its own rows. The application works as cabas_app, which owns nothing, and says for each transaction whose
-- rows it wants (cabas.retailer_id); without saying so it sees none. FORCE holds the tables' owner to the same rule.
-- Only the list of retailers is open to the owner, so that a backup can go through them one by one.
-- cabas_app gets rights on the partitioned tables, never on a partition: going around the policy is not possible.

ALTER TABLE retailer ENABLE ROW LEVEL SECURITY;
ALTER TABLE retailer FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON retailer USING (retailer_id = current_setting('cabas.retailer_id', true));
CREATE POLICY owner_reads ON retailer FOR SELECT TO CURRENT_USER USING (true);

ALTER TABLE store ENABLE ROW LEVEL SECURITY;
ALTER TABLE store FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON store USING (retailer_id = current_setting('cabas.retailer_id', true));

ALTER TABLE product ENABLE ROW LEVEL SECURITY;
ALTER TABLE product FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON product USING (retailer_id = current_setting('cabas.retailer_id', true));

ALTER TABLE import_run ENABLE ROW LEVEL SECURITY;
ALTER TABLE import_run FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON import_run USING (retailer_id = current_setting('cabas.retailer_id', true));

ALTER TABLE offer ENABLE ROW LEVEL SECURITY;
ALTER TABLE offer FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON offer USING (retailer_id = current_setting('cabas.retailer_id', true));

ALTER TABLE promotion ENABLE ROW LEVEL SECURITY;
ALTER TABLE promotion FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON promotion USING (retailer_id = current_setting('cabas.retailer_id', true));

ALTER TABLE stock ENABLE ROW LEVEL SECURITY;
ALTER TABLE stock FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON stock USING (retailer_id = current_setting('cabas.retailer_id', true));

ALTER TABLE slot ENABLE ROW LEVEL SECURITY;
ALTER TABLE slot FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON slot USING (retailer_id = current_setting('cabas.retailer_id', true));

ALTER TABLE slot_hold ENABLE ROW LEVEL SECURITY;
ALTER TABLE slot_hold FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON slot_hold USING (retailer_id = current_setting('cabas.retailer_id', true));

ALTER TABLE shopper ENABLE ROW LEVEL SECURITY;
ALTER TABLE shopper FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON shopper USING (retailer_id = current_setting('cabas.retailer_id', true));

ALTER TABLE purchase ENABLE ROW LEVEL SECURITY;
ALTER TABLE purchase FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON purchase USING (retailer_id = current_setting('cabas.retailer_id', true));

ALTER TABLE conversation ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversation FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON conversation USING (retailer_id = current_setting('cabas.retailer_id', true));

ALTER TABLE customer_order ENABLE ROW LEVEL SECURITY;
ALTER TABLE customer_order FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON customer_order USING (retailer_id = current_setting('cabas.retailer_id', true));

ALTER TABLE order_line ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_line FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON order_line USING (retailer_id = current_setting('cabas.retailer_id', true));

ALTER TABLE posting ENABLE ROW LEVEL SECURITY;
ALTER TABLE posting FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON posting USING (retailer_id = current_setting('cabas.retailer_id', true));

ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON outbox USING (retailer_id = current_setting('cabas.retailer_id', true));

ALTER TABLE idempotency ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON idempotency USING (retailer_id = current_setting('cabas.retailer_id', true));

ALTER TABLE agreement ENABLE ROW LEVEL SECURITY;
ALTER TABLE agreement FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON agreement USING (retailer_id = current_setting('cabas.retailer_id', true));

ALTER TABLE consent ENABLE ROW LEVEL SECURITY;
ALTER TABLE consent FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON consent USING (retailer_id = current_setting('cabas.retailer_id', true));

GRANT SELECT, INSERT, UPDATE, DELETE ON
    retailer, store, product, import_run, offer, promotion, stock, slot, slot_hold, shopper, purchase,
    conversation, customer_order, order_line, outbox, idempotency, agreement
    TO cabas_app;
-- The ledger and consents are only ever added to.
GRANT SELECT, INSERT ON posting, consent TO cabas_app;
