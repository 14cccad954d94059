-- Orders of the channels beside Khaos's and WAIR's, paired by the reference with the channel's prefix.

-- What an amount of an order's currency is in pounds: the rate of the London month in which the order was created
CREATE OR REPLACE MACRO in_pounds(money, rate) AS
    fraction((money * 10000)::HUGEINT * (rate * 1000000)::HUGEINT, 10000::HUGEINT * 1000000);

-- Stock codes and non-stock codes that a channel's SKU may equal; a stock item that was set aside is known to be there
CREATE OR REPLACE TABLE known_code AS
SELECT sku FROM item WHERE system = 'khaos'
UNION SELECT key FROM quarantine WHERE system = 'khaos' AND entity = 'stock_items'
UNION SELECT sku FROM non_stock_code;

-- Khaos sales orders and credit notes that have a channel's form, by reference
CREATE OR REPLACE TABLE khaos_channel_order AS
WITH sent AS (SELECT order_key, sum(units) AS units, max(shipped_on) AS shipped_on FROM units_sent GROUP BY order_key),
stages AS (
    SELECT order_key, bool_or(stage IN (SELECT stage FROM picking_stage)) AS picking
    FROM invoice WHERE system = 'khaos' GROUP BY order_key
)
SELECT o.channel, o.reference, o.full_reference, o.source_key AS order_key, o.kind, o.status, o.on_hold, o.snapshot,
    o.account_key, o.company_class, o.commercial, o.currency, o.items_net, o.items_gross, o.delivery_net, o.delivery_gross,
    o.created_on, s.shipped_on, coalesce(s.units, 0) AS units_sent, st.picking,
    CASE WHEN o.currency = 'GBP' THEN 1 ELSE x.rate END AS rate,
    -- The earliest created is the order itself; the same day the lowest code
    row_number() OVER (PARTITION BY o.channel, o.full_reference, o.kind, o.status <> 'cancelled'
                       ORDER BY o.created_on, o.source_key) AS place_in_time
FROM sales_order AS o
LEFT JOIN sent AS s ON s.order_key = o.source_key
LEFT JOIN stages AS st ON st.order_key = o.source_key
LEFT JOIN exchange_rate AS x ON x.currency = o.currency AND x.month = strftime(o.created_on, '%Y-%m')
WHERE o.system = 'khaos' AND o.channel IS NOT NULL;

-- Per order of Khaos: whether all its units are sent (pack parents and non-stock codes aside)
CREATE OR REPLACE TABLE khaos_sent_in_full AS
WITH ordered AS (
    SELECT order_key, sku, sum(quantity) AS ordered FROM order_line
    WHERE system = 'khaos' AND sku IS NOT NULL AND sku NOT IN (SELECT sku FROM outside_units)
    GROUP BY order_key, sku
)
SELECT o.order_key, bool_and(coalesce(s.units, 0) >= o.ordered) AS in_full
FROM ordered AS o LEFT JOIN units_sent AS s USING (order_key, sku)
GROUP BY o.order_key;

-- One row per order of a channel. khaos_key: the Khaos order that stands for it (cancelled ones only where there is no other)
CREATE OR REPLACE TABLE channel_order AS
WITH khaos AS (
    SELECT *, status <> 'cancelled' AS lives FROM khaos_channel_order WHERE kind = 'order'
    QUALIFY row_number() OVER (PARTITION BY channel, full_reference ORDER BY lives DESC, created_on, order_key) = 1
),
dispatches AS (
    SELECT full_reference, list(DISTINCT source_key ORDER BY source_key) AS keys, min(dispatched_at) AS first_at
    FROM dispatch WHERE system = 'wair' AND NOT voided GROUP BY full_reference
),
orders AS (
    SELECT o.*, o.system || '>khaos' AS to_khaos, 'khaos>' || o.system AS from_khaos,
        coalesce(p.prefix, '') || o.reference AS khaos_reference,
        CASE WHEN o.currency = 'GBP' THEN 1 ELSE x.rate END AS rate,
        c.start, coalesce(c.import_window_days, 92) AS import_window_days
    FROM sales_order AS o
    LEFT JOIN channel_prefix AS p ON p.channel = o.system
    LEFT JOIN channel AS c ON c.channel = o.system
    LEFT JOIN exchange_rate AS x ON x.currency = o.currency AND x.month = strftime(london_date(o.created_at), '%Y-%m')
    WHERE o.system NOT IN ('khaos', 'wair') AND o.kind = 'order'
)
SELECT o.system AS channel, o.to_khaos, o.from_khaos, o.source_key AS order_key, o.reference, o.khaos_reference, o.snapshot,
    o.status, o.market, o.currency, o.rate, o.account_key, o.created_at, o.confirmed_at, o.cancelled_at, o.changed_at,
    o.shipped, o.shipped_at, o.refund, o.refunded_gross, o.refunded_at,
    o.items_net, o.items_gross, o.delivery_net, o.delivery_gross, o.total_net, o.total_gross,
    in_pounds(o.total_net, o.rate) AS net_gbp,
    -- Whether it was ever to be in Khaos
    london_date(o.created_at) >= coalesce(o.start, DATE '1900-01-01')
        AND o.created_at >= getvariable('as_of') - to_days(o.import_window_days) AS imported,
    k.order_key AS khaos_key, k.snapshot AS khaos_snapshot, coalesce(k.lives, FALSE) AS khaos_lives,
    coalesce(k.status = 'open', FALSE) AS khaos_open, coalesce(k.picking, FALSE) AS khaos_picking,
    coalesce(k.units_sent, 0) AS khaos_sent, k.shipped_on, coalesce(f.in_full, FALSE) AS khaos_in_full,
    k.on_hold, k.account_key AS khaos_account, k.company_class, k.currency AS khaos_currency, k.rate AS khaos_rate,
    k.items_net AS khaos_items_net, k.items_gross AS khaos_items_gross,
    k.delivery_net AS khaos_delivery_net, k.delivery_gross AS khaos_delivery_gross,
    d.keys AS dispatch_keys, d.first_at AS dispatched_at
FROM orders AS o
LEFT JOIN khaos AS k ON k.channel = o.system AND k.full_reference = o.khaos_reference
LEFT JOIN khaos_sent_in_full AS f ON f.order_key = k.order_key
LEFT JOIN dispatches AS d ON d.full_reference = o.khaos_reference;

-- Credit notes of a channel's order, not cancelled: by its own reference, or by the merchant's pattern
CREATE OR REPLACE TABLE linked_credit_note AS
SELECT o.channel, o.reference, n.source_key AS credit_key, n.snapshot, n.currency, n.created_on,
    abs(n.items_gross + coalesce(n.delivery_gross, 0)) AS gross
FROM sales_order AS n
JOIN (SELECT DISTINCT channel, reference, khaos_reference FROM channel_order) AS o
    ON n.full_reference = o.khaos_reference
    OR (getvariable('credit_note_pattern') <> ''
        AND n.full_reference IN (replace(getvariable('credit_note_pattern'), '{reference}', o.khaos_reference),
                                 replace(getvariable('credit_note_pattern'), '{reference}', o.reference)))
WHERE n.system = 'khaos' AND n.kind = 'credit_note' AND n.status <> 'cancelled';

-- Units per channel order and stock code, on both sides. A SKU that means another code is paired with it; non-stock codes
-- and free-form lines are outside. unit_value: net value of one unit, in pounds, by the channel's lines, else Khaos's
CREATE OR REPLACE TABLE channel_order_sku AS
WITH channel_lines AS (
    SELECT o.channel, o.reference, coalesce(m.stock_code, l.sku) AS sku, any_value(o.rate) AS rate,
        CASE WHEN count(l.quantity) = count(*) THEN sum(l.quantity) END AS units,
        CASE WHEN count(l.line_net) = count(*) THEN sum(l.line_net) END AS net
    FROM channel_order AS o
    JOIN order_line AS l ON l.system = o.channel AND l.order_key = o.order_key
    LEFT JOIN sku_meaning AS m ON m.system = o.channel AND m.sku = l.sku
    WHERE l.sku IS NOT NULL AND NOT l.cancelled AND l.sku NOT IN (SELECT sku FROM non_stock_code)
    GROUP BY ALL
),
khaos_lines AS (
    SELECT o.channel, o.reference, coalesce(m.stock_code, l.sku) AS sku, any_value(o.khaos_rate) AS rate,
        sum(l.quantity) AS units,
        CASE WHEN count(l.line_net) = count(*) THEN sum(l.line_net) END AS net
    FROM channel_order AS o
    JOIN order_line AS l ON l.system = 'khaos' AND l.order_key = o.khaos_key
    LEFT JOIN sku_meaning AS m ON m.system = 'khaos' AND m.sku = l.sku
    WHERE l.sku IS NOT NULL AND l.sku NOT IN (SELECT sku FROM non_stock_code)
    GROUP BY ALL
),
-- What Khaos adds for the packs on an order
added AS (
    SELECT c.channel, c.reference, r.child_sku AS sku, sum(c.units * r.quantity) AS units
    FROM channel_lines AS c
    JOIN item_relation AS r ON r.system = 'khaos' AND r.kind = 'pack' AND r.parent_sku = c.sku
    GROUP BY ALL
)
SELECT coalesce(c.channel, k.channel) AS channel, coalesce(c.reference, k.reference) AS reference, coalesce(c.sku, k.sku) AS sku,
    CASE WHEN c.sku IS NULL THEN 0 ELSE c.units END AS channel_units, coalesce(k.units, 0) AS khaos_units,
    coalesce(a.units, 0) AS added_units,
    CASE WHEN c.sku IS NOT NULL THEN value_of_one(c.net, c.rate, c.units) ELSE value_of_one(k.net, k.rate, k.units) END AS unit_value
FROM channel_lines AS c
FULL JOIN khaos_lines AS k ON k.channel = c.channel AND k.reference = c.reference AND k.sku = c.sku
LEFT JOIN added AS a ON a.channel = coalesce(c.channel, k.channel) AND a.reference = coalesce(c.reference, k.reference)
    AND a.sku = coalesce(c.sku, k.sku);

-- Lines of a channel's order whose SKU equals no stock code
CREATE OR REPLACE TABLE unknown_order_sku AS
SELECT o.channel, o.reference, list(DISTINCT l.sku ORDER BY l.sku) AS skus
FROM channel_order AS o
JOIN order_line AS l ON l.system = o.channel AND l.order_key = o.order_key
WHERE NOT l.cancelled AND l.sku NOT IN (SELECT sku FROM known_code)
GROUP BY ALL;

-- References that a channel does not know, or Khaos does not, as far as it was asked: an order set aside is no absence
CREATE OR REPLACE TABLE channel_order_set_aside AS
SELECT system AS channel, key AS reference FROM quarantine WHERE entity = 'orders' AND key_readable;

-- Dispatches that were set aside tonight, by the reference they name
CREATE OR REPLACE TABLE dispatch_set_aside AS
SELECT DISTINCT regexp_extract(raw, '"orderReference"\s*:\s*"([^"]*)"', 1) AS khaos_reference
FROM quarantine WHERE system = 'wair' AND entity = 'dispatches';

-- Tracking numbers a channel's order should show: WAIR's where WAIR has any for it, else Khaos's
CREATE OR REPLACE TABLE expected_tracking AS
WITH wair AS (
    SELECT o.channel, o.reference, d.tracking, m.courier, d.snapshot
    FROM channel_order AS o
    JOIN dispatch AS d ON d.system = 'wair' AND d.full_reference = o.khaos_reference
    ANTI JOIN dispatch_twin AS t ON t.system = d.system AND t.dispatch_key = d.source_key
    LEFT JOIN map_courier AS m ON m.carrier_service = d.carrier_service
    WHERE NOT d.voided AND d.tracking <> ''
),
khaos AS (
    SELECT o.channel, o.reference, p.tracking, p.courier, p.snapshot
    FROM channel_order AS o
    JOIN parcel AS p ON p.system = 'khaos' AND p.order_key = o.khaos_key
    WHERE o.khaos_lives AND o.khaos_sent > 0
)
SELECT DISTINCT * FROM wair
UNION ALL
SELECT DISTINCT k.* FROM khaos AS k ANTI JOIN wair AS w USING (channel, reference);

CREATE OR REPLACE TABLE channel_tracking AS
SELECT DISTINCT o.channel, o.reference, p.tracking, m.courier, o.snapshot
FROM channel_order AS o
JOIN parcel AS p ON p.system = o.channel AND p.order_key = o.order_key
LEFT JOIN map_courier AS m ON m.carrier_service = p.courier
WHERE o.status <> 'cancelled';

-- Tracking numbers of the side whose word counts, and of the other side
CREATE OR REPLACE TABLE owner_tracking AS
WITH owners AS (
    SELECT 'khaos>' || channel AS systems, 'orders' AS entity, channel AS other, reference, tracking, courier, snapshot
    FROM expected_tracking
    UNION ALL
    SELECT 'wair>khaos', 'sales_orders', 'wair', d.full_reference, d.tracking, m.courier, d.snapshot
    FROM dispatch AS d
    ANTI JOIN dispatch_twin AS t ON t.system = d.system AND t.dispatch_key = d.source_key
    LEFT JOIN map_courier AS m ON m.carrier_service = d.carrier_service
    WHERE d.system = 'wair' AND NOT d.voided AND d.tracking <> ''
)
SELECT systems, entity, other, reference, tracking, min(courier) AS courier, any_value(snapshot) AS snapshot
FROM owners
GROUP BY ALL;

CREATE OR REPLACE TABLE other_tracking AS
SELECT 'khaos>' || channel AS systems, reference, reference AS record_key, tracking, courier, snapshot FROM channel_tracking
UNION ALL
SELECT 'wair>khaos', r.reference, r.record_key, p.tracking, p.courier, p.snapshot
FROM (SELECT reference, record_key, unnest(order_keys) AS order_key FROM order_by_reference) AS r
JOIN parcel AS p ON p.system = 'khaos' AND p.order_key = r.order_key;

-- One row per expected number of an order that has numbers on both sides. A carrier that no mapping knows proves nothing
CREATE OR REPLACE TABLE tracking_comparison AS
WITH both_sides AS (
    SELECT systems, reference, any_value(record_key) AS record_key, any_value(snapshot) AS snapshot FROM other_tracking GROUP BY ALL
),
same_number AS (
    SELECT o.systems, o.reference, o.tracking, count(x.courier) AS carriers, count(*) FILTER (x.courier = o.courier) AS same_carrier
    FROM owner_tracking AS o
    JOIN other_tracking AS x ON x.systems = o.systems AND x.reference = o.reference AND x.tracking = o.tracking
    GROUP BY ALL
)
SELECT o.systems, o.entity, o.other, o.reference, b.record_key, o.tracking, o.courier,
    s.tracking IS NOT NULL AS found,
    coalesce(o.courier IS NOT NULL AND s.carriers > 0 AND s.same_carrier = 0, FALSE) AS other_carrier,
    o.snapshot AS expected_snapshot, b.snapshot AS actual_snapshot
FROM owner_tracking AS o
JOIN both_sides AS b USING (systems, reference)
LEFT JOIN same_number AS s ON s.systems = o.systems AND s.reference = o.reference AND s.tracking = o.tracking;

-- Open Khaos orders: how long an invoice not yet sent has stood at its stage, and whether the order is on hold
CREATE OR REPLACE TABLE order_progress AS
WITH standing AS (
    SELECT order_key, arg_max(invoice, nights) AS invoice, arg_max(stage, nights) AS stage,
        arg_max(stage_name, nights) AS stage_name, max(nights) AS nights
    FROM invoice_stage_now
    WHERE stage NOT IN (SELECT stage FROM waiting_date_stage)
    GROUP BY order_key
),
waiting AS (SELECT DISTINCT order_key FROM invoice WHERE system = 'khaos' AND stage IN (SELECT stage FROM waiting_date_stage)),
orders AS (
    SELECT o.*, CASE WHEN o.channel IS NULL THEN 'khaos' ELSE 'khaos>' || o.channel END AS systems,
        CASE WHEN o.currency = 'GBP' THEN 1 ELSE x.rate END AS rate
    FROM sales_order AS o
    LEFT JOIN exchange_rate AS x ON x.currency = o.currency AND x.month = strftime(o.created_on, '%Y-%m')
    WHERE o.system = 'khaos' AND o.kind = 'order' AND o.status = 'open' AND o.reference <> ''
    QUALIFY row_number() OVER (PARTITION BY o.channel, o.reference ORDER BY o.created_on, o.source_key) = 1
)
SELECT o.systems, o.channel, o.reference, o.source_key AS order_key, o.created_on, o.snapshot, s.stage, s.stage_name, s.nights,
    coalesce(o.created_on <= getvariable('night') - getvariable('stuck_nights')
             AND s.nights >= getvariable('stuck_nights'), FALSE) AS stuck,
    coalesce(o.on_hold AND c.status = 'open' AND w.order_key IS NULL, FALSE) AS held,
    CASE WHEN c.reference IS NOT NULL THEN c.net_gbp
         ELSE in_pounds(o.items_net + coalesce(o.delivery_net, 0), o.rate) END AS net_gbp
FROM orders AS o
LEFT JOIN standing AS s ON s.order_key = o.source_key
LEFT JOIN waiting AS w ON w.order_key = o.source_key
LEFT JOIN channel_order AS c ON c.channel = o.channel AND c.reference = o.reference
