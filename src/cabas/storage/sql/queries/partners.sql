-- add_key: A new key of a platform.
INSERT INTO partner_key (retailer_id, key_id, platform, secret_hash, note, created_at, expires_at)
VALUES (%(retailer_id)s, %(key_id)s, %(platform)s, %(secret_hash)s, %(note)s, %(created_at)s, %(expires_at)s);

-- find_key: One key by its id.
SELECT key_id, platform, note, created_at, expires_at, revoked_at, secret_hash FROM partner_key
WHERE retailer_id = %(retailer_id)s AND key_id = %(key_id)s;

-- keys: All keys of a retailer, newest first.
SELECT key_id, platform, note, created_at, expires_at, revoked_at FROM partner_key
WHERE retailer_id = %(retailer_id)s ORDER BY created_at DESC, key_id;

-- revoke_key: Let a key open nothing any more; the first time counts.
UPDATE partner_key SET revoked_at = coalesce(revoked_at, %(now)s)
WHERE retailer_id = %(retailer_id)s AND key_id = %(key_id)s;
