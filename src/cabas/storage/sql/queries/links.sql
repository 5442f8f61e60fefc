-- add_link: A new link of a shopper to a client.
INSERT INTO account_link (
    retailer_id, link_id, shopper_id, platform, client_id, client_name, sector, scopes, purposes, created_at
) VALUES (
    %(retailer_id)s, %(link_id)s, %(shopper_id)s, %(platform)s, %(client_id)s, %(client_name)s, %(sector)s,
    %(scopes)s, %(purposes)s, %(created_at)s
);

-- link: One link, ended or not.
SELECT link_id, shopper_id, platform, client_id, client_name, sector, scopes, purposes, created_at, ended_at
FROM account_link
WHERE retailer_id = %(retailer_id)s AND link_id = %(link_id)s;

-- links: The links of a shopper that hold, newest first.
SELECT link_id, shopper_id, platform, client_id, client_name, sector, scopes, purposes, created_at, ended_at
FROM account_link
WHERE retailer_id = %(retailer_id)s AND shopper_id = %(shopper_id)s AND ended_at IS NULL
ORDER BY created_at DESC, link_id DESC;

-- end_link: End a link that holds.
UPDATE account_link SET ended_at = %(now)s
WHERE retailer_id = %(retailer_id)s AND link_id = %(link_id)s AND ended_at IS NULL;

-- issue: A new ticket, unless its hash is taken.
INSERT INTO link_ticket (retailer_id, kind, hash, shopper_id, link_id, subject, about, created_at, expires_at)
VALUES (
    %(retailer_id)s, %(kind)s, %(hash)s, %(shopper_id)s, %(link_id)s, %(subject)s, %(about)s::jsonb, %(created_at)s,
    %(expires_at)s
)
ON CONFLICT DO NOTHING;

-- ticket: One ticket by the hash of its secret.
SELECT kind, hash, shopper_id, created_at, expires_at, link_id, subject, about, used_at FROM link_ticket
WHERE retailer_id = %(retailer_id)s AND kind = %(kind)s AND hash = %(hash)s;

-- use: Use a ticket up, once.
UPDATE link_ticket SET used_at = %(now)s
WHERE retailer_id = %(retailer_id)s AND kind = %(kind)s AND hash = %(hash)s AND used_at IS NULL
RETURNING kind, hash, shopper_id, created_at, expires_at, link_id, subject, about;

-- tickets: The tickets of a shopper that are good, newest first.
SELECT kind, hash, shopper_id, created_at, expires_at, link_id, subject, about, used_at FROM link_ticket
WHERE retailer_id = %(retailer_id)s AND shopper_id = %(shopper_id)s AND kind = %(kind)s AND used_at IS NULL
    AND expires_at > %(now)s
ORDER BY created_at DESC, hash;

-- count: How many tickets of a kind and subject were issued since a moment.
SELECT count(*) FROM link_ticket
WHERE retailer_id = %(retailer_id)s AND kind = %(kind)s AND subject = %(subject)s AND created_at > %(since)s
    AND subject <> '';

-- forget: Tickets that ended before a moment.
DELETE FROM link_ticket WHERE retailer_id = %(retailer_id)s AND expires_at < %(before)s;

-- shoppers_by_email: The shoppers with an address; two are enough to know that it is nobody's alone.
SELECT shopper_id, retailer_id, name, locale, store_id, loyalty_card, birth_date, personal, email FROM shopper
WHERE retailer_id = %(retailer_id)s AND email = %(email)s
LIMIT 2;

-- allow_personal: Note that a shopper agreed to results from their own history.
UPDATE shopper SET personal = true WHERE retailer_id = %(retailer_id)s AND shopper_id = %(shopper_id)s;
