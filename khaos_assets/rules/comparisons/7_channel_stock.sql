-- What a channel shows beside what Khaos lets it sell: one row per channel, SKU and warehouse of the channel.

-- Units held back of a stock code: one source, as configured; none of what is run to zero
CREATE OR REPLACE TABLE item_buffer AS
SELECT i.sku,
    CASE
        WHEN i.run_to_zero THEN 0
        WHEN getvariable('buffer_source') = 'safe_level' THEN coalesce(i.safe_level, 0)
        ELSE coalesce(b.units, getvariable('buffer_default'))
    END AS units
FROM item AS i
LEFT JOIN buffer_per_code AS b USING (sku)
WHERE i.system = 'khaos';

-- Khaos's figures over the sites of each warehouse of a channel. Unknown where a site's figure is.
CREATE OR REPLACE TABLE warehouse_figure AS
WITH own AS (
    SELECT w.channel, w.warehouse, p.sku,
        CASE WHEN count(p.available) = any_value(n.sites) THEN sum(p.available) END AS available,
        CASE WHEN count(f.physical) = any_value(n.sites) THEN sum(f.physical) END AS physical,
        coalesce(sum(p.build_potential), 0) AS potential,
        max(p.on_order) AS on_order
    FROM map_warehouse AS w
    JOIN (SELECT channel, warehouse, count(*) AS sites FROM map_warehouse GROUP BY ALL) AS n USING (channel, warehouse)
    JOIN stock_position AS p ON p.system = 'khaos' AND p.place = w.site
    LEFT JOIN physical AS f ON f.sku = p.sku AND f.site = p.place
    GROUP BY w.channel, w.warehouse, p.sku
),
sellable_itself AS (
    SELECT o.*, b.units AS buffer, CASE WHEN o.available IS NOT NULL THEN greatest(o.available - b.units, 0)::DECIMAL(28, 5) END AS sellable
    FROM own AS o JOIN item_buffer AS b USING (sku)
),
-- A pack is as many times sellable as its scarcest component allows
packs AS (
    SELECT c.channel, c.warehouse, r.parent_sku AS sku,
        CASE WHEN bool_and(c.sellable IS NOT NULL AND coalesce(r.quantity > 0, FALSE)) AND count(*) = any_value(parts.n)
             THEN min((c.sellable * 100000)::HUGEINT // nullif((r.quantity * 100000)::HUGEINT, 0))::DECIMAL(28, 5) END AS sellable
    FROM item_relation AS r
    JOIN (SELECT parent_sku, count(*) AS n FROM item_relation WHERE system = 'khaos' AND kind = 'pack' GROUP BY ALL) AS parts USING (parent_sku)
    JOIN sellable_itself AS c ON c.sku = r.child_sku
    WHERE r.system = 'khaos' AND r.kind = 'pack'
    GROUP BY c.channel, c.warehouse, r.parent_sku
)
SELECT s.channel, s.warehouse, s.sku, s.available, s.physical, s.potential, s.on_order, s.buffer, s.sellable
FROM sellable_itself AS s
WHERE s.sku NOT IN (SELECT sku FROM item WHERE system = 'khaos' AND kind = 'pack')
UNION ALL
SELECT channel, warehouse, sku, NULL, NULL, 0, NULL, NULL, sellable FROM packs;

-- Units that channel orders ask for and Khaos has not heard of yet: they explain a channel that shows less
CREATE OR REPLACE TABLE units_on_their_way AS
SELECT o.channel, s.sku, sum(s.channel_units) AS units
FROM channel_order AS o
JOIN channel_order_sku AS s USING (channel, reference)
WHERE o.khaos_key IS NULL AND o.status = 'open'
GROUP BY ALL;

-- A SKU whose rows were set aside tonight has no sum there
CREATE OR REPLACE TABLE channel_stock AS
WITH shown AS (
    SELECT p.system AS channel, p.sku AS other_sku, p.place AS warehouse,
        CASE WHEN count(p.quantity) = count(*) THEN sum(p.quantity) END AS quantity,
        max(p.changed_at) AS changed_at, bool_or(coalesce(p.sells_without_stock, FALSE)) AS sells_without_stock,
        any_value(p.snapshot) AS snapshot
    FROM stock_position AS p
    WHERE p.system NOT IN ('khaos', 'wair')
    GROUP BY ALL
)
SELECT s.channel, 'khaos>' || s.channel AS systems, s.warehouse, s.other_sku, i.sku, i.kind, i.run_to_zero, i.max_display,
    s.quantity, s.changed_at, s.sells_without_stock, s.snapshot, i.snapshot AS khaos_snapshot,
    f.available, f.physical, f.potential, f.on_order, f.buffer,
    CASE WHEN i.kind <> 'style_parent' THEN f.sellable END AS sellable,
    coalesce(t.units, 0) AS on_their_way,
    coalesce(s.changed_at > getvariable('as_of') - getvariable('stock_grace'), FALSE) AS within_grace,
    c.cost, c.price
FROM shown AS s
LEFT JOIN sku_meaning AS m ON m.system = s.channel AND m.sku = s.other_sku
JOIN item AS i ON i.system = 'khaos' AND i.sku = coalesce(m.stock_code, s.other_sku)
SEMI JOIN map_warehouse AS w ON w.channel = s.channel AND w.warehouse = s.warehouse
LEFT JOIN warehouse_figure AS f ON f.channel = s.channel AND f.warehouse = s.warehouse AND f.sku = i.sku
LEFT JOIN units_on_their_way AS t ON t.channel = s.channel AND t.sku = i.sku
LEFT JOIN item_cost AS c ON c.sku = i.sku
WHERE s.quantity IS NOT NULL AND i.kind <> 'not_stocked' AND i.sku NOT IN (SELECT sku FROM non_stock_code);

-- What the channel did with the figures, per row that is comparable
CREATE OR REPLACE TABLE channel_stock_judged AS
SELECT *,
    quantity - sellable AS off,
    -- A build that was offered with what could be built of its parts, before or after the buffer
    kind = 'build' AND potential > 0 AND quantity <> sellable
        AND quantity IN (available + potential, available + potential - buffer, sellable + potential) AS built,
    CASE
        WHEN quantity = sellable THEN NULL
        WHEN quantity = physical THEN 'physical'
        WHEN quantity = available THEN 'available'
        WHEN quantity = available + on_order THEN 'available_plus_on_order'
    END AS figure,
    -- Orders on their way, or exactly the limit of what is displayed, explain a channel that shows less
    sellable - quantity <= on_their_way OR coalesce(max_display > 0 AND quantity = max_display, FALSE) AS explained
FROM channel_stock
WHERE sellable IS NOT NULL;

-- Items that a channel shows as live, with all they show over its warehouses, and what is left of them in Khaos: NULL where a
-- row does not tell it and no other one shows any
CREATE OR REPLACE TABLE offered_item AS
WITH shown AS (
    SELECT system AS channel, sku AS other_sku,
        CASE WHEN count(quantity) = count(*) OR sum(quantity) > 0 THEN sum(quantity) END AS quantity, max(changed_at) AS changed_at,
        any_value(snapshot) AS snapshot
    FROM stock_position
    WHERE system NOT IN ('khaos', 'wair')
    GROUP BY ALL
),
live AS (
    SELECT system AS channel, sku AS other_sku, bool_or(coalesce(sells_without_stock, FALSE)) AS sells_without_stock
    FROM item
    WHERE system NOT IN ('khaos', 'wair') AND live
    GROUP BY ALL
),
left_over AS (
    SELECT sku, CASE WHEN count(available) = count(*) OR sum(available) > 0 THEN sum(available) END AS units
    FROM stock_position
    WHERE system = 'khaos' AND place IN (SELECT site FROM mapped_site)
    GROUP BY sku
)
SELECT l.channel, 'khaos>' || l.channel AS systems, l.other_sku, i.sku, i.discontinued, i.run_to_zero,
    CASE WHEN r.sku IS NULL THEN 0 ELSE r.units END AS left_over,
    CASE WHEN s.snapshot IS NULL THEN 0 ELSE s.quantity END AS quantity, l.sells_without_stock,
    s.changed_at, s.snapshot, i.snapshot AS khaos_snapshot, c.price
FROM live AS l
LEFT JOIN shown AS s USING (channel, other_sku)
LEFT JOIN sku_meaning AS m ON m.system = l.channel AND m.sku = l.other_sku
JOIN item AS i ON i.system = 'khaos' AND i.sku = coalesce(m.stock_code, l.other_sku)
LEFT JOIN left_over AS r ON r.sku = i.sku
LEFT JOIN item_cost AS c ON c.sku = i.sku
WHERE i.sku NOT IN (SELECT sku FROM non_stock_code);
