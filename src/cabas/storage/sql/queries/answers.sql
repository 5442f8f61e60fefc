-- begin_answer: Take a key for this request, if it is new or whoever began to answer it was given up.
INSERT INTO request_answer AS kept (retailer_id, platform, surface, key, request_hash, lease_until, created_at)
VALUES (%(retailer_id)s, %(platform)s, %(surface)s, %(key)s, %(request_hash)s, %(lease_until)s, %(now)s)
ON CONFLICT (retailer_id, platform, surface, key) DO UPDATE SET lease_until = excluded.lease_until
WHERE kept.status = 0 AND kept.lease_until < %(now)s AND kept.request_hash = excluded.request_hash;

-- stored_answer: What a key was answered; status 0 while it is being answered.
SELECT request_hash, status, headers, body FROM request_answer
WHERE retailer_id = %(retailer_id)s AND platform = %(platform)s AND surface = %(surface)s AND key = %(key)s;

-- finish_answer: Keep the answer.
UPDATE request_answer SET status = %(status)s, headers = %(headers)s, body = %(body)s
WHERE retailer_id = %(retailer_id)s AND platform = %(platform)s AND surface = %(surface)s AND key = %(key)s;

-- drop_answer: Forget that a request began.
DELETE FROM request_answer
WHERE retailer_id = %(retailer_id)s AND platform = %(platform)s AND surface = %(surface)s AND key = %(key)s
  AND status = 0;

-- forget_answers: Delete answers from before a moment.
DELETE FROM request_answer WHERE retailer_id = %(retailer_id)s AND created_at < %(before)s;
