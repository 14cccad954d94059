-- SKU-05 Stock code renamed. Which stock codes did Khaos change (same STOCK_ID) that another system still uses?
-- Population: active SKUs of the other system.

-- name: population
SELECT 'khaos>' || system AS systems, sku AS record_key, '' AS scope, how <> 'renamed' AS holds
FROM item_match

-- name: exceptions
SELECT 'khaos>' || i.system AS systems, 'items' AS entity, r.old_sku AS record_key,
    min(r.new_sku) AS counterpart_key,
    min(r.new_sku) AS expected_value, r.old_sku AS actual_value,
    'STOCK_ID ' || min_by(r.item_id, r.new_sku) || ' has a new stock code' AS reason,
    any_value(v.amount_gbp) AS amount_gbp,
    max(i.changed_at) AS observed_at, any_value(k.snapshot) AS expected_snapshot, any_value(i.snapshot) AS actual_snapshot,
    json_object('open_orders', any_value(v.orders), 'orders_unknown', any_value(v.orders_unknown)) AS evidence,
    i.system AS other, min(r.new_sku) AS sku, r.old_sku AS other_sku
FROM renamed AS r
JOIN item AS i ON i.system <> 'khaos' AND i.sku = r.old_sku
JOIN unmatched_value AS v ON v.system = i.system AND v.sku = r.old_sku
JOIN item AS k ON k.system = 'khaos' AND k.sku = r.new_sku
GROUP BY i.system, r.old_sku
