-- lock_catalog: Let one import of a retailer's catalog run at a time.
SELECT pg_try_advisory_xact_lock(hashtextextended('catalog:' || %(retailer_id)s, 0));

-- next_generation: Count up the imports of a retailer.
INSERT INTO import_run (retailer_id, generation, source, started_at)
SELECT %(retailer_id)s, coalesce(max(generation), 0) + 1, %(source)s, %(now)s
FROM import_run WHERE retailer_id = %(retailer_id)s
RETURNING generation;

-- end_import: Keep what an import did.
UPDATE import_run SET finished_at = now(), report = %(report)s::jsonb
WHERE retailer_id = %(retailer_id)s AND generation = %(generation)s;

-- stage_products: Where some rows of a file wait. Of a product that is known as the row says it, only the row's own columns are there.
CREATE TEMPORARY TABLE incoming (
    sku text NOT NULL, row_hash bytea NOT NULL, price bigint, currency text NOT NULL, priced boolean NOT NULL,
    estimated boolean NOT NULL, sold boolean NOT NULL, quantity bigint,
    names jsonb, lang text, gtin text, brand text, own_brand boolean, category text[], family text,
    content_value bigint, content_unit text, content_scale smallint, pieces integer, sold_by text, vat_rate integer,
    minimum_age smallint, allergens text[], labels text[], storage text, popularity integer, ingredients text, image text,
    deposit bigint
) ON COMMIT DROP;

-- index_products: Rows are found by SKU; no SKU is there twice.
CREATE UNIQUE INDEX ON incoming (sku);

-- stage_listed: What the whole file listed, and counted.
CREATE TEMPORARY TABLE listed (sku text NOT NULL, quantity bigint) ON COMMIT DROP;

-- copy_products: Fill it.
COPY incoming FROM STDIN;

-- listed: Note what was merged.
INSERT INTO listed (sku, quantity) SELECT sku, quantity FROM incoming;

-- next_products: Make room for the rows that follow.
TRUNCATE incoming;

-- digests: What was imported, so that rows that say the same need not be understood again.
SELECT sku, row_hash FROM product WHERE retailer_id = %(retailer_id)s;

-- merge_products: Store the new and changed products.
INSERT INTO product (
    retailer_id, sku, names, lang, gtin, brand, own_brand, category, family, content_value, content_unit, content_scale,
    pieces, sold_by, vat_rate, minimum_age, allergens, labels, storage, popularity, ingredients, image, deposit,
    row_hash, generation
)
SELECT %(retailer_id)s, sku, names, lang, gtin, brand, own_brand, category, family, content_value, content_unit,
    content_scale, pieces, sold_by, vat_rate, minimum_age, allergens, labels, storage, popularity, ingredients, image,
    deposit, row_hash, %(generation)s
FROM incoming
WHERE names IS NOT NULL
ON CONFLICT (retailer_id, sku) DO UPDATE SET
    names = excluded.names, lang = excluded.lang, gtin = excluded.gtin, brand = excluded.brand,
    own_brand = excluded.own_brand, category = excluded.category, family = excluded.family,
    content_value = excluded.content_value, content_unit = excluded.content_unit, content_scale = excluded.content_scale,
    pieces = excluded.pieces, sold_by = excluded.sold_by, vat_rate = excluded.vat_rate,
    minimum_age = excluded.minimum_age, allergens = excluded.allergens, labels = excluded.labels,
    storage = excluded.storage, popularity = excluded.popularity, ingredients = excluded.ingredients,
    image = excluded.image, deposit = excluded.deposit, row_hash = excluded.row_hash,
    generation = excluded.generation, updated_at = now()
RETURNING sku;

-- merge_prices: The price in every store. A file without prices leaves those there are, a made-up price gives way to a real one.
INSERT INTO offer (retailer_id, store_id, sku, price, currency, sold, estimated, generation)
SELECT %(retailer_id)s, '', sku, price, currency, sold, estimated, %(generation)s FROM incoming
ON CONFLICT (retailer_id, store_id, sku) DO UPDATE SET
    price = excluded.price, currency = excluded.currency, sold = excluded.sold, estimated = excluded.estimated,
    generation = excluded.generation, updated_at = now()
WHERE (SELECT priced FROM incoming WHERE incoming.sku = excluded.sku)
  AND (offer.estimated OR NOT excluded.estimated OR offer.price IS NULL)
  AND (offer.price, offer.currency, offer.sold, offer.estimated)
      IS DISTINCT FROM (excluded.price, excluded.currency, excluded.sold, excluded.estimated)
RETURNING sku;

-- merge_counts: What the file counted, in the stores it is for; what is reserved by orders stays reserved.
INSERT INTO stock (retailer_id, store_id, sku, on_hand)
SELECT %(retailer_id)s, store.store_id, listed.sku, listed.quantity
FROM listed CROSS JOIN unnest(%(stores)s::text[]) AS store (store_id)
WHERE listed.quantity IS NOT NULL
ORDER BY store.store_id, listed.sku
ON CONFLICT (retailer_id, store_id, sku) DO UPDATE SET on_hand = excluded.on_hand
WHERE stock.on_hand <> excluded.on_hand;

-- find_absent: The products a file does not hold.
SELECT sku FROM product
WHERE retailer_id = %(retailer_id)s AND NOT EXISTS (SELECT FROM listed WHERE listed.sku = product.sku)
ORDER BY sku;

-- withdraw_products: Take products out of the catalog.
DELETE FROM product WHERE retailer_id = %(retailer_id)s AND sku = ANY(%(skus)s);

-- withdraw_offers: And their prices. Stock stays: orders may hold some of it.
DELETE FROM offer WHERE retailer_id = %(retailer_id)s AND sku = ANY(%(skus)s);

-- count_products: How large the catalog is.
SELECT count(*) FROM product WHERE retailer_id = %(retailer_id)s;

-- stage_stock: Where stock rows of a file wait.
CREATE TEMPORARY TABLE incoming (
    line integer NOT NULL, store_id text NOT NULL, sku text NOT NULL, price bigint, currency text NOT NULL,
    sold boolean NOT NULL, quantity bigint
) ON COMMIT DROP;

-- copy_stock: Fill it.
COPY incoming (line, store_id, sku, price, currency, sold, quantity) FROM STDIN;

-- refuse_unknown: Take out the rows of stores and products that nobody knows.
DELETE FROM incoming
WHERE NOT EXISTS (
        SELECT FROM store WHERE store.retailer_id = %(retailer_id)s AND store.store_id = incoming.store_id
    ) OR NOT EXISTS (
        SELECT FROM product WHERE product.retailer_id = %(retailer_id)s AND product.sku = incoming.sku
    )
RETURNING line, store_id, sku, sold, quantity;

-- merge_store_offers: Prices of stores that differ from those of every store, and what a store does not sell now.
INSERT INTO offer (retailer_id, store_id, sku, price, currency, sold, generation)
SELECT %(retailer_id)s, incoming.store_id, incoming.sku, coalesce(incoming.price, own.price, base.price),
    incoming.currency, incoming.sold, %(generation)s
FROM incoming
LEFT JOIN offer AS base ON base.retailer_id = %(retailer_id)s AND base.store_id = '' AND base.sku = incoming.sku
LEFT JOIN offer AS own
    ON own.retailer_id = %(retailer_id)s AND own.store_id = incoming.store_id AND own.sku = incoming.sku
WHERE own.sku IS NOT NULL OR base.sku IS NULL OR NOT incoming.sold
   OR (incoming.price IS NOT NULL AND (base.price, base.currency) IS DISTINCT FROM (incoming.price, incoming.currency))
ON CONFLICT (retailer_id, store_id, sku) DO UPDATE SET
    price = excluded.price, currency = excluded.currency, sold = excluded.sold, estimated = false,
    generation = excluded.generation, updated_at = now()
WHERE (offer.price, offer.currency, offer.sold) IS DISTINCT FROM (excluded.price, excluded.currency, excluded.sold)
RETURNING store_id, sku;

-- merge_store_counts: What stores have; what is reserved by orders stays reserved.
INSERT INTO stock (retailer_id, store_id, sku, on_hand)
SELECT %(retailer_id)s, store_id, sku, quantity FROM incoming
WHERE quantity IS NOT NULL
ORDER BY store_id, sku
ON CONFLICT (retailer_id, store_id, sku) DO UPDATE SET on_hand = excluded.on_hand
WHERE stock.on_hand <> excluded.on_hand
RETURNING store_id, sku;

-- all_products: The published catalog.
SELECT sku, names, lang, gtin, brand, own_brand, category, family, content_value, content_unit, content_scale, pieces,
    sold_by, vat_rate, minimum_age, allergens, labels, storage, popularity, ingredients, image, deposit
FROM product WHERE retailer_id = %(retailer_id)s;

-- some_products: Some of it.
SELECT sku, names, lang, gtin, brand, own_brand, category, family, content_value, content_unit, content_scale, pieces,
    sold_by, vat_rate, minimum_age, allergens, labels, storage, popularity, ingredients, image, deposit
FROM product WHERE retailer_id = %(retailer_id)s AND sku = ANY(%(skus)s);

-- brands: The brands of the published catalog, the most frequent first.
SELECT brand FROM product WHERE retailer_id = %(retailer_id)s AND brand IS NOT NULL
GROUP BY brand ORDER BY count(*) DESC, brand LIMIT 20000;
