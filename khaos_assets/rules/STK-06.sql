-- STK-06 Impossible quantity. Negative on hand at a WAIR location, negative available at a Khaos site.
-- Not caught: Khaos items configured as back-orderable; pack and style parents and items without stock control.

-- name: population
SELECT systems, sku AS record_key, place AS scope, units >= 0 AS holds
FROM impossible_quantity
UNION ALL
SELECT channel, other_sku, warehouse, quantity >= 0
FROM channel_stock WHERE kind <> 'style_parent'

-- name: exceptions
SELECT q.systems, q.entity, q.sku AS record_key, q.place AS scope, q.field,
    'at least 0' AS expected_value, plain(q.units) AS actual_value,
    'below zero' AS reason,
    q.units,
    pounds(times_units(c.cost, abs(q.units))) AS amount_gbp,
    q.changed_at AS observed_at, q.snapshot AS actual_snapshot,
    q.systems AS other, q.stock_code AS sku, q.sku AS other_sku, q.site
FROM impossible_quantity AS q
LEFT JOIN item_cost AS c ON c.sku = q.stock_code
WHERE q.units < 0
UNION ALL BY NAME
SELECT channel AS systems, 'stock' AS entity, other_sku AS record_key, warehouse AS scope, 'quantity' AS field,
    'at least 0' AS expected_value, plain(quantity) AS actual_value, 'below zero' AS reason,
    quantity AS units, pounds(times_units(cost, abs(quantity))) AS amount_gbp,
    changed_at AS observed_at, snapshot AS actual_snapshot,
    channel AS other, sku, other_sku, warehouse AS site
FROM channel_stock
WHERE quantity < 0 AND kind <> 'style_parent'
