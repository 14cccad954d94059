-- STK-03 Sub-item double count. Does WAIR hold stock on a pack parent or a style parent, whose sub-items are counted already?
-- Not caught: a build parent, which is stocked by itself.

-- name: population
SELECT 'khaos>wair' AS systems, sku AS record_key, scope, on_hand = 0 AS holds
FROM parent_stock

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
