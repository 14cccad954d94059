SELECT
    'wair' AS system,
    location_id || '/' || sku_id AS source_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'wair' AND entity = 'stock') AS snapshot,
    sku_id AS sku,
    location_id AS place,
    on_hand,
    allocated,
    available,
    updated_at AS changed_at
FROM wire.wair_stock
