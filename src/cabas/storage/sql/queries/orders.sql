-- find_order: An order by its id or number, wherever it was placed, with its store's time zone.
SELECT placed.order_id, placed.number, placed.retailer_id, placed.store_id, placed.shopper_id, placed.platform,
    placed.agreement_id, placed.channel, placed.placed_at, placed.status, placed.method, placed.slot_id,
    placed.slot_starts_at, placed.slot_ends_at, placed.fee, placed.goods, placed.total, placed.currency,
    placed.merchant_of_record, placed.delivered_by, store.timezone, placed.source,
    placed.discounts, placed.adjustments, placed.changed_at
FROM customer_order AS placed
LEFT JOIN store USING (retailer_id, store_id)
WHERE placed.retailer_id = %(retailer_id)s AND (placed.order_id = %(ref)s OR placed.number = %(ref)s);

-- orders_by_source: The orders that came through links, by what they came through.
SELECT source, platform, count(*), sum(total)::bigint, currency
FROM customer_order
WHERE retailer_id = %(retailer_id)s AND source <> '' AND status <> 'canceled'
GROUP BY source, platform, currency
ORDER BY source, platform, currency;

-- order_lines: The lines of an order, in order.
SELECT line, sku, name, quantity, sold_by, unit_price, price, currency, vat_rate, category, family, minimum_age, allergens,
    discount, substitution, deposit
FROM order_line
WHERE retailer_id = %(retailer_id)s AND store_id = %(store_id)s AND order_id = %(order_id)s
ORDER BY line;

-- order_payments: How an order is paid, in order.
SELECT handler, status, upper, currency, reference, shown FROM payment
WHERE retailer_id = %(retailer_id)s AND store_id = %(store_id)s AND order_id = %(order_id)s ORDER BY seq;

-- note_payment: How a payment stands now.
UPDATE payment SET status = %(status)s, reference = %(reference)s, shown = %(shown)s
WHERE retailer_id = %(retailer_id)s AND store_id = %(store_id)s AND order_id = %(order_id)s AND seq = %(seq)s;

-- order_postings: What an order posted to the ledger, in order.
SELECT source, destination, amount, currency, term, note
FROM posting
WHERE retailer_id = %(retailer_id)s AND store_id = %(store_id)s AND order_id = %(order_id)s
ORDER BY seq;

-- move_order: Put an order from one status into another and add adjustments, unless somebody else moved or adjusted it.
UPDATE customer_order
SET status = %(to)s, changed_at = %(at)s, adjustments = adjustments || %(adjustments)s::jsonb
WHERE retailer_id = %(retailer_id)s AND store_id = %(store_id)s AND order_id = %(order_id)s AND status = %(from)s
  AND jsonb_array_length(adjustments) = %(adjusted)s;

-- give_back_stock: Free what a canceled order had reserved of one SKU.
UPDATE stock
SET reserved = reserved - %(quantity)s
WHERE retailer_id = %(retailer_id)s AND store_id = %(store_id)s AND sku = %(sku)s;

-- hand_over_stock: What was picked of one SKU has left the store; nothing of it is reserved any more.
UPDATE stock
SET reserved = reserved - %(quantity)s, on_hand = on_hand - %(picked)s
WHERE retailer_id = %(retailer_id)s AND store_id = %(store_id)s AND sku = %(sku)s;

-- give_back_slot: Free the place of a canceled order.
UPDATE slot
SET taken = taken - 1
WHERE retailer_id = %(retailer_id)s AND store_id = %(store_id)s AND slot_id = %(slot_id)s;
