-- merge_retailer: Make a retailer known, or rename it.
INSERT INTO retailer (retailer_id, name) VALUES (%(retailer_id)s, %(name)s)
ON CONFLICT (retailer_id) DO UPDATE SET name = excluded.name;

-- ensure_retailer: Make a retailer known, under its id until it has a name: who has rows is on the list of retailers.
INSERT INTO retailer (retailer_id, name) VALUES (%(retailer_id)s, %(retailer_id)s)
ON CONFLICT DO NOTHING;

-- merge_store: Stores; what is known of one already is replaced.
INSERT INTO store (retailer_id, store_id, name, timezone, postcode, city, address, currency, methods, delivers_to, hours)
SELECT retailer_id, store_id, name, timezone, postcode, city, address, currency, methods, delivers_to, hours
FROM incoming
ON CONFLICT (retailer_id, store_id) DO UPDATE SET
    name = excluded.name, timezone = excluded.timezone, postcode = excluded.postcode, city = excluded.city,
    address = excluded.address, currency = excluded.currency, methods = excluded.methods,
    delivers_to = excluded.delivers_to, hours = excluded.hours;

-- merge_product: Products, as a demonstration or a test loads them; imports compare row hashes first.
INSERT INTO product (
    retailer_id, sku, names, lang, gtin, brand, own_brand, category, family, content_value, content_unit, content_scale,
    pieces, sold_by, vat_rate, minimum_age, allergens, labels, storage, popularity, ingredients, image, deposit
)
SELECT retailer_id, sku, names, lang, gtin, brand, own_brand, category, family, content_value, content_unit, content_scale,
    pieces, sold_by, vat_rate, minimum_age, allergens, labels, storage, popularity, ingredients, image, deposit
FROM incoming
ON CONFLICT (retailer_id, sku) DO UPDATE SET
    names = excluded.names, lang = excluded.lang, gtin = excluded.gtin, brand = excluded.brand,
    own_brand = excluded.own_brand, category = excluded.category, family = excluded.family,
    content_value = excluded.content_value, content_unit = excluded.content_unit, content_scale = excluded.content_scale,
    pieces = excluded.pieces, sold_by = excluded.sold_by, vat_rate = excluded.vat_rate,
    minimum_age = excluded.minimum_age, allergens = excluded.allergens, labels = excluded.labels,
    storage = excluded.storage, popularity = excluded.popularity, ingredients = excluded.ingredients,
    image = excluded.image, deposit = excluded.deposit, updated_at = now();

-- merge_offer: Prices; one already known is replaced.
INSERT INTO offer (retailer_id, store_id, sku, price, currency, sold)
SELECT retailer_id, store_id, sku, price, currency, sold
FROM incoming
ON CONFLICT (retailer_id, store_id, sku) DO UPDATE SET
    price = excluded.price, currency = excluded.currency, sold = excluded.sold, updated_at = now();

-- merge_promotion: Price cuts; one already known is replaced.
INSERT INTO promotion (retailer_id, store_id, sku, promotion_id, kind, value, every, starts, ends, label)
SELECT retailer_id, store_id, sku, promotion_id, kind, value, every, starts, ends, label
FROM incoming
ON CONFLICT (retailer_id, store_id, sku, promotion_id) DO UPDATE SET
    kind = excluded.kind, value = excluded.value, every = excluded.every, starts = excluded.starts,
    ends = excluded.ends, label = excluded.label;

-- merge_stock: What was counted; what is reserved stays so. In SKU order, as orders lock it.
INSERT INTO stock (retailer_id, store_id, sku, on_hand, safety)
SELECT retailer_id, store_id, sku, on_hand, safety
FROM incoming
ORDER BY retailer_id, store_id, sku
ON CONFLICT (retailer_id, store_id, sku) DO UPDATE SET on_hand = excluded.on_hand, safety = excluded.safety;

-- merge_slot: Slots; places already taken stay so.
INSERT INTO slot (retailer_id, store_id, slot_id, method, starts_at, ends_at, cutoff, capacity, taken, fee, currency)
SELECT retailer_id, store_id, slot_id, method, starts_at, ends_at, cutoff, capacity, taken, fee, currency
FROM incoming
ORDER BY retailer_id, store_id, slot_id
ON CONFLICT (retailer_id, store_id, slot_id) DO UPDATE SET
    method = excluded.method, starts_at = excluded.starts_at, ends_at = excluded.ends_at, cutoff = excluded.cutoff,
    capacity = excluded.capacity, fee = excluded.fee, currency = excluded.currency;

-- merge_shopper: Shoppers; what is known of one already is replaced.
INSERT INTO shopper (retailer_id, shopper_id, name, locale, store_id, loyalty_card, birth_date, personal, email)
SELECT retailer_id, shopper_id, name, locale, store_id, loyalty_card, birth_date, personal, email
FROM incoming
ON CONFLICT (retailer_id, shopper_id) DO UPDATE SET
    name = excluded.name, locale = excluded.locale, store_id = excluded.store_id, loyalty_card = excluded.loyalty_card,
    birth_date = excluded.birth_date, personal = excluded.personal, email = excluded.email;

-- merge_purchase: Lines of receipts; a receipt read twice counts once.
INSERT INTO purchase (retailer_id, shopper_id, receipt_id, line, store_id, bought_at, sku, name, family, brand, quantity)
SELECT retailer_id, shopper_id, receipt_id, line, store_id, bought_at, sku, name, family, brand, quantity
FROM incoming
ON CONFLICT DO NOTHING;
