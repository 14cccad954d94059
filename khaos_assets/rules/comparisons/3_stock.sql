-- WAIR stock beside Khaos's derived physical stock: one row per SKU and site, WAIR summed over the locations of the site.

CREATE OR REPLACE TABLE site_scope AS
SELECT site, string_agg(location, '+' ORDER BY location) AS scope FROM map_location GROUP BY site;

-- In transit = shipped − received, at either end's site (once where both ends are one site)
CREATE OR REPLACE TABLE in_transit AS
WITH moving AS (
    SELECT coalesce(m.stock_code, t.sku) AS sku, t.transfer_id, t.units_shipped - t.units_received AS units,
        unnest(list_distinct([f.site, o.site])) AS site
    FROM transfer AS t
    LEFT JOIN map_location AS f ON f.location = t.from_place
    LEFT JOIN map_location AS o ON o.location = t.to_place
    LEFT JOIN sku_meaning AS m ON m.system = t.system AND m.sku = t.sku
    WHERE t.units_shipped > t.units_received
)
SELECT sku, site, sum(units) AS units, string_agg(DISTINCT transfer_id, '+' ORDER BY transfer_id) AS transfers,
    list({'units': units, 'transfer': transfer_id} ORDER BY transfer_id) AS each_one
FROM moving
GROUP BY ALL;

-- Narrow on purpose, for it has a row for every SKU and site of the merchant and most of its time goes into writing:
-- what only a difference needs, such as Khaos's own code, is below
CREATE OR REPLACE TABLE stock_comparison AS
WITH several AS (SELECT site FROM map_location GROUP BY site HAVING count(*) > 1),
wair AS (
    -- A site with one location needs no adding up: (location, SKU) is WAIR's key
    SELECT p.sku, loc.site, p.on_hand, p.allocated, p.available, p.changed_at
    FROM stock_position AS p
    JOIN map_location AS loc ON loc.location = p.place
    WHERE p.system = 'wair' AND loc.site NOT IN (SELECT site FROM several)
    UNION ALL
    SELECT p.sku, loc.site, sum(p.on_hand), sum(p.allocated), sum(p.available), max(p.changed_at)
    FROM stock_position AS p
    JOIN map_location AS loc ON loc.location = p.place
    WHERE p.system = 'wair' AND loc.site IN (SELECT site FROM several)
    GROUP BY p.sku, loc.site
),
-- A WAIR row that was set aside makes its site's sum unknown
set_aside AS (
    SELECT DISTINCT substr(q.key, length(loc.location) + 2) AS sku, loc.site
    FROM quarantine AS q
    JOIN map_location AS loc ON starts_with(q.key, loc.location || '/')
    WHERE q.system = 'wair' AND q.entity = 'stock' AND q.key_readable
)
SELECT w.sku AS wair_sku, w.site,
    w.on_hand, w.allocated AS wair_allocated, w.available AS wair_available, w.changed_at,
    p.available AS khaos_available, p.allocated AS khaos_allocated, p.physical,
    p.physical - w.on_hand AS difference,
    CASE
        -- Nor is a figure handed on to later nights as agreed, where the sum it rests on may lack a part
        WHEN (SELECT count(*) FROM control_read AS r
              WHERE r.night = getvariable('night') AND r.verdict = 'INCOMPLETE'
                AND (r.system, r.entity) IN (('wair', 'stock'), ('khaos', 'sales_orders'), ('khaos', 'order_lines'))) > 0
            THEN 'a read it adds up is INCOMPLETE'
        WHEN x.sku IS NOT NULL THEN 'a WAIR row was set aside'
        ELSE p.untested
    END AS untested
FROM wair AS w
LEFT JOIN (SELECT sku, stock_code FROM sku_meaning WHERE system = 'wair') AS m ON m.sku = w.sku
JOIN physical AS p ON p.sku = coalesce(m.stock_code, w.sku) AND p.site = w.site
LEFT JOIN set_aside AS x ON x.sku = w.sku AND x.site = w.site
WHERE p.sku NOT IN (SELECT sku FROM outside_stock);

-- The pairs that differ in anything, with what their exceptions say
CREATE OR REPLACE TABLE stock_difference AS
WITH differing AS (
    SELECT s.*, coalesce(m.stock_code, s.wair_sku) AS sku
    FROM stock_comparison AS s
    LEFT JOIN (SELECT sku, stock_code FROM sku_meaning WHERE system = 'wair') AS m ON m.sku = s.wair_sku
    WHERE s.untested IS NULL
        AND (s.difference <> 0 OR s.wair_available <> s.khaos_available OR s.on_hand - s.wair_allocated <> s.wair_available)
)
SELECT s.*, scope.scope,
    -- All that is in transit there, or the one transfer that explains the whole difference by itself
    CASE WHEN t.units <> s.difference AND list_contains(list_transform(t.each_one, lambda x: x.units), s.difference)
         THEN s.difference ELSE t.units END AS in_transit,
    CASE WHEN t.units <> s.difference AND list_contains(list_transform(t.each_one, lambda x: x.units), s.difference)
         THEN list_filter(t.each_one, lambda x: x.units = s.difference)[1].transfer ELSE t.transfers END AS transfers,
    s.changed_at > getvariable('as_of') - getvariable('stock_grace') AS within_grace,
    c.cost, c.price,
    (SELECT any_value(snapshot) FROM stock_position WHERE system = 'wair') AS wair_snapshot,
    (SELECT any_value(snapshot) FROM stock_position WHERE system = 'khaos') AS khaos_snapshot
FROM differing AS s
JOIN site_scope AS scope USING (site)
LEFT JOIN item_cost AS c ON c.sku = s.sku
LEFT JOIN in_transit AS t ON t.sku = s.sku AND t.site = s.site;

-- WAIR stock of parents whose sub-items are stocked instead
CREATE OR REPLACE TABLE parent_stock AS
SELECT p.sku, loc.site, s.scope, i.kind, sum(p.on_hand) AS on_hand, max(p.changed_at) AS changed_at,
    any_value(p.snapshot) AS wair_snapshot, any_value(i.snapshot) AS khaos_snapshot
FROM stock_position AS p
JOIN map_location AS loc ON loc.location = p.place
JOIN site_scope AS s USING (site)
JOIN item AS i ON i.system = 'khaos' AND i.sku = p.sku AND i.kind IN ('pack', 'style_parent')
WHERE p.system = 'wair' AND p.sku NOT IN (SELECT sku FROM non_stock_code)
GROUP BY ALL;

-- Quantities that cannot be below zero, each where it stands: a WAIR location, a Khaos site
CREATE OR REPLACE TABLE impossible_quantity AS
SELECT 'wair' AS systems, 'stock' AS entity, 'on_hand' AS field, p.sku, coalesce(m.stock_code, p.sku) AS stock_code,
    p.place, loc.site, p.on_hand AS units, p.changed_at, p.snapshot
FROM stock_position AS p
LEFT JOIN map_location AS loc ON loc.location = p.place
LEFT JOIN sku_meaning AS m ON m.system = 'wair' AND m.sku = p.sku
WHERE p.system = 'wair' AND p.sku NOT IN (SELECT sku FROM non_stock_code)
    AND coalesce(m.stock_code, p.sku) NOT IN (SELECT sku FROM item WHERE system = 'khaos' AND kind = 'not_stocked')
UNION ALL
SELECT 'khaos', 'stock_levels', 'available', p.sku, p.sku, p.place, p.place, p.available, p.changed_at, p.snapshot
FROM stock_position AS p
JOIN item AS i ON i.system = 'khaos' AND i.sku = p.sku AND i.kind NOT IN ('pack', 'style_parent', 'not_stocked')
WHERE p.system = 'khaos' AND p.available IS NOT NULL
    AND p.sku NOT IN (SELECT sku FROM non_stock_code)
    AND p.sku NOT IN (SELECT sku FROM back_orderable);

-- Every WAIR location and Khaos site met tonight, wherever it stands
CREATE OR REPLACE TABLE place_met AS
SELECT system, place, min(snapshot) AS snapshot
FROM (
    SELECT system, place, snapshot FROM stock_position
    UNION ALL SELECT system, place, snapshot FROM dispatch
    UNION ALL SELECT system, from_place, snapshot FROM transfer
    UNION ALL SELECT system, to_place, snapshot FROM transfer
)
WHERE system IN ('khaos', 'wair')
GROUP BY system, place;
