SELECT
    'wair' AS system,
    transfer_id || '/' || sku_id AS source_key,
    (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'wair' AND entity = 'transfers') AS snapshot,
    transfer_id,
    sku_id AS sku,
    from_location_id AS from_place,
    to_location_id AS to_place,
    quantity_shipped AS units_shipped,
    quantity_received AS units_received,
    shipped_at,
    updated_at AS changed_at
FROM wire.wair_transfers
