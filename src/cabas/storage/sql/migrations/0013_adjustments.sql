-- domain.order.Adjustment: what picking changed of an order. The order and its lines stay as they were sold.
ALTER TABLE customer_order ADD COLUMN adjustments jsonb NOT NULL DEFAULT '[]';
