-- stock_differs: Stock whose reservation is not what open orders ask for.
SELECT store_id, sku, sum(reserved) AS reserved, sum(ordered) AS ordered
FROM (
    SELECT store_id, sku, reserved, 0 AS ordered
    FROM stock WHERE retailer_id = %(retailer_id)s
    UNION ALL
    SELECT line.store_id, line.sku, 0, line.quantity
    FROM order_line AS line
    JOIN customer_order USING (retailer_id, store_id, order_id)
    WHERE line.retailer_id = %(retailer_id)s AND customer_order.status NOT IN ('completed', 'canceled')
    UNION ALL
    SELECT placed.store_id, instead.sku, 0, instead.quantity
    FROM customer_order AS placed, jsonb_to_recordset(placed.adjustments) AS instead (sku text, quantity bigint)
    WHERE placed.retailer_id = %(retailer_id)s AND placed.status NOT IN ('completed', 'canceled')
      AND instead.sku <> ''
) AS both_sides
GROUP BY store_id, sku
HAVING sum(reserved) <> sum(ordered);

-- slots_differ: Slots with fewer places taken than there are orders in them. (More is fine: other channels book, too.)
SELECT slot.store_id, slot.slot_id, slot.taken, count(customer_order.order_id) AS ordered
FROM slot
LEFT JOIN customer_order
    ON customer_order.retailer_id = slot.retailer_id AND customer_order.store_id = slot.store_id
    AND customer_order.slot_id = slot.slot_id AND customer_order.status <> 'canceled'
WHERE slot.retailer_id = %(retailer_id)s
GROUP BY slot.retailer_id, slot.store_id, slot.slot_id, slot.taken
HAVING slot.taken < count(customer_order.order_id);

-- orders_incomplete: Orders without lines, or whose lines do not add up to their goods.
SELECT placed.store_id, placed.order_id
FROM customer_order AS placed
WHERE placed.retailer_id = %(retailer_id)s AND placed.goods IS DISTINCT FROM (
    SELECT sum(line.price) FROM order_line AS line
    WHERE line.retailer_id = placed.retailer_id AND line.store_id = placed.store_id AND line.order_id = placed.order_id
);

-- totals_differ: Orders whose total is not their goods, deposits and fee.
SELECT placed.store_id, placed.order_id
FROM customer_order AS placed
WHERE placed.retailer_id = %(retailer_id)s AND placed.total <> placed.goods + placed.fee + (
    SELECT coalesce(sum(line.deposit), 0) FROM order_line AS line
    WHERE line.retailer_id = placed.retailer_id AND line.store_id = placed.store_id AND line.order_id = placed.order_id
);

-- rows_astray: Lines and postings that belong to no order.
SELECT store_id, order_id
FROM (
    SELECT retailer_id, store_id, order_id FROM order_line WHERE retailer_id = %(retailer_id)s
    UNION
    SELECT retailer_id, store_id, order_id FROM posting WHERE retailer_id = %(retailer_id)s
) AS parts
WHERE NOT EXISTS (
    SELECT FROM customer_order AS placed
    WHERE placed.retailer_id = parts.retailer_id AND placed.store_id = parts.store_id
      AND placed.order_id = parts.order_id
);

-- ledger_unbalanced: Currencies in which the accounts of the ledger do not sum to zero.
SELECT currency, sum(balance)
FROM (
    SELECT source AS account, currency, -sum(amount) AS balance
    FROM posting WHERE retailer_id = %(retailer_id)s GROUP BY source, currency
    UNION ALL
    SELECT destination, currency, sum(amount)
    FROM posting WHERE retailer_id = %(retailer_id)s GROUP BY destination, currency
) AS accounts
GROUP BY currency
HAVING sum(balance) <> 0;

-- oversold: Stock of which more was sold than there is to sell. A stocktake can do that; an order cannot.
SELECT store_id, sku, on_hand, safety, reserved
FROM stock
WHERE retailer_id = %(retailer_id)s AND reserved > greatest(on_hand - safety, 0);
