-- SKU-03 Khaos item missing from a system. Which web items that a system should carry has it never heard of?
-- Not caught: discontinued items; kinds the system does not carry; an item whose record was set aside there tonight;
-- items first seen in Khaos inside the attribute lag (expected).

-- name: population
SELECT 'khaos>' || c.system AS systems, i.sku AS record_key, '' AS scope,
    i.sku IN (SELECT o.sku FROM item AS o WHERE o.system = c.system)
        OR i.sku IN (SELECT q.sku FROM there_unlisted AS q WHERE q.system = c.system) AS holds
FROM item AS i
JOIN carried_kind AS c USING (kind)
WHERE i.system = 'khaos' AND i.on_web AND NOT i.discontinued AND i.sku NOT IN (SELECT sku FROM non_stock_code)

-- name: exceptions
WITH wanted AS (
    SELECT c.system AS other, i.*
    FROM item AS i
    JOIN carried_kind AS c ON c.kind = i.kind
    WHERE i.system = 'khaos' AND i.on_web AND NOT i.discontinued
),
missing AS (
    SELECT w.* FROM wanted AS w
    ANTI JOIN item AS o ON o.system = w.other AND o.sku = w.sku
    ANTI JOIN there_unlisted AS q ON q.system = w.other AND q.sku = w.sku
    ANTI JOIN non_stock_code AS n ON n.sku = w.sku
)
SELECT 'khaos>' || m.other AS systems, 'stock_items' AS entity, m.sku AS record_key,
    m.sku AS expected_value,
    'no record there' AS reason,
    pounds(times_units(c.price, s.units)) AS amount_gbp,
    m.changed_at AS observed_at, m.snapshot AS expected_snapshot,
    CASE WHEN h.first_seen > getvariable('as_of') - getvariable('attribute_lag') THEN 'expected' ELSE 'open' END AS state,
    json_object('kind', m.kind, 'description', m.description, 'sellable', plain(s.units)) AS evidence,
    m.other, m.sku, m.sku AS other_sku
FROM missing AS m
LEFT JOIN item_cost AS c USING (sku)
LEFT JOIN sellable AS s USING (sku)
LEFT JOIN (SELECT stock_code, min(first_seen) AS first_seen FROM stock_codes_now GROUP BY stock_code) AS h ON h.stock_code = m.sku
