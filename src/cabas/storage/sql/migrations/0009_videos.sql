-- Products linked under videos, and what an order came through.

-- usecases.videos.VideoLink: a product proposed for a video, for a person to approve or reject. link_id is the code of
-- the tracked link. state: open, approved, rejected.
CREATE TABLE video_link (
    retailer_id text        NOT NULL,
    link_id     text        NOT NULL,
    platform    text        NOT NULL,
    video_id    text        NOT NULL,
    video_title text        NOT NULL,
    sku         text        NOT NULL,
    words       text        NOT NULL,
    seconds     integer     NOT NULL,
    score       integer     NOT NULL,
    reasons     text[]      NOT NULL DEFAULT '{}',
    state       text        NOT NULL DEFAULT 'open',
    proposed_at timestamptz NOT NULL,
    decided_at  timestamptz,
    PRIMARY KEY (retailer_id, link_id)
);

ALTER TABLE video_link ENABLE ROW LEVEL SECURITY;
ALTER TABLE video_link FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON video_link USING (retailer_id = current_setting('cabas.retailer_id', true));
GRANT SELECT, INSERT, UPDATE, DELETE ON video_link TO cabas_app;

-- domain.order.Order.source: the link that was followed ("video:ID"); empty when nobody knows.
ALTER TABLE customer_order ADD COLUMN source text NOT NULL DEFAULT '';
CREATE INDEX customer_order_by_source ON customer_order (retailer_id, source) WHERE source <> '';
