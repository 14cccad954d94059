-- Conformed tables of one night: the same columns for every system, plus system, source_key and the snapshot.
-- Each system fills them from its own records: systems/<name>/conform/<table>.sql, one SELECT with these column names
-- (a column it cannot give is left out and stays NULL: unknown, never zero).
-- Money: exact fractions of pounds without VAT (cost, price) or DECIMAL in `currency`. Units: DECIMAL(28, 5).
-- Instants: TIMESTAMPTZ in UTC. Dates: London.

CREATE OR REPLACE TABLE item (
    system              VARCHAR NOT NULL,
    source_key          VARCHAR NOT NULL,
    snapshot            VARCHAR NOT NULL,
    sku                 VARCHAR NOT NULL,          -- Khaos: the stock code. Compared exactly
    item_id             VARCHAR,                   -- the system's key that stays when the SKU changes
    kind                VARCHAR NOT NULL,          -- simple, pack, build, style_parent, style_child, not_stocked
    parent_sku          VARCHAR,                   -- of several: item_relation has them all
    parent_id           VARCHAR,
    active              BOOLEAN NOT NULL,          -- active and ready, as configured per system
    live                BOOLEAN,
    archived            BOOLEAN,
    on_web              BOOLEAN,                   -- Khaos WEB
    discontinued        BOOLEAN,
    stock_controlled    BOOLEAN,
    run_to_zero         BOOLEAN,
    sells_without_stock BOOLEAN,
    other_ref           VARCHAR,
    barcodes            VARCHAR[],
    description         VARCHAR,
    long_description    VARCHAR,
    weight_kg           DECIMAL(28, 6),
    height              DECIMAL(28, 6),
    width               DECIMAL(28, 6),
    depth               DECIMAL(28, 6),
    commodity_code      VARCHAR,
    country_of_origin   VARCHAR,
    tax_code            VARCHAR,
    vat_percent         DECIMAL(28, 4),
    cost                STRUCT(num HUGEINT, den HUGEINT),
    price               STRUCT(num HUGEINT, den HUGEINT),   -- in force: the web price, else the sell price
    sell_price          STRUCT(num HUGEINT, den HUGEINT),
    web_price           STRUCT(num HUGEINT, den HUGEINT),
    safe_level          DECIMAL(28, 5),
    max_display         DECIMAL(28, 5),
    style_size          VARCHAR,
    style_colour        VARCHAR,
    body_map_code       VARCHAR,
    body_map_size       VARCHAR,
    body_map_displayed  BOOLEAN,
    body_map_reason     VARCHAR,
    attributes          MAP(VARCHAR, VARCHAR),
    changed_at          TIMESTAMPTZ
);

CREATE OR REPLACE TABLE item_relation (
    system     VARCHAR NOT NULL,
    snapshot   VARCHAR NOT NULL,
    kind       VARCHAR NOT NULL,                   -- pack, build, scs, linked
    parent_sku VARCHAR,                            -- NULL: the parent is not among the system's items
    child_sku  VARCHAR NOT NULL,
    quantity   DECIMAL(28, 5),                     -- NULL where the relation has no quantity meaning
    parent_id  VARCHAR                             -- the system's own key of the parent, where it is another
);

-- What a product information system says of fields that one owns and another copies, one row per product and field that is
-- not empty
CREATE OR REPLACE TABLE attribute_said (
    system     VARCHAR NOT NULL,
    source_key VARCHAR NOT NULL,
    field      VARCHAR NOT NULL,
    unit       VARCHAR,                            -- of an amount: net or gross
    raw        VARCHAR NOT NULL,                   -- as the system wrote it
    number     DECIMAL(38, 12),                    -- of a measure in Khaos's unit, of an amount as it stands
    value      VARCHAR                             -- the number plain, else the text squeezed
);

-- Attributes that one system owns and another copies, one row per item and field, empty ones included. Values as text
-- after normalisation: numbers plain and in Khaos's unit, texts without outer and double blanks; NULL = empty.
CREATE OR REPLACE TABLE item_attribute (
    system     VARCHAR NOT NULL,
    snapshot   VARCHAR NOT NULL,
    sku        VARCHAR NOT NULL,
    field      VARCHAR NOT NULL,                   -- description, weight, cost … as in the ownership table
    value      VARCHAR,
    raw        VARCHAR,                            -- as the system wrote it
    changed_at TIMESTAMPTZ
);

-- Items asked for one by one, and whether the system knows them
CREATE OR REPLACE TABLE item_asked (
    system VARCHAR NOT NULL,
    sku    VARCHAR NOT NULL,
    found  BOOLEAN NOT NULL
);

CREATE OR REPLACE TABLE stock_position (
    system          VARCHAR NOT NULL,
    source_key      VARCHAR NOT NULL,
    snapshot        VARCHAR NOT NULL,
    sku             VARCHAR NOT NULL,
    place           VARCHAR NOT NULL,              -- Khaos site name, WAIR location id, channel warehouse
    unit            VARCHAR,
    on_hand         DECIMAL(28, 5),
    allocated       DECIMAL(28, 5),
    available       DECIMAL(28, 5),
    quantity        DECIMAL(28, 5),                -- what a channel shows
    sells_without_stock BOOLEAN,                   -- there, where a channel says so
    on_order        DECIMAL(28, 5),
    back_order      DECIMAL(28, 5),                -- over all places
    build_potential DECIMAL(28, 5),
    changed_at      TIMESTAMPTZ
);

CREATE OR REPLACE TABLE sales_order (
    system         VARCHAR NOT NULL,
    source_key     VARCHAR NOT NULL,               -- Khaos: the sales order code
    snapshot       VARCHAR NOT NULL,
    reference      VARCHAR,                        -- without the channel's prefix
    full_reference VARCHAR,                        -- as it stands
    channel        VARCHAR,
    kind           VARCHAR NOT NULL,               -- order, credit_note
    status         VARCHAR NOT NULL,               -- open, complete, cancelled
    on_hold        BOOLEAN,
    account_key    VARCHAR,
    company_class  VARCHAR,
    commercial     BOOLEAN,                        -- NULL: the account could not be read
    market         VARCHAR,
    currency       VARCHAR NOT NULL,
    items_net      DECIMAL(28, 4),
    items_gross    DECIMAL(28, 4),
    delivery_net   DECIMAL(28, 4),
    delivery_gross DECIMAL(28, 4),
    fees_vat       DECIMAL(28, 4),                 -- of fees that are neither lines nor delivery; they count as items
    total_net      DECIMAL(28, 4),
    total_gross    DECIMAL(28, 4),
    created_at     TIMESTAMPTZ,
    created_on     DATE,
    confirmed_at   TIMESTAMPTZ,                    -- a channel's order that is to be fulfilled
    cancelled_at   TIMESTAMPTZ,
    shipped        BOOLEAN,
    shipped_at     TIMESTAMPTZ,
    refund         VARCHAR,                        -- a channel: none, part, full
    refunded_gross DECIMAL(28, 4),                 -- NULL: it cannot be itemised
    refunded_at    TIMESTAMPTZ,                    -- the last returnedAt, else the order's change time
    units_ordered  DECIMAL(28, 5),
    units_assigned DECIMAL(28, 5),
    place          VARCHAR,
    changed_at     TIMESTAMPTZ
);

CREATE OR REPLACE TABLE order_line (
    system           VARCHAR NOT NULL,
    order_key        VARCHAR NOT NULL,
    snapshot         VARCHAR NOT NULL,
    line             BIGINT NOT NULL,              -- SCAYLE: one line per unit
    sku              VARCHAR,                      -- NULL: a free-form line
    place            VARCHAR,
    quantity         DECIMAL(28, 5),               -- in base units; NULL: its unit is not mapped
    unit             VARCHAR,                      -- as the channel has it
    cancelled        BOOLEAN,                      -- a channel's line that is not to be fulfilled
    returned_at      TIMESTAMPTZ,
    unit_price       DECIMAL(28, 4),
    price_is_net     BOOLEAN,
    discount_percent DECIMAL(28, 4),
    tax_code         VARCHAR,
    vat_percent      DECIMAL(28, 4),
    line_net         DECIMAL(28, 4),               -- after discount, without VAT, in the order's currency
    line_gross       DECIMAL(28, 4),
    line_vat         DECIMAL(28, 4),
    discount_net     DECIMAL(28, 4),
    arithmetic       VARCHAR,                      -- gross or net: how line_net was computed
    voucher_net      DECIMAL(28, 4)                -- the part of discount_net that an absolute voucher took
);

-- What a system says has been sent, one row per invoice (or parcel) and SKU
CREATE OR REPLACE TABLE shipment (
    system     VARCHAR NOT NULL,
    order_key  VARCHAR NOT NULL,
    snapshot   VARCHAR NOT NULL,
    shipment   VARCHAR NOT NULL,
    stage      BIGINT,
    sku        VARCHAR,
    units_sent DECIMAL(28, 5),                     -- NULL: a channel's parcel does not say
    courier    VARCHAR,
    tracking   VARCHAR,
    shipped_on DATE,
    issued_on  DATE
);

-- Every invoice of an order, also one of which nothing was sent yet
CREATE OR REPLACE TABLE invoice (
    system     VARCHAR NOT NULL,
    order_key  VARCHAR NOT NULL,
    snapshot   VARCHAR NOT NULL,
    invoice    VARCHAR NOT NULL,
    stage      BIGINT,
    stage_name VARCHAR,
    units_sold DECIMAL(28, 5),
    units_sent DECIMAL(28, 5)
);

-- Tracking numbers that a system has for an order
CREATE OR REPLACE TABLE parcel (
    system    VARCHAR NOT NULL,
    order_key VARCHAR NOT NULL,
    snapshot  VARCHAR NOT NULL,
    tracking  VARCHAR NOT NULL,
    courier   VARCHAR                              -- as the system names it
);

CREATE OR REPLACE TABLE dispatch (
    system          VARCHAR NOT NULL,
    source_key      VARCHAR NOT NULL,
    snapshot        VARCHAR NOT NULL,
    reference       VARCHAR NOT NULL,
    full_reference  VARCHAR NOT NULL,
    place           VARCHAR NOT NULL,
    carrier_service VARCHAR NOT NULL,              -- "" where none
    tracking        VARCHAR,
    dispatched_at   TIMESTAMPTZ NOT NULL,
    voided          BOOLEAN NOT NULL,
    changed_at      TIMESTAMPTZ NOT NULL
);

CREATE OR REPLACE TABLE dispatch_line (
    system       VARCHAR NOT NULL,
    dispatch_key VARCHAR NOT NULL,
    sku          VARCHAR NOT NULL,
    units        DECIMAL(28, 5) NOT NULL
);

CREATE OR REPLACE TABLE transfer (
    system         VARCHAR NOT NULL,
    source_key     VARCHAR NOT NULL,
    snapshot       VARCHAR NOT NULL,
    transfer_id    VARCHAR NOT NULL,
    sku            VARCHAR NOT NULL,
    from_place     VARCHAR NOT NULL,
    to_place       VARCHAR NOT NULL,
    units_shipped  DECIMAL(28, 5) NOT NULL,
    units_received DECIMAL(28, 5) NOT NULL,
    shipped_at     TIMESTAMPTZ,
    changed_at     TIMESTAMPTZ
);

CREATE OR REPLACE TABLE account (
    system        VARCHAR NOT NULL,
    source_key    VARCHAR NOT NULL,
    snapshot      VARCHAR NOT NULL,
    other_ref     VARCHAR,
    name          VARCHAR,
    company_class VARCHAR,
    tax_reference VARCHAR,
    currency      VARCHAR,
    terms         VARCHAR,
    on_stop       BOOLEAN,
    orders_held   BOOLEAN,
    price_lists   VARCHAR[],
    price_group   VARCHAR,                         -- the channel's customer group
    parent_key    VARCHAR,
    active        BOOLEAN,
    guest         BOOLEAN,                         -- every user of it is one
    user_enabled  BOOLEAN,                         -- some user of it can sign in
    contacts      VARCHAR[],                       -- equal ones: the same e-mail at the same postcode; neither is kept
    created_at    TIMESTAMPTZ,
    changed_at    TIMESTAMPTZ
);

CREATE OR REPLACE TABLE price (
    system       VARCHAR NOT NULL,
    source_key   VARCHAR NOT NULL,
    snapshot     VARCHAR NOT NULL,
    sku          VARCHAR,
    price_list   VARCHAR NOT NULL,
    kind         VARCHAR,                          -- a channel: base, group, promotion
    market       VARCHAR,
    active       BOOLEAN,
    unit         VARCHAR,
    quantity_from DECIMAL(28, 5),
    quantity_to  DECIMAL(28, 5),
    amount       DECIMAL(28, 4),
    currency     VARCHAR,
    is_net       BOOLEAN,
    vat_percent  DECIMAL(28, 4),
    valid_from   TIMESTAMPTZ,
    valid_to     TIMESTAMPTZ
);

-- Places that a system itself keeps stock at
CREATE OR REPLACE TABLE site (
    system     VARCHAR NOT NULL,
    place      VARCHAR NOT NULL,
    is_default BOOLEAN NOT NULL                    -- where an order line that names no site belongs
);

-- References asked one by one, and whether the system knows them
CREATE OR REPLACE TABLE order_asked (
    system         VARCHAR NOT NULL,
    full_reference VARCHAR NOT NULL,
    found          BOOLEAN NOT NULL
);

-- Values of a system that a mapping table must translate, each where it stands
CREATE OR REPLACE TABLE value_met (
    system    VARCHAR NOT NULL,
    entity    VARCHAR NOT NULL,
    map       VARCHAR NOT NULL,                    -- courier, market, unit … as in the record key of MAP-01
    value     VARCHAR NOT NULL,
    order_key VARCHAR                              -- the order that carries it; NULL: it stands elsewhere
);
