-- stores: All stores of a retailer, by id.
SELECT store_id, retailer_id, name, timezone, postcode, city, address, currency, methods, delivers_to, hours
FROM store
WHERE retailer_id = %(retailer_id)s
ORDER BY store_id;

-- store: One store.
SELECT store_id, retailer_id, name, timezone, postcode, city, address, currency, methods, delivers_to, hours
FROM store
WHERE retailer_id = %(retailer_id)s AND store_id = %(store_id)s;

-- offers: Price, available-to-sell and the promotion of the day (the one that began last; else the next, else the last).
-- LIMIT 1 keeps each part a lookup by key, whatever the statistics of a freshly loaded table say.
SELECT wanted.sku, asked.price, asked.currency, greatest(coalesce(shelf.free, 0), 0),
    cut.kind, cut.value, cut.every, cut.starts, cut.ends, cut.label
FROM unnest(%(skus)s::text[]) AS wanted (sku)
CROSS JOIN LATERAL (
    SELECT price, currency, sold
    FROM offer
    WHERE retailer_id = %(retailer_id)s AND store_id IN ('', %(store_id)s) AND offer.sku = wanted.sku
    ORDER BY store_id DESC
    LIMIT 1
) AS asked
LEFT JOIN LATERAL (
    SELECT on_hand - safety - reserved AS free
    FROM stock
    WHERE retailer_id = %(retailer_id)s AND store_id = %(store_id)s AND stock.sku = wanted.sku
    LIMIT 1
) AS shelf ON true
LEFT JOIN LATERAL (
    SELECT kind, value, every, starts, ends, label
    FROM promotion
    WHERE retailer_id = %(retailer_id)s AND store_id IN ('', %(store_id)s) AND promotion.sku = wanted.sku
    ORDER BY
        CASE WHEN ends < %(day)s THEN 2 WHEN starts > %(day)s THEN 1 ELSE 0 END,
        store_id DESC,
        CASE
            WHEN ends < %(day)s THEN %(day)s - ends
            WHEN starts > %(day)s THEN starts - %(day)s
            ELSE coalesce(%(day)s - starts, 1000000)
        END,
        promotion_id
    LIMIT 1
) AS cut ON true
WHERE asked.sold;

-- slots: The slots of a store that start in a span of time, earliest first, with the places others hold counted as taken.
SELECT slot.slot_id, slot.method, slot.starts_at, slot.ends_at, slot.cutoff, slot.capacity,
    slot.taken + coalesce(held.places, 0), slot.fee, slot.currency,
    (SELECT timezone FROM store WHERE retailer_id = %(retailer_id)s AND store_id = %(store_id)s), held.until
FROM slot
LEFT JOIN (
    SELECT slot_id, count(*) FILTER (WHERE holder <> %(holder)s) AS places,
        max(expires_at) FILTER (WHERE holder = %(holder)s) AS until
    FROM slot_hold
    WHERE retailer_id = %(retailer_id)s AND store_id = %(store_id)s AND expires_at > %(now)s
    GROUP BY slot_id
) AS held USING (slot_id)
WHERE slot.retailer_id = %(retailer_id)s AND slot.store_id = %(store_id)s
  AND slot.starts_at >= %(start)s AND slot.starts_at < %(end)s
  AND (%(method)s::text IS NULL OR slot.method = %(method)s)
ORDER BY slot.starts_at, slot.fee, slot.slot_id;

-- hold_slot: Keep a place for one conversation for a while, if one is left. Sent after lock_slot.
INSERT INTO slot_hold (retailer_id, store_id, slot_id, holder, expires_at)
SELECT slot.retailer_id, slot.store_id, slot.slot_id, %(holder)s, %(expires_at)s
FROM slot
WHERE slot.retailer_id = %(retailer_id)s AND slot.store_id = %(store_id)s AND slot.slot_id = %(slot_id)s
  AND slot.cutoff >= %(at)s
  AND slot.taken + (
    SELECT count(*) FROM slot_hold AS held
    WHERE held.retailer_id = %(retailer_id)s AND held.store_id = %(store_id)s AND held.slot_id = %(slot_id)s
      AND held.expires_at > %(at)s AND held.holder <> %(holder)s
  ) < slot.capacity
ON CONFLICT (retailer_id, store_id, slot_id, holder) DO UPDATE SET expires_at = excluded.expires_at;

-- drop_holds: One conversation lets go of every place it holds in a store, and holds that ended are swept.
DELETE FROM slot_hold
WHERE retailer_id = %(retailer_id)s AND store_id = %(store_id)s
  AND (holder = %(holder)s OR expires_at <= %(at)s);

-- shopper: One shopper.
SELECT shopper_id, retailer_id, name, locale, store_id, loyalty_card, birth_date, personal, email
FROM shopper
WHERE retailer_id = %(retailer_id)s AND shopper_id = %(shopper_id)s;

-- bought: What a shopper bought since a moment, by receipts and by orders placed here.
SELECT bought_at, sku, name, family, brand, quantity
FROM purchase
WHERE retailer_id = %(retailer_id)s AND shopper_id = %(shopper_id)s
  AND bought_at >= %(since)s AND bought_at <= %(now)s
UNION ALL
SELECT placed.placed_at, line.sku, line.name, line.family,
    (SELECT brand FROM product WHERE product.retailer_id = %(retailer_id)s AND product.sku = line.sku), line.quantity
FROM customer_order AS placed
CROSS JOIN LATERAL (
    SELECT sku, name, family, quantity
    FROM order_line
    WHERE order_line.retailer_id = %(retailer_id)s AND order_line.store_id = placed.store_id
      AND order_line.order_id = placed.order_id
    OFFSET 0
) AS line
WHERE placed.retailer_id = %(retailer_id)s AND placed.shopper_id = %(shopper_id)s
  AND placed.placed_at >= %(since)s AND placed.placed_at <= %(now)s AND placed.status <> 'canceled';
