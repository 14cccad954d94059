-- Orders and dispatches side by side, per order reference and stock code. `reference` is the one as it stands: two channels may
-- give one number to two orders, which only the prefix tells apart. `record_key` is what exceptions call the order: the number
-- without the prefix, unless two orders of the night share it.

-- The same parcel under two ids: same order, lines and tracking number; the later one counts nowhere (catalogue ORD-16)
CREATE OR REPLACE TABLE dispatch_twin AS
WITH tracked AS (FROM dispatch WHERE tracking IS NOT NULL AND tracking <> '' AND NOT voided),
-- Only what shares order and number with another is worth laying its lines side by side
shared AS (SELECT system, full_reference, tracking FROM tracked GROUP BY ALL HAVING count(*) > 1),
parcels AS (
    SELECT d.system, d.source_key, d.full_reference, d.tracking, d.dispatched_at,
        list({'sku': l.sku, 'units': l.units} ORDER BY l.sku) AS lines
    FROM (FROM tracked SEMI JOIN shared USING (system, full_reference, tracking)) AS d
    JOIN dispatch_line AS l ON l.system = d.system AND l.dispatch_key = d.source_key
    GROUP BY ALL
)
SELECT system, source_key AS dispatch_key,
    first_value(source_key) OVER parcel AS original_key
FROM parcels
WINDOW parcel AS (PARTITION BY system, full_reference, tracking, lines ORDER BY dispatched_at, source_key)
QUALIFY row_number() OVER parcel > 1;

-- Khaos sales orders (credit notes and cancelled ones aside) by reference
CREATE OR REPLACE TABLE order_by_reference AS
SELECT o.full_reference AS reference,
    CASE WHEN count(*) OVER (PARTITION BY any_value(o.reference)) > 1 THEN o.full_reference ELSE any_value(o.reference) END AS record_key,
    list(o.source_key ORDER BY o.source_key) AS order_keys,
    bool_or(o.status = 'open') AS is_open,
    bool_and(coalesce(o.commercial, TRUE)) AS commercial,
    any_value(o.company_class ORDER BY o.source_key) AS company_class,
    any_value(o.snapshot) AS snapshot,
    min(o.created_on) AS created_on,
    any_value(o.currency ORDER BY o.source_key) AS currency,
    sum(o.items_net) AS items_net,
    sum(o.delivery_net) AS delivery_net,
    any_value(CASE WHEN o.currency = 'GBP' THEN 1 ELSE x.rate END ORDER BY o.source_key) AS rate
FROM sales_order AS o
LEFT JOIN exchange_rate AS x ON x.currency = o.currency AND x.month = strftime(o.created_on, '%Y-%m')
WHERE o.system = 'khaos' AND o.kind = 'order' AND o.status <> 'cancelled' AND o.reference IS NOT NULL AND o.reference <> ''
GROUP BY o.full_reference;

-- Pounds for one unit, as they came: to reduce the fraction of every line costs more than all else about it
CREATE OR REPLACE MACRO value_of_one(net, rate, units) AS fraction(
    (net * 10000)::HUGEINT * (rate * 1000000)::HUGEINT * 10, nullif((units * 100000)::HUGEINT, 0) * 1000000);

-- Net value of one unit of a stock code on the order, in pounds: Σ line net ÷ Σ quantity; where lines have no price, the
-- order's items net ÷ all its units
CREATE OR REPLACE TABLE order_sku AS
WITH keys AS (SELECT reference, rate, items_net, unnest(order_keys) AS order_key FROM order_by_reference),
lines AS (
    SELECT k.reference, any_value(k.rate) AS rate, any_value(k.items_net) AS items_net,
        coalesce(m.stock_code, l.sku) AS sku,
        sum(l.quantity) AS ordered,
        sum(l.line_net) AS net,
        count(*) FILTER (l.line_net IS NULL) AS unpriced,
        min(coalesce(l.place, (SELECT place FROM site WHERE system = 'khaos' AND is_default))) AS site
    FROM keys AS k
    JOIN order_line AS l ON l.system = 'khaos' AND l.order_key = k.order_key
    LEFT JOIN sku_meaning AS m ON m.system = 'khaos' AND m.sku = l.sku
    WHERE l.sku IS NOT NULL
    GROUP BY k.reference, coalesce(m.stock_code, l.sku)
),
unpriced AS (
    SELECT reference, sum(ordered) AS ordered FROM lines GROUP BY reference HAVING sum(unpriced) > 0
),
valued AS (
    SELECT l.*,
        CASE
            WHEN l.rate IS NULL OR l.ordered = 0 THEN NULL
            WHEN l.unpriced = 0 THEN value_of_one(l.net, l.rate, l.ordered)
            ELSE value_of_one(l.items_net, l.rate, u.ordered)
        END AS unit_value
    FROM lines AS l LEFT JOIN unpriced AS u USING (reference)
),
sent AS (
    SELECT k.reference, coalesce(m.stock_code, s.sku) AS sku, sum(s.units) AS sent, max(s.shipped_on) AS shipped_on
    FROM keys AS k
    JOIN units_sent AS s ON s.order_key = k.order_key
    LEFT JOIN sku_meaning AS m ON m.system = 'khaos' AND m.sku = s.sku
    GROUP BY ALL
)
SELECT coalesce(v.reference, s.reference) AS reference, coalesce(v.sku, s.sku) AS sku,
    coalesce(v.ordered, 0) AS ordered, coalesce(s.sent, 0) AS sent, s.shipped_on, v.unit_value, v.site,
    coalesce(v.sku, s.sku) IN (SELECT sku FROM outside_units) AS outside
FROM valued AS v
FULL JOIN sent AS s ON s.reference = v.reference AND s.sku = v.sku;

-- Units dispatched per reference and stock code: voided parcels and twins aside
CREATE OR REPLACE TABLE dispatched AS
SELECT d.full_reference AS reference, coalesce(m.stock_code, l.sku) AS sku,
    sum(l.units) AS units,
    coalesce(sum(l.units) FILTER (d.dispatched_at <= getvariable('as_of') - getvariable('dispatch_grace')), 0) AS units_past_grace,
    max(d.dispatched_at) AS last_at, min(d.dispatched_at) AS first_at,
    any_value(coalesce(loc.site, d.place) ORDER BY d.source_key) AS site,
    list(DISTINCT d.source_key ORDER BY d.source_key) AS dispatch_keys,
    any_value(d.snapshot) AS snapshot
FROM dispatch AS d
JOIN dispatch_line AS l ON l.system = d.system AND l.dispatch_key = d.source_key
LEFT JOIN map_location AS loc ON loc.location = d.place
LEFT JOIN sku_meaning AS m ON m.system = d.system AND m.sku = l.sku
ANTI JOIN dispatch_twin AS t ON t.system = d.system AND t.dispatch_key = d.source_key
WHERE NOT d.voided
GROUP BY d.full_reference, coalesce(m.stock_code, l.sku);

-- One row per order reference and stock code on either side, for orders that Khaos knows
CREATE OR REPLACE TABLE order_comparison AS
SELECT r.reference, r.record_key, coalesce(o.sku, d.sku) AS sku,
    coalesce(o.ordered, 0) AS ordered, coalesce(o.sent, 0) AS sent, o.shipped_on,
    coalesce(d.units, 0) AS dispatched, coalesce(d.units_past_grace, 0) AS dispatched_past_grace,
    d.first_at, d.last_at, d.dispatch_keys,
    coalesce(d.site, o.site) AS site, o.site AS order_site,
    o.unit_value, cost.cost,
    r.is_open, r.commercial, r.company_class, r.snapshot AS order_snapshot, d.snapshot AS dispatch_snapshot
FROM (SELECT * FROM order_sku WHERE NOT outside) AS o
FULL JOIN (SELECT * FROM dispatched WHERE sku NOT IN (SELECT sku FROM outside_units)) AS d
    ON d.reference = o.reference AND d.sku = o.sku
JOIN order_by_reference AS r ON r.reference = coalesce(o.reference, d.reference)
LEFT JOIN item_cost AS cost ON cost.sku = coalesce(o.sku, d.sku);

-- References of which a dispatch or an order line was set aside tonight: no absence and no sum is concluded about them
CREATE OR REPLACE TABLE reference_set_aside AS
SELECT DISTINCT q.reference
FROM (
    SELECT regexp_extract(raw, '"orderReference"\s*:\s*"([^"]*)"', 1) AS reference
    FROM quarantine WHERE system = 'wair' AND entity = 'dispatches'
    UNION
    SELECT o.full_reference
    FROM quarantine AS l JOIN sales_order AS o ON o.system = 'khaos' AND starts_with(l.key, o.source_key || '/')
    WHERE l.system = 'khaos' AND l.entity = 'order_lines' AND o.full_reference IS NOT NULL
) AS q;

-- References with any dispatch that counts
CREATE OR REPLACE TABLE dispatched_reference AS SELECT DISTINCT reference FROM dispatched;
