-- SKU-04 Duplicate SKU. Does one SKU, trimmed and case-folded, stand on more than one active record of one system?
-- Not caught: the other spelling stands only in another system.

-- name: population
SELECT system AS systems, spelling(sku, 2) AS record_key, '' AS scope, count(*) = 1 AS holds
FROM item
WHERE active AND sku NOT IN (SELECT sku FROM non_stock_code)
GROUP BY system, spelling(sku, 2)

-- name: exceptions
WITH records AS (
    SELECT i.system, spelling(i.sku, 2) AS spelled, i.sku, i.source_key, i.changed_at, i.snapshot
    FROM item AS i
    ANTI JOIN non_stock_code AS n ON n.sku = i.sku
    WHERE i.active
),
twice AS (SELECT system, spelled FROM records GROUP BY ALL HAVING count(*) > 1)
SELECT system AS systems, 'items' AS entity, spelled AS record_key,
    '1' AS expected_value, count(*)::VARCHAR AS actual_value,
    string_agg(sku, ' | ' ORDER BY sku) AS reason,
    max(changed_at) AS observed_at, any_value(snapshot) AS actual_snapshot,
    json_object('records', list(source_key ORDER BY source_key)) AS evidence,
    system AS other, spelled AS other_sku
FROM records
SEMI JOIN twice USING (system, spelled)
GROUP BY system, spelled
