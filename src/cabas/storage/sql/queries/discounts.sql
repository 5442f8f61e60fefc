-- keep_discount: Store a code, or replace it; what was counted of it stays.
INSERT INTO discount (retailer_id, code, rule, automatic, uses, uses_each)
VALUES (%(retailer_id)s, %(code)s, %(rule)s, %(automatic)s, %(uses)s, %(uses_each)s)
ON CONFLICT (retailer_id, code) DO UPDATE
SET rule = excluded.rule, automatic = excluded.automatic, uses = excluded.uses, uses_each = excluded.uses_each;

-- discounts: Every code of a retailer, by its letters.
SELECT rule, used FROM discount WHERE retailer_id = %(retailer_id)s ORDER BY code;

-- find_discounts: Some codes and the automatic ones, with what was counted in all and of one shopper.
SELECT code.rule, code.used, coalesce(mine.used, 0)
FROM discount AS code
LEFT JOIN discount_use AS mine
    ON mine.retailer_id = code.retailer_id AND mine.code = code.code AND mine.holder = %(holder)s
WHERE code.retailer_id = %(retailer_id)s AND (code.code = ANY(%(codes)s) OR code.automatic);

-- remove_discount: Take a code away.
DELETE FROM discount WHERE retailer_id = %(retailer_id)s AND code = %(code)s;

-- forget_uses: What was counted of a code by shopper.
DELETE FROM discount_use WHERE retailer_id = %(retailer_id)s AND code = %(code)s;

-- use_code: Count one more use of a code if it has one left. Sent in the order of the codes, so that carts never deadlock.
UPDATE discount SET used = used + 1
WHERE retailer_id = %(retailer_id)s AND code = %(code)s AND (uses IS NULL OR used < uses);

-- use_code_of: Count one more use of a code by one shopper, if they have one left.
INSERT INTO discount_use AS mine (retailer_id, code, holder, used)
VALUES (%(retailer_id)s, %(code)s, %(holder)s, 1)
ON CONFLICT (retailer_id, code, holder) DO UPDATE SET used = mine.used + 1
WHERE mine.used < (
    SELECT coalesce(known.uses_each, 2147483647) FROM discount AS known
    WHERE known.retailer_id = mine.retailer_id AND known.code = mine.code
);

-- codes_left: Codes of some that still have a use left, in all and for those who hold them.
SELECT known.code FROM discount AS known
JOIN unnest(%(codes)s::text[], %(holders)s::text[]) AS asked (code, holder) ON asked.code = known.code
LEFT JOIN discount_use AS mine
    ON mine.retailer_id = known.retailer_id AND mine.code = known.code AND mine.holder = asked.holder
WHERE known.retailer_id = %(retailer_id)s AND (known.uses IS NULL OR known.used < known.uses)
  AND (asked.holder = '' OR known.uses_each IS NULL OR coalesce(mine.used, 0) < known.uses_each);

-- give_back_code: A canceled order did not use it.
UPDATE discount SET used = used - 1
WHERE retailer_id = %(retailer_id)s AND code = %(code)s AND used > 0;

-- give_back_code_of: Nor did its shopper.
UPDATE discount_use SET used = used - 1
WHERE retailer_id = %(retailer_id)s AND code = %(code)s AND holder = %(holder)s AND used > 0;
