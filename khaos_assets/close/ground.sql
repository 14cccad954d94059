-- What the sheets of a pack rest on: goods, invoices and money of orders as they stood at the cut-off.
-- Variables: cut_off (TIMESTAMPTZ, first instant after the period), period_opens, period_first, period_last (London dates).
-- The comparisons of the rules stand already (order_by_reference, order_sku, dispatch_twin, sku_meaning, item_cost …).

-- Units that had left WAIR by the cut-off, and after it, per order reference and stock code. Voided parcels and twins aside
CREATE OR REPLACE TEMP TABLE gone AS
SELECT d.full_reference AS reference, coalesce(m.stock_code, l.sku) AS sku,
    coalesce(sum(l.units) FILTER (d.dispatched_at < getvariable('cut_off')), 0) AS before,
    coalesce(sum(l.units) FILTER (d.dispatched_at >= getvariable('cut_off')), 0) AS after,
    london_date(min(d.dispatched_at) FILTER (d.dispatched_at < getvariable('cut_off'))) AS first_on,
    london_date(min(d.dispatched_at) FILTER (d.dispatched_at >= getvariable('cut_off'))) AS next_on,
    bool_or(d.dispatched_at < getvariable('cut_off') AND d.changed_at >= getvariable('cut_off')) AS late
FROM dispatch AS d
JOIN dispatch_line AS l ON l.system = d.system AND l.dispatch_key = d.source_key
LEFT JOIN sku_meaning AS m ON m.system = d.system AND m.sku = l.sku
ANTI JOIN dispatch_twin AS t ON t.system = d.system AND t.dispatch_key = d.source_key
WHERE NOT d.voided AND coalesce(m.stock_code, l.sku) NOT IN (SELECT sku FROM outside_units)
GROUP BY ALL;

-- Units that Khaos shows sent, by the day on which they became revenue: the invoice's date, else its day of shipping.
-- An invoice without either is in no period yet.
CREATE OR REPLACE TEMP TABLE invoiced_line AS
SELECT o.full_reference AS reference, s.order_key, s.shipment AS invoice, coalesce(m.stock_code, s.sku) AS sku,
    coalesce(s.issued_on, s.shipped_on) AS tax_point, s.units_sent AS units
FROM shipment AS s
JOIN sales_order AS o ON o.system = 'khaos' AND o.source_key = s.order_key
LEFT JOIN sku_meaning AS m ON m.system = 'khaos' AND m.sku = s.sku
WHERE s.system = 'khaos' AND s.units_sent > 0 AND o.kind = 'order' AND o.status <> 'cancelled';

CREATE OR REPLACE TEMP TABLE invoiced AS
SELECT reference, sku,
    coalesce(sum(units) FILTER (tax_point <= getvariable('period_last')), 0) AS before,
    coalesce(sum(units) FILTER (tax_point > getvariable('period_last')), 0) AS after,
    max(tax_point) FILTER (tax_point <= getvariable('period_last')) AS last_on,
    min(tax_point) FILTER (tax_point > getvariable('period_last')) AS next_on
FROM invoiced_line
WHERE sku NOT IN (SELECT sku FROM outside_units)
GROUP BY ALL;

-- VAT of one unit on a Khaos order, in pounds, as order_sku has its net
CREATE OR REPLACE TEMP TABLE unit_vat AS
WITH keys AS (SELECT reference, rate, unnest(order_keys) AS order_key FROM order_by_reference)
SELECT k.reference, coalesce(m.stock_code, l.sku) AS sku,
    value_of_one(sum_of_all(l.line_vat), any_value(k.rate), sum(l.quantity)) AS vat
FROM keys AS k
JOIN order_line AS l ON l.system = 'khaos' AND l.order_key = k.order_key
LEFT JOIN sku_meaning AS m ON m.system = 'khaos' AND m.sku = l.sku
WHERE l.sku IS NOT NULL
GROUP BY ALL;

-- One row per order reference and stock code that WAIR or Khaos has moved. `site`: that of the order; `fulfilled`: WAIR does it
CREATE OR REPLACE TEMP TABLE goods AS
SELECT coalesce(g.reference, i.reference) AS reference, coalesce(g.sku, i.sku) AS sku,
    r.record_key, array_to_string(r.order_keys, '+') AS orders, r.reference IS NOT NULL AS in_khaos,
    coalesce(r.commercial, TRUE) AS commercial, coalesce(c.channel, 'direct') AS channel,
    coalesce(s.ordered, 0) AS ordered,
    coalesce(g.before, 0) AS dispatched, coalesce(g.after, 0) AS dispatched_after, g.first_on AS dispatched_on, g.next_on AS dispatched_next_on,
    coalesce(i.before, 0) AS invoiced, coalesce(i.after, 0) AS invoiced_after, i.last_on AS invoiced_on, i.next_on AS invoiced_next_on,
    s.unit_value AS net, v.vat, k.cost, coalesce(g.late, FALSE) AS late,
    s.site IN (SELECT site FROM map_location) AND coalesce(g.reference, i.reference) NOT IN (SELECT reference FROM reference_set_aside) AS fulfilled
FROM gone AS g
FULL JOIN invoiced AS i ON i.reference = g.reference AND i.sku = g.sku
LEFT JOIN order_by_reference AS r ON r.reference = coalesce(g.reference, i.reference)
LEFT JOIN order_sku AS s ON s.reference = coalesce(g.reference, i.reference) AND s.sku = coalesce(g.sku, i.sku)
LEFT JOIN unit_vat AS v ON v.reference = coalesce(g.reference, i.reference) AND v.sku = coalesce(g.sku, i.sku)
LEFT JOIN item_cost AS k ON k.sku = coalesce(g.sku, i.sku)
LEFT JOIN (SELECT khaos_reference AS reference, min(channel) AS channel FROM channel_order GROUP BY ALL) AS c
    ON c.reference = coalesce(g.reference, i.reference);

CREATE OR REPLACE MACRO worth(value_of_one, units) AS pounds(times_units(value_of_one, units));

-- Codes that stand open for an order, so that a line of the pack leads to its cases
CREATE OR REPLACE TEMP TABLE order_codes AS
SELECT record_key, string_agg(DISTINCT code, ' ' ORDER BY code) AS codes
FROM results.exception
WHERE night = getvariable('night') AND state = 'open' AND (code LIKE 'ORD-%' OR code LIKE 'FIN-%' OR code LIKE 'CUS-%')
GROUP BY record_key;

-- Where a Khaos order is taxed: the market of its channel order, of a credit note that of the order it belongs to; home where
-- it came by no channel
CREATE OR REPLACE TEMP TABLE tax_place AS
SELECT o.source_key AS order_key, coalesce(any_value(c.market), 'home') AS market,
    CASE WHEN any_value(c.market) IS NULL THEN getvariable('home_country')
         WHEN any_value(c.market) LIKE 'scayle/%' THEN split_part(any_value(c.market), '/', 3) END AS country,
    any_value(CASE WHEN o.currency = 'GBP' THEN 1 ELSE x.rate END) AS rate
FROM sales_order AS o
LEFT JOIN (
    SELECT khaos_key AS order_key, market FROM channel_order WHERE khaos_key IS NOT NULL
    UNION ALL
    SELECT n.credit_key, c.market FROM linked_credit_note AS n JOIN channel_order AS c USING (channel, reference)
) AS c ON c.order_key = o.source_key
LEFT JOIN exchange_rate AS x ON x.currency = o.currency AND x.month = strftime(o.created_on, '%Y-%m')
WHERE o.system = 'khaos'
GROUP BY o.source_key;

-- Orders of which a parcel with a number shows that it left: what a zero rate rests on
CREATE OR REPLACE TEMP TABLE export_proof AS
SELECT DISTINCT r.order_key FROM (SELECT reference, unnest(order_keys) AS order_key FROM order_by_reference) AS r
JOIN dispatch AS d ON d.full_reference = r.reference
WHERE d.system = 'wair' AND NOT d.voided AND coalesce(d.tracking, '') <> ''
UNION
SELECT order_key FROM parcel WHERE system = 'khaos' AND coalesce(tracking, '') <> '';

-- Lines with one rate per order and stock code, so that a part of the units has its part of the money
CREATE OR REPLACE TEMP TABLE taxed_unit AS
SELECT l.order_key, coalesce(m.stock_code, l.sku) AS sku, max(l.vat_percent) AS percent,
    value_of_one(sum_of_all(l.line_net), any_value(p.rate), sum(l.quantity)) AS net,
    value_of_one(sum_of_all(l.line_vat), any_value(p.rate), sum(l.quantity)) AS vat
FROM order_line AS l
JOIN tax_place AS p USING (order_key)
LEFT JOIN sku_meaning AS m ON m.system = 'khaos' AND m.sku = l.sku
WHERE l.system = 'khaos' AND l.sku IS NOT NULL
GROUP BY ALL;

-- The rate that a net amount and its VAT show: the known one nearest
CREATE OR REPLACE MACRO rate_shown(net, vat) AS
    (SELECT arg_min(percent, (abs(vat * 100 - net * percent), percent)) FROM (SELECT DISTINCT percent FROM tax_code));

-- One row per stock code of an order that was paid when placed and lives at the cut-off: how much had left by then. Gone is what
-- WAIR sent or Khaos invoiced, whichever is more; of a pack, as many as its components make
CREATE OR REPLACE TEMP TABLE prepaid AS
WITH live AS (
    FROM channel_order
    WHERE channel IN (SELECT channel FROM prepaid_channel) AND confirmed_at < getvariable('cut_off')
        AND (status <> 'cancelled' OR coalesce(cancelled_at >= getvariable('cut_off'), FALSE))
        AND NOT coalesce(refund = 'full' AND refunded_at < getvariable('cut_off'), FALSE)
        AND NOT coalesce(shipped_at < getvariable('cut_off'), FALSE)
),
packs AS (
    SELECT o.channel, o.reference, s.sku,
        min((coalesce(greatest(g.dispatched, g.invoiced), 0) * 100000)::HUGEINT // nullif((r.quantity * 100000)::HUGEINT, 0))::DECIMAL(28, 5) AS units
    FROM live AS o
    JOIN channel_order_sku AS s ON s.channel = o.channel AND s.reference = o.reference
    JOIN item_relation AS r ON r.system = 'khaos' AND r.kind = 'pack' AND r.parent_sku = s.sku
    LEFT JOIN goods AS g ON g.reference = o.khaos_reference AND g.sku = r.child_sku
    GROUP BY ALL
),
vat AS (
    SELECT o.channel, o.reference, coalesce(m.stock_code, l.sku) AS sku,
        value_of_one(sum_of_all(coalesce(l.line_vat, l.line_gross - l.line_net)), any_value(o.rate), sum(l.quantity)) AS vat
    FROM live AS o
    JOIN order_line AS l ON l.system = o.channel AND l.order_key = o.order_key AND NOT coalesce(l.cancelled, FALSE)
    LEFT JOIN sku_meaning AS m ON m.system = o.channel AND m.sku = l.sku
    WHERE l.sku IS NOT NULL
    GROUP BY ALL
)
SELECT o.channel, o.reference, o.market, o.khaos_key AS orders, s.sku, london_date(o.confirmed_at) AS paid_on, s.channel_units AS ordered,
    least(s.channel_units, coalesce(greatest(g.dispatched, g.invoiced), p.units, 0))::DECIMAL(28, 5) AS gone,
    s.unit_value AS net, v.vat, k.cost
FROM live AS o
JOIN channel_order_sku AS s ON s.channel = o.channel AND s.reference = o.reference
LEFT JOIN goods AS g ON g.reference = o.khaos_reference AND g.sku = s.sku
LEFT JOIN packs AS p ON p.channel = o.channel AND p.reference = o.reference AND p.sku = s.sku
LEFT JOIN vat AS v ON v.channel = o.channel AND v.reference = o.reference AND v.sku = s.sku
LEFT JOIN item_cost AS k ON k.sku = s.sku
WHERE s.channel_units > 0;

-- Every line of VAT of the period: what was invoiced in it (delivery with the order's first invoice), less its credit notes
CREATE OR REPLACE TEMP TABLE taxed AS
WITH goods_taxed AS (
    SELECT i.order_key, i.reference, i.invoice AS document, i.tax_point, u.percent,
        worth(u.net, i.units) AS net_gbp, worth(u.vat, i.units) AS vat_gbp
    FROM invoiced_line AS i
    JOIN taxed_unit AS u ON u.order_key = i.order_key AND u.sku = i.sku
    WHERE i.tax_point BETWEEN getvariable('period_first') AND getvariable('period_last')
),
first_invoice AS (
    SELECT order_key, any_value(reference) AS reference, min(tax_point) AS tax_point, arg_min(invoice, (tax_point, invoice)) AS document
    FROM invoiced_line WHERE tax_point IS NOT NULL GROUP BY order_key
),
delivery AS (
    SELECT f.order_key, f.reference, f.document, f.tax_point, rate_shown(o.delivery_net, o.delivery_gross - o.delivery_net) AS percent,
        pounds(in_pounds(o.delivery_net, p.rate)) AS net_gbp, pounds(in_pounds(o.delivery_gross - o.delivery_net, p.rate)) AS vat_gbp
    FROM first_invoice AS f
    JOIN sales_order AS o ON o.system = 'khaos' AND o.source_key = f.order_key
    JOIN tax_place AS p USING (order_key)
    WHERE coalesce(o.delivery_gross, 0) <> 0 AND f.tax_point BETWEEN getvariable('period_first') AND getvariable('period_last')
),
credited AS (
    SELECT o.source_key AS order_key, o.full_reference AS reference, o.source_key AS document, o.created_on AS tax_point, l.vat_percent AS percent,
        -abs(pounds(in_pounds(l.line_net, p.rate))) AS net_gbp, -abs(pounds(in_pounds(l.line_vat, p.rate))) AS vat_gbp
    FROM sales_order AS o
    JOIN order_line AS l ON l.system = 'khaos' AND l.order_key = o.source_key
    JOIN tax_place AS p ON p.order_key = o.source_key
    WHERE o.system = 'khaos' AND o.kind = 'credit_note' AND o.status <> 'cancelled'
        AND o.created_on BETWEEN getvariable('period_first') AND getvariable('period_last')
)
SELECT x.*, p.market, p.country, coalesce(p.country <> getvariable('home_country'), FALSE) AS export, e.order_key IS NOT NULL AS evidence
FROM (
    SELECT 'goods' AS what, * FROM goods_taxed UNION ALL SELECT 'delivery', * FROM delivery UNION ALL SELECT 'credit note', * FROM credited
) AS x
JOIN tax_place AS p USING (order_key)
LEFT JOIN export_proof AS e USING (order_key);

-- Money of a channel's orders placed in the period, beside Khaos's, in pounds. NULL: that side does not have it
CREATE OR REPLACE TEMP TABLE sold AS
WITH discounts AS (
    SELECT o.channel, o.reference, sum_of_all(coalesce(l.discount_net, 0)) AS discount
    FROM channel_order AS o
    JOIN order_line AS l ON l.system = o.channel AND l.order_key = o.order_key AND NOT coalesce(l.cancelled, FALSE)
    GROUP BY ALL
),
khaos_discounts AS (
    SELECT order_key, sum_of_all(discount_net) AS discount FROM order_line WHERE system = 'khaos' GROUP BY ALL
),
notes AS (SELECT channel, reference, sum(gross) AS gross FROM linked_credit_note GROUP BY ALL)
SELECT o.channel, o.market, o.currency, o.reference, london_date(o.began_at) AS placed_on, o.status,
    CASE WHEN o.khaos_lives THEN o.khaos_key END AS orders, o.khaos_lives AS in_khaos,
    pounds(in_pounds(o.total_net - coalesce(o.delivery_net, 0), o.rate)) AS net_gbp,
    pounds(in_pounds(o.total_gross - o.total_net, o.rate)) AS vat_gbp,
    pounds(in_pounds(coalesce(o.delivery_net, 0), o.rate)) AS shipping_gbp,
    pounds(in_pounds(coalesce(d.discount, 0), o.rate)) AS discount_gbp,
    CASE WHEN o.refund = 'none' THEN 0 ELSE pounds(in_pounds(o.refunded_gross, o.rate)) END::DECIMAL(18, 2) AS refunds_gbp,
    CASE WHEN o.khaos_lives THEN pounds(in_pounds(o.khaos_items_net, o.khaos_rate)) END AS khaos_net_gbp,
    CASE WHEN o.khaos_lives THEN pounds(in_pounds(o.khaos_items_gross - o.khaos_items_net + o.khaos_delivery_gross - o.khaos_delivery_net, o.khaos_rate)) END AS khaos_vat_gbp,
    CASE WHEN o.khaos_lives THEN pounds(in_pounds(o.khaos_delivery_net, o.khaos_rate)) END AS khaos_shipping_gbp,
    CASE WHEN o.khaos_lives THEN pounds(in_pounds(k.discount, o.khaos_rate)) END AS khaos_discount_gbp,
    CASE WHEN o.khaos_lives THEN pounds(in_pounds(coalesce(n.gross, 0), o.khaos_rate)) END AS khaos_refunds_gbp
FROM (SELECT *, coalesce(created_at, confirmed_at) AS began_at FROM channel_order) AS o
LEFT JOIN discounts AS d USING (channel, reference)
LEFT JOIN khaos_discounts AS k ON k.order_key = o.khaos_key
LEFT JOIN notes AS n ON n.channel = o.channel AND n.reference = o.reference
WHERE o.began_at >= getvariable('period_opens') AND o.began_at < getvariable('cut_off')
    AND (o.status <> 'cancelled' OR o.khaos_lives);

-- Stock as it was counted, per system, stock code and site: Khaos's physical figure, WAIR's locations summed over their site.
-- NULL units: what they are derived from could not be read
CREATE OR REPLACE TEMP TABLE closing_stock AS
SELECT 'khaos' AS system, sku, site, physical AS units, untested
FROM physical WHERE sku NOT IN (SELECT sku FROM outside_stock)
UNION ALL
SELECT 'wair', coalesce(m.stock_code, p.sku), loc.site, sum_of_all(p.on_hand), NULL
FROM stock_position AS p
JOIN map_location AS loc ON loc.location = p.place
LEFT JOIN sku_meaning AS m ON m.system = 'wair' AND m.sku = p.sku
WHERE p.system = 'wair' AND coalesce(m.stock_code, p.sku) NOT IN (SELECT sku FROM outside_stock)
GROUP BY ALL;

-- Goods that moved between the two counts, as far as a system says. Khaos tells only the day
CREATE OR REPLACE TEMP TABLE moved AS
SELECT 'wair' AS system, coalesce(m.stock_code, l.sku) AS sku, loc.site, 0::DECIMAL(28, 5) AS received, 0::DECIMAL(28, 5) AS transferred, l.units AS dispatched
FROM dispatch AS d
JOIN dispatch_line AS l ON l.system = d.system AND l.dispatch_key = d.source_key
JOIN map_location AS loc ON loc.location = d.place
LEFT JOIN sku_meaning AS m ON m.system = 'wair' AND m.sku = l.sku
ANTI JOIN dispatch_twin AS t ON t.system = d.system AND t.dispatch_key = d.source_key
WHERE d.system = 'wair' AND NOT d.voided AND d.dispatched_at > getvariable('opening_as_of') AND d.dispatched_at <= getvariable('stock_as_of')
UNION ALL
SELECT 'wair', coalesce(m.stock_code, t.sku), loc.site, t.units_received, 0, 0
FROM transfer AS t
JOIN map_location AS loc ON loc.location = t.to_place
LEFT JOIN sku_meaning AS m ON m.system = 'wair' AND m.sku = t.sku
WHERE t.system = 'wair' AND t.units_received > 0 AND t.changed_at > getvariable('opening_as_of') AND t.changed_at <= getvariable('stock_as_of')
UNION ALL
SELECT 'wair', coalesce(m.stock_code, t.sku), loc.site, 0, t.units_shipped, 0
FROM transfer AS t
JOIN map_location AS loc ON loc.location = t.from_place
LEFT JOIN sku_meaning AS m ON m.system = 'wair' AND m.sku = t.sku
WHERE t.system = 'wair' AND t.shipped_at > getvariable('opening_as_of') AND t.shipped_at <= getvariable('stock_as_of')
UNION ALL
SELECT 'khaos', i.sku, coalesce(o.site, (SELECT place FROM site WHERE system = 'khaos' AND is_default)), 0, 0, i.units
FROM (
    SELECT o.full_reference AS reference, coalesce(m.stock_code, s.sku) AS sku, s.units_sent AS units
    FROM shipment AS s
    JOIN sales_order AS o ON o.system = 'khaos' AND o.source_key = s.order_key AND o.kind = 'order'
    LEFT JOIN sku_meaning AS m ON m.system = 'khaos' AND m.sku = s.sku
    WHERE s.system = 'khaos' AND s.units_sent > 0
        AND s.shipped_on >= london_date(getvariable('opening_as_of')) AND s.shipped_on < london_date(getvariable('stock_as_of'))
) AS i
LEFT JOIN order_sku AS o USING (reference, sku);

-- The last day on which a unit of a stock code left, as far back as can be read
CREATE OR REPLACE TEMP TABLE last_left AS
SELECT sku, max(day) AS day
FROM (
    SELECT sku, last_at AS day FROM (SELECT sku, london_date(last_at) AS last_at FROM dispatched)
    UNION ALL SELECT sku, shipped_on FROM order_sku WHERE shipped_on IS NOT NULL
)
WHERE day <= getvariable('period_last')
GROUP BY sku;
