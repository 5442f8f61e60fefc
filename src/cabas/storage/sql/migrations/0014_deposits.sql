-- domain.catalog.Product.deposit: paid with each pack and paid back for the empty one, in minor units.
ALTER TABLE product ADD COLUMN deposit bigint NOT NULL DEFAULT 0 CHECK (deposit >= 0);
-- domain.order.OrderLine.deposit: that of the line; null without any.
ALTER TABLE order_line ADD COLUMN deposit bigint CHECK (deposit >= 0);
