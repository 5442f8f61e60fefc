-- What a retailer teaches Cabas beside the words every shop shares, and what was not understood.

-- Counts up by one with every change of a retailer's words. Each turn reads it with its conversation, so that every
-- process notices without asking.
CREATE TABLE lexicon_version (
    retailer_id text   PRIMARY KEY,
    version     bigint NOT NULL
);

-- A file or a taxonomy that was imported: replaced and removed as a whole. kind: openfoodfacts, own, learned.
CREATE TABLE lexicon_pack (
    retailer_id text        NOT NULL,
    pack_id     text        NOT NULL,
    kind        text        NOT NULL,
    source      text        NOT NULL,
    report      jsonb       NOT NULL DEFAULT '{}',
    imported_at timestamptz NOT NULL,
    PRIMARY KEY (retailer_id, pack_id)
);

-- Words of a language that mean a family or a product (never = false), or never do (never = true).
CREATE TABLE lexicon_word (
    retailer_id text    NOT NULL,
    pack_id     text    NOT NULL,
    lang        text    NOT NULL,
    words       text    NOT NULL,
    family      text    NOT NULL DEFAULT '',
    sku         text    NOT NULL DEFAULT '',
    never       boolean NOT NULL DEFAULT false,
    PRIMARY KEY (retailer_id, pack_id, lang, words, family, sku, never)
);

-- What might be taught, for a person to accept or reject. state: open, accepted, rejected.
CREATE TABLE lexicon_proposal (
    retailer_id text        NOT NULL,
    proposal_id text        NOT NULL,
    lang        text        NOT NULL,
    words       text        NOT NULL,
    family      text        NOT NULL DEFAULT '',
    sku         text        NOT NULL DEFAULT '',
    score       integer     NOT NULL,
    seen        integer     NOT NULL,
    reasons     jsonb       NOT NULL DEFAULT '[]',
    state       text        NOT NULL DEFAULT 'open',
    proposed_at timestamptz NOT NULL,
    decided_at  timestamptz,
    PRIMARY KEY (retailer_id, proposal_id)
);

-- An utterance that did not lead where it should. Who said it is not kept; `said` and what was made of it are null
-- unless the shopper agreed. Rows live for 30 days.
CREATE TABLE failure (
    retailer_id text        NOT NULL,
    store_id    text        NOT NULL,
    failure_id  text        NOT NULL,
    at          timestamptz NOT NULL,
    lang        text        NOT NULL,
    platform    text        NOT NULL,
    channel     text        NOT NULL,
    why         text        NOT NULL,
    said        text,
    words       text,
    family      text,
    sku         text,
    instead     text,
    PRIMARY KEY (retailer_id, store_id, failure_id)
);
CREATE INDEX failure_by_time ON failure (retailer_id, at);

ALTER TABLE lexicon_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE lexicon_version FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON lexicon_version USING (retailer_id = current_setting('cabas.retailer_id', true));

ALTER TABLE lexicon_pack ENABLE ROW LEVEL SECURITY;
ALTER TABLE lexicon_pack FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON lexicon_pack USING (retailer_id = current_setting('cabas.retailer_id', true));

ALTER TABLE lexicon_word ENABLE ROW LEVEL SECURITY;
ALTER TABLE lexicon_word FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON lexicon_word USING (retailer_id = current_setting('cabas.retailer_id', true));

ALTER TABLE lexicon_proposal ENABLE ROW LEVEL SECURITY;
ALTER TABLE lexicon_proposal FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON lexicon_proposal USING (retailer_id = current_setting('cabas.retailer_id', true));

ALTER TABLE failure ENABLE ROW LEVEL SECURITY;
ALTER TABLE failure FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON failure USING (retailer_id = current_setting('cabas.retailer_id', true));

GRANT SELECT, INSERT, UPDATE, DELETE ON lexicon_version, lexicon_pack, lexicon_word, lexicon_proposal, failure
    TO cabas_app;
