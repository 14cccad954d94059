-- STK-03 Sub-item double count. Does WAIR hold stock on a pack parent or a style parent, whose sub-items are counted already?
-- Not caught: a build parent, which is stocked by itself.

-- name: population
SELECT 'khaos>wair' AS systems, sku AS record_key, scope, on_hand = 0 AS holds
FROM parent_stock
UNION ALL
SELECT systems, other_sku, warehouse, quantity = 0
FROM channel_stock WHERE kind = 'style_parent'
UNION ALL
SELECT systems, other_sku, warehouse, NOT built
FROM channel_stock_judged WHERE kind = 'build'

-- name: exceptions
SELECT 'khaos>wair' AS systems, 'stock' AS entity, p.sku AS record_key, p.scope,
    CASE p.kind WHEN 'pack' THEN 'pack' ELSE 'scs' END AS field,
    '0' AS expected_value, plain(p.on_hand) AS actual_value,
    CASE p.kind WHEN 'pack' THEN 'a pack is never stocked by itself' ELSE 'only the sizes of a style are stocked' END AS reason,
    abs(p.on_hand) AS units,
    pounds(times_units(c.cost, abs(p.on_hand))) AS amount_gbp,
    p.changed_at AS observed_at, p.khaos_snapshot AS expected_snapshot, p.wair_snapshot AS actual_snapshot,
    'wair' AS other, p.sku, p.sku AS other_sku, p.site
FROM parent_stock AS p
JOIN item_cost AS c USING (sku)
WHERE p.on_hand <> 0
UNION ALL BY NAME
SELECT systems, 'stock' AS entity, other_sku AS record_key, warehouse AS scope,
    CASE kind WHEN 'build' THEN 'build' ELSE 'scs' END AS field,
    CASE kind WHEN 'build' THEN plain(sellable) ELSE '0' END AS expected_value, plain(quantity) AS actual_value,
    CASE kind WHEN 'build' THEN 'what could be built of its parts was added' ELSE 'only the sizes of a style are stocked' END AS reason,
    CASE kind WHEN 'build' THEN potential ELSE abs(quantity) END AS units,
    pounds(times_units(cost, CASE kind WHEN 'build' THEN potential ELSE abs(quantity) END)) AS amount_gbp,
    changed_at AS observed_at, khaos_snapshot AS expected_snapshot, snapshot AS actual_snapshot,
    channel AS other, sku, other_sku, warehouse AS site
FROM (
    SELECT *, FALSE AS built FROM channel_stock WHERE kind = 'style_parent' AND quantity <> 0
    UNION ALL BY NAME
    SELECT * FROM channel_stock_judged WHERE built
)
