-- tables: Every table that holds rows of retailers, with its columns in order.
SELECT class.relname::text, array_agg(column_.attname::text ORDER BY column_.attnum)
FROM pg_class AS class
JOIN pg_attribute AS column_ ON column_.attrelid = class.oid AND column_.attnum > 0 AND NOT column_.attisdropped
WHERE class.relnamespace = 'public'::regnamespace AND class.relkind IN ('r', 'p') AND NOT class.relispartition
  AND class.relname <> 'schema_migration'
GROUP BY class.relname
ORDER BY class.relname;

-- filtered: Whether row-level security filters a table for the present user.
SELECT row_security_active(%(table)s);

-- ledger: What the ledger of a retailer moved, per currency.
SELECT currency, sum(amount)::bigint
FROM posting
WHERE retailer_id = %(retailer_id)s
GROUP BY currency
ORDER BY currency;
