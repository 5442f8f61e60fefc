-- claim_key: Bind the idempotency key to this request and its answer; where it is bound already, wait for that one to end.
INSERT INTO idempotency (retailer_id, store_id, platform, key, request_hash, answer, order_id, created_at)
VALUES (%(retailer_id)s, %(store_id)s, %(platform)s, %(key)s, %(request_hash)s, %(answer)s, %(order_id)s, %(placed_at)s)
ON CONFLICT DO NOTHING;

-- insert_order: The order.
INSERT INTO customer_order (
    retailer_id, store_id, order_id, number, shopper_id, platform, agreement_id, channel, placed_at, status, method,
    slot_id, slot_starts_at, slot_ends_at, fee, goods, total, currency, merchant_of_record, delivered_by, changed_at,
    source, discounts
) VALUES (
    %(retailer_id)s, %(store_id)s, %(order_id)s, %(number)s, %(shopper_id)s, %(platform)s, %(agreement_id)s, %(channel)s,
    %(placed_at)s, %(status)s, %(method)s, %(slot_id)s, %(slot_starts_at)s, %(slot_ends_at)s, %(fee)s, %(goods)s,
    %(total)s, %(currency)s, %(merchant_of_record)s, %(delivered_by)s, %(placed_at)s, %(source)s, %(discounts)s
);

-- insert_lines: Its lines.
INSERT INTO order_line (
    retailer_id, store_id, order_id, line, sku, name, quantity, sold_by, unit_price, price, currency, vat_rate, category,
    family, minimum_age, allergens, discount, substitution, deposit
)
SELECT %(retailer_id)s, %(store_id)s, %(order_id)s, line, sku, name, quantity, sold_by, unit_price, price, %(currency)s,
    vat_rate, category, family, minimum_age, allergens, discount, substitution, deposit
FROM json_to_recordset(%(lines)s::json) AS sold (
    line integer, sku text, name text, quantity bigint, sold_by text, unit_price bigint, price bigint, vat_rate integer,
    category text[], family text, minimum_age smallint, allergens text[], discount bigint,
    substitution text, deposit bigint
);

-- insert_postings: What it moves in the ledger, numbered on from what the order posted before.
INSERT INTO posting (
    retailer_id, store_id, order_id, seq, source, destination, amount, currency, term, note, posted_at
)
SELECT %(retailer_id)s, %(store_id)s, %(order_id)s, seq + (
        SELECT coalesce(max(last.seq), 0) FROM posting AS last
        WHERE last.retailer_id = %(retailer_id)s AND last.store_id = %(store_id)s AND last.order_id = %(order_id)s
    ), source, destination, amount, currency, term, note, %(at)s
FROM json_to_recordset(%(postings)s::json) AS moved (
    seq integer, source text, destination text, amount bigint, currency text, term text, note text
);

-- insert_events: What the world is told, numbered on from what was told of the order before.
INSERT INTO outbox (retailer_id, store_id, subject, seq, topic, payload, created_at, due_at)
SELECT %(retailer_id)s, %(store_id)s, %(order_id)s, seq + (
        SELECT coalesce(max(last.seq), 0) FROM outbox AS last
        WHERE last.retailer_id = %(retailer_id)s AND last.store_id = %(store_id)s AND last.subject = %(order_id)s
    ), topic, payload, %(at)s, %(at)s
FROM json_to_recordset(%(events)s::json) AS told (seq integer, topic text, payload jsonb);

-- insert_payment: How the order is paid.
INSERT INTO payment (retailer_id, store_id, order_id, seq, handler, status, upper, currency, reference, shown, created_at)
VALUES (%(retailer_id)s, %(store_id)s, %(order_id)s, 1, %(handler)s, %(status)s, %(upper)s, %(currency)s, %(reference)s,
    %(shown)s, %(at)s);

-- take_stock: Reserve some of one SKU if that much is free. Sent once per SKU, in SKU order, so that carts never deadlock.
UPDATE stock
SET reserved = reserved + %(quantity)s
WHERE retailer_id = %(retailer_id)s AND store_id = %(store_id)s AND sku = %(sku)s
  AND reserved + %(quantity)s <= on_hand - safety;

-- lock_slot: Keep others from counting the slot's places while this order does.
SELECT FROM slot
WHERE retailer_id = %(retailer_id)s AND store_id = %(store_id)s AND slot_id = %(slot_id)s
FOR UPDATE;

-- take_slot: Take a place if one is left that nobody else holds, before the slot closes.
UPDATE slot
SET taken = taken + 1
WHERE retailer_id = %(retailer_id)s AND store_id = %(store_id)s AND slot_id = %(slot_id)s AND cutoff >= %(at)s
  AND taken + (
    SELECT count(*) FROM slot_hold AS held
    WHERE held.retailer_id = %(retailer_id)s AND held.store_id = %(store_id)s AND held.slot_id = %(slot_id)s
      AND held.expires_at > %(at)s AND held.holder <> %(holder)s
  ) < capacity;

-- drop_hold: The place held while choosing is the order's now.
DELETE FROM slot_hold
WHERE retailer_id = %(retailer_id)s AND store_id = %(store_id)s AND slot_id = %(slot_id)s AND holder = %(holder)s;

-- replay: What an idempotency key was answered before.
SELECT request_hash, answer FROM idempotency
WHERE retailer_id = %(retailer_id)s AND store_id = %(store_id)s AND platform = %(platform)s AND key = %(key)s;

-- order_exists: Whether an order's id or number is taken in its store.
SELECT FROM customer_order
WHERE retailer_id = %(retailer_id)s AND store_id = %(store_id)s AND (order_id = %(order_id)s OR number = %(number)s);

-- left: What is left to sell of some SKUs.
SELECT sku, greatest(on_hand - safety - reserved, 0) FROM stock
WHERE retailer_id = %(retailer_id)s AND store_id = %(store_id)s AND sku = ANY(%(skus)s);

-- slot_open: Whether a slot has a place left for this order.
SELECT FROM slot
WHERE retailer_id = %(retailer_id)s AND store_id = %(store_id)s AND slot_id = %(slot_id)s AND cutoff >= %(at)s
  AND taken + (
    SELECT count(*) FROM slot_hold AS held
    WHERE held.retailer_id = %(retailer_id)s AND held.store_id = %(store_id)s AND held.slot_id = %(slot_id)s
      AND held.expires_at > %(at)s AND held.holder <> %(holder)s
  ) < capacity;

-- turn_follows: Whether the conversation is still where this order's turn left it.
SELECT %(version)s = coalesce((
    SELECT version FROM conversation
    WHERE retailer_id = %(retailer_id)s AND store_id = %(store_id)s AND conversation_id = %(conversation_id)s
), 0);
