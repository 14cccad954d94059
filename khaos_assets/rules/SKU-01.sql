-- SKU-01 SKU unknown to Khaos. Which active SKUs of another system equal no stock code and resemble none, or several?
-- Not caught: withdrawn items, non-stock codes, a stock item that was set aside tonight (it is known to be there).

-- name: population
SELECT 'khaos>' || system AS systems, sku AS record_key, '' AS scope, how <> 'unknown' AS holds
FROM item_match

-- name: exceptions
SELECT 'khaos>' || m.system AS systems, 'items' AS entity, m.sku AS record_key,
    'a stock code' AS expected_value, m.sku AS actual_value,
    CASE WHEN m.candidates IS NULL THEN 'no stock code is like it' ELSE 'several stock codes are like it' END AS reason,
    v.amount_gbp,
    i.changed_at AS observed_at, i.snapshot AS actual_snapshot,
    json_object('near', coalesce(m.candidates, []), 'step', m.step, 'open_orders', v.orders, 'orders_unknown', v.orders_unknown) AS evidence,
    m.system AS other, m.sku AS other_sku
FROM item_match AS m
JOIN item AS i ON i.system = m.system AND i.source_key = m.source_key
JOIN unmatched_value AS v ON v.system = m.system AND v.sku = m.sku
WHERE m.stock_code IS NULL
