-- SKU-02 SKU near match. Which active SKUs equal no stock code, while one step of spelling finds exactly one?
-- The reason names the step. Not caught: several items at that step (SKU-01).

-- name: population
SELECT 'khaos>' || system AS systems, sku AS record_key, '' AS scope,
    coalesce(len(candidates) <> 1, TRUE) AS holds
FROM item_match

-- name: exceptions
SELECT 'khaos>' || m.system AS systems, 'items' AS entity, m.sku AS record_key, 'sku' AS field,
    m.candidates[1] AS counterpart_key,
    m.candidates[1] AS expected_value, m.sku AS actual_value,
    m.step AS reason,
    v.amount_gbp,
    i.changed_at AS observed_at, k.snapshot AS expected_snapshot, i.snapshot AS actual_snapshot,
    json_object('open_orders', v.orders, 'orders_unknown', v.orders_unknown) AS evidence,
    m.system AS other, m.candidates[1] AS sku, m.sku AS other_sku
FROM item_match AS m
JOIN item AS i ON i.system = m.system AND i.source_key = m.source_key
JOIN unmatched_value AS v ON v.system = m.system AND v.sku = m.sku
JOIN item AS k ON k.system = 'khaos' AND k.sku = m.candidates[1]
WHERE len(m.candidates) = 1
