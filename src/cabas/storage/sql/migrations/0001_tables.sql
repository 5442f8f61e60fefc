-- The tables. Ids are made by the caller, money is BIGINT minor units beside its ISO 4217 currency, times are timestamptz.
-- Rows bound to a store carry (retailer_id, store_id) first in their key: it is the shard. No table refers to another by
-- foreign key, because the other row may live on another shard; what belongs together is written in one transaction.

-- Who sells. `name` is what assistants say.
CREATE TABLE retailer (
    retailer_id text        PRIMARY KEY,
    name        text        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
);

-- hours: {"0": [["08:30", "20:30"]]}, 0 = Monday. delivers_to: postcode prefixes.
CREATE TABLE store (
    retailer_id text        NOT NULL,
    store_id    text        NOT NULL,
    name        text        NOT NULL,
    timezone    text        NOT NULL,
    postcode    text        NOT NULL DEFAULT '',
    city        text        NOT NULL DEFAULT '',
    address     text        NOT NULL DEFAULT '',
    currency    text        NOT NULL DEFAULT 'EUR',
    methods     text[]      NOT NULL DEFAULT '{pickup,delivery}',
    delivers_to text[]      NOT NULL DEFAULT '{}',
    hours       jsonb       NOT NULL DEFAULT '{}',
    PRIMARY KEY (retailer_id, store_id)
);

-- The published catalog: domain.catalog.Product, column by column. The content is content_value x 10^-content_scale of
-- content_unit (UN/CEFACT). row_hash is of the imported row, so that an unchanged row costs nothing; generation is the
-- import that last saw the row, so that what an import no longer holds can be withdrawn.
CREATE TABLE product (
    retailer_id   text        NOT NULL,
    sku           text        NOT NULL,
    names         jsonb       NOT NULL,
    lang          text        NOT NULL,
    gtin          text,
    brand         text,
    own_brand     boolean     NOT NULL DEFAULT false,
    category      text[]      NOT NULL DEFAULT '{}',
    family        text,
    content_value bigint,
    content_unit  text,
    content_scale smallint,
    pieces        integer     NOT NULL DEFAULT 1,
    sold_by       text        NOT NULL DEFAULT 'each',
    vat_rate      integer     NOT NULL,
    minimum_age   smallint    NOT NULL DEFAULT 0,
    allergens     text[]      NOT NULL DEFAULT '{}',
    labels        text[]      NOT NULL DEFAULT '{}',
    storage       text        NOT NULL DEFAULT 'ambient',
    popularity    integer     NOT NULL DEFAULT 0,
    ingredients   text        NOT NULL DEFAULT '',
    image         text        NOT NULL DEFAULT '',
    row_hash      bytea       NOT NULL DEFAULT '',
    generation    bigint      NOT NULL DEFAULT 0,
    updated_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (retailer_id, sku)
);

-- One import of a catalog: what was read, kept and refused. `generation` counts up by one per retailer.
CREATE TABLE import_run (
    retailer_id text        NOT NULL,
    generation  bigint      NOT NULL,
    source      text        NOT NULL,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz,
    report      jsonb       NOT NULL DEFAULT '{}',
    PRIMARY KEY (retailer_id, generation)
);

-- What a product costs. store_id '' is the retailer's price for every store; a row with a store overrides it.
-- price is per pack, or per kilogram when sold by weight, VAT included; null while none is published.
-- sold = false takes the product off this store's shelves.
CREATE TABLE offer (
    retailer_id text        NOT NULL,
    store_id    text        NOT NULL DEFAULT '',
    sku         text        NOT NULL,
    price       bigint      CHECK (price >= 0),
    currency    text        NOT NULL DEFAULT 'EUR',
    sold        boolean     NOT NULL DEFAULT true,
    generation  bigint      NOT NULL DEFAULT 0,
    updated_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (retailer_id, store_id, sku)
);

-- Price cuts: domain.catalog.Promotion. store_id '' is every store. starts and ends are included; null is open.
CREATE TABLE promotion (
    retailer_id  text    NOT NULL,
    store_id     text    NOT NULL DEFAULT '',
    sku          text    NOT NULL,
    promotion_id text    NOT NULL,
    kind         text    NOT NULL,
    value        bigint  NOT NULL,
    every        integer NOT NULL DEFAULT 1 CHECK (every >= 1),
    starts       date,
    ends         date,
    label        jsonb   NOT NULL DEFAULT '{}',
    generation   bigint  NOT NULL DEFAULT 0,
    PRIMARY KEY (retailer_id, store_id, sku, promotion_id)
);

-- Hot. In the product's unit (pieces or grams). Available to sell = on_hand - safety - reserved. A stocktake may bring
-- on_hand below what is reserved: nothing more is sold then, and what was sold is short-picked.
-- The fill factor leaves room to update a row in place: only its primary key is indexed.
CREATE TABLE stock (
    retailer_id text   NOT NULL,
    store_id    text   NOT NULL,
    sku         text   NOT NULL,
    on_hand     bigint NOT NULL,
    reserved    bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    safety      bigint NOT NULL DEFAULT 0 CHECK (safety >= 0),
    PRIMARY KEY (retailer_id, store_id, sku)
) PARTITION BY HASH (retailer_id, store_id);

-- Hot. A window with a capacity in orders; orders close at cutoff. Staff may lower the capacity below what is taken.
CREATE TABLE slot (
    retailer_id text        NOT NULL,
    store_id    text        NOT NULL,
    slot_id     text        NOT NULL,
    method      text        NOT NULL,
    starts_at   timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL,
    cutoff      timestamptz NOT NULL,
    capacity    integer     NOT NULL CHECK (capacity >= 0),
    taken       integer     NOT NULL DEFAULT 0 CHECK (taken >= 0),
    fee         bigint      NOT NULL DEFAULT 0 CHECK (fee >= 0),
    currency    text        NOT NULL DEFAULT 'EUR',
    PRIMARY KEY (retailer_id, store_id, slot_id)
) PARTITION BY HASH (retailer_id, store_id);
CREATE INDEX slot_by_time ON slot (retailer_id, store_id, starts_at);

-- Hot. A place in a slot kept for one conversation until expires_at. An expired hold counts for nothing, whether or not
-- it was swept.
CREATE TABLE slot_hold (
    retailer_id text        NOT NULL,
    store_id    text        NOT NULL,
    slot_id     text        NOT NULL,
    holder      text        NOT NULL,
    expires_at  timestamptz NOT NULL,
    PRIMARY KEY (retailer_id, store_id, slot_id, holder)
) PARTITION BY HASH (retailer_id, store_id);

-- domain.customer.Shopper. personal: agreed to results from their own history.
CREATE TABLE shopper (
    retailer_id  text        NOT NULL,
    shopper_id   text        NOT NULL,
    name         text        NOT NULL,
    locale       text        NOT NULL DEFAULT 'fr-FR',
    store_id     text,
    loyalty_card text,
    birth_date   date,
    personal     boolean     NOT NULL DEFAULT false,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (retailer_id, shopper_id)
);
CREATE INDEX shopper_by_card ON shopper (retailer_id, loyalty_card) WHERE loyalty_card IS NOT NULL;

-- Lines of receipts from tills and web shops, as the retailer hands them over. Orders placed here are not repeated here.
CREATE TABLE purchase (
    retailer_id text        NOT NULL,
    shopper_id  text        NOT NULL,
    receipt_id  text        NOT NULL,
    line        integer     NOT NULL,
    store_id    text        NOT NULL DEFAULT '',
    bought_at   timestamptz NOT NULL,
    sku         text        NOT NULL,
    name        text        NOT NULL DEFAULT '',
    family      text,
    brand       text,
    quantity    bigint      NOT NULL,
    price       bigint,
    currency    text        NOT NULL DEFAULT 'EUR',
    PRIMARY KEY (retailer_id, shopper_id, receipt_id, line)
);
CREATE INDEX purchase_by_time ON purchase (retailer_id, shopper_id, bought_at);

-- Hot. The memory of one conversation: the whole domain.cart.Conversation in `document`, with what is searched beside it.
-- version counts the turns stored and guards against two turns at once.
CREATE TABLE conversation (
    retailer_id     text        NOT NULL,
    store_id        text        NOT NULL,
    conversation_id text        NOT NULL,
    platform        text        NOT NULL,
    shopper_id      text,
    version         bigint      NOT NULL,
    document        jsonb       NOT NULL,
    updated_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (retailer_id, store_id, conversation_id)
) PARTITION BY HASH (retailer_id, store_id);
CREATE INDEX conversation_by_id ON conversation (retailer_id, conversation_id);

-- Hot. domain.order.Order without its lines. All amounts are in `currency`.
CREATE TABLE customer_order (
    retailer_id        text        NOT NULL,
    store_id           text        NOT NULL,
    order_id           text        NOT NULL,
    number             text        NOT NULL,
    shopper_id         text,
    platform           text        NOT NULL,
    agreement_id       text        NOT NULL,
    channel            text        NOT NULL,
    placed_at          timestamptz NOT NULL,
    status             text        NOT NULL,
    method             text        NOT NULL,
    slot_id            text        NOT NULL,
    slot_starts_at     timestamptz NOT NULL,
    slot_ends_at       timestamptz NOT NULL,
    fee                bigint      NOT NULL,
    goods              bigint      NOT NULL,
    total              bigint      NOT NULL,
    currency           text        NOT NULL,
    merchant_of_record text        NOT NULL,
    delivered_by       text        NOT NULL,
    changed_at         timestamptz NOT NULL,
    PRIMARY KEY (retailer_id, store_id, order_id)
) PARTITION BY HASH (retailer_id, store_id);
CREATE INDEX customer_order_by_id ON customer_order (retailer_id, order_id);
CREATE UNIQUE INDEX customer_order_by_number ON customer_order (retailer_id, number, store_id);
CREATE INDEX customer_order_by_shopper ON customer_order (retailer_id, shopper_id, placed_at) WHERE shopper_id IS NOT NULL;
CREATE INDEX customer_order_to_prepare ON customer_order (retailer_id, store_id, slot_starts_at)
    WHERE status IN ('placed', 'picking', 'ready', 'out_for_delivery');

-- Hot. domain.order.OrderLine: as sold, never edited.
CREATE TABLE order_line (
    retailer_id text     NOT NULL,
    store_id    text     NOT NULL,
    order_id    text     NOT NULL,
    line        integer  NOT NULL,
    sku         text     NOT NULL,
    name        text     NOT NULL,
    quantity    bigint   NOT NULL CHECK (quantity > 0),
    sold_by     text     NOT NULL,
    unit_price  bigint   NOT NULL,
    price       bigint   NOT NULL,
    currency    text     NOT NULL,
    vat_rate    integer  NOT NULL,
    category    text[]   NOT NULL,
    family      text,
    minimum_age smallint NOT NULL,
    allergens   text[]   NOT NULL,
    PRIMARY KEY (retailer_id, store_id, order_id, line)
) PARTITION BY HASH (retailer_id, store_id);

-- Hot. domain.ledger.Posting: append only, corrected by reversal. One row moves one positive amount between two accounts,
-- so a ledger that does not balance cannot be written.
CREATE TABLE posting (
    retailer_id text        NOT NULL,
    store_id    text        NOT NULL,
    order_id    text        NOT NULL,
    seq         integer     NOT NULL,
    source      text        NOT NULL,
    destination text        NOT NULL,
    amount      bigint      NOT NULL CHECK (amount >= 0),
    currency    text        NOT NULL,
    term        text        NOT NULL,
    note        text        NOT NULL DEFAULT '',
    posted_at   timestamptz NOT NULL,
    PRIMARY KEY (retailer_id, store_id, order_id, seq),
    CHECK (source <> destination)
) PARTITION BY HASH (retailer_id, store_id);
CREATE INDEX posting_by_time ON posting (retailer_id, store_id, posted_at);

-- Hot. What must leave the house, written with the change it tells of. subject is the order (or other thing) it is about;
-- seq orders the events of one subject. due_at is when the next try may start; dead_at is when trying was given up.
CREATE TABLE outbox (
    retailer_id  text        NOT NULL,
    store_id     text        NOT NULL,
    subject      text        NOT NULL,
    seq          integer     NOT NULL,
    topic        text        NOT NULL,
    payload      jsonb       NOT NULL,
    created_at   timestamptz NOT NULL,
    due_at       timestamptz NOT NULL,
    attempts     integer     NOT NULL DEFAULT 0,
    last_error   text        NOT NULL DEFAULT '',
    delivered_at timestamptz,
    dead_at      timestamptz,
    PRIMARY KEY (retailer_id, store_id, subject, seq)
) PARTITION BY HASH (retailer_id, store_id);
CREATE INDEX outbox_waiting ON outbox (retailer_id, store_id, due_at) WHERE delivered_at IS NULL AND dead_at IS NULL;

-- Hot. A request that was answered: its SHA-256 and the answer a replay gets. Keys are the platform's own.
CREATE TABLE idempotency (
    retailer_id  text        NOT NULL,
    store_id     text        NOT NULL,
    platform     text        NOT NULL,
    key          text        NOT NULL,
    request_hash text        NOT NULL,
    answer       bytea       NOT NULL,
    order_id     text        NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (retailer_id, store_id, platform, key)
) PARTITION BY HASH (retailer_id, store_id);

-- The agreement with a platform, as its TOML text. Versions are kept: an order names the terms it was placed under.
CREATE TABLE agreement (
    retailer_id  text        NOT NULL,
    agreement_id text        NOT NULL,
    version      integer     NOT NULL,
    document     text        NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (retailer_id, agreement_id, version)
);

-- Append only: who agreed or withdrew, to what, in which words, where, until when. The newest row per purpose and
-- platform counts.
CREATE TABLE consent (
    retailer_id  text        NOT NULL,
    shopper_id   text        NOT NULL,
    consent_id   text        NOT NULL,
    purpose      text        NOT NULL,
    platform     text        NOT NULL DEFAULT '',
    granted      boolean     NOT NULL,
    until        timestamptz,
    text_version text        NOT NULL,
    surface      text        NOT NULL,
    proof        jsonb       NOT NULL DEFAULT '{}',
    given_at     timestamptz NOT NULL,
    PRIMARY KEY (retailer_id, shopper_id, consent_id)
);
