-- feed_rows: The catalog with what a store asks and has, by SKU in the order of its bytes; without a store, the retailer's price and the stock of all stores. Of promotions the one that runs on the day, as `shop.offers` chooses it.
SELECT product.sku, product.names->>product.lang, product.lang, product.gtin, product.brand, product.category,
    product.content_value, product.content_unit, product.content_scale, product.pieces, product.sold_by,
    product.minimum_age, product.ingredients, product.image,
    CASE WHEN own.sku IS NULL THEN base.price ELSE own.price END, coalesce(own.currency, base.currency),
    coalesce(own.sold, base.sold), coalesce(own.estimated, base.estimated), greatest(coalesce(shelf.free, 0), 0),
    cut.kind, cut.value, cut.every, cut.starts, cut.ends
FROM product
LEFT JOIN offer AS base
    ON base.retailer_id = %(retailer_id)s AND base.store_id = '' AND base.sku = product.sku
LEFT JOIN offer AS own
    ON own.retailer_id = %(retailer_id)s AND own.store_id = %(store_id)s AND own.store_id <> '' AND own.sku = product.sku
LEFT JOIN (
    SELECT sku, sum(greatest(on_hand - safety - reserved, 0))::bigint AS free
    FROM stock
    WHERE retailer_id = %(retailer_id)s AND store_id = ANY(%(stores)s::text[])
    GROUP BY sku
) AS shelf ON shelf.sku = product.sku
LEFT JOIN (
    SELECT DISTINCT ON (sku) sku, kind, value, every, starts, ends
    FROM promotion
    WHERE retailer_id = %(retailer_id)s AND store_id IN ('', %(store_id)s)
      AND (starts IS NULL OR starts <= %(day)s) AND (ends IS NULL OR ends >= %(day)s)
    ORDER BY sku, store_id DESC, coalesce(%(day)s - starts, 1000000), promotion_id
) AS cut ON cut.sku = product.sku
WHERE product.retailer_id = %(retailer_id)s AND product.sku COLLATE "C" > %(after)s
ORDER BY product.sku COLLATE "C";

-- feed_generation: The last import of the catalog; 0 before any.
SELECT coalesce(max(generation), 0) FROM import_run WHERE retailer_id = %(retailer_id)s;

-- feed_retailer: What the retailer is called.
SELECT name FROM retailer WHERE retailer_id = %(retailer_id)s;
