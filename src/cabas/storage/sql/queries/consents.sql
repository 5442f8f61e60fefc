-- add_consent: Record that a shopper agreed to something, or took it back.
INSERT INTO consent (
    retailer_id, shopper_id, consent_id, purpose, platform, granted, until, text_version, surface, proof, given_at
) VALUES (
    %(retailer_id)s, %(shopper_id)s, %(consent_id)s, %(purpose)s, %(platform)s, %(granted)s, %(until)s,
    %(text_version)s, %(surface)s, %(proof)s::jsonb, %(given_at)s
);

-- consents: All a shopper ever agreed to and took back, oldest first.
SELECT platform, purpose, granted, given_at, until
FROM consent
WHERE retailer_id = %(retailer_id)s AND shopper_id = %(shopper_id)s
ORDER BY given_at, consent_id;
