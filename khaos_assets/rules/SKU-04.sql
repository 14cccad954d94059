-- SKU-04 Duplicate SKU. Does one SKU, trimmed and case-folded, stand on more than one active record of one system?
-- Not caught: the other spelling stands only in another system.

-- name: population
SELECT system AS systems, spelling(sku, 2) AS record_key, '' AS scope, count(*) = 1 AS holds
FROM item
WHERE active AND sku NOT IN (SELECT sku FROM non_stock_code)
GROUP BY system, spelling(sku, 2)

-- name: exceptions
SELECT i.system AS systems, 'items' AS entity, spelling(i.sku, 2) AS record_key,
    '1' AS expected_value, count(*)::VARCHAR AS actual_value,
    string_agg(i.sku, ' | ' ORDER BY i.sku) AS reason,
    max(i.changed_at) AS observed_at, any_value(i.snapshot) AS actual_snapshot,
    json_object('records', list(i.source_key ORDER BY i.source_key)) AS evidence,
    i.system AS other, spelling(i.sku, 2) AS other_sku
FROM item AS i
ANTI JOIN non_stock_code AS n ON n.sku = i.sku
WHERE i.active
GROUP BY i.system, spelling(i.sku, 2)
HAVING count(*) > 1
