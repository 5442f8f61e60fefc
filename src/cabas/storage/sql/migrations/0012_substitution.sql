-- domain.order.OrderLine.substitution: what a picker may do when it is gone; empty when nobody said.
ALTER TABLE order_line ADD COLUMN substitution text NOT NULL DEFAULT '';
