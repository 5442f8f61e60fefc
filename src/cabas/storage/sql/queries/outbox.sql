-- claim_events: Take events that are due, of each subject the oldest, and put off their next try in case we die meanwhile.
WITH due AS (
    SELECT store_id, subject, seq
    FROM outbox AS one
    WHERE retailer_id = %(retailer_id)s AND due_at <= %(now)s AND delivered_at IS NULL AND dead_at IS NULL
      AND NOT EXISTS (
        SELECT FROM outbox AS earlier
        WHERE earlier.retailer_id = one.retailer_id AND earlier.store_id = one.store_id
          AND earlier.subject = one.subject AND earlier.seq < one.seq
          AND earlier.delivered_at IS NULL AND earlier.dead_at IS NULL
      )
    ORDER BY due_at
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
UPDATE outbox
SET attempts = attempts + 1, due_at = %(leased_until)s
FROM due
WHERE outbox.retailer_id = %(retailer_id)s AND outbox.store_id = due.store_id AND outbox.subject = due.subject
  AND outbox.seq = due.seq
RETURNING outbox.store_id, outbox.subject, outbox.seq, topic, payload, attempts, created_at;

-- mark_delivered: The event has arrived.
UPDATE outbox SET delivered_at = %(now)s, last_error = ''
WHERE retailer_id = %(retailer_id)s AND store_id = %(store_id)s AND subject = %(subject)s AND seq = %(seq)s;

-- mark_failed: The event did not arrive: try again later, or give up.
UPDATE outbox SET due_at = %(due_at)s, dead_at = %(dead_at)s, last_error = %(error)s
WHERE retailer_id = %(retailer_id)s AND store_id = %(store_id)s AND subject = %(subject)s AND seq = %(seq)s;

-- revive_events: Try again what was given up.
UPDATE outbox SET dead_at = NULL, attempts = 0, due_at = %(now)s
WHERE retailer_id = %(retailer_id)s AND dead_at IS NOT NULL;

-- waiting_events: How many events wait, how many were given up, and since when the oldest waits.
SELECT count(*) FILTER (WHERE dead_at IS NULL), count(*) FILTER (WHERE dead_at IS NOT NULL),
    min(created_at) FILTER (WHERE dead_at IS NULL)
FROM outbox
WHERE retailer_id = %(retailer_id)s AND delivered_at IS NULL;

-- forget_events: Delete what arrived before a moment.
DELETE FROM outbox WHERE retailer_id = %(retailer_id)s AND delivered_at < %(before)s;

-- forget_keys: Delete idempotency keys from before a moment.
DELETE FROM idempotency WHERE retailer_id = %(retailer_id)s AND created_at < %(before)s;
