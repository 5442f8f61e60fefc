-- propose_link: A product for a video. What a person decided stays decided; what is open is told anew.
INSERT INTO video_link (
    retailer_id, link_id, platform, video_id, video_title, sku, words, seconds, score, reasons, proposed_at
) VALUES (
    %(retailer_id)s, %(link_id)s, %(platform)s, %(video_id)s, %(video_title)s, %(sku)s, %(words)s, %(seconds)s,
    %(score)s, %(reasons)s, %(at)s
)
ON CONFLICT (retailer_id, link_id) DO UPDATE SET
    video_title = excluded.video_title, words = excluded.words, seconds = excluded.seconds, score = excluded.score,
    reasons = excluded.reasons, proposed_at = excluded.proposed_at
WHERE video_link.state = 'open';

-- video_links: The links of a retailer, by video and time in it.
SELECT link_id, platform, video_id, video_title, sku, words, seconds, score, reasons, state
FROM video_link
WHERE retailer_id = %(retailer_id)s
ORDER BY video_id, seconds, score DESC, link_id;

-- video_link: One of them, by its code.
SELECT link_id, platform, video_id, video_title, sku, words, seconds, score, reasons, state
FROM video_link
WHERE retailer_id = %(retailer_id)s AND link_id = %(link_id)s;

-- decide_links: Approve or reject some.
UPDATE video_link SET state = %(state)s, decided_at = %(at)s
WHERE retailer_id = %(retailer_id)s AND link_id = ANY(%(links)s::text[])
RETURNING link_id;
