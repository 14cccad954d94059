-- Stock on hand per unit (and warehouse), in base units; unknown where the merchant's mapping lacks the unit. The wire has
-- no change time (contract 3.3).
WITH snapshot AS (
    SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'orocommerce' AND entity = 'inventory_levels'
),
set_aside AS (
    SELECT key, CASE WHEN json_valid(raw) THEN raw END AS raw
    FROM quarantine WHERE system = 'orocommerce' AND entity = 'inventory_levels'
)
SELECT
    'orocommerce' AS system,
    l.id AS source_key,
    (SELECT snapshot FROM snapshot) AS snapshot,
    l.sku,
    coalesce(l.warehouse, '') AS place,
    l.unit,
    (l.quantity * u.base_units)::DECIMAL(28, 5) AS quantity
FROM wire.orocommerce_inventory_levels AS l
LEFT JOIN map_unit AS u ON u.unit = l.unit
WHERE l.sku IS NOT NULL
UNION ALL BY NAME
-- A level that was set aside makes its product's stock unknown, in any warehouse that it may belong to
SELECT 'orocommerce' AS system, q.key || '/' || place AS source_key, (SELECT snapshot FROM snapshot) AS snapshot, p.sku, place
FROM set_aside AS q
JOIN wire.orocommerce_products AS p
    ON p.id = coalesce(json_extract_string(q.raw, '$.relationships.product.data.id'), json_extract_string(q.raw, '$.product_id'))
CROSS JOIN (SELECT DISTINCT coalesce(warehouse, '') AS place FROM wire.orocommerce_inventory_levels)
