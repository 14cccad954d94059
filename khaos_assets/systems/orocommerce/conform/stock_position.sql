-- Stock on hand per unit (and warehouse), in base units; unknown where the merchant's mapping lacks the unit. The wire has
-- no change time (contract 3.3).
SELECT
    'orocommerce' AS system,
    l.id AS source_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'orocommerce' AND entity = 'inventory_levels') AS snapshot,
    l.sku,
    coalesce(l.warehouse, '') AS place,
    l.unit,
    (l.quantity * u.base_units)::DECIMAL(28, 5) AS quantity
FROM wire.orocommerce_inventory_levels AS l
LEFT JOIN map_unit AS u ON u.unit = l.unit
WHERE l.sku IS NOT NULL
