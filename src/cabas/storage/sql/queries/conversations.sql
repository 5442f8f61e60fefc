-- load_conversation: One conversation of a store, with the version of the retailer's words.
SELECT document::text, version, (SELECT words.version FROM lexicon_version AS words WHERE words.retailer_id = %(retailer_id)s)
FROM conversation
WHERE retailer_id = %(retailer_id)s AND store_id = %(store_id)s AND conversation_id = %(conversation_id)s;

-- find_conversation: The same, wherever it is: for a process that never saw it.
SELECT document::text, version, (SELECT words.version FROM lexicon_version AS words WHERE words.retailer_id = %(retailer_id)s)
FROM conversation
WHERE retailer_id = %(retailer_id)s AND conversation_id = %(conversation_id)s;

-- insert_conversation: Remember a conversation that is new.
INSERT INTO conversation (retailer_id, store_id, conversation_id, platform, shopper_id, version, document)
VALUES (%(retailer_id)s, %(store_id)s, %(conversation_id)s, %(platform)s, %(shopper_id)s, 1, %(document)s::jsonb)
ON CONFLICT DO NOTHING;

-- update_conversation: Store the next turn, unless another was stored meanwhile.
UPDATE conversation
SET version = version + 1, platform = %(platform)s, shopper_id = %(shopper_id)s, document = %(document)s::jsonb, updated_at = now()
WHERE retailer_id = %(retailer_id)s AND store_id = %(store_id)s AND conversation_id = %(conversation_id)s
  AND version = %(version)s;

-- move_conversation: Store the next turn of a conversation that went on to another store.
UPDATE conversation
SET version = version + 1, platform = %(platform)s, shopper_id = %(shopper_id)s, document = %(document)s::jsonb, updated_at = now(),
    store_id = %(store_id)s
WHERE retailer_id = %(retailer_id)s AND conversation_id = %(conversation_id)s AND version = %(version)s;

-- forget_conversations: Delete a store's conversations that have been silent since before a moment.
DELETE FROM conversation
WHERE retailer_id = %(retailer_id)s AND store_id = %(store_id)s AND updated_at < %(before)s;
