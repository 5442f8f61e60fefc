-- add: A new passkey, unless its id is taken.
INSERT INTO passkey (retailer_id, passkey_id, shopper_id, public_key, sign_count, name, created_at, used_at)
VALUES (
    %(retailer_id)s, %(passkey_id)s, %(shopper_id)s, %(public_key)s, %(sign_count)s, %(name)s, %(created_at)s,
    %(used_at)s
)
ON CONFLICT DO NOTHING;

-- find: One passkey.
SELECT passkey_id, shopper_id, public_key, sign_count, name, created_at, used_at FROM passkey
WHERE retailer_id = %(retailer_id)s AND passkey_id = %(passkey_id)s;

-- of: Those of a shopper, newest first.
SELECT passkey_id, shopper_id, public_key, sign_count, name, created_at, used_at FROM passkey
WHERE retailer_id = %(retailer_id)s AND shopper_id = %(shopper_id)s
ORDER BY created_at DESC, passkey_id;

-- signed: Note that one signed, if its count is still what was read.
UPDATE passkey SET sign_count = %(now_counted)s, used_at = %(now)s
WHERE retailer_id = %(retailer_id)s AND passkey_id = %(passkey_id)s AND sign_count = %(sign_count)s;

-- remove: Remove one of a shopper's own.
DELETE FROM passkey
WHERE retailer_id = %(retailer_id)s AND passkey_id = %(passkey_id)s AND shopper_id = %(shopper_id)s;
