-- Linked accounts: shoppers sign in by e-mail, allow a platform's client to act for them, and can end it.

ALTER TABLE shopper ADD COLUMN email text;
CREATE INDEX shopper_by_email ON shopper (retailer_id, email) WHERE email IS NOT NULL;

-- usecases.link.ports.Link: what one shopper allowed one client. Everything issued under it dies with ended_at.
CREATE TABLE account_link (
    retailer_id text        NOT NULL,
    link_id     text        NOT NULL,
    shopper_id  text        NOT NULL,
    platform    text        NOT NULL,
    client_id   text        NOT NULL,
    client_name text        NOT NULL,
    sector      text        NOT NULL,
    scopes      text[]      NOT NULL,
    purposes    text[]      NOT NULL,
    created_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    PRIMARY KEY (retailer_id, link_id)
);
CREATE INDEX account_link_by_shopper ON account_link (retailer_id, shopper_id) WHERE ended_at IS NULL;

-- usecases.link.ports.Ticket: codes, refresh tokens, links in mails, sessions: the hash of a secret, never the secret.
CREATE TABLE link_ticket (
    retailer_id text        NOT NULL,
    kind        text        NOT NULL,
    hash        bytea       NOT NULL,
    shopper_id  text        NOT NULL,
    link_id     text        NOT NULL DEFAULT '',
    subject     text        NOT NULL DEFAULT '',
    about       jsonb       NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz,
    PRIMARY KEY (retailer_id, kind, hash)
);
CREATE INDEX link_ticket_by_subject ON link_ticket (retailer_id, kind, subject, created_at) WHERE subject <> '';
CREATE INDEX link_ticket_by_shopper ON link_ticket (retailer_id, shopper_id, kind) WHERE used_at IS NULL;
CREATE INDEX link_ticket_by_age ON link_ticket (retailer_id, expires_at);

ALTER TABLE account_link ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_link FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON account_link USING (retailer_id = current_setting('cabas.retailer_id', true));
ALTER TABLE link_ticket ENABLE ROW LEVEL SECURITY;
ALTER TABLE link_ticket FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON link_ticket USING (retailer_id = current_setting('cabas.retailer_id', true));

GRANT SELECT, INSERT, UPDATE, DELETE ON account_link, link_ticket TO cabas_app;
